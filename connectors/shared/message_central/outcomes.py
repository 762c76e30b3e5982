"""What an answer of Message Central means, or the lack of one."""

import enum


class Outcome(enum.Enum):
    """How one exchange ended: a code of the vendor's documents, or what became of it on the wire."""

    SUCCESS = "success"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    DUPLICATE_RESOURCE = "duplicate_resource"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    INVALID_CUSTOMER_ID = "invalid_customer_id"
    UNAVAILABLE = "unavailable"
    INVALID_VERIFICATION_ID = "invalid_verification_id"
    REQUEST_ALREADY_EXISTS = "request_already_exists"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    INVALID_COUNTRY_CODE = "invalid_country_code"
    VERIFICATION_FAILED = "verification_failed"
    WRONG_OTP_PROVIDED = "wrong_otp_provided"
    ALREADY_VERIFIED = "already_verified"
    VERIFICATION_EXPIRED = "verification_expired"
    MAXIMUM_LIMIT_REACHED = "maximum_limit_reached"
    OTHER_REFUSAL = "other_refusal"
    """Refused with a code or an HTTP status that no document lists."""
    NOT_CONNECTED = "not_connected"
    """No connection was made: the request is known not to have gone out."""
    NO_ANSWER = "no_answer"
    """The request may have gone out, and no whole answer came in time: what became of it is unknown."""
    UNREADABLE = "unreadable"
    """An answer came that makes no sense: what became of the request is unknown."""


# "Response Codes", the last page of "Message Central API Documentation" (V3). 508 and 805 are in no document:
# public clients of the API report both for an empty balance. 401, 429 and 503 are HTTP's own, taken for the
# same where a body has them as its code.
OUTCOME_OF_CODE = {
    200: Outcome.SUCCESS,
    400: Outcome.BAD_REQUEST,
    401: Outcome.UNAUTHORIZED,
    409: Outcome.DUPLICATE_RESOURCE,
    429: Outcome.THROTTLED,
    500: Outcome.SERVER_ERROR,
    501: Outcome.INVALID_CUSTOMER_ID,
    503: Outcome.UNAVAILABLE,
    505: Outcome.INVALID_VERIFICATION_ID,
    506: Outcome.REQUEST_ALREADY_EXISTS,
    508: Outcome.INSUFFICIENT_CREDITS,
    511: Outcome.INVALID_COUNTRY_CODE,
    700: Outcome.VERIFICATION_FAILED,
    702: Outcome.WRONG_OTP_PROVIDED,
    703: Outcome.ALREADY_VERIFIED,
    705: Outcome.VERIFICATION_EXPIRED,
    800: Outcome.MAXIMUM_LIMIT_REACHED,
    805: Outcome.INSUFFICIENT_CREDITS,
}

_TELLING_HTTP_STATUSES = {
    401: Outcome.UNAUTHORIZED,
    429: Outcome.THROTTLED,
    503: Outcome.UNAVAILABLE,
}
_GENERIC_OUTCOMES = {Outcome.BAD_REQUEST, Outcome.SERVER_ERROR}
_GATEWAY_CODES = {502, 504}


def outcome_of_code(code: int, http_status: int) -> Outcome:
    """What the body's own code means.

    It decides over the HTTP status, which says 200 for refusals and 400 for what was done. Only where the
    code is as vague as 400, 500 or unlisted does a telling status name the reason.
    """
    listed = OUTCOME_OF_CODE.get(code)
    if listed is not None and listed not in _GENERIC_OUTCOMES:
        return listed
    return _TELLING_HTTP_STATUSES.get(http_status) or listed or _of_unlisted_code(code, http_status)


def outcome_of_http_status(http_status: int) -> Outcome:
    """What an HTTP status means by itself, where the body is not the vendor's."""
    if http_status == 400:
        return Outcome.BAD_REQUEST
    if http_status in _TELLING_HTTP_STATUSES:
        return _TELLING_HTTP_STATUSES[http_status]
    # 408: somebody in between tired of waiting, for the request or for its answer.
    refused = 400 <= http_status < 500 and http_status != 408
    return Outcome.OTHER_REFUSAL if refused else Outcome.UNREADABLE


def _of_unlisted_code(code: int, http_status: int) -> Outcome:
    # A code below 400 refuses nothing, and one that repeats a gateway's 502 or 504, or comes with a 5xx, does
    # not tell whether the message went out.
    in_doubt = code < 400 or code in _GATEWAY_CODES or http_status >= 500
    return Outcome.UNREADABLE if in_doubt else Outcome.OTHER_REFUSAL
