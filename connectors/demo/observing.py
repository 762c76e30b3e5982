"""What can be seen from outside: the service by its REST API, phones and CleverTap by the sandbox's books."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from connectors.demo.processes import DemoFailed

PAGE = 500
TIMEOUT_SECONDS = 15
OPEN = frozenset({"scheduled", "queued", "sending", "sent", "unconfirmed"})
"""Statuses after which another must come."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The sandbox's counters that the demo watches."""

    calls: int
    messages: int
    twice: int
    receipts: int
    reports: int
    reported_twice: int


def post_receipts_to(sandbox_url: str, callback_url: str) -> None:
    """Tell the sandbox where receipts go: what the vendor's people do once they have been mailed the URL."""
    url = f"{sandbox_url}/sandbox/settings"
    try:
        requests.put(url, json={"callback_urls": [callback_url]}, timeout=TIMEOUT_SECONDS).raise_for_status()
    except requests.RequestException as error:
        raise DemoFailed(f"{url} does not answer as it should: {type(error).__name__}.") from None


def add_people(sandbox_url: str, people: list[dict[str, Any]], filter_name: str) -> tuple[int, list[int]]:
    """Make people in the sandbox's Pipedrive, and a filter that finds them; returns the filter's id, and theirs."""
    url = f"{sandbox_url}/sandbox/pipedrive/people"
    try:
        answer = requests.post(url, json={"people": people, "filter": filter_name}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        made = answer.json()
    except requests.RequestException as error:
        raise DemoFailed(f"{url} does not answer as it should: {type(error).__name__}.") from None
    return made["filter_id"], made["ids"]


class Observer:
    """Asks both; every figure is read, none is kept from what was sent."""

    def __init__(self, service_url: str, sandbox_url: str, api_key: str) -> None:
        self._service_url = service_url
        self._sandbox_url = sandbox_url
        self._session = requests.Session()
        self._authorization = {"Authorization": f"Bearer {api_key}"}

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def stats(self) -> Stats:
        """Return the sandbox's counters of this moment."""
        found = self._get(f"{self._sandbox_url}/sandbox/stats")
        return Stats(
            calls=found["calls"],
            messages=found["messages"],
            twice=found["duplicates"],
            receipts=found["receipts_posted"],
            reports=found["reports_received"],
            reported_twice=found["report_duplicates"],
        )

    def texts(self, since: int = 0) -> Counter[tuple[str, str]]:
        """Return how often each text reached each phone, those aside that came before as many as `since`."""
        found = self._get(f"{self._sandbox_url}/sandbox/messages", {"since": str(since)})["items"]
        return Counter((entry["to"], entry["text"]) for entry in found)

    def reports(self) -> list[dict[str, Any]]:
        """Return every report that CleverTap got."""
        items: list[dict[str, Any]] = self._get(f"{self._sandbox_url}/sandbox/reports")["items"]
        return items

    def writings(self) -> dict[str, list[dict[str, Any]]]:
        """Return every note and every activity in Pipedrive, by `notes` and `activities`."""
        return self._get(f"{self._sandbox_url}/sandbox/pipedrive/writings")

    def message(self, message_id: str) -> dict[str, Any]:
        """Return one message, as the REST API tells it."""
        return self._api(f"/messages/{message_id}")

    def messages(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the messages of the account, as the REST API tells them: all, or those of a `source`."""
        return list(self.pages("/messages", **wanted))

    def pages(self, path: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """Yield whatever the REST API lists, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self._api(path, limit=str(PAGE), **wanted, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]

    def _api(self, path: str, **parameters: str) -> dict[str, Any]:
        return self._get(f"{self._service_url}/api/v1{path}", parameters, self._authorization)

    def _get(
        self, url: str, parameters: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            response = self._session.get(url, params=parameters, headers=headers, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
            answer: dict[str, Any] = response.json()
        except requests.RequestException as error:
            raise DemoFailed(f"{url} does not answer as it should: {type(error).__name__}.") from None
        return answer
