"""A company whose automations are played by hand: what a worker's jobs do, in this thread."""

import base64
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import select, update

from connectors.pipedrive.automations.credentials import credentials
from connectors.pipedrive.automations.jobs import make_runner
from connectors.pipedrive.automations.subscribing import PATH, Subscriber
from connectors.pipedrive.automations.working import Worker
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_webhooks
from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.shared.automations.tables import automation_steps
from connectors.shared.clock import now_ms, to_rfc3339
from connectors.shared.messages.tables import messages
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, USER
from tests.shared.messages.tenants import wait_for

SENDER_ID = "ACMEIN"
"""The company's own: its account has another, for whoever else uses it."""
STAGES = ("Qualified", "Proposal made", "Won over")


class Door:
    """A socket's application, given once there is one."""

    url: str
    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


@dataclass
class Played:
    """A company. `stages` are the ids of STAGES."""

    parts: Context
    book: PipedriveBook
    viewer: Viewer
    stages: list[int] = field(default_factory=list)

    def put(self, trigger: str, **changes: Any) -> Any:
        """Decide about an automation; it may text at any hour, as tests run."""
        answer = self.viewer.put(f"/automations/{trigger}", {"hours": "any"} | changes)
        assert answer.status_code == 200, answer.text
        return answer.json

    def listed(self) -> Any:
        """What the page is told of all automations."""
        return self.viewer.get("/automations").json

    def in_stage(self, index: int) -> str:
        return f"deal_in_stage_{self.stages[index]}"

    def subscribe(self) -> list[tuple[str, int]]:
        """See to the webhooks; returns which Pipedrive has then, and in whose name."""
        Subscriber(self.parts).look()
        return sorted((f"{hook.object}.{hook.action}", hook.holder.user_id) for hook in self.book.hooks.of(COMPANY))

    def make_due(self) -> None:
        """Have the webhooks be looked at again, as a day later."""
        with self.parts.service.database.write() as connection:
            connection.execute(update(pipedrive_webhooks).values(next_attempt_at=0))

    def work(self) -> None:
        """Have what Pipedrive tells arrive, and worked off."""
        assert self.book.teller.wait(10)
        Worker(self.parts.service.database).run()

    def run(self) -> None:
        """Look at steps until Pipedrive was asked about all that is due."""
        runner = make_runner(self.parts)
        settled = [False]

        def look() -> bool:
            runner.run()
            settled[0] = not any(row["status"] == "waiting" and row["due_at"] <= now_ms() for row in self.rows())
            return settled[0]

        wait_for(look)
        runner.close()

    def all(self) -> list[tuple[str | None, str, str | None]]:
        """Have everything done; returns key, status and reason of each step."""
        self.work()
        self.run()
        return self.steps()

    def steps(self) -> list[tuple[str | None, str, str | None]]:
        """Key, status and reason of each step, oldest first."""
        return [(row["key"], row["status"], row["reason"]) for row in self.rows()]

    def rows(self) -> list[Any]:
        with self.parts.service.database.read() as connection:
            return list(connection.execute(select(automation_steps).order_by(automation_steps.c.id)).mappings())

    def texts(self) -> list[tuple[str, str]]:
        """Whom messages are to and what they say."""
        with self.parts.service.database.read() as connection:
            rows = connection.execute(select(messages.c.recipient, messages.c.text).order_by(messages.c.id))
            return [(row.recipient, row.text) for row in rows]

    def shift(self, milliseconds: int) -> None:
        """Have all that was planned so far have happened earlier."""
        own = automation_steps.c
        earlier = {name: own[name] - milliseconds for name in ("happened_at", "due_at", "look_at")}
        with self.parts.service.database.write() as connection:
            connection.execute(update(automation_steps).values(earlier))


def told(entity: str, action: str, entity_id: int, **more: Any) -> dict[str, Any]:
    """Return a webhook's body as Pipedrive sends it; `more` is `data`, `previous`, or part of its `meta`."""
    data, previous = more.pop("data", {"id": entity_id}), more.pop("previous", None)
    meta = {
        "action": action,
        "entity": entity,
        "entity_id": str(entity_id),
        "company_id": str(COMPANY),
        "id": str(uuid.uuid4()),
        "timestamp": to_rfc3339(now_ms()),
        "user_id": str(USER),
        "version": "2.0",
        "attempt": 1,
    }
    return {"meta": meta | more, "data": data, "previous": previous}


def basic(parts: Context, company_id: int = COMPANY, user: str | None = None, password: str | None = None) -> Any:
    """Return the header that a company's webhooks carry."""
    shown = credentials(parts.service.secrets, company_id)
    plain = f"{user or shown.user}:{password or shown.password}"
    return {"Authorization": "Basic " + base64.b64encode(plain.encode()).decode()}


def post(door: Door, body: Any, headers: Any, company_id: int = COMPANY) -> requests.Response:
    how: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    return requests.post(f"{door.url}{PATH}/{company_id}", headers=headers, timeout=10, **how)
