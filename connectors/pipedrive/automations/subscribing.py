"""Webhooks at Pipedrive: listed first, those that are missing made, those that nobody needs taken away; daily again.

Pipedrive removes a webhook that nobody took for three days, and all of an app's when the app is uninstalled:
https://pipedrive.readme.io/docs/guide-for-webhooks-v2 and …/docs/webhooks-for-apps
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog

from connectors.pipedrive.automations import subscriptions
from connectors.pipedrive.automations.credentials import Credentials, credentials
from connectors.pipedrive.automations.deals import read_id
from connectors.pipedrive.automations.readers import readers
from connectors.pipedrive.automations.subscriptions import Lease, LeaseLost, Subscription
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import Disconnected, Gone, InDoubt, NotAllowed, PipedriveError, RateLimited
from connectors.pipedrive.platform.answers import SENSELESS
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms

PATH: Final = "/pipedrive/webhooks"
HOOKS: Final = "/api/v1/webhooks"
VERSION: Final = "2.0"
NAME: Final = "SMS automations"
MOST_AT_ONCE: Final = 20
AGAIN_MS: Final = DAY
SHORTEST_REST_MS: Final = 10 * SECOND
LONGEST_REST_MS: Final = HOUR
NOBODY: Final = "Nobody who is an admin in Pipedrive has the app connected. One of them installs it anew."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of ours as Pipedrive lists it. `usable`: it is active, and shows what we would take."""

    id: int
    kind: str
    usable: bool


class Subscriber:
    """Sees to companies that are due, one after the other. One for a process."""

    def __init__(self, parts: Context) -> None:
        self._parts = parts
        self._database = parts.service.database
        self._closing = False

    def look(self) -> None:
        """See to what is due. Raises StoreUnavailable."""
        with self._database.read() as connection:
            companies = subscriptions.due_companies(connection, now_ms(), MOST_AT_ONCE)
        for company_id in companies:
            if self._closing:
                return
            with self._database.write() as connection:
                lease = subscriptions.lease(connection, company_id, now_ms())
            if lease is not None:
                with suppress(LeaseLost):
                    self._see_to(lease)

    def close(self) -> None:
        """Begin nothing more."""
        self._closing = True

    def _see_to(self, lease: Lease) -> None:
        """Raises LeaseLost."""
        try:
            self._in_somebodys_name(lease)
        except PipedriveError as error:
            log.warning("pipedrive_webhooks_wait", company_id=lease.company_id, reason=str(error))
            with self._database.write() as connection:
                for row in lease.rows:
                    values = {"problem": str(error), "attempts": row.attempts + 1}
                    lease.settle(connection, row, values, now_ms() + _rest(error, row.attempts))

    def _in_somebodys_name(self, lease: Lease) -> None:
        """Raises PipedriveError and LeaseLost."""
        with self._database.read() as connection:
            users = readers(connection, lease.company_id, [row.user_id for row in lease.rows])
        refusal: PipedriveError = Disconnected(NOBODY)
        for who in users:
            try:
                there = self._list(who)
                for row in lease.rows:
                    self._bring_about(lease, row, who, [hook for hook in there if hook.kind == row.kind])
                return
            except (Disconnected, NotAllowed) as error:
                refusal = error
        raise refusal

    def _list(self, who: GrantKey) -> list[Hook]:
        """Return the webhooks that tell us of this company, whoever made them."""
        found = self._parts.pipedrive.get(who, HOOKS).data
        address, shows = self._address(who.company_id), credentials(self._parts.service.secrets, who.company_id)
        listed = [each for each in found or () if isinstance(each, Mapping)] if isinstance(found, list | None) else []
        return [hook for each in listed if each.get("subscription_url") == address and (hook := _hook(each, shows))]

    def _bring_about(self, lease: Lease, row: Subscription, who: GrantKey, there: Sequence[Hook]) -> None:
        kept = next((hook.id for hook in there if hook.usable), None) if row.wanted else None
        if row.wanted and kept is None:
            kept = self._make(lease, row, who)
        for hook in there:
            if hook.id != kept:
                self._renew(lease)
                with suppress(Gone):
                    self._parts.pipedrive.delete(who, f"{HOOKS}/{hook.id}")
        with self._database.write() as connection:
            if row.wanted:
                values = {"webhook_id": kept, "user_id": who.user_id, "problem": None, "attempts": 0}
                lease.settle(connection, row, values, now_ms() + AGAIN_MS)
            else:
                lease.drop(connection, row)

    def _make(self, lease: Lease, row: Subscription, who: GrantKey) -> int:
        self._renew(lease)
        subject, _, action = row.kind.partition(".")
        shows = credentials(self._parts.service.secrets, who.company_id)
        body = {
            "subscription_url": self._address(who.company_id),
            "event_action": action,
            "event_object": subject,
            "version": VERSION,
            "name": NAME,
            "http_auth_user": shows.user,
            "http_auth_password": shows.password,
        }
        made = self._parts.pipedrive.post(who, HOOKS, body).data
        webhook_id = read_id(made.get("id")) if isinstance(made, Mapping) else None
        if webhook_id is None:
            raise InDoubt(SENSELESS)
        log.info("pipedrive_webhook_made", company_id=who.company_id, kind=row.kind)
        return webhook_id

    def _renew(self, lease: Lease) -> None:
        with self._database.write() as connection:
            lease.renew(connection)

    def _address(self, company_id: int) -> str:
        return f"{self._parts.service.settings.public_url}{PATH}/{company_id}"


def _hook(entry: Mapping[str, Any], shows: Credentials) -> Hook | None:
    hook_id = read_id(entry.get("id"))
    if hook_id is None:
        return None
    # One that was made under a key before this one is replaced, before that key is given up.
    usable = entry.get("is_active") in (None, 1, True) and entry.get("http_auth_user") in (None, shows.user)
    return Hook(hook_id, f"{entry.get('event_object')}.{entry.get('event_action')}", usable)


def _rest(error: PipedriveError, attempts: int) -> int:
    if isinstance(error, RateLimited):
        return max(SHORTEST_REST_MS, int(error.seconds * SECOND))
    return int(min(LONGEST_REST_MS, SHORTEST_REST_MS * 2 ** min(attempts, 20)))
