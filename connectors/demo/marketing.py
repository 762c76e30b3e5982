"""Plays somebody of marketing whose program calls the REST API with a key."""

from pathlib import Path
from typing import Any

import requests

from connectors.demo.processes import DemoFailed

TIMEOUT_SECONDS = 60
NAME = "Points end on Sunday"


class Marketer:
    """What a campaign from a workbook takes."""

    def __init__(self, service_url: str, api_key: str) -> None:
        self._api = f"{service_url}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {api_key}"

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def opt_out(self, number: str) -> None:
        """Keep that somebody does not want to be texted, whatever it is about."""
        self._call("POST", "/opt-outs", json={"number": number, "scope": "all"})

    def preview(self, workbook: Path, text: str) -> dict[str, Any]:
        """Return what a campaign would send."""
        return self._upload("/campaigns/preview", workbook, text)

    def begin(self, workbook: Path, text: str) -> str:
        """Begin a campaign; returns its id."""
        return str(self._upload("/campaigns", workbook, text)["id"])

    def campaign(self, campaign_id: str) -> dict[str, Any]:
        """Return how far a campaign is."""
        found: dict[str, Any] = self._call("GET", f"/campaigns/{campaign_id}").json()
        return found

    def download_report(self, campaign_id: str, path: Path) -> None:
        """Save the report as a workbook."""
        path.write_bytes(self._call("GET", f"/campaigns/{campaign_id}/report.xlsx").content)

    def _upload(self, path: str, workbook: Path, text: str) -> dict[str, Any]:
        # A promotional one would wait for the recipients' hours, and a demo at night for the morning.
        form = {"name": NAME, "text": text, "message_type": "TRANSACTION"}
        with workbook.open("rb") as file:
            answer: dict[str, Any] = self._call("POST", path, data=form, files={"file": file}).json()
        return answer

    def _call(self, method: str, path: str, **content: Any) -> requests.Response:
        try:
            response = self._session.request(method, self._api + path, timeout=TIMEOUT_SECONDS, **content)
        except requests.RequestException as error:
            raise DemoFailed(f"{method} {path} got no answer: {type(error).__name__}.") from None
        if not response.ok:
            raise DemoFailed(f"{method} {path} answered {response.status_code}: {response.text}")
        return response
