"""The code of `docs/adding-a-gateway.md`: the example keeps what every gateway promises, and the rest of it runs."""

import re
import sys
from pathlib import Path
from types import ModuleType

from connectors.shared.gateways.base import Recipient, Verdict
from tests.shared.gateways.conformance import GatewayConformance

PAGE = Path(__file__).parents[3] / "docs" / "adding-a-gateway.md"
BLOCK = re.compile(r"```python\n# (\S+?)\.py\n(.*?)```", re.DOTALL)
OTHER_BLOCK = re.compile(r"```python\n# a gateway .*?```", re.DOTALL)


def _modules() -> dict[str, ModuleType]:
    """Return the files that the page shows, in its order, as modules that can import each other."""
    package = "connectors.shared.gateways.example"
    sys.modules.setdefault(package, ModuleType(package)).__path__ = []
    return {name: _module(name, code) for name, code in _files()}


def _files() -> list[tuple[str, str]]:
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return [(path.replace("/", "."), code) for path, code in found]


def _module(name: str, code: str) -> ModuleType:
    module = sys.modules[name] = ModuleType(name)
    parent, _, short = name.rpartition(".")
    setattr(sys.modules[parent], short, module)
    exec(compile(code, f"{PAGE.name}: {name}", "exec"), module.__dict__)  # noqa: S102 - it is our own page
    return module


_shown = _modules()["tests.shared.gateways.conformance.example"].TestExample


class TestExample(_shown):  # type: ignore[misc, valid-type]
    """As the page has it."""


def test_the_suite_is_there() -> None:
    assert issubclass(TestExample, GatewayConformance)
    assert len(_files()) == 5


def test_a_call_for_many_tells_who_was_refused() -> None:
    example = sys.modules["connectors.shared.gateways.example.gateway"]
    result_of_many = sys.modules["connectors.shared.gateways.example.many"].result_of_many
    to = [Recipient("91", f"980000000{number}") for number in range(3)]
    some = result_of_many(example.Answer(200, {"id": "1", "rejected": [to[1].digits]}), to)
    assert [(place, other.verdict) for place, other in some.exceptions] == [(1, Verdict.REFUSED)]
    assert (some.verdict, some.split) == (Verdict.ACCEPTED, False)
    none = example.Answer(400, {"error": "bad_number"})
    assert [result_of_many(none, to[:size]).split for size in (1, 3)] == [False, True]


def test_the_broken_gateway_of_the_page_is_noticed() -> None:
    (block,) = OTHER_BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    exec(compile(block.strip("`").removeprefix("python\n"), PAGE.name, "exec"), {"__name__": "shown"})  # noqa: S102
