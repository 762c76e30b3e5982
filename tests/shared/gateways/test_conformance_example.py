"""The code of `docs/adding-a-gateway.md`: the example keeps what every gateway promises, and the rest of it runs."""

import re
import sys
from pathlib import Path
from types import ModuleType

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
    assert len(_files()) == 4


def test_the_broken_gateway_of_the_page_is_noticed() -> None:
    (block,) = OTHER_BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    exec(compile(block.strip("`").removeprefix("python\n"), PAGE.name, "exec"), {"__name__": "shown"})  # noqa: S102
