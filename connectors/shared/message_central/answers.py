"""What Message Central answered, read from HTTP status and body.

The envelope is `{"responseCode": 200, "message": "SUCCESS", "data": {"responseCode": "200", …}}`: the outer
code an integer, the inner one a string. The token call has one of its own, `{"status": 200, "token": "…"}`,
and refuses with HTTP 200 and `{"status": 400, "error": "customerId is invalid"}`.
"""

import math
import re
from dataclasses import dataclass

import orjson

from connectors.shared.message_central.credentials import Token, read_token
from connectors.shared.message_central.exchange import NoReply, Reply
from connectors.shared.message_central.outcomes import Outcome, outcome_of_code, outcome_of_http_status
from connectors.shared.message_central.wording import spoken

MAX_ID_LENGTH = 128
_CODE = re.compile(r"\s*[0-9]{1,6}\s*", re.ASCII)
_CREDENTIAL_REFUSALS = {Outcome.UNAUTHORIZED, Outcome.INVALID_CUSTOMER_ID}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call ended in.

    `code` is the vendor's own that decided (None: there was none), `message` the vendor's words without
    secrets, `enveloped` whether the body was the vendor's JSON. `timeout_seconds` is how long a one-time code
    lives, `retry_after` how many seconds the vendor asked us to wait.
    """

    outcome: Outcome
    code: int | None = None
    http_status: int | None = None
    message: str = ""
    transaction_id: str | None = None
    verification_id: str | None = None
    verification_status: str | None = None
    timeout_seconds: float | None = None
    retry_after: float | None = None
    enveloped: bool = False


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What asking for a token ended in: `token` is there if, and only if, `outcome` is SUCCESS.

    The other fields are those of `Answer`; `enveloped` is for the vendor's JSON without a code as well.
    """

    token: Token | None
    outcome: Outcome
    code: int | None = None
    http_status: int | None = None
    message: str = ""
    retry_after: float | None = None
    enveloped: bool = False

    @property
    def refused(self) -> bool:
        """Whether the vendor clearly said that these credentials are wrong, not that it is unwell or busy."""
        if self.outcome in _CREDENTIAL_REFUSALS:
            return True
        # An unknown customer id is told as 400 in the vendor's JSON; without its JSON, 400 and 403 may be
        # anyone's (a firewall in between answers so).
        forbidden = self.outcome is Outcome.OTHER_REFUSAL and 403 in (self.code, self.http_status)
        return self.enveloped and (forbidden or self.outcome is Outcome.BAD_REQUEST)


def read_answer(reply: Reply | NoReply, secrets: tuple[str, ...]) -> Answer:
    """The meaning of a reply to a send or a validation; none of `secrets` is repeated in its message."""
    if isinstance(reply, NoReply):
        return Answer(reply.outcome, http_status=reply.http_status, message=reply.reason)
    body = _json_object(reply.body)
    data = _mapping(body.get("data"))
    code = _deciding_code(body, data)
    return Answer(
        outcome=_outcome(code, reply.http_status),
        code=code,
        http_status=reply.http_status,
        message=_message(body, data, reply.http_status, secrets),
        transaction_id=_identifier(data.get("transactionId")),
        verification_id=_identifier(data.get("verificationId")),
        verification_status=_identifier(data.get("verificationStatus")),
        timeout_seconds=_seconds(data.get("timeout")),
        retry_after=reply.retry_after,
        enveloped=code is not None,
    )


def read_token_answer(reply: Reply | NoReply, secrets: tuple[str, ...]) -> TokenAnswer:
    """The meaning of a reply to the token call: a token in the body is success, whatever the statuses say."""
    if isinstance(reply, NoReply):
        return TokenAnswer(None, reply.outcome, http_status=reply.http_status, message=reply.reason)
    body = _json_object(reply.body)
    token = read_token(body.get("token"))
    code = _first_code(body.get("responseCode"), body.get("status"))
    return TokenAnswer(
        token=token,
        outcome=Outcome.SUCCESS if token else _outcome_without_token(code, reply.http_status),
        code=code,
        http_status=reply.http_status,
        message="" if token else _message(body, {}, reply.http_status, secrets),
        retry_after=reply.retry_after,
        enveloped=bool(code is not None or token or body.get("error") or body.get("message")),
    )


def _outcome(code: int | None, http_status: int) -> Outcome:
    if 300 <= http_status < 400:
        # The API redirects nowhere: this is somebody else's answer. Following it would hand over the token.
        return Outcome.UNREADABLE
    return outcome_of_http_status(http_status) if code is None else outcome_of_code(code, http_status)


def _outcome_without_token(code: int | None, http_status: int) -> Outcome:
    outcome = _outcome(code, http_status)
    if outcome is Outcome.SUCCESS:
        return Outcome.UNREADABLE
    # Asking for a token twice harms nobody, so any 5xx is simply the vendor's fault.
    return Outcome.SERVER_ERROR if outcome is Outcome.UNREADABLE and http_status >= 500 else outcome


def _deciding_code(body: dict[str, object], data: dict[str, object]) -> int | None:
    outer, inner = _code(body.get("responseCode")), data.get("responseCode")
    # A 200 outside may hold a refusal inside, as HTTP's 200 may hold either.
    return _code(inner) if outer == 200 and inner is not None else outer


def _first_code(*values: object) -> int | None:
    return next((code for code in map(_code, values) if code is not None), None)


def _code(value: object) -> int | None:
    if isinstance(value, str) and _CODE.fullmatch(value):
        return int(value)
    return value if type(value) is int and abs(value) < 1_000_000 else None


def _json_object(body: bytes) -> dict[str, object]:
    try:
        return _mapping(orjson.loads(body.removeprefix(b"\xef\xbb\xbf")))
    except orjson.JSONDecodeError:
        return {}


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _message(body: dict[str, object], data: dict[str, object], http_status: int, secrets: tuple[str, ...]) -> str:
    words = body.get("message")
    if words == "SUCCESS" and not data.get("errorMessage"):
        return "SUCCESS"
    said = [w for w in (words, body.get("error"), data.get("errorMessage")) if isinstance(w, str) and w.strip()]
    return spoken(": ".join(dict.fromkeys(said)), secrets) if said else f"HTTP {http_status} without a reason"


def _identifier(value: object) -> str | None:
    # The vendor's ids come as strings and as numbers. One cut short could match another's: none is better.
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and 0 < len(text) <= MAX_ID_LENGTH and text.isprintable() else None


def _seconds(value: object) -> float | None:
    # Seen as "60" and as "30.0".
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
