"""What SMSC posts to a handler, in octets: the three formats in the three charsets."""

import json
import zlib
from collections.abc import Callable, Mapping
from hashlib import md5, sha1
from urllib.parse import quote_from_bytes
from xml.sax.saxutils import escape

Values = Mapping[str, str]
Format = Callable[[Values, str], bytes]

SECRET = "s3cret_-Word"
STATUS = {"id": "0197a3c2-7f00", "phone": "79991234567", "status": "1", "err": "0", "ts": "1795270000"}


def form(values: Values, charset: str = "utf-8") -> bytes:
    """Every octet escaped that PHP's urlencode() escapes; a blank becomes a plus."""
    pairs = ((quote_from_bytes(part.encode(charset)).replace("%20", "+") for part in pair) for pair in values.items())
    return "&".join("=".join(pair) for pair in pairs).encode("ascii")


def xml(values: Values, charset: str = "utf-8", root: str = "request") -> bytes:
    children = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    return f"<?xml version='1.0' encoding='{charset}'?>\n<{root}>{children}</{root}>\n".encode(charset)


def json_of(values: Values, charset: str = "utf-8") -> bytes:
    return json.dumps(dict(values), ensure_ascii=False).encode(charset)


def json_escaped(values: Values, charset: str = "utf-8") -> bytes:
    """As PHP's json_encode() does by itself: ASCII, and slashes escaped."""
    return json.dumps(dict(values)).replace("/", "\\/").encode(charset)


def multipart(values: Values, charset: str = "utf-8") -> bytes:
    """As PHP's curl posts an array."""
    parts = (
        f'--------x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value.encode(charset) + b"\r\n"
        for name, value in values.items()
    )
    return b"".join(parts) + b"--------x--\r\n"


FORMATS: Mapping[str, Format] = {
    "form": form,
    "multipart": multipart,
    "xml": xml,
    "json": json_of,
    "json-escaped": json_escaped,
}


def hashed(name: str, values: Values = STATUS, secret: str = SECRET) -> str:
    """The control hash of a status, as the document tells its recipe."""
    signed = f"{values['id']}:{values['phone']}:{values['status']}:{secret}".encode()
    return {
        "md5": md5(signed).hexdigest(),  # noqa: S324 - the vendor's
        "sha1": sha1(signed).hexdigest(),  # noqa: S324 - likewise
        "crc32": str(zlib.crc32(signed)),
    }[name]
