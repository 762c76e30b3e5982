"""What SMSC posts, read back: three formats, three charsets, and what others may send instead."""

import json

import pytest

from connectors.shared.gateways.smsc.callback_bodies import (
    LONGEST_BOUNDARY,
    MOST_PARAMETERS,
    Unreadable,
    read_parameters,
)
from tests.shared.gateways.smsc.posted import FORMATS, form, json_of, multipart, xml

CYRILLIC = {"phone": "+79991234567", "mes": "Ёлки, 100% да & <нет>; а+б=в №1\nстоп", "to": "79990000000", "empty": ""}
EMOJI = {"mes": "Да 👍🏽 «ок» € 漢"}


@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
def test_each_format_in_each_charset(written: str, charset: str) -> None:
    sent = {name: value.replace("№", "No") for name, value in CYRILLIC.items()} if charset == "koi8-r" else CYRILLIC
    assert read_parameters(f"charset={charset}".encode(), FORMATS[written](sent, charset)) == sent | {
        "charset": charset
    }
    # What stands in the handler's URL comes in the body as well.
    echoed = sent | {"charset": charset}
    assert read_parameters(b"", FORMATS[written](echoed, charset)) == echoed
    assert read_parameters(b"", FORMATS[written](sent, charset), charset.upper()) == sent


@pytest.mark.parametrize("written", FORMATS)
def test_without_a_word_about_it_it_is_utf_8_else_windows_1251(written: str) -> None:
    assert read_parameters(b"", FORMATS[written](CYRILLIC, "utf-8")) == CYRILLIC
    assert read_parameters(b"", FORMATS[written](CYRILLIC, "windows-1251")) == CYRILLIC
    assert read_parameters(b"", FORMATS[written](EMOJI, "utf-8")) == EMOJI


def test_the_declaration_of_xml_tells_its_charset() -> None:
    assert read_parameters(b"", xml({"mes": "стоп"}, "koi8-r")) == {"mes": "стоп"}


@pytest.mark.parametrize("charset", ["utf-16", "base64", "no-such", "", "\x00", "é"])
def test_a_charset_that_smsc_does_not_have_is_nobodys_word(charset: str) -> None:
    assert read_parameters(b"", form({"charset": charset, "mes": "стоп"}), charset)["mes"] == "стоп"


@pytest.mark.parametrize("written", FORMATS)
def test_octets_that_are_none_of_the_charset_lose_no_message(written: str) -> None:
    body = FORMATS[written]({"phone": "7", "mes": "STOP"}, "utf-8").replace(b"STOP", b"STOP\x98")
    assert read_parameters(b"charset=utf-8", body)["mes"].startswith("STOP")


@pytest.mark.parametrize("written", FORMATS)
def test_the_urls_parameters_count_and_the_bodys_go_before_them(written: str) -> None:
    found = read_parameters(b"shop=5&id=1&a%20b=%D1%8B", FORMATS[written]({"id": "2"}, "utf-8"))
    assert found == {"shop": "5", "id": "2", "a b": "ы"}


def test_a_call_may_have_all_in_its_url() -> None:
    assert read_parameters(b"id=1&phone=%2B7999&status=-1&x", b"") == {
        "id": "1",
        "phone": "+7999",
        "status": "-1",
        "x": "",
    }


def test_numbers_of_json_stay_as_they_are_written() -> None:
    body = b'\xef\xbb\xbf {"id": 92233720368547758070, "status": -1, "cost": 1.50, "flag": true, "n": null, "l": [1]}'
    found = read_parameters(b"", body)
    assert found == {"id": "92233720368547758070", "status": "-1", "cost": "1.50", "flag": "1"}


def test_half_a_character_is_none() -> None:
    mes = read_parameters(b"", rb'{"mes": "a\ud83db\udc00\ud83d\udc4d"}')["mes"]
    assert mes == "a�b�👍"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<a><id>1</id><mes><![CDATA[x & <b>]]></mes></a>", {"id": "1", "mes": "x & <b>"}),
        (b"<s:root xmlns:s='u'><s:id> 1 </s:id>text<mes/></s:root>", {"id": " 1 ", "mes": ""}),
        (b"<root><id>1<deep>2</deep></id><mes>&#x1F44D;&amp;</mes></root>", {"id": "1", "mes": "👍&"}),
        (b"  <root/>", {}),
        (b"\r\n<?xml version='1.0' encoding='utf-8'?><root><id>1</id></root>", {"id": "1"}),
    ],
)
def test_a_child_of_the_root_is_a_parameter(body: bytes, expected: dict[str, str]) -> None:
    assert read_parameters(b"", body) == expected


BOMB = b"""<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r><mes>&b;</mes></r>"""
OUTSIDE = b"""<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><mes>&a;</mes></r>"""


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        b"<!DOCTYPE r SYSTEM 'http://127.0.0.1/x.dtd'><r><mes>x</mes></r>",
        b"<r><mes>&unknown;</mes></r>",
        b"<r><mes>",
        b"<" * 60_000,
        b"<a>" * 20_000,
        b"<r><mes>\x00</mes></r>",
        b"<",
        b"{",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'[{"id": 1}]',
        b'{"id": 00, "x": 1}',
        b"--x\r\nContent-Disposition: form-data; name=id\r\n\r\n1",
        b"-" * 60_000,
        b"--x\r\n" * 9_000,
        multipart(CYRILLIC).replace(b"--------x", b"--" + b"x" * (LONGEST_BOUNDARY + 1)),
        b'{"id": 1} {"id": 2}',
        form({f"p{n}": "" for n in range(MOST_PARAMETERS + 1)}),
        xml({f"p{n}": "" for n in range(MOST_PARAMETERS + 1)}),
        json_of({f"p{n}": "" for n in range(MOST_PARAMETERS + 1)}),
        multipart({f"p{n}": "" for n in range(MOST_PARAMETERS + 1)}),
    ],
)
def test_what_smsc_never_sends_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w.*\.$"):
        read_parameters(b"", body)


NAMELESS = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"


@pytest.mark.parametrize(
    "body", [NAMELESS, b"", b"&&&", b"\x00\xff", b"%", b"%zz=%", b"=", b'"x"', b"null", b"\xef\xbb\xbf"]
)
def test_anything_else_is_a_form_of_some_kind(body: bytes) -> None:
    assert "status" not in read_parameters(b"", body)


def test_as_much_as_there_may_be_is_read() -> None:
    assert read_parameters(b"", multipart(CYRILLIC).replace(b"--------x", b"--" + b"x" * LONGEST_BOUNDARY)) == CYRILLIC
    most = {f"p{n}": str(n) for n in range(MOST_PARAMETERS)}
    assert read_parameters(b"", form(most)) == json.loads(json_of(most)) == read_parameters(b"", xml(most))
