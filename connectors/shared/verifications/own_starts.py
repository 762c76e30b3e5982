"""What the end of a call to a vendor means for a code of our own."""

from typing import Final

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.verifier import CallToConfirm, SentPin, StartResult, StartVerdict

_THROTTLED: Final = frozenset({"429", "throttled"})
_NOT_OURS: Final = frozenset({Fault.VENDOR, Fault.NETWORK})
_LONGEST_NUMBER: Final = 15  # digits of E.164
_SHORTEST_CODE, _LONGEST_CODE = 4, 8

_STARTS: Final[dict[Verdict, StartVerdict]] = {
    Verdict.ACCEPTED: StartVerdict.TAKEN,
    # It may have gone out, and then, unlike a vendor's code whose id was lost, it can be checked: we know it.
    Verdict.IN_DOUBT: StartVerdict.TAKEN,
    Verdict.REFUSED: StartVerdict.REFUSED,
    Verdict.TRY_AGAIN: StartVerdict.UNAVAILABLE,
    Verdict.ACCOUNT_REFUSED: StartVerdict.ACCOUNT_REFUSED,
}


def of_send(result: SendResult, code_id: str, seconds: float) -> StartResult:
    """Say what became of a code that was sent as a message; it is good for so many seconds."""
    verdict = _STARTS[result.verdict]
    if verdict is StartVerdict.REFUSED and result.fault is Fault.RECIPIENT:
        verdict = StartVerdict.NUMBER_REFUSED
    if verdict is StartVerdict.UNAVAILABLE and _is_throttled(result):
        verdict = StartVerdict.TOO_MANY
    taken = verdict is StartVerdict.TAKEN
    return StartResult(
        verdict=verdict,
        code=result.code,
        explanation=result.explanation or "",
        vendor_id=code_id if taken else None,
        transaction_id=result.transaction_id if taken else None,
        timeout_seconds=seconds if taken else None,
        retry_after=result.retry_after,
    )


def of_call(asked: CallToConfirm, code_id: str, seconds: float) -> StartResult:
    """Say what became of the wish to be called; without the number nobody can call it."""
    started = of_send(asked.result, code_id, seconds)
    if started.verdict is not StartVerdict.TAKEN:
        return started
    number = asked.number or ""
    if asked.result.verdict is not Verdict.ACCEPTED or not _is_number(number):
        words = asked.result.explanation or "The vendor named no number to call. Try again."
        # Nothing went to the phone: it costs nobody anything to ask again.
        return StartResult(StartVerdict.UNAVAILABLE, asked.result.code or "no_number", words)
    return StartResult(StartVerdict.TAKEN, vendor_id=code_id, timeout_seconds=seconds, call_number=number)


def of_pin(sent: SentPin, code_id: str, seconds: float) -> StartResult:
    """Say what became of a PIN of the vendor's; what may have gone out and is not known here cannot be checked."""
    started = of_send(sent.result, code_id, seconds)
    if started.verdict is not StartVerdict.TAKEN or (sent.pin is not None and _can_be_typed(sent.pin)):
        return started
    words = "A PIN may or may not arrive, and it could not be checked. Ask again."
    return StartResult(StartVerdict.IN_DOUBT, sent.result.code or "no_pin", words)


def _is_throttled(result: SendResult) -> bool:
    """A vendor that is away may say for how long as well; that is no limit of the account's."""
    return result.code in _THROTTLED or (result.retry_after is not None and result.fault not in _NOT_OURS)


def _is_number(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER


def _can_be_typed(pin: str) -> bool:
    return pin.isascii() and pin.isdigit() and _SHORTEST_CODE <= len(pin) <= _LONGEST_CODE
