"""SMSC's other calls: statuses, the balance, history, incoming messages, numbers, confirming calls, tasks."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from flask import Blueprint, Response

from connectors.sandbox.smsc import data_answers as shown
from connectors.sandbox.smsc.answers import Answer, Refused
from connectors.sandbox.smsc.book import CALLED_NUMBERS, DedicatedNumber, Incoming, Sent
from connectors.sandbox.smsc.gate import Call, limit, served
from connectors.sandbox.smsc.parameters import needed, phone_of, whole_number
from connectors.sandbox.smsc.wording import MOSCOW, codec, dated, now
from connectors.sandbox.state import Sandbox

MOST_STATUSES, MOST_MASS_STATUSES = 5, 1
MOST_BALANCES = 10
MOST_LISTS = 10
"""Identical requests a minute to get.php; the document's figure is not readable any more, so it is a guess."""

MOST_OF_NUMBERS = 2
MOST_CALLS = 50
MOST_OF_TASKS = 3
MOST_OF_HISTORY, MOST_INCOMING, MOST_HOURS = 1_000, 10_000, 168

blueprint = Blueprint("smsc-data", __name__)


def status(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """Tell what became of messages; ids and phones go by pairs, and a comma at the end keeps the list."""
    ids, phones = needed(parameters, "id"), needed(parameters, "phone")
    many = "," in ids
    limit(sandbox, "status", parameters, MOST_MASS_STATUSES if many else MOST_STATUSES)
    pairs = [(message_id.strip(), phone_of(phone) or phone) for message_id, phone in _pairs(ids, phones)]
    if parameters.get("del") == "1":
        return _delete(sandbox, pairs)
    details = whole_number(parameters, "all", 0, 2)
    found = [(*pair, sandbox.smsc.find(*pair)) for pair in pairs]
    return shown.statuses(found, details, many)


def _pairs(ids: str, phones: str) -> Sequence[tuple[str, str]]:
    left, right = ([part for part in text.split(",") if part.strip()] for text in (ids, phones))
    if len(left) != len(right):
        raise Refused(1)
    return list(zip(left, right, strict=True))


def _delete(sandbox: Sandbox, pairs: Sequence[tuple[str, str]]) -> Answer:
    deleted = [sandbox.smsc.delete(*pair) for pair in pairs]
    if not all(deleted):
        raise Refused(5, "cannot delete the message")
    return Answer("OK", "OK", {"result": "OK"})


def balance(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """Tell the balance; `cur=1` adds the currency."""
    limit(sandbox, "balance", {}, MOST_BALANCES)
    left = str(sandbox.smsc.balance)
    if parameters.get("cur") == "1":
        return Answer(f"{left} RUR", f"{left},RUR", {"balance": left, "currency": "RUR"})
    return Answer(left, left, {"balance": left})


def get(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """List what was sent (`get_messages=1`, newest first) or what came in (`get_answers=1`)."""
    if parameters.get("get_messages") == "1":
        limit(sandbox, "history", parameters, MOST_LISTS)
        return shown.history(_history(sandbox.smsc.sent(), parameters))
    if parameters.get("get_answers") == "1":
        limit(sandbox, "incoming", parameters, MOST_LISTS)
        return shown.incoming(_incoming(sandbox.smsc.incoming(), parameters))
    raise Refused(1)


def _history(sent: list[Sent], parameters: Mapping[str, str]) -> list[Sent]:
    count = whole_number(parameters, "cnt", MOST_OF_HISTORY, MOST_OF_HISTORY)
    before = whole_number(parameters, "prev_id", 0, 2**31)
    phones = {phone_of(phone) for phone in parameters.get("phone", "").split(",") if phone.strip()}
    first = _day(parameters, "start", datetime.now(MOSCOW) - timedelta(days=1))
    last = _day(parameters, "end", first if parameters.get("start") else datetime.now(MOSCOW))
    wanted = [
        one
        for one in sent
        if (not before or one.number < before)
        and (not phones or one.phone in phones)
        and first.date() <= datetime.fromisoformat(one.message.at).astimezone(MOSCOW).date() <= last.date()
    ]
    return wanted[:count]


def _day(parameters: Mapping[str, str], name: str, default: datetime) -> datetime:
    if not parameters.get(name):
        return default
    try:
        return datetime.strptime(parameters[name], "%d.%m.%Y").replace(tzinfo=MOSCOW)
    except ValueError:
        raise Refused(5) from None


def _incoming(incoming: list[Incoming], parameters: Mapping[str, str]) -> list[Incoming]:
    """Return what came after `after_id`, oldest first, or in the last `hour` hours (one day, if nothing is said)."""
    after = whole_number(parameters, "after_id", 0, 2**31)
    count = whole_number(parameters, "cnt", MOST_INCOMING, MOST_INCOMING)
    since = now() - timedelta(hours=whole_number(parameters, "hour", 24, MOST_HOURS))
    to = phone_of(parameters["to_phone"]) if parameters.get("to_phone") else None
    wanted = [
        one for one in incoming if (one.number > after if after else one.at >= since) and (to is None or one.to == to)
    ]
    return wanted[:count]


def receive_phones(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """List numbers that are free (`get=1`), rent one (`buy=1`), or change its renewal (`chg=1`)."""
    for name, work in (("get", _list_numbers), ("buy", _rent), ("chg", _renew)):
        if parameters.get(name) == "1":
            limit(sandbox, f"numbers {name}", parameters, MOST_OF_NUMBERS)
            return work(sandbox, parameters)
    raise Refused(1)


def _list_numbers(sandbox: Sandbox, _parameters: Mapping[str, str]) -> Answer:
    return shown.numbers([(number, _cost_of_this_month(number)) for number in sandbox.smsc.free_numbers()])


def _rent(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    phone = phone_of(needed(parameters, "phone"))
    number = next((free for free in sandbox.smsc.free_numbers() if free.phone == phone), None)
    if number is None:
        raise Refused(1, "parameters error: phone")
    cost = _cost_of_this_month(number)
    if cost > sandbox.smsc.balance:
        raise Refused(3)
    prolonged = whole_number(parameters, "noprolong", 0, 1) == 0
    if not sandbox.smsc.rent(number.phone, cost, prolonged):
        raise Refused(1, "parameters error: phone")
    return Answer(f"OK - {cost}", str(cost), {"result": "OK", "cost": str(cost)})


def _renew(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    phone = phone_of(needed(parameters, "phone")) or ""
    needed(parameters, "noprolong")
    if not sandbox.smsc.prolong(phone, whole_number(parameters, "noprolong", 0, 1) == 0):
        raise Refused(1, "parameters error: phone")
    return Answer("OK", "OK", {"result": "OK"})


def _cost_of_this_month(number: DedicatedNumber) -> Decimal:
    """Return the price of the days that are left of this month, today among them."""
    today = datetime.now(MOSCOW)
    first_of_next = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    days = (first_of_next - timedelta(days=1)).day
    return (number.cost * (days - today.day + 1) / days).quantize(Decimal("0.01"))


def wait_call(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """Name a number that the subscriber has to call within 15 minutes."""
    subscriber = phone_of(needed(parameters, "phone"))
    if subscriber is None:
        raise Refused(1, "parameters error: phone")
    limit(sandbox, "wait_call", parameters, MOST_CALLS)
    number = CALLED_NUMBERS[int(subscriber) % len(CALLED_NUMBERS)]
    words = f"OK - PHONE: {number}, ALL PHONES: {','.join(CALLED_NUMBERS)}"
    return Answer(words, f"{number},{','.join(CALLED_NUMBERS)}", {"phone": number, "all_phones": list(CALLED_NUMBERS)})


class Task(NamedTuple):
    """A deferred task as downloads.php lists it: status 0 is waiting, 2 is done."""

    id: int
    name: str
    status: int
    created: str
    time: str
    file: str


def _tasks(sandbox: Sandbox) -> list[Task]:
    """Return what is ordered in the cabinet: here always one task that is done, and one that waits."""
    started = dated(sandbox.smsc.started)
    return [
        Task(1, "All messages", 2, started, started, "messages.csv"),
        Task(2, "Messages of this month", 0, started, "", "month.csv"),
    ]


def downloads(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer | Response:
    """List deferred tasks (`get_list=1`), or hand out the file of one that is done (`get_file=1`)."""
    if parameters.get("get_list") == "1":
        limit(sandbox, "tasks", parameters, MOST_OF_TASKS)
        after = whole_number(parameters, "after_id", 0, 2**31)
        count = whole_number(parameters, "cnt", 100, 1_000)
        return shown.tasks([task._asdict() for task in _tasks(sandbox) if task.id > after][:count])
    if parameters.get("get_file") == "1":
        limit(sandbox, "file", parameters, MOST_OF_TASKS)
        wanted = parameters.get("id"), parameters.get("name")
        for task in _tasks(sandbox):
            if task.status == 2 and (str(task.id) == wanted[0] or task.file == wanted[1]):
                return _file(sandbox, codec(parameters.get("charset", "")))
    raise Refused(1)


def _file(sandbox: Sandbox, charset: str) -> Response:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(("id", "phone", "status", "send_date", "cost", "message"))
    for one in sandbox.smsc.sent():
        sent_at = dated(datetime.fromisoformat(one.message.at))
        rows.writerow((one.message_id, one.phone, shown.status_of(one), sent_at, one.cost, one.message.text))
    headers = {"Content-Disposition": 'attachment; filename="messages.csv"'}
    body = text.getvalue().encode(charset, "replace")
    return Response(body, headers=headers, content_type=f"text/csv; charset={charset}")


_CALLS: dict[str, Call] = {
    "status": status,
    "balance": balance,
    "get": get,
    "receive_phones": receive_phones,
    "wait_call": wait_call,
    "downloads": downloads,
}

for _name, _call in _CALLS.items():
    blueprint.add_url_rule(f"/sys/{_name}.php", endpoint=_name, view_func=served(_call), methods=["GET", "POST"])
