"""XML of strangers, read safely: no document type, so no entity but the five of XML itself, and bounded."""

import codecs
import re
import sys
from html import escape
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_ELEMENTS: Final = 50_000
DEEPEST: Final = 20

_ROOT: Final = "answer"
_DECLARATION = re.compile(r"\s*<\?xml\b(?P<rest>[^>]*)\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
# The sample of getMOMessages ends its list with an opening tag: https://messangi.com/documentation/doku.php?id=restapi:sms
_OPENED_TWICE = re.compile(r"<MOMessageList>(\s*</result>)")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)")
_REFERENCES = re.compile(r"(?:&#(?:[0-9]{1,7}|x[0-9A-Fa-f]{1,6});)+")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REPLACEMENT: Final = "\ufffd"


class UnreadableXml(Exception):
    """What came is no XML that this side reads. Holds nothing of it."""


def read_xml(octets: bytes) -> Element:
    """Return an element around all that is there, whether or not it has a root of its own. Raises UnreadableXml.

    What is broken is mended where that is safe, here and nowhere else: see `_mended`.
    """
    text = _decoded(octets)
    declaration = _DECLARATION.match(text)
    fragment = text[declaration.end() :] if declaration else text
    try:
        return _parse(fragment)
    except UnreadableXml:
        mended = _mended(fragment)
        if mended == fragment:
            raise
        return _parse(mended)


def _mended(fragment: str) -> str:
    """Close the tag that the vendor's sample leaves open, and make characters legal that phones may have sent.

    One odd text would else hide all messages that share its page. Java writes an emoji as references to its two halves
    (https://www.mail-archive.com/j-users@xalan.apache.org/msg00350.html).
    """
    closed = _OPENED_TWICE.sub(r"</MOMessageList>\1", fragment)
    whole = _REFERENCES.sub(_characters, _BARE_AMPERSAND.sub("&amp;", closed))
    return _ILLEGAL.sub(_REPLACEMENT, whole)


def _characters(references: re.Match[str]) -> str:
    numbers = [int(f"0{word}", 16) if word[0] == "x" else int(word) for word in re.findall(r"&#(\w+);", references[0])]
    halves = "".join(chr(number) if number <= sys.maxunicode else _REPLACEMENT for number in numbers)
    return escape(halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), quote=False)


def _parse(fragment: str) -> Element:
    builder = _Bounded()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.tree.data
    # Within an element, as all is here, expat takes no document type at all; this says that it is on purpose.
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(f"<{_ROOT}>{fragment}</{_ROOT}>".encode("utf-8", "replace"), True)
    except expat.ExpatError:
        raise UnreadableXml from None
    return builder.tree.close()


class _Bounded:
    """Builds the tree; a namespace's prefix says nothing here."""

    def __init__(self) -> None:
        self.tree = TreeBuilder()
        self._elements = 0
        self._depth = 0

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise UnreadableXml
        self.tree.start(_local(name), {})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.tree.end(_local(name))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: Any) -> None:
    raise UnreadableXml


def _decoded(octets: bytes) -> str:
    """Return the text: in the encoding it declares, else UTF-8, and what is neither octet by octet."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace")
    declared = _ENCODING.match(octets)
    for encoding in (declared[1].decode("ascii") if declared else "utf-8", "utf-8"):
        try:
            return octets.decode(encoding).removeprefix("\ufeff")
        except (LookupError, ValueError):
            continue
    return octets.decode("iso-8859-1")
