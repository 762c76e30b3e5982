"""Ogangi's XML (https://messangi.com/documentation/doku.php?id=restapi:appx_resp_xml).

The document shows fragments; around them is `<response>`, as clients that are in use expect it.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from flask import Response

DESCRIPTIONS = {
    "OK": "Completed",
    "BAD_SIGNATURE": "Invalid signature, access denied",
    "ERROR": "Internal error, please report this problem to your administrator",
}


def envelope(method: str, status: str = "OK", result: str = "") -> Response:
    """Return an answer; HTTP says 200 whatever the status. `result` is XML."""
    inner = element("input", method) + element("status", status) + element("description", DESCRIPTIONS[status])
    inner += f"<result>{result}</result>" if result else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><response>{inner}</response>'
    return Response(body.encode(), content_type="application/xml; charset=UTF-8")


def invalid_parameters() -> Response:
    """Return what clients in use are answered where a parameter makes no sense: a bare 404."""
    return Response("Not Found", 404, content_type="text/plain")


def element(name: str, text: object) -> str:
    return f"<{name}>{escape(_writable(str(text)))}</{name}>"


def elements(fields: Mapping[str, object]) -> str:
    return "".join(element(name, value) for name, value in fields.items())


def _writable(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
