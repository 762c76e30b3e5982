"""SMSC's callbacks: `POST /smsc/callbacks/<token>` takes statuses, messages from phones and confirming calls.

SMSC calls one URL for all three, set by hand in its account settings: `mes` is there where it is a message, `waitcall`
where it is a call (https://smscentre.com/api/http/miscellaneous/callback/). The token is that of Message Central's.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from flask import Flask, Response, request

from connectors.shared.access import Access, access
from connectors.shared.clock import DAY, now_ms
from connectors.shared.gateways.callback_tokens import NO_CALLBACK
from connectors.shared.gateways.kinds import House
from connectors.shared.gateways.smsc.callback_bodies import Unreadable, read_parameters
from connectors.shared.gateways.smsc.callback_owners import account_ids, connection_ids, owner_of
from connectors.shared.gateways.smsc.gateway import NAME
from connectors.shared.gateways.smsc.hashes import ALGORITHMS, is_signed
from connectors.shared.gateways.smsc.polling import CALL_MARK
from connectors.shared.gateways.smsc.reading import moment
from connectors.shared.gateways.smsc.settings import SmscSettings, read_smsc_settings
from connectors.shared.gateways.smsc.statuses import NOT_FOUND, error_code, explain, meaning_of
from connectors.shared.incoming.cleaning import clean_address, is_number
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.messages.receipt import Receipt
from connectors.shared.problems import problem
from connectors.shared.verifications.calls import confirm_call

PATH: Final = "/smsc/callbacks"
LARGEST_BODY: Final = 64 * 1024
LONGEST_RAW: Final = 4_000
LONGEST_ID: Final = 64
LONGEST_STATUS: Final = 32
OLDEST: Final = 2 * DAY
"""How long ago a message may say that it came: one that says more has another clock than we think."""

_NOTHING = "No status, message or call was found: a status has id, phone and status, a message mes, a call waitcall."
_UNSIGNED = (
    "This status is not signed as CONNECTORS_SMSC_CALLBACK_SECRET and CONNECTORS_SMSC_CALLBACK_HASHES ask for. Give "
    "SMSC the URL that `connectors callback-url` prints."
)

Values = Mapping[str, str]


def callback_url(house: House, token: str) -> str:
    """Return the URL to give to SMSC, with this token in it and all that it is to send by it."""
    settings = read_smsc_settings()
    signed = ""
    if settings.callback_secrets:
        best = next(name for name in ALGORITHMS if name in settings.callback_hashes)
        signed = f"&{best}={settings.callback_secrets[0]}"
    return f"{house.settings.public_url}{PATH}/{token}?charset=utf-8&fmt=3{signed}"


def register(app: Flask, house: House) -> None:
    """Add the callback route to the app. Raises SettingsError."""
    taker = CallbackTaker(house, read_smsc_settings())

    @access(Access.CALLBACK_TOKEN)
    def receive(token: str) -> Response:
        right, account_id = house.callback_tokens.read(token)
        if not right:
            return problem(404, NO_CALLBACK)
        request.max_content_length = LARGEST_BODY
        charset = request.mimetype_params.get("charset")
        try:
            values = read_parameters(request.query_string, request.get_data(cache=False), charset)
        except Unreadable as error:
            return problem(400, str(error))
        return taker.take(values, account_id)

    app.add_url_rule(f"{PATH}/<token>", "smsc.callbacks", receive, methods=["POST"])


class CallbackTaker:
    """Takes what a callback brings, for one account or (None) whoever's it is."""

    def __init__(self, house: House, settings: SmscSettings) -> None:
        self._house = house
        self._secrets = settings.callback_secrets
        self._hashes = settings.callback_hashes

    def take(self, values: Values, account_id: int | None) -> Response:
        """Keep it, and answer once it is durable. Raises StoreUnavailable."""
        # A call is also recorded as a message with a text of its own, so it is asked for first.
        if "waitcall" in values or values.get("mes", "").lstrip().startswith(CALL_MARK):
            return self._take_call(values, account_id)
        if "mes" in values:
            return self._take_message(values, account_id)
        return self._take_status(values, account_id)

    def _take_status(self, values: Values, account_id: int | None) -> Response:
        receipt = read_receipt(values, account_id)
        if receipt is None:
            return problem(422, _NOTHING)
        if self._secrets and not is_signed(values, self._secrets, self._hashes):
            return problem(403, _UNSIGNED)
        if receipt.vendor_status == NOT_FOUND:
            return _answer(matched=0, ignored=1)
        return _answer(matched=sum(self._house.receipts.run([receipt])))

    def _take_message(self, values: Values, account_id: int | None) -> Response:
        sender = clean_address(values.get("phone", ""))
        if not sender:
            return problem(422, "A message needs the phone that it is from.")
        message = read_message(values, sender)
        with self._house.database.read() as connection:
            candidates = connection_ids(connection, account_id)
            owner = owner_of(connection, sender, candidates)
            nobodys = account_ids(connection, candidates) if owner is None else []
        if owner is None:
            # One opt-out too many is a message not sent, one too few an unwanted one.
            self._house.incoming.heed_stop(nobodys, message)
            return _answer(matched=0, ignored=1)
        self._house.incoming.keep(owner, [message], Way.CALLBACK)
        return _answer(matched=1)

    def _take_call(self, values: Values, account_id: int | None) -> Response:
        number = clean_address(values.get("phone", ""))
        if not is_number(number):
            return problem(422, "A call needs the phone that it is from.")
        with self._house.database.write() as connection:
            confirmed = confirm_call(
                connection,
                connection_ids=connection_ids(connection, account_id),
                number=number,
                called=_called(values, number),
                moment=now_ms(),
            )
        return _answer(matched=int(confirmed))


def read_receipt(values: Values, account_id: int | None) -> Receipt | None:
    """Return the receipt that a status is, or None for what is none."""
    status = _word(values.get("status"), LONGEST_STATUS)
    vendor_id = _word(values.get("id"), LONGEST_ID)
    recipient = clean_address(values.get("phone", ""))
    if status is None or (vendor_id is None and not is_number(recipient)):
        return None
    code = error_code(_word(values.get("err"), LONGEST_STATUS))
    return Receipt(
        gateway=NAME,
        account_id=account_id,
        vendor_id=vendor_id,
        recipient=recipient if is_number(recipient) else None,
        vendor_status=status,
        outcome=meaning_of(status).outcome,
        error_code=code or status,
        explanation=explain(status, code),
        raw=_raw(values),
        received_at=now_ms(),
    )


def read_message(values: Values, sender: str) -> IncomingMessage:
    """Return the message that a callback with `mes` brings."""
    vendor_id = _word(values.get("id"), LONGEST_ID)
    return IncomingMessage(
        sender=sender,
        recipient=values.get("to", ""),
        text=values["mes"],
        happened_at=read_moment(values, now_ms()),
        vendor_id=vendor_id if vendor_id and vendor_id.strip("0") else None,
    )


def read_moment(values: Values, now: int) -> int | None:
    """Return when it happened, in UTC milliseconds; None where it is not said, or by a clock that cannot be ours.

    `ts` counts seconds since 1970; `time` is said by Moscow's clock, unless the account has another.
    """
    said = moment(values, stamps=("ts",), written=("time",))
    return said if said is not None and now - OLDEST <= said <= now else None


def _called(values: Values, caller: str) -> str | None:
    """Return the number (digits) that was called, None where the callback does not say it."""
    said = (clean_address(values.get(name, "")) for name in ("waitcall", "to"))
    return next((called for called in said if is_number(called) and called != caller), None)


def _word(value: str | None, longest: int) -> str | None:
    word = (value or "").strip()
    return word if word and len(word) <= longest and word.isprintable() else None


def _raw(values: Values) -> str:
    kept = {name: value for name, value in values.items() if name not in ALGORITHMS}
    return orjson.dumps(kept).decode()[:LONGEST_RAW]


def _answer(*, matched: int, ignored: int = 0) -> Response:
    body = orjson.dumps({"received": 1, "matched": matched, "ignored": ignored})
    return Response(body, mimetype="application/json")
