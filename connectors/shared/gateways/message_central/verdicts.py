"""Message Central's outcomes in the words of the seam.

The codes are those of the last page of its API documentation, "Response Codes"; 508 and 805 are seen in the wild.
"""

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.message_central import Answer, Outcome, TokenAnswer

LONGEST_ID = 64
"""What the ledger keeps of a vendor's id."""

_MEANINGS: dict[Outcome, tuple[Verdict, Fault, str]] = {
    Outcome.SUCCESS: (Verdict.ACCEPTED, Fault.NOBODY, ""),
    Outcome.BAD_REQUEST: (
        Verdict.REFUSED,
        Fault.MESSAGE,
        "Message Central refused the message. Check the number, the sender id and, for India, the registered text.",
    ),
    Outcome.INVALID_COUNTRY_CODE: (
        Verdict.REFUSED,
        Fault.RECIPIENT,
        "Message Central does not send to this number or country.",
    ),
    Outcome.UNAUTHORIZED: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "Message Central does not accept these credentials. Check the customer id and the password.",
    ),
    Outcome.INVALID_CUSTOMER_ID: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "Message Central does not know this customer id with this password.",
    ),
    Outcome.INSUFFICIENT_CREDITS: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "The Message Central account has no credits left. Top it up; sending goes on by itself.",
    ),
    Outcome.MAXIMUM_LIMIT_REACHED: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "The Message Central account has reached its limit. Ask Message Central to raise it.",
    ),
    Outcome.DUPLICATE_RESOURCE: (
        Verdict.REFUSED,
        Fault.MESSAGE,
        "Message Central says that it has this message already.",
    ),
    Outcome.REQUEST_ALREADY_EXISTS: (
        Verdict.REFUSED,
        Fault.MESSAGE,
        "Message Central says that it is still busy with an earlier message to this number.",
    ),
    Outcome.THROTTLED: (Verdict.TRY_AGAIN, Fault.VENDOR, "Message Central asked us to slow down."),
    Outcome.UNAVAILABLE: (Verdict.TRY_AGAIN, Fault.VENDOR, "Message Central is not available at the moment."),
    Outcome.SERVER_ERROR: (Verdict.TRY_AGAIN, Fault.VENDOR, "Message Central had an error of its own."),
    Outcome.NOT_CONNECTED: (Verdict.TRY_AGAIN, Fault.NETWORK, "Message Central could not be reached."),
    Outcome.NO_ANSWER: (
        Verdict.IN_DOUBT,
        Fault.NETWORK,
        "The message went out and no answer came, so it may or may not arrive.",
    ),
    Outcome.UNREADABLE: (
        Verdict.IN_DOUBT,
        Fault.VENDOR,
        "Message Central's answer made no sense, so the message may or may not arrive.",
    ),
}
_OTHER = (Verdict.REFUSED, Fault.MESSAGE, "Message Central refused the message.")
_DUPLICATES = {Outcome.DUPLICATE_RESOURCE, Outcome.REQUEST_ALREADY_EXISTS}
_SPLITTABLE = {Outcome.BAD_REQUEST, Outcome.INVALID_COUNTRY_CODE, *_DUPLICATES}


def of_send(answer: Answer, *, many: bool, first_try: bool) -> SendResult:
    """Say what the answer to a send means for its messages."""
    verdict, fault, explanation = _MEANINGS.get(answer.outcome, _OTHER)
    if answer.outcome in _DUPLICATES and not first_try:
        verdict = Verdict.IN_DOUBT
        explanation = "Message Central says it has this message already: an earlier try may have gone out."
    if answer.outcome is Outcome.SERVER_ERROR and (many or not answer.enveloped):
        # Of a call for many, some may have gone out before the error.
        verdict = Verdict.IN_DOUBT
        explanation = "Message Central had an error while sending, so the message may or may not arrive."
    return SendResult(
        verdict=verdict,
        fault=fault,
        code=_code(answer),
        explanation=_with_words(explanation, answer.message, answer.outcome),
        transaction_id=_transaction_id(answer),
        retry_after=answer.retry_after,
        split=many and verdict is Verdict.REFUSED and answer.outcome in _SPLITTABLE,
    )


def of_token(answer: TokenAnswer) -> SendResult:
    """Say what a mint without a token means: nothing has gone out in any case."""
    if answer.refused:
        _, fault, explanation = _MEANINGS.get(answer.outcome, _MEANINGS[Outcome.INVALID_CUSTOMER_ID])
        verdict = Verdict.ACCOUNT_REFUSED
        if answer.outcome is Outcome.BAD_REQUEST:
            fault, explanation = _MEANINGS[Outcome.INVALID_CUSTOMER_ID][1:]
    else:
        verdict, fault, explanation = Verdict.TRY_AGAIN, Fault.VENDOR, _MEANINGS[Outcome.UNAVAILABLE][2]
        if answer.outcome in (Outcome.NOT_CONNECTED, Outcome.NO_ANSWER):
            fault, explanation = Fault.NETWORK, _MEANINGS[Outcome.NOT_CONNECTED][2]
    code = str(answer.code) if answer.code is not None else answer.outcome.name.lower()
    return SendResult(verdict, fault, code=code, explanation=explanation, retry_after=answer.retry_after)


def _transaction_id(answer: Answer) -> str | None:
    # One cut short could match another's receipt: none is better.
    known = answer.transaction_id
    return known if known is not None and len(known) <= LONGEST_ID else None


def _code(answer: Answer) -> str | None:
    if answer.outcome is Outcome.SUCCESS:
        return None
    return str(answer.code) if answer.code is not None else answer.outcome.name.lower()


def _with_words(explanation: str, vendor_words: str, outcome: Outcome) -> str | None:
    if outcome is Outcome.SUCCESS:
        return None
    return f"{explanation} It said: {vendor_words}" if vendor_words else explanation
