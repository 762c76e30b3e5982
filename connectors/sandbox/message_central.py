"""Message Central's three calls, as documented: all inputs are in the query string, even of a POST."""

import time
from typing import IO

import uuid_utils
from flask import Blueprint, Response, g, request

from connectors.sandbox import answers
from connectors.sandbox.calls import Call, CallKind
from connectors.sandbox.clock import now_rfc3339
from connectors.sandbox.inbox import Message
from connectors.sandbox.magic_numbers import ONCE, SLOW_SECONDS, Answer, outcome_of, ruling_answer
from connectors.sandbox.options import Outage
from connectors.sandbox.sending import Recipient, Refused, SendCall, kind_of, read_call
from connectors.sandbox.state import Sandbox, current_sandbox
from connectors.sandbox.tokens import password_fits

TOKEN_PATH = "/auth/v1/authentication/token"  # noqa: S105 - the path of a call
SEND_PATH = "/verification/v3/send"
VALIDATE_PATH = "/verification/v3/validateOtp"

LONGEST_SILENCE = 60.0
"""Seconds that an outage of the kind "timeout" keeps a caller waiting before it closes the connection."""

blueprint = Blueprint("message_central", __name__)


@blueprint.before_request
def break_down() -> Response | None:
    """Answer in place of the call while there is an outage."""
    g.parameters = request.args.to_dict()
    sandbox = current_sandbox()
    outage = sandbox.settings.outage
    if outage is None:
        return None
    if outage is Outage.TIMEOUT:
        sandbox.wait_while_silent(LONGEST_SILENCE)
    return answers.OUTAGES[outage]()


@blueprint.after_request
def keep_book(response: Response) -> Response:
    status = None if isinstance(response, answers.NoAnswer) else response.status_code
    call = Call(request.path.rstrip("/"), _kind(), g.get("recipients", 0), status, now_rfc3339())
    current_sandbox().calls.record(call)
    return response


@blueprint.get(TOKEN_PATH)
def token() -> Response:
    """Hand out a token. Wrong credentials are answered with HTTP 200, as the vendor does."""
    sandbox = current_sandbox()
    customer_id = request.args.get("customerId", "")
    if not password_fits(sandbox.settings.accounts, customer_id, request.args.get("key", "")):
        return answers.json_answer({"status": 400, "error": "customerId is invalid"})
    minted = sandbox.tokens.mint(customer_id, sandbox.settings.token_lifetime)
    return answers.json_answer({"status": 200, "token": minted})


@blueprint.post(SEND_PATH)
def send() -> Response:
    """Take messages, or refuse them as the vendor does and as the numbers ask for."""
    sandbox = current_sandbox()
    response = _send(sandbox)
    if sandbox.settings.latency:
        time.sleep(sandbox.settings.latency)
    return response


@blueprint.route(f"{VALIDATE_PATH}/", methods=["GET", "POST"], strict_slashes=False)
def validate_otp() -> Response:
    """Check a code. The document says GET with a slash; clients that POST, or leave it out, exist."""
    sandbox = current_sandbox()
    if not _authorized(sandbox):
        return answers.unauthorized(request.path)
    verification_id = request.args.get("verificationId", "")
    response_code, code = sandbox.codes.verify(verification_id, request.args.get("code", ""))
    verified = response_code == 200
    data = {
        "verificationId": verification_id,
        "mobileNumber": code.mobile if code else None,
        "errorMessage": None if verified else answers.RESPONSE_NAMES[response_code],
        "verificationStatus": "VERIFICATION_COMPLETED" if verified else None,
        "authToken": None,
        "transactionId": code.transaction_id if code else None,
    }
    return answers.envelope(response_code, data)


def _kind() -> CallKind:
    if request.path == TOKEN_PATH:
        return CallKind.TOKEN
    if request.path.startswith(VALIDATE_PATH):
        return CallKind.VALIDATE
    return kind_of(g.parameters, request.mimetype == "multipart/form-data")


def _workbook() -> IO[bytes] | None:
    if request.mimetype != "multipart/form-data":
        return None
    file = request.files.get("file")
    return file.stream if file else None


def _authorized(sandbox: Sandbox) -> bool:
    customer_id = sandbox.tokens.customer_of(request.headers.get("authToken", ""))
    accounts = sandbox.settings.accounts
    return customer_id is not None and (not accounts or customer_id in accounts)


def _send(sandbox: Sandbox) -> Response:
    if not _authorized(sandbox):
        return answers.unauthorized(request.path)
    try:
        call = read_call(g.parameters, _workbook())
    except Refused as refusal:
        return answers.refusal(refusal.code, refusal.why)
    g.recipients = len(call.recipients)
    answer = _rule(sandbox, call)
    if answer in answers.REFUSALS:
        return answers.REFUSALS[answer]()
    response = _send_code(sandbox, call) if call.kind is CallKind.OTP else _send_messages(sandbox, call)
    return _spoil(response, answer)


def _rule(sandbox: Sandbox, call: SendCall) -> Answer:
    """Decide how the call is answered, by the numbers in it."""
    wanted = [(recipient, outcome_of(recipient.mobile).answer) for recipient in call.recipients]
    answer = ruling_answer(answer for _, answer in wanted)
    if answer not in ONCE:
        return answer
    once = [(recipient.to, recipient.text) for recipient, answer in wanted if answer in ONCE]
    if sandbox.first_tries.note(once):
        return answer
    return ruling_answer(answer for _, answer in wanted if answer not in ONCE)


def _send_messages(sandbox: Sandbox, call: SendCall) -> Response:
    transaction_id = str(uuid_utils.uuid4())
    _deliver(sandbox, [_message(call, recipient, transaction_id) for recipient in call.recipients])
    mobile = call.recipients[0].mobile if call.kind is CallKind.SINGLE else None
    return answers.sent(sandbox.codes.next_id(), mobile, transaction_id)


def _send_code(sandbox: Sandbox, call: SendCall) -> Response:
    """Verify Now: a second request while a code is out by this channel is a 506 that names the first one."""
    recipient = call.recipients[0]
    timeout = sandbox.settings.otp_timeout
    code, fresh = sandbox.codes.issue(
        recipient.country_code, recipient.mobile, call.flow_type, call.otp_length, timeout
    )
    if fresh:
        _deliver(sandbox, [_code_message(call, recipient, code.text, code.transaction_id)])
    response_code = 200 if fresh else 506
    return answers.code_sent(response_code, code.verification_id, code.mobile, code.transaction_id, timeout)


def _message(call: SendCall, recipient: Recipient, transaction_id: str) -> Message:
    return Message(
        to=recipient.to,
        sender_id=call.sender_id,
        text=recipient.text,
        message_type=call.message_type,
        flow_type=call.flow_type,
        template_id=call.template_id,
        entity_id=call.entity_id,
        transaction_id=transaction_id,
        at=now_rfc3339(),
    )


def _code_message(call: SendCall, recipient: Recipient, text: str, transaction_id: str) -> Message:
    """Return a code's message: Verify Now sends under names and with words of the vendor's own."""
    sender_id = "UTOMOB" if recipient.country_code == "91" else "U2 INFO"
    return Message(recipient.to, sender_id, text, "OTP", call.flow_type, None, None, transaction_id, now_rfc3339())


def _deliver(sandbox: Sandbox, messages: list[Message]) -> None:
    sandbox.inbox.take(messages)
    sandbox.receipts.schedule((message, outcome_of(message.to).receipts) for message in messages)


def _spoil(response: Response, answer: Answer) -> Response:
    """Return what the caller gets to see of the answer to a call that was taken."""
    if answer is Answer.LOST:
        return answers.NoAnswer()
    if answer is Answer.HTML:
        return answers.html_page()
    if answer is Answer.SLOW:
        time.sleep(SLOW_SECONDS)
    return response
