"""Ogangi's answers in the words of the seam.

The words of an answer are those of https://messangi.com/documentation/doku.php?id=restapi:appx_resp_xml, those of a
message those of https://docs.messangi.com/docs/sms-status.
"""

from typing import Final

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.ogangi.answers import Answer, Meaning

LONGEST_ID: Final = 64
"""What the ledger keeps of a vendor's id."""

_MEANINGS: Final[dict[Meaning, tuple[Verdict, Fault, str]]] = {
    Meaning.OK: (Verdict.ACCEPTED, Fault.NOBODY, ""),
    Meaning.CREDENTIALS: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "Ogangi does not accept the signature. Check the instance id, the public key and the private key.",
    ),
    Meaning.REFUSED: (
        Verdict.REFUSED,
        Fault.MESSAGE,
        "Ogangi refused the message. Check the number, the sender id, the carrier and CONNECTORS_OGANGI_URL.",
    ),
    Meaning.THROTTLED: (Verdict.TRY_AGAIN, Fault.VENDOR, "Ogangi asked us to slow down."),
    Meaning.UNAVAILABLE: (Verdict.TRY_AGAIN, Fault.VENDOR, "Ogangi is not available at the moment."),
    Meaning.ERROR: (Verdict.TRY_AGAIN, Fault.VENDOR, "Ogangi had an error of its own."),
    Meaning.NOT_CONNECTED: (Verdict.TRY_AGAIN, Fault.NETWORK, "Ogangi could not be reached."),
    Meaning.NO_ANSWER: (
        Verdict.IN_DOUBT,
        Fault.NETWORK,
        "The message went out and no answer came, so it may or may not arrive.",
    ),
    Meaning.UNREADABLE: (
        Verdict.IN_DOUBT,
        Fault.VENDOR,
        "Ogangi's answer made no sense, so the message may or may not arrive.",
    ),
}
_QUESTION_FAILED: Final = {
    Meaning.REFUSED: "Ogangi did not understand the question. Check the instance id and CONNECTORS_OGANGI_URL.",
    Meaning.NO_ANSWER: "Ogangi did not answer in time.",
    Meaning.UNREADABLE: "Ogangi's answer made no sense. Check CONNECTORS_OGANGI_URL.",
}
# INCOMPLETE is none of them: it is said of a long text whose parts have no word of their own yet.
_REFUSED_MESSAGES: Final[dict[str, tuple[Fault, str]]] = {
    "CODE_NOT_ALLOWED": (
        Fault.MESSAGE,
        "Ogangi does not send from this sender id to this number. Ask its people to activate it.",
    ),
    "BLACKLISTED": (Fault.RECIPIENT, "This number is on Ogangi's list of those that are not texted."),
    "SEGMENTS_EXCEEDED": (Fault.MESSAGE, "The text is too long for Ogangi: shorten it."),
    "EXHAUSTED": (Fault.RECIPIENT, "Ogangi tried, and gave up."),
    "INVALID_ROUTING": (Fault.RECIPIENT, "Ogangi knows no way to this number."),
}


def of_send(answer: Answer) -> SendResult:
    """Say what the answer to a send means for its message."""
    if answer.meaning is Meaning.OK and answer.message is not None:
        refusal = _REFUSED_MESSAGES.get((answer.message.status or "").upper())
        if refusal is not None:
            return SendResult(Verdict.REFUSED, refusal[0], (answer.message.status or "").upper(), refusal[1])
    verdict, fault, explanation = _MEANINGS[answer.meaning]
    return _result(answer, verdict, fault, explanation, _transaction_id(answer))


def of_question(answer: Answer) -> SendResult:
    """Say what the answer to a question means, by which nothing can have gone out."""
    verdict, fault, explanation = _MEANINGS[answer.meaning]
    if verdict in (Verdict.REFUSED, Verdict.IN_DOUBT):
        verdict = Verdict.TRY_AGAIN
    return _result(answer, verdict, fault, _QUESTION_FAILED.get(answer.meaning, explanation))


def _result(
    answer: Answer, verdict: Verdict, fault: Fault, explanation: str, transaction_id: str | None = None
) -> SendResult:
    if answer.meaning is Meaning.OK:
        return SendResult(verdict, fault, transaction_id=transaction_id)
    said = answer.description.rstrip(".")
    words = f"{explanation} It said: {said}." if said else explanation
    return SendResult(verdict, fault, _code(answer), words, retry_after=answer.retry_after)


def _code(answer: Answer) -> str:
    if answer.meaning in (Meaning.UNREADABLE, Meaning.NO_ANSWER, Meaning.NOT_CONNECTED):
        return str(answer.meaning.value)
    return answer.status or str(answer.http_status)


def _transaction_id(answer: Answer) -> str | None:
    # One cut short is another's: none is better.
    known = answer.message.id if answer.message is not None else None
    return known if known is not None and len(known) <= LONGEST_ID else None
