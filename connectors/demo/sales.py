"""Plays somebody of sales: a browser with Pipedrive open in it, which frames the app's pages and signs for them."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.demo.contacts import PERSON, PERSON_WRITTEN, TEXT
from connectors.demo.forms import filled_in
from connectors.demo.processes import DemoFailed

TIMEOUT_SECONDS = 60
CAMPAIGN = "The new price list"
SETTINGS = "/pipedrive/settings"
CALLBACK = "/pipedrive/callback"


@dataclass(frozen=True, slots=True)
class Selection:
    """People chosen by a filter of the list, without those who were unticked."""

    filter_id: int
    excluded_ids: tuple[int, ...]

    def body(self) -> dict[str, Any]:
        """Return what the campaign's page posts."""
        return {"selected_ids": [], "excluded_ids": self.excluded_ids, "filter": {"filter_id": self.filter_id}}

    def parameters(self) -> dict[str, str]:
        """Return what Pipedrive tells the page."""
        return {
            "resource": "person",
            "view": "list",
            "selectedIds": "",
            "excludedIds": ",".join(str(person_id) for person_id in self.excluded_ids),
            "filter": json.dumps({"filter_id": self.filter_id}),
        }


class Salesperson:
    """What somebody does with the app, and what its pages do for them."""

    def __init__(self, service_url: str, sandbox_url: str) -> None:
        self._service = service_url
        self._sandbox = sandbox_url
        self._browser = requests.Session()
        self._company = self._user = ""
        self._callback = ""

    def close(self) -> None:
        """Let go of connections."""
        self._browser.close()

    def install(self) -> bool:
        """Go from the app's link through Pipedrive's question; True where it ends at the app's settings there."""
        asked = self._ask("GET", f"{self._service}/pipedrive/install")
        form = filled_in(asked.text)
        self._company, _, self._user = form["who"].partition(":")
        arrived = self._ask("POST", asked.url, data=form | {"decision": "allow"})
        self._callback = next((step.url for step in arrived.history if urlsplit(step.url).path == CALLBACK), "")
        return bool(self._callback) and arrived.url.startswith(f"{self._sandbox}{SETTINGS}")

    def turned_away(self) -> int:
        """Return how many of two are refused: the end of the installation again, and claims that nobody signed."""
        again = self._send("GET", self._callback)
        headers = {"Authorization": f"Bearer {_forged(self._token())}"}
        forged = self._send("GET", f"{self._service}/pipedrive/api/settings", headers=headers)
        return (again.status_code == 403) + (forged.status_code == 401)

    def opens(self, page: str, **about: str) -> bool:
        """Have Pipedrive frame a page of the app; whether it comes, and lets Pipedrive do so."""
        signed = {"userId": self._user, "companyId": self._company, "token": self._token()}
        query = {**about, **signed, "id": secrets.token_hex(16), "theme": "light"}
        response = self._send("GET", f"{self._service}/pipedrive/{page}", params=query)
        policy = response.headers.get("Content-Security-Policy", "")
        return response.ok and f"frame-ancestors {self._sandbox}" in policy

    def save_settings(self, settings: dict[str, str]) -> dict[str, Any]:
        """Save the app's settings; returns them as they come back."""
        self._call("PUT", "/settings", json=settings)
        return self._call("GET", "/settings")

    def text_person(self, press: str) -> dict[str, Any]:
        """Send an SMS from the contact's panel; the same `press` of the button may come twice."""
        body = {"person_id": PERSON, "text": PERSON_WRITTEN}
        return self._call("POST", "/messages", json=body, headers={"Idempotency-Key": press})

    def history(self) -> list[dict[str, Any]]:
        """Return what the panel lists of the contact, newest first."""
        items: list[dict[str, Any]] = self._call("GET", "/messages", params={"person_id": str(PERSON)})["items"]
        return items

    def preview(self, selection: Selection) -> dict[str, Any]:
        """Return what a campaign would send."""
        return self._call("POST", "/campaigns/preview", json=_campaign(selection))

    def begin(self, selection: Selection, count: int) -> str:
        """Begin a campaign to as many people as the preview has shown; returns its id."""
        body = {**_campaign(selection), "name": CAMPAIGN, "expected_count": count}
        return str(self._call("POST", "/campaigns", json=body)["id"])

    def campaign(self, campaign_id: str) -> dict[str, Any]:
        """Return how far a campaign is."""
        return self._call("GET", f"/campaigns/{campaign_id}")

    def download_report(self, campaign_id: str, path: Path) -> None:
        """Save the report as a workbook."""
        path.write_bytes(self._api("GET", f"/campaigns/{campaign_id}/report.xlsx").content)

    def _token(self) -> str:
        """Return what the SDK's GET_SIGNED_TOKEN brings: good for five minutes, and so asked for by each call."""
        query = {"company": self._company, "user": self._user}
        return str(self._ask("GET", f"{self._sandbox}/pipedrive/token", params=query).json()["token"])

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._api(method, path, **content).json()
        return answer

    def _api(self, method: str, path: str, **content: Any) -> requests.Response:
        headers = {**content.pop("headers", {}), "Authorization": f"Bearer {self._token()}"}
        return self._ask(method, f"{self._service}/pipedrive/api{path}", headers=headers, **content)

    def _ask(self, method: str, url: str, **content: Any) -> requests.Response:
        response = self._send(method, url, **content)
        if not response.ok:
            raise DemoFailed(f"{method} {urlsplit(url).path} answered {response.status_code}: {response.text}")
        return response

    def _send(self, method: str, url: str, **content: Any) -> requests.Response:
        try:
            return self._browser.request(method, url, timeout=TIMEOUT_SECONDS, **content)
        except requests.RequestException as error:
            raise DemoFailed(f"{method} {urlsplit(url).path} got no answer: {type(error).__name__}.") from None


def _campaign(selection: Selection) -> dict[str, Any]:
    return {"text": TEXT, "selection": selection.body()}


def _forged(token: str) -> str:
    """Return a token with another's claims under the signature of this one."""
    head, _, signature = token.split(".")
    claims = json.dumps({"userId": 1, "companyId": 2, "exp": 4_102_444_800}).encode()
    return f"{head}.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.{signature}"
