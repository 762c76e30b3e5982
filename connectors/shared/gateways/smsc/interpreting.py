"""What each of SMSC's calls says when it says yes, by the fields of its page: None for what is no answer to it."""

from collections.abc import Callable
from typing import Any, TypeVar

from connectors.shared.gateways.smsc.answers import (
    Answered,
    Balance,
    Cost,
    DedicatedNumber,
    Done,
    MessageStatus,
    Rented,
    Sent,
    SentPhone,
    Task,
    WaitedCall,
)
from connectors.shared.gateways.smsc.reading import Fields, amount, digits, integer, moment, rows, text

_NO_ERROR = (None, "0")
T = TypeVar("T")


def sent(content: Any) -> Sent | None:
    """`{"id": 1, "cnt": 2, "cost": "4.1", "balance": "83.6", "phones": [{"phone", "mccmnc", "cost", "error"}]}`."""
    known = _only(content)
    if known is None:
        return None
    message_id, count = text(known, "id"), integer(known, "cnt")
    phones = tuple(sent_phone(row) for row in rows(known.get("phones")) or ())
    if message_id is None or message_id == "0" or (count == 0 and not phones):
        # No id, or no SMS: nothing tells what became of it.
        return None
    return Sent(message_id, count, amount(known, "cost"), amount(known, "balance"), phones)


def sent_phone(fields: Fields) -> SentPhone:
    """One of the `phones` that a send with `op=1` brings."""
    error = text(fields, "error", "error_code", "err")
    return SentPhone(
        phone=digits(text(fields, "phone")),
        error=None if error in _NO_ERROR else error,
        status=integer(fields, "status"),
        cost=amount(fields, "cost"),
        mccmnc=text(fields, "mccmnc"),
    )


def cost(content: Any) -> Cost | None:
    """`{"cost": "1.4", "cnt": 1}`."""
    known = _only(content)
    price = None if known is None else amount(known, "cost")
    return None if known is None or price is None else Cost(price, integer(known, "cnt"))


def balance(content: Any) -> Balance | None:
    """`{"balance": "100.50", "credit": "10", "currency": "RUR"}`."""
    known = _only(content)
    left = None if known is None else amount(known, "balance")
    return None if known is None or left is None else Balance(left, amount(known, "credit"), text(known, "currency"))


def statuses(content: Any) -> list[MessageStatus] | None:
    """`[{"status": 1, "last_timestamp": 1286524541, "err": 0, "id": 1, "phone": "7…"}]`, of history too."""
    return _each(content, _status)


def answers(content: Any) -> list[Answered] | None:
    """`[{"id": 1, "received": "21.11.2026 11:00:00", "phone": "7…", "message": "…", "to_phone": "7…", "sent": "…"}]`.

    From https://smscentre.com/api/http/get_data/inbox.
    """
    return _each(content, _answered)


def numbers(content: Any) -> list[DedicatedNumber] | None:
    """`[{"phone", "type", "cost", "current_cost", "info"}]`."""
    return _each(content, _number)


def rented(content: Any) -> Rented | None:
    """`{"cost": "500"}`; whatever else it says that is no error, the number is rented."""
    known = _only(content)
    if known is not None:
        return Rented(amount(known, "cost"))
    bare = {"cost": content}
    return Rented(amount(bare, "cost")) if text(bare, "cost") else None


def done(content: Any) -> Done | None:
    """`{"result": "OK"}`, or anything that is no error: the page does not show it."""
    return Done() if content else None


def waited_call(content: Any) -> WaitedCall | None:
    """`{"phone": "7…", "all_phones": ["7…"]}`, the latter also separated by commas."""
    known = _only(content)
    phone = "" if known is None else digits(text(known, "phone"))
    if known is None or not phone.isdigit():
        return None
    listed = known.get("all_phones")
    candidates = listed if isinstance(listed, list) else str(listed or "").replace(";", ",").split(",")
    every = tuple(digits(candidate) for candidate in map(str, candidates) if digits(candidate).isdigit())
    return WaitedCall(phone, every)


def tasks(content: Any) -> list[Task] | None:
    """`[{"id", "name", "status", "created", "time", "file"}]`."""
    return _each(content, _task)


def _each(content: Any, interpret: Callable[[Fields], T | None]) -> list[T] | None:
    """Read each of the rows that can be read; None where there are some, and none can."""
    found = rows(content)
    if found is None:
        return None
    known = [row for row in map(interpret, found) if row is not None]
    return known if known or not found else None


def _status(row: Fields) -> MessageStatus | None:
    status = integer(row, "status")
    if status is None:
        return None
    return MessageStatus(
        id=text(row, "id"),
        phone=digits(text(row, "phone")) or None,
        status=status,
        error=integer(row, "err"),
        changed_at=moment(row, stamps=("last_timestamp",), written=("last_date",)),
        details={name: known for name in row if (known := text(row, name)) is not None},
    )


def _answered(row: Fields) -> Answered | None:
    answered_id, phone = text(row, "id"), digits(text(row, "phone"))
    if answered_id is None and not phone:
        return None
    return Answered(
        id=answered_id,
        phone=phone,
        message=text(row, "message", "mes") or "",
        to_phone=digits(text(row, "to_phone", "to")),
        received_at=moment(
            row,
            stamps=("received_timestamp", "sent_timestamp", "timestamp", "ts"),
            written=("received", "sent", "time"),
        ),
    )


def _number(row: Fields) -> DedicatedNumber | None:
    phone = digits(text(row, "phone"))
    if not phone:
        return None
    return DedicatedNumber(
        phone=phone,
        type=integer(row, "type"),
        cost=amount(row, "cost"),
        current_cost=amount(row, "current_cost"),
        info=text(row, "info"),
    )


def _task(row: Fields) -> Task | None:
    task_id = text(row, "id")
    if task_id is None:
        return None
    return Task(
        id=task_id,
        name=text(row, "name"),
        status=integer(row, "status"),
        created=text(row, "created"),
        time=text(row, "time"),
        file=text(row, "file"),
    )


def _only(content: Any) -> Fields | None:
    found = rows(content)
    return found[0] if found is not None and len(found) == 1 else None
