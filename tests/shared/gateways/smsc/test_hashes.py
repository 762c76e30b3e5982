"""The control hash of statuses: each algorithm, right, wrong and missing, and who may choose."""

import zlib

import pytest

from connectors.shared.gateways.smsc.hashes import ALGORITHMS, is_signed
from tests.shared.gateways.smsc.posted import SECRET, STATUS, hashed

VECTOR = {"id": "12", "phone": "79991234567", "status": "1"}
# Made by other programs: printf %s 12:79991234567:1:abc | sha1sum, | md5sum, | gzip -c | tail -c8.
OF_OTHERS = {
    "sha1": "442461d7a5e4407864d5eecfc14ba15ea8c7ff2c",
    "md5": "051e082337d9475512d3d72bee966f69",
    "crc32": "ee32422b",
}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_other_programs_make_of_it(name: str) -> None:
    assert is_signed(VECTOR | {name: OF_OTHERS[name]}, ["abc"], [name])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_right_wrong_and_missing(name: str) -> None:
    right = hashed(name)
    assert is_signed(STATUS | {name: right}, [SECRET], ALGORITHMS)
    assert is_signed(STATUS | {name: right.upper()}, [SECRET], [name])
    assert is_signed(STATUS | {name: right}, ["another", SECRET], [name])
    for wrong in ("", "0", SECRET, right[:-1], right + "0", "é", hashed(name, secret="another")):
        assert not is_signed(STATUS | {name: wrong}, [SECRET], ALGORITHMS), wrong
    assert not is_signed(STATUS, [SECRET], ALGORITHMS)
    assert not is_signed(STATUS | {name: right}, [SECRET], [each for each in ALGORITHMS if each != name])
    assert not is_signed(STATUS | {name: right}, [], ALGORITHMS)
    for field in ("id", "phone", "status"):
        assert not is_signed(STATUS | {name: right, field: "7"}, [SECRET], ALGORITHMS)
        assert not is_signed({**STATUS, name: right, field: STATUS[field] + " "}, [SECRET], ALGORITHMS)


def test_every_hash_that_comes_has_to_be_right() -> None:
    both = STATUS | {"sha1": hashed("sha1"), "crc32": hashed("crc32")}
    assert is_signed(both, [SECRET], ["sha1"])
    assert not is_signed(both | {"crc32": "1"}, [SECRET], ["sha1"])
    assert not is_signed(both | {"sha1": "1"}, [SECRET], ALGORITHMS)
    assert not is_signed(both | {"crc32": hashed("crc32", secret="old")}, [SECRET, "old"], ALGORITHMS)


@pytest.mark.parametrize("secret", ["a", "b", "c", "d", "e"])
def test_crc32_is_decimal_or_hexadecimal(secret: str) -> None:
    value = zlib.crc32(f"12:79991234567:1:{secret}".encode())
    as_signed = int.from_bytes(value.to_bytes(4, "big"), "big", signed=True)
    for said in (f"{value}", f"{value:x}", f"{value:08X}", f"{as_signed}"):
        assert is_signed(VECTOR | {"crc32": said}, [secret], ["crc32"]), said
    assert not is_signed(VECTOR | {"crc32": f"{value + 1}"}, [secret], ["crc32"])
    assert not is_signed(VECTOR | {"crc32": f"{value:o}"}, [secret], ["crc32"])
