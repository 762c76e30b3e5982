"""What SMSC calls us with, read into parameters: a form, XML (`fmt=2`) or JSON (`fmt=3`), in one of three charsets.

https://smscentre.com/api/http/miscellaneous/callback/ names the formats and the charsets. Whoever has the URL can
send what is read here, so all of it is bounded, and nothing that it may hold raises anything but `Unreadable`.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from connectors.shared.errors import NotUnderstood

MOST_PARAMETERS: Final = 200
"""A status has about ten; an HLR request and what the URL itself says add twenty."""

LONGEST_BOUNDARY: Final = 70
"""Of a form of many parts: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1. A long one takes long to look for."""

_UTF_8: Final = "utf-8"
_WINDOWS_1251: Final = "cp1251"
_CODECS: Final = {
    "utf-8": _UTF_8,
    "utf8": _UTF_8,
    "windows-1251": _WINDOWS_1251,
    "cp1251": _WINDOWS_1251,
    "koi8-r": "koi8-r",
}
# Reads any octets, and those of ASCII right: enough to find out which charset it really is.
_ANY: Final = "latin-1"
_BOM: Final = b"\xef\xbb\xbf"
_XML_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([\w.-]{1,20})["']""")

Pairs = list[tuple[str, str]]
_Reader = Callable[[bytes, str, str], Pairs]
"""Reads octets in a codec, with what is to be done about octets that it does not know ("strict", "replace")."""


class Unreadable(NotUnderstood):
    """A body that is no form, no XML and no JSON as SMSC writes them; the words say why."""


def read_parameters(query: bytes, body: bytes, content_charset: str | None = None) -> dict[str, str]:
    """Return the parameters of a call: those of its URL, and over them those of its body. Raises Unreadable.

    Their values are exactly as they came. The charset is the parameter `charset`; else that of the Content-Type, or
    of an XML declaration; else UTF-8 where it is that, and windows-1251, SMSC's own default, where it is not.
    """
    content = body.removeprefix(_BOM)
    reader = _reader_of(content)
    charsets = (
        dict(reader(content, _ANY, "strict")).get("charset"),
        dict(_read_form(query, _ANY, "strict")).get("charset"),
        content_charset,
        _declared(content),
    )
    codec = next((known for charset in charsets if (known := _codec(charset))), _UTF_8)
    found = dict(_read(_read_form, query, codec)) | dict(_read(reader, content, codec))
    if len(found) > MOST_PARAMETERS:
        raise Unreadable(_TOO_MANY)
    return found


_NO_MULTIPART: Final = "The body begins like a form of many parts and cannot be read as one."
_TOO_MANY: Final = f"At most {MOST_PARAMETERS} parameters are taken."


def _reader_of(content: bytes) -> _Reader:
    # By its first characters, since PHP posts anything as a form where nobody says what it is.
    if content.startswith(b"--"):
        return _read_multipart
    return {b"{": _read_json, b"[": _read_json, b"<": _read_xml}.get(content.lstrip()[:1], _read_form)


def _read(reader: _Reader, octets: bytes, codec: str) -> Pairs:
    try:
        return reader(octets, codec, "strict")
    except UnicodeDecodeError:
        return reader(octets, _WINDOWS_1251, "replace")


def _codec(charset: str | None) -> str | None:
    return _CODECS.get(charset.strip().lower()) if charset else None


def _declared(content: bytes) -> str | None:
    found = _XML_DECLARATION.match(content)
    return found[1].decode(_ANY) if found else None


def _read_form(octets: bytes, codec: str, errors: str) -> Pairs:
    parts = [part for part in octets.split(b"&", MOST_PARAMETERS + 1) if part]
    if len(parts) > MOST_PARAMETERS:
        raise Unreadable(_TOO_MANY)
    pairs = (part.replace(b"+", b" ").partition(b"=") for part in parts)
    return [
        (unquote_to_bytes(name).decode(codec, errors), unquote_to_bytes(value).decode(codec, errors))
        for name, _, value in pairs
    ]


def _read_multipart(octets: bytes, codec: str, errors: str) -> Pairs:
    """The other form that PHP posts: https://www.php.net/manual/en/function.curl-setopt.php, CURLOPT_POSTFIELDS."""
    boundary = octets.partition(b"\r\n")[0].removeprefix(b"--")
    if len(boundary.rstrip()) > LONGEST_BOUNDARY:
        raise Unreadable(_NO_MULTIPART)
    decoder = MultipartDecoder(boundary, max_form_memory_size=len(octets), max_parts=MOST_PARAMETERS)
    found: list[tuple[str, bytes]] = []
    try:
        decoder.receive_data(octets)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                found.append((event.name or "", b""))
            elif isinstance(event, Data) and found:
                found[-1] = (found[-1][0], found[-1][1] + event.data)
    except (ValueError, RequestEntityTooLarge):
        raise Unreadable(_NO_MULTIPART) from None
    return [(name, value.decode(codec, errors)) for name, value in found]


def _read_json(octets: bytes, codec: str, errors: str) -> Pairs:
    text = octets.decode(codec, errors)
    try:
        # Numbers stay as they are written: the hash is made of them.
        found = json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Unreadable("The body begins like JSON and cannot be read as JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body is JSON, but not one object.")
    return [(_sound(name), _sound(value)) for name, value in _plain(found)]


def _plain(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if isinstance(value, bool):
            yield name, str(int(value))
        elif isinstance(value, str):
            yield name, value


def _sound(text: str) -> str:
    """Return a text without halves of characters, which JSON can write and no database takes."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _read_xml(octets: bytes, codec: str, errors: str) -> Pairs:
    children = _Children()
    try:
        children.read(octets.decode(codec, errors).lstrip())
    except expat.ExpatError:
        raise Unreadable("The body begins like XML and cannot be read as XML.") from None
    return children.found


class _Children:
    """The children of an XML document's root, each with the text that stands in it directly."""

    def __init__(self) -> None:
        self.found: Pairs = []
        self._depth = 0
        self._text: list[str] = []

    def read(self, text: str) -> None:
        # The encoding given here goes before the declared one, which is that of octets we have decoded already.
        parser = expat.ParserCreate(_UTF_8)
        # With a document type go entities, the bombs made of them, and whatever is outside the document:
        # https://docs.python.org/3/library/xml.html#xml-security
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.Parse(text.encode(), True)

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            self._text = []

    def _end(self, name: str) -> None:
        if self._depth == 2:
            self.found.append((name.rpartition(":")[2], "".join(self._text)))
            if len(self.found) > MOST_PARAMETERS:
                raise Unreadable(_TOO_MANY)
        self._depth -= 1

    def _hear(self, text: str) -> None:
        if self._depth == 2:
            self._text.append(text)


def _refuse_doctype(*_declared: object) -> NoReturn:
    raise Unreadable("The body declares a document type, as SMSC's XML does not.")
