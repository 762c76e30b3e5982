"""Message Central's Verify Now: it makes the code, sends it and checks it.

The codes are those of the last page of its API documentation, "Response Codes"; 508 and 805 are seen in the wild.
"""

from collections.abc import Callable

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.message_central import verdicts
from connectors.shared.gateways.message_central.gateway import NAME
from connectors.shared.gateways.message_central.tokens import Tokens
from connectors.shared.gateways.verifier import (
    CheckResult,
    CheckVerdict,
    CodeRequest,
    StartResult,
    StartVerdict,
    refused_channel,
)
from connectors.shared.message_central import CARRIED_FLOW_TYPES, Answer, MessageCentral, Outcome, TokenAnswer
from connectors.shared.secrets import SecretUnreadable

COMPLETED = "VERIFICATION_COMPLETED"

_CREDENTIALS = "Message Central does not accept the account's credentials. Check the customer id and the password."
_ODD = "Message Central refused to send a code."
_NO_VERDICT = "Message Central could not be asked whether the code is right. Try the same code again."

_STARTS: dict[Outcome, tuple[StartVerdict, str]] = {
    Outcome.SUCCESS: (StartVerdict.TAKEN, ""),
    Outcome.REQUEST_ALREADY_EXISTS: (
        StartVerdict.EXISTS,
        "Message Central sends no second code to a number while the first is good.",
    ),
    Outcome.DUPLICATE_RESOURCE: (
        StartVerdict.EXISTS,
        "Message Central says that it is sending a code to this number already.",
    ),
    Outcome.BAD_REQUEST: (
        StartVerdict.REFUSED,
        "Message Central refused to send a code to this number by this channel.",
    ),
    Outcome.INVALID_COUNTRY_CODE: (
        StartVerdict.NUMBER_REFUSED,
        "Message Central does not send to this number or country.",
    ),
    Outcome.MAXIMUM_LIMIT_REACHED: (
        StartVerdict.TOO_MANY,
        "Message Central sends no more codes for now: its limit for this number or account is reached.",
    ),
    Outcome.THROTTLED: (StartVerdict.TOO_MANY, "Message Central asked us to slow down."),
    Outcome.UNAVAILABLE: (StartVerdict.UNAVAILABLE, "Message Central is not available at the moment."),
    Outcome.SERVER_ERROR: (StartVerdict.UNAVAILABLE, "Message Central had an error of its own."),
    Outcome.NOT_CONNECTED: (StartVerdict.UNAVAILABLE, "Message Central could not be reached."),
    Outcome.UNAUTHORIZED: (StartVerdict.ACCOUNT_REFUSED, _CREDENTIALS),
    Outcome.INVALID_CUSTOMER_ID: (StartVerdict.ACCOUNT_REFUSED, _CREDENTIALS),
    Outcome.INSUFFICIENT_CREDITS: (
        StartVerdict.ACCOUNT_REFUSED,
        "The Message Central account has no credits left. Top it up.",
    ),
    Outcome.NO_ANSWER: (
        StartVerdict.IN_DOUBT,
        "Message Central gave no answer, so a code may or may not arrive. Ask again.",
    ),
    Outcome.UNREADABLE: (
        StartVerdict.IN_DOUBT,
        "Message Central's answer made no sense, so a code may or may not arrive. Ask again.",
    ),
    Outcome.OTHER_REFUSAL: (StartVerdict.REFUSED, _ODD),
    # What only a check should be answered with.
    Outcome.INVALID_VERIFICATION_ID: (StartVerdict.REFUSED, _ODD),
    Outcome.VERIFICATION_FAILED: (StartVerdict.REFUSED, _ODD),
    Outcome.WRONG_OTP_PROVIDED: (StartVerdict.REFUSED, _ODD),
    Outcome.ALREADY_VERIFIED: (StartVerdict.REFUSED, _ODD),
    Outcome.VERIFICATION_EXPIRED: (StartVerdict.REFUSED, _ODD),
}

_CHECKS: dict[Outcome, tuple[CheckVerdict, str]] = {
    Outcome.SUCCESS: (CheckVerdict.RIGHT, ""),
    Outcome.WRONG_OTP_PROVIDED: (CheckVerdict.WRONG, ""),
    Outcome.VERIFICATION_FAILED: (CheckVerdict.WRONG, ""),
    Outcome.ALREADY_VERIFIED: (CheckVerdict.USED, ""),
    Outcome.VERIFICATION_EXPIRED: (CheckVerdict.EXPIRED, ""),
    Outcome.MAXIMUM_LIMIT_REACHED: (CheckVerdict.TOO_MANY, ""),
    Outcome.INVALID_VERIFICATION_ID: (CheckVerdict.UNKNOWN, ""),
    # A code that is not even looked at, for its length say, is a wrong one.
    Outcome.BAD_REQUEST: (CheckVerdict.WRONG, ""),
    Outcome.OTHER_REFUSAL: (CheckVerdict.WRONG, ""),
    Outcome.DUPLICATE_RESOURCE: (CheckVerdict.WRONG, ""),
    Outcome.REQUEST_ALREADY_EXISTS: (CheckVerdict.WRONG, ""),
    Outcome.INVALID_COUNTRY_CODE: (CheckVerdict.WRONG, ""),
    Outcome.THROTTLED: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.UNAVAILABLE: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.SERVER_ERROR: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.NOT_CONNECTED: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.NO_ANSWER: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.UNREADABLE: (CheckVerdict.UNAVAILABLE, _NO_VERDICT),
    Outcome.UNAUTHORIZED: (CheckVerdict.ACCOUNT_REFUSED, _CREDENTIALS),
    Outcome.INVALID_CUSTOMER_ID: (CheckVerdict.ACCOUNT_REFUSED, _CREDENTIALS),
    Outcome.INSUFFICIENT_CREDITS: (
        CheckVerdict.ACCOUNT_REFUSED,
        "The Message Central account has no credits left. Top it up.",
    ),
}


class MessageCentralVerifier:
    """Verifies numbers by Verify Now; a token that has run out is minted anew once."""

    name = NAME
    channels: tuple[str, ...] = CARRIED_FLOW_TYPES

    def __init__(self, client: MessageCentral, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens

    def start(self, connection_id: int, request: CodeRequest) -> StartResult:
        """Have a code made and sent."""
        refused = refused_channel("Message Central", self.channels, request.channel)
        if refused is not None:
            return refused
        answer = self._ask(
            connection_id,
            lambda token: self._client.send_otp(
                token,
                country_code=request.country_code,
                mobile_number=request.national,
                flow_type=request.channel,
                otp_length=request.code_length,
            ),
        )
        return of_start(answer) if isinstance(answer, Answer) else _start_without_token(answer)

    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        """Ask whether this is the code."""
        answer = self._ask(
            connection_id,
            lambda token: self._client.validate_otp(token, verification_id=vendor_id, code=code, lang_id=language),
        )
        return of_check(answer) if isinstance(answer, Answer) else _check_without_token(answer)

    def _ask(self, connection_id: int, call: Callable[[str], Answer]) -> Answer | SendResult:
        """Return the answer to a call, or why there was no token to make it with."""
        try:
            minted = self._tokens.get(connection_id)
            if minted.token is None:
                return _without_token(minted.answer)
            answer = call(minted.token)
            if answer.outcome is not Outcome.UNAUTHORIZED:
                return answer
            minted = self._tokens.get(connection_id, stale=minted.token)
            return call(minted.token) if minted.token else _without_token(minted.answer)
        except SecretUnreadable as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))


def of_start(answer: Answer) -> StartResult:
    """Say what the answer to a send of Verify Now means."""
    verdict, explanation = _STARTS[answer.outcome]
    if verdict is StartVerdict.TAKEN and answer.verification_id is None:
        verdict = StartVerdict.IN_DOUBT
        explanation = "Message Central took it without saying by which id the code can be checked. Ask again."
    if answer.outcome is Outcome.OTHER_REFUSAL and not answer.enveloped:
        # Not the vendor's JSON: somebody in between, who will be gone some day.
        verdict = StartVerdict.UNAVAILABLE
    return StartResult(
        verdict=verdict,
        code=_code(answer),
        explanation=explanation,
        vendor_id=answer.verification_id,
        transaction_id=answer.transaction_id,
        timeout_seconds=answer.timeout_seconds,
        retry_after=answer.retry_after,
    )


def of_check(answer: Answer) -> CheckResult:
    """Say what the answer to a validation means."""
    verdict, explanation = _CHECKS[answer.outcome]
    if verdict is CheckVerdict.RIGHT and answer.verification_status != COMPLETED:
        verdict = CheckVerdict.WRONG
    if verdict is CheckVerdict.WRONG and not answer.enveloped:
        verdict, explanation = CheckVerdict.UNAVAILABLE, _NO_VERDICT
    return CheckResult(verdict, _code(answer), answer.message, explanation, answer.retry_after)


def _code(answer: Answer) -> str:
    return str(answer.code) if answer.code is not None else answer.outcome.name.lower()


def _without_token(answer: TokenAnswer | None) -> SendResult:
    if answer is None:
        return SendResult(Verdict.TRY_AGAIN, Fault.NOBODY, "no_token", "No token could be had yet.")
    return verdicts.of_token(answer)


def _start_without_token(result: SendResult) -> StartResult:
    refused = result.verdict is Verdict.ACCOUNT_REFUSED
    verdict = StartVerdict.ACCOUNT_REFUSED if refused else StartVerdict.UNAVAILABLE
    return StartResult(verdict, result.code, result.explanation or "", retry_after=result.retry_after)


def _check_without_token(result: SendResult) -> CheckResult:
    refused = result.verdict is Verdict.ACCOUNT_REFUSED
    verdict = CheckVerdict.ACCOUNT_REFUSED if refused else CheckVerdict.UNAVAILABLE
    return CheckResult(verdict, result.code, "", result.explanation or "", result.retry_after)
