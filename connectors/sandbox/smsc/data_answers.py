"""How SMSC shows statuses, history, incoming messages, numbers and tasks, field for field."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from connectors.sandbox.smsc.answers import Answer, Value, numeric
from connectors.sandbox.smsc.book import ERRORS, STATUSES, DedicatedNumber, Incoming, Sent
from connectors.sandbox.smsc.wording import dated

NOT_FOUND = -3
STATUS_NAMES = {
    0: "Handed to the operator",
    1: "Delivered",
    3: "Expired",
    20: "Impossible to deliver",
    23: "Forbidden",
}


def status_of(sent: Sent) -> int:
    return STATUSES[sent.message.state]


def statuses(found: Sequence[tuple[str, str, Sent | None]], details: int, many: bool) -> Answer:
    """Return the answer of status.php: one object, or a list of them where many were asked for."""
    items = [_status(message_id, phone, sent, details) for message_id, phone, sent in found]
    words = "\n".join(f"Status = {item['status']}, check_time = {item['last_date']}" for item in items)
    figures = "\n".join(_figures(item) for item in items)
    return Answer(words, figures, items if many else items[0], "status")


def _figures(item: Mapping[str, Value]) -> str:
    error = f",{item['err']}" if item["err"] else ""
    return f"{item['status']},{item['last_timestamp']}{error}"


def _status(message_id: str, phone: str, sent: Sent | None, details: int) -> dict[str, Value]:
    if sent is None:
        item: dict[str, Value] = {"status": NOT_FOUND, "last_date": "", "last_timestamp": 0, "flag": 0, "err": 0}
    else:
        item = _fate(sent)
    item |= {"id": numeric(message_id), "phone": phone}
    if sent is not None and details:
        item |= _particulars(sent)
    if sent is not None and details == 2:
        item |= {"country": "Russia", "operator": "MTS", "operator_orig": "MTS", "region": "Moscow"}
    return item


def _fate(sent: Sent) -> dict[str, Value]:
    at = datetime.fromisoformat(sent.message.settled_at or sent.message.at)
    error = ERRORS.get(sent.message.state, 0)
    fate: dict[str, Value] = {"status": status_of(sent), "last_date": dated(at), "last_timestamp": int(at.timestamp())}
    return fate | {"flag": 0, "err": error}


def _particulars(sent: Sent) -> dict[str, Value]:
    at = datetime.fromisoformat(sent.message.at)
    return {
        "send_date": dated(at),
        "send_timestamp": int(at.timestamp()),
        "phone": sent.phone,
        "cost": str(sent.cost),
        "sender_id": sent.message.sender_id,
        "status_name": STATUS_NAMES[status_of(sent)],
        "message": sent.message.text,
        "comment": "",
        "mccmnc": "25001",
        "type": 0,
        "sms_cnt": sent.parts,
    }


def history(sent: Sequence[Sent]) -> Answer:
    """Return the answer of get.php?get_messages=1, which is an empty list where nothing fits."""
    items = [
        {**_fate(one), **_particulars(one), "id": numeric(one.message_id), "int_id": one.number, "format": 0}
        for one in sent
    ]
    return _listed(items, "message")


def incoming(received: Sequence[Incoming]) -> Answer:
    items: list[dict[str, Value]] = [
        {
            "id": one.number,
            "received": dated(one.at),
            "phone": one.phone,
            "message": one.text,
            "to_phone": one.to,
            "sent": dated(one.at),
        }
        for one in received
    ]
    return _listed(items, "message")


def numbers(free: Sequence[tuple[DedicatedNumber, Decimal]]) -> Answer:
    items: list[dict[str, Value]] = [
        {
            "phone": number.phone,
            "type": number.kind,
            "cost": str(number.cost),
            "current_cost": str(current),
            "info": number.info,
        }
        for number, current in free
    ]
    return _listed(items, "phone")


def tasks(items: Sequence[Mapping[str, Value]]) -> Answer:
    return _listed(items, "task")


def _listed(items: Sequence[Mapping[str, Value]], name: str) -> Answer:
    words = "\n".join(", ".join(f"{key} = {value}" for key, value in item.items()) for item in items)
    figures = "\n".join(",".join(str(value) for value in item.values()) for item in items)
    return Answer(words, figures, items, name)
