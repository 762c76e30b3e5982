"""What is kept of a customer, as a file for the operator: the shop's owner has thirty days to hand it on.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

import os
import re
import secrets as randomness
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from connectors.shared.automations import steps
from connectors.shared.clock import SECOND, to_rfc3339
from connectors.shared.messages.tables import messages
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations.planning import Event
from connectors.shopify.orders import kept_consent, records
from connectors.shopify.orders.reading import part, ref
from connectors.shopify.shops import Shop
from connectors.shopify.webhooks import events
from connectors.shopify.webhooks.people import Person
from connectors.shopify.webhooks.traces import Traces

FOLDER: Final = Path("shopify") / "data-requests"
_UNSAFE = re.compile(r"[^0-9A-Za-z_-]", re.ASCII)
_SLICE: Final = 500


def answer(
    connection: Connection, secrets: SecretBox, shop: Shop, event: Event, person: Person, found: Traces
) -> dict[str, Any]:
    """Return what is kept of a customer: records, messages to them, and what Shopify told of them."""
    return {
        "shop": shop.domain,
        "requested_at": to_rfc3339(event.triggered_at),
        "data_request": part(event.body, "data_request"),
        "customer": part(event.body, "customer"),
        "customer_id": person.customer_ref,
        "orders_requested": list(person.order_refs),
        "records": [
            {"kind": record.kind.value, "id": record.ref, "facts": record.facts}
            for kind, of in sorted(found.records)
            if (record := records.find(connection, secrets, shop.id, kind, of)) is not None
        ],
        "consents": [
            {"subscribed": kept["subscribed"], "given_at": to_rfc3339(kept["given_at"])}
            for kept in kept_consent.told(connection, shop.id, found.customers)
        ],
        "messages": _messages(connection, shop, found),
        "events": list(_events(connection, secrets, shop, found)),
    }


def write(data_dir: Path, shop: Shop, event: Event, content: dict[str, Any]) -> Path:
    """Write the file, for the operator's eyes alone, whole or not at all; the same request again replaces it."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    request_id = _UNSAFE.sub("", ref(part(event.body, "data_request").get("id")) or event.id)
    path = folder / f"{shop.domain}-{request_id}.json"
    draft = path.with_name(f".{path.name}.{randomness.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return path


def remove_of_shop(data_dir: Path, shop: Shop) -> None:
    """Remove every file of a shop."""
    _remove(data_dir, lambda content: content.get("shop") == shop.domain)


def remove_of_customer(data_dir: Path, shop: Shop, found: Traces) -> None:
    """Remove the files of a customer."""

    def is_theirs(content: dict[str, Any]) -> bool:
        asked = {*content.get("orders_requested", ()), *_refs_in(content)}
        of_customer = content.get("customer_id") in found.customers or not found.orders.isdisjoint(asked)
        return content.get("shop") == shop.domain and of_customer

    _remove(data_dir, is_theirs)


def remove_older(data_dir: Path, before_ms: int) -> None:
    """Remove what was written before a moment, and what a killed process left unfinished."""
    for path in (data_dir / FOLDER).glob("*"):
        with suppress(FileNotFoundError):  # another process was first
            if path.stat().st_mtime * SECOND < before_ms:
                path.unlink()


def _remove(data_dir: Path, is_chosen: Callable[[dict[str, Any]], bool]) -> None:
    for path in (data_dir / FOLDER).glob("*.json"):
        try:
            if is_chosen(orjson.loads(path.read_bytes())):
                path.unlink(missing_ok=True)
        except (FileNotFoundError, orjson.JSONDecodeError):
            continue  # another process was first, or somebody else's file


def _refs_in(content: dict[str, Any]) -> Iterator[str]:
    for record in content.get("records", ()):
        if record.get("kind") == "order":
            yield record["id"]


def _messages(connection: Connection, shop: Shop, found: Traces) -> list[dict[str, Any]]:
    if shop.owner is None:
        return []
    ids = steps.message_ids(connection, shop.owner, found.subjects)
    kept = messages.c
    columns = (kept.id, kept.recipient, kept.sender_id, kept.text, kept.status, kept.created_at)
    told = []
    for start in range(0, len(ids), _SLICE):
        chosen = kept.id.in_(ids[start : start + _SLICE])
        for row in connection.execute(select(*columns).where(chosen).order_by(kept.id)):
            told.append(
                {
                    "id": row.id,
                    "to": None if row.recipient is None else f"+{row.recipient}",
                    "from": row.sender_id,
                    "text": row.text,
                    "status": row.status,
                    "created_at": to_rfc3339(row.created_at),
                }
            )
    return told


def _events(connection: Connection, secrets: SecretBox, shop: Shop, found: Traces) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for chosen in events.of_refs(shop.id, found.refs):
        for row in events.bodies(connection, chosen):
            event = events.opened(secrets, row).event
            if event is not None and event.id not in seen:
                seen.add(event.id)
                yield {"topic": event.topic, "triggered_at": to_rfc3339(event.triggered_at), "body": event.body}
