"""`connectors erase` beside a running service: the number and the text are in no byte of its data folder."""

from pathlib import Path

from tests.serving.conftest import Install
from tests.serving.test_kills import settled
from tests.shared.messages.tenants import number_of, wait_for
from tests.shared.messages.vendor import Vendor

NUMBER = number_of(4711)
TEXT = "A very private appointment"


def files_with(folder: Path, *needles: str) -> list[str]:
    contents = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [name for name, content in contents.items() if any(needle.encode() in content for needle in needles)]


def test_an_erased_number_is_in_no_file_of_a_running_service(install: Install, vendor: Vendor) -> None:
    installation = install()
    installation.add_account()
    installation.serve()
    others = [{"mobileNumber": number_of(n), "messageText": f"order {n}", "mid": f"m{n}."} for n in range(200)]
    theirs = [{"mobileNumber": NUMBER, "messageText": f"{TEXT} {n}", "mid": f"{NUMBER}-{n}."} for n in range(20)]
    installation.send([*others[:100], *theirs, *others[100:]])
    wait_for(lambda: settled(installation), 30.0)
    assert files_with(installation.data, TEXT, NUMBER[3:])
    done = installation.run("erase", "--number", NUMBER)
    assert done.returncode == 0, done.stderr
    assert "20" in done.stdout
    wait_for(lambda: not files_with(installation.data, TEXT, NUMBER[3:]), 15.0)
    assert installation.is_ready()


def test_a_number_that_is_none_is_told_so(install: Install) -> None:
    done = install().run("erase", "--number", "nobody")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
