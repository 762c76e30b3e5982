"""The calls of Message Central's V3 API, each one HTTP exchange with a typed answer.

All inputs travel in the query string, also on POST, and the token in a header named `authToken`. Methods
raise ValueError for what cannot be sent at all, before anything is sent; whatever happens on the wire is an
Outcome.
"""

from collections.abc import Iterable
from urllib.parse import quote

from urllib3.filepost import encode_multipart_formdata

from connectors.shared.message_central.answers import Answer, TokenAnswer, read_answer, read_token_answer
from connectors.shared.message_central.credentials import Credentials, is_header_value
from connectors.shared.message_central.exchange import Call
from connectors.shared.message_central.sms import ManySms, SingleSms, Sms, WorkbookSms, carried_flow_type
from connectors.shared.message_central.transport import Transport
from connectors.shared.message_central.wording import SaidText
from connectors.shared.message_central.workbook import MEDIA_TYPE, write_workbook

BASE_URL = "https://cpaas.messagecentral.com"
TOKEN_PATH = "/auth/v1/authentication/token"  # noqa: S105 - a path
SEND_PATH = "/verification/v3/send"
VALIDATE_PATH = "/verification/v3/validateOtp"
OTP_LENGTHS = range(4, 9)

Params = list[tuple[str, str | None]]


class MessageCentral:
    """The client: thread-safe, one kept-alive connection a thread, nothing ever repeated by itself.

    `timeout` is for a whole answer once the request is written, `connect_timeout` for the connection, both in
    seconds; a connection idle for longer than `idle_seconds` is made anew.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 3.05,
        idle_seconds: float = 4.0,
    ) -> None:
        self._transport = Transport(
            base_url, timeout=timeout, connect_timeout=connect_timeout, idle_seconds=idle_seconds
        )

    def mint_token(
        self, credentials: Credentials, *, country: str | None = None, timeout: float | None = None
    ) -> TokenAnswer:
        """Asks for a token. `timeout`, when given, is for connecting and answering together."""
        key = credentials.key
        params: Params = [
            ("customerId", credentials.customer_id),
            ("key", key),
            ("scope", "NEW"),
            ("country", country),
            ("email", credentials.email),
        ]
        reply = self._transport.call(Call("GET", _target(TOKEN_PATH, params)), timeout=timeout)
        return read_token_answer(reply, (credentials.password, key, credentials.email or ""))

    def send_single(self, token: str, sms: SingleSms) -> Answer:
        """Sends one text to one number. Raises UnsupportedFlowType."""
        params: Params = [("countryCode", sms.country_code), ("mobileNumber", sms.mobile_number)]
        return self._post(token, [*params, *_sms_params(sms)], (SaidText(sms.message), sms.mobile_number))

    def send_many(self, token: str, sms: ManySms) -> Answer:
        """Sends one text to many numbers. Raises UnsupportedFlowType."""
        numbers = ", ".join([f"{country_code} {number}" for country_code, number in sms.recipients])
        return self._post(token, [("phoneNumbers", numbers), *_sms_params(sms)], (SaidText(sms.message),))

    def send_workbook(self, token: str, sms: WorkbookSms) -> Answer:
        """Sends a text with placeholders to the rows of a workbook. Raises UnsupportedFlowType."""
        params = _sms_params(sms)
        file = ("recipients.xlsx", write_workbook(sms.rows), MEDIA_TYPE)
        body, content_type = encode_multipart_formdata({"file": file})
        return self._post(token, params, (SaidText(sms.message),), body=body, content_type=content_type)

    def send_otp(
        self,
        token: str,
        *,
        country_code: str,
        mobile_number: str,
        flow_type: str = "SMS",
        otp_length: int = 4,
    ) -> Answer:
        """Has the vendor make and send a one-time code; validating it needs the answer's `verification_id`.

        Raises UnsupportedFlowType, and ValueError for a length other than 4 to 8.
        """
        if otp_length not in OTP_LENGTHS:
            raise ValueError("a one-time code has 4 to 8 digits")
        params: Params = [
            ("countryCode", country_code),
            ("flowType", carried_flow_type(flow_type)),
            ("mobileNumber", mobile_number),
            ("otpLength", str(otp_length)),
            ("type", "OTP"),
        ]
        return self._post(token, params, (mobile_number,))

    def validate_otp(self, token: str, *, verification_id: str, code: str, lang_id: str | None = None) -> Answer:
        """Asks whether a one-time code is the right one: SUCCESS, WRONG_OTP_PROVIDED and the like."""
        params: Params = [("verificationId", verification_id), ("code", code), ("langId", lang_id)]
        target = _target(VALIDATE_PATH, params)
        answer = self._call(Call("GET", target, token=token), (code,))
        if answer.http_status == 405:
            # The documents of V3 say GET, those of V2 POST; one that knows only the other did nothing yet.
            answer = self._call(Call("POST", target, token=token), (code,))
        return answer

    def close(self) -> None:
        """Closes the calling thread's connection; those of other threads close as these end."""
        self._transport.close()

    def _post(
        self,
        token: str,
        params: Params,
        secrets: tuple[str, ...],
        *,
        body: bytes | None = None,
        content_type: str | None = None,
    ) -> Answer:
        call = Call("POST", _target(SEND_PATH, params), token=token, body=body, content_type=content_type)
        return self._call(call, secrets)

    def _call(self, call: Call, secrets: tuple[str, ...]) -> Answer:
        token = call.token or ""
        if not is_header_value(token):
            raise ValueError("the token cannot be sent as a header")
        return read_answer(self._transport.call(call), (token, *secrets))


def _sms_params(sms: Sms) -> Params:
    # India's DLT ids: "both templateId and entityId must be present or both must be absent".
    ids = (sms.template_id, sms.entity_id) if sms.template_id and sms.entity_id else (None, None)
    return [
        ("flowType", carried_flow_type(sms.flow_type)),
        ("type", "SMS"),
        ("senderId", sms.sender_id),
        ("message", sms.message),
        # Always said: left out, the vendor takes a campaign for one-time codes.
        ("messageType", sms.message_type),
        ("templateId", ids[0]),
        ("entityId", ids[1]),
    ]


def _target(path: str, params: Iterable[tuple[str, str | None]]) -> str:
    # A space is %20: "+" means a space in forms alone, and a server may take it for a plus. A lone surrogate,
    # which no encoding can carry, becomes "?".
    pairs = [f"{name}={quote(value, safe='', errors='replace')}" for name, value in params if value is not None]
    return f"{path}?{'&'.join(pairs)}"
