"""send.php: messages are taken, priced, or refused (https://smscentre.com/api/http/send/sms/)."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal

from flask import Blueprint, Response, g

from connectors.sandbox import answers as vendor
from connectors.sandbox.calls import Call, CallKind
from connectors.sandbox.clock import now_rfc3339
from connectors.sandbox.inbox import Message
from connectors.sandbox.magic_numbers import ONCE, SLOW_SECONDS, outcome_of, ruling_answer
from connectors.sandbox.magic_numbers import Answer as Forced
from connectors.sandbox.smsc import NAME
from connectors.sandbox.smsc.answers import Answer, Refused, Value, numeric
from connectors.sandbox.smsc.book import PRICE, Sent
from connectors.sandbox.smsc.gate import served
from connectors.sandbox.smsc.sending import CAPTCHA, Recipient, SendCall, read_call
from connectors.sandbox.smsc.wording import parts_of
from connectors.sandbox.state import Sandbox

PATHS = ("/sys/send.php", "/rest/send/")
MOST_IDENTICAL, MOST_IDENTICAL_PRICES = 1, 5

PER_PHONE = {7: ("22", "249"), 8: ("23", "252")}
"""`op=1` says of a number that nothing went to it: the status (invalid, forbidden) and the error code of a status."""

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="18"><rect width="50" height="18" fill="#eee"/>'
    f'<text x="8" y="14" font-family="monospace" font-size="14">{CAPTCHA}</text></svg>'
)

blueprint = Blueprint("smsc-send", __name__)


@blueprint.after_request
def keep_book(response: Response) -> Response:
    """Note the call to send among the others; asking a price sends nothing."""
    if g.get("smsc_recipients"):
        status = None if isinstance(response, vendor.NoAnswer) else response.status_code
        call = Call(PATHS[0], CallKind.SMSC, g.smsc_recipients, status, now_rfc3339())
        g.smsc_sandbox.calls.record(call)
    return response


@blueprint.get("/sys/imgcode.php")
def picture() -> Response:
    """The picture of the code that people copy; here it is always the same."""
    return Response(PICTURE, content_type="image/svg+xml")


def send(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer | Response:
    """Take messages, or refuse them as SMSC does and as the numbers ask for."""
    call = read_call(parameters)
    if call.cost == 1:
        return _price(sandbox, call)
    g.smsc_sandbox, g.smsc_recipients = sandbox, len(call.recipients)
    answer = _rule(sandbox, call)
    message_id = call.message_id or sandbox.smsc.next_id()
    refused = _REFUSALS.get(answer)
    if refused:
        raise Refused(refused, message_id=message_id)
    if answer in _BROKEN:
        return _BROKEN[answer]()
    if not call.taken:
        raise Refused(call.recipients[0].error, message_id=message_id)
    if not sandbox.smsc.limits.allows(("send", g.login, call.identity), MOST_IDENTICAL):
        raise Refused(9)
    return _spoiled(_taken(sandbox, call, message_id), answer)


_send_view = served(send)

for _path in PATHS:
    blueprint.add_url_rule(_path, view_func=_send_view, methods=["GET", "POST"])

_REFUSALS = {Forced.INSUFFICIENT_CREDITS: 3, Forced.THROTTLED_ONCE: 9}
_BROKEN: dict[Forced, Callable[[], Response]] = {
    Forced.UNAVAILABLE_ONCE: vendor.unavailable,
    Forced.SERVER_ERROR_ONCE: lambda: Response("Internal Server Error", 500, content_type="text/plain"),
}


def _price(sandbox: Sandbox, call: SendCall) -> Answer:
    if not sandbox.smsc.limits.allows(("price", g.login, call.identity), MOST_IDENTICAL_PRICES):
        raise Refused(9)
    cost, parts = _cost(call.taken), _parts(call.taken)
    return Answer(f"{cost} ({parts} SMS)", f"{cost},{parts}", {"cost": str(cost), "cnt": parts})


def _rule(sandbox: Sandbox, call: SendCall) -> Forced:
    """Decide how the call is answered, by the numbers in it; numbers that nothing can go to decide nothing."""
    wanted = [(recipient, outcome_of(recipient.phone).answer) for recipient in call.taken]
    answer = ruling_answer(forced for _, forced in wanted)
    if answer not in ONCE:
        return answer
    once = [(f"smsc {recipient.phone}", recipient.text) for recipient, forced in wanted if forced in ONCE]
    if sandbox.first_tries.note(once):
        return answer
    return ruling_answer(forced for _, forced in wanted if forced not in ONCE)


def _taken(sandbox: Sandbox, call: SendCall, message_id: str) -> Answer:
    sent = [_sent(sandbox, call, recipient, message_id) for recipient in call.taken]
    balance = sandbox.smsc.keep(sent)
    sandbox.inbox.take(one.message for one in sent)
    sandbox.receipts.schedule((one.message, outcome_of(one.phone).receipts) for one in sent)
    cost, parts = _cost(call.taken), _parts(call.taken)
    fields: dict[str, Value] = {"id": numeric(message_id), "cnt": parts}
    figures = [message_id, str(parts)]
    words = f"OK - {parts} SMS, ID - {message_id}"
    if call.cost >= 2:
        fields["cost"] = str(cost)
        figures.append(str(cost))
    if call.cost == 3:
        fields["balance"] = str(balance)
        figures.append(str(balance))
    if call.details:
        fields["phones"] = [_per_phone(recipient) for recipient in call.recipients]
    return Answer(words, ",".join(figures), fields)


def _sent(sandbox: Sandbox, call: SendCall, recipient: Recipient, message_id: str) -> Sent:
    message = Message(
        to=f"+{recipient.phone}",
        sender_id=call.sender,
        text=recipient.text,
        message_type="",
        flow_type="SMS",
        template_id=None,
        entity_id=None,
        transaction_id=message_id,
        at=now_rfc3339(),
        gateway=NAME,
    )
    cost, parts = _cost([recipient]), parts_of(recipient.text)
    return Sent(message, message_id, recipient.phone, cost, parts, sandbox.smsc.next_number(), g.login)


def _per_phone(recipient: Recipient) -> dict[str, Value]:
    status, error = PER_PHONE.get(recipient.error, ("-1", "0"))
    cost = "0" if recipient.error else str(_cost([recipient]))
    return {"phone": recipient.phone, "mccmnc": "25001", "cost": cost, "status": status, "error": error}


def _parts(recipients: list[Recipient]) -> int:
    return sum(parts_of(recipient.text) for recipient in recipients)


def _cost(recipients: list[Recipient]) -> Decimal:
    return PRICE * _parts(recipients)


def _spoiled(answer: Answer, forced: Forced) -> Answer | Response:
    """Return what the caller gets to see of the answer to a call that was taken."""
    if forced is Forced.LOST:
        return vendor.NoAnswer()
    if forced is Forced.HTML:
        return vendor.html_page()
    if forced is Forced.SLOW:
        time.sleep(SLOW_SECONDS)
    return answer
