"""Plays whoever texts by the REST API, and the people whose phones answer."""

from typing import Any

import requests

from connectors.demo.processes import DemoFailed

TIMEOUT_SECONDS = 15
CALLBACK_SECRET = "demo-of-callbacks"  # noqa: S105 - between the demo's service and its sandbox


class Texting:
    """A program with a key for the REST API, and the sandbox's phones."""

    def __init__(self, service_url: str, sandbox_url: str, api_key: str) -> None:
        self._api = f"{service_url}/api/v1"
        self._sandbox = f"{sandbox_url}/sandbox"
        self._authorization = {"Authorization": f"Bearer {api_key}"}
        self._session = requests.Session()

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def send(self, number: str, text: str) -> str:
        """Text somebody; returns the message's id. What it is about may be told at any hour."""
        body = {"to": number, "text": text, "message_type": "TRANSACTION"}
        return str(self._call("POST", f"{self._api}/messages", body, self._authorization)["id"])

    def answer(self, number: str, text: str) -> None:
        """Write back from a phone to SMSC."""
        self._call("POST", f"{self._sandbox}/smsc/incoming", {"from": number, "text": text})

    def tell(self, handler_url: str) -> None:
        """Enter the address of the handler in SMSC's cabinet."""
        self._call("PUT", f"{self._sandbox}/settings", {"smsc_callback_urls": [handler_url]})

    def carriers(self, since: int) -> dict[tuple[str, str], str]:
        """Return by which gateway texts reached phones, from the message with this index on."""
        found = self._call("GET", f"{self._sandbox}/messages?since={since}")["items"]
        return {(one["to"], one["text"]): one["gateway"] for one in found}

    def _call(self, method: str, url: str, content: Any = None, headers: dict[str, str] | None = None) -> Any:
        try:
            answer = self._session.request(method, url, json=content, headers=headers, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            raise DemoFailed(f"{method} {url} does not answer as it should: {type(error).__name__}.") from None
