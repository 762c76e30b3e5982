"""Message Central behind the seam."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connectors.shared.accounts.store import Login
from connectors.shared.errors import NotFound
from connectors.shared.gateways.base import Fault, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.message_central import verdicts
from connectors.shared.gateways.message_central.tokens import Tokens
from connectors.shared.message_central import (
    Answer,
    Credentials,
    ManySms,
    MessageCentral,
    Outcome,
    SingleSms,
    TokenAnswer,
    WorkbookRow,
    WorkbookSms,
)
from connectors.shared.secrets import SecretUnreadable

NAME = "message-central"

LONGEST_URL = 7_000
"""All inputs travel in the query string; servers commonly take 8 kB of it."""
URL_OVERHEAD = 400
RECIPIENT_IN_URL = 26  # "91 9816111111, " percent-encoded, with room for the longest number


class MessageCentralGateway:
    """Sends by Message Now: one by `mobileNumber`, many that say the same by `phoneNumbers`, others by a workbook."""

    name = NAME
    most_at_once = 0
    fills_patterns = True

    def __init__(self, client: MessageCentral, tokens: Tokens, bulk_size: int, workbook_rows: int) -> None:
        self._client = client
        self._tokens = tokens
        self._bulk_size = bulk_size
        self._workbook_rows = workbook_rows

    def most_recipients(self, outgoing: Outgoing) -> int:
        """One for a one-time code and for a text with `##`, which a call for many takes for a placeholder."""
        if outgoing.message_type == "OTP":
            return 1
        if outgoing.personalised:
            return max(1, self._workbook_rows)
        if "##" in outgoing.text:
            return 1
        room = LONGEST_URL - URL_OVERHEAD - len(quote(outgoing.text, safe=""))
        return max(1, min(self._bulk_size, room // RECIPIENT_IN_URL))

    def lists(self, text: str) -> bool:
        """Differing texts travel in a workbook, which carries patterns alone."""
        return False

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        """Send to one or to many; a token that has run out is minted anew once."""
        try:
            minted = self._tokens.get(connection_id)
            if minted.token is None:
                return _without_token(minted.answer)
            answer = self._call(minted.token, outgoing, recipients)
            if answer.outcome is Outcome.UNAUTHORIZED:
                minted = self._tokens.get(connection_id, stale=minted.token)
                if minted.token is None:
                    return _without_token(minted.answer)
                answer = self._call(minted.token, outgoing, recipients)
        except SecretUnreadable as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))
        except NotFound as error:
            return SendResult(Verdict.REFUSED, Fault.ACCOUNT, "account_removed", str(error))
        many = len(recipients) > 1 or outgoing.personalised
        return verdicts.of_send(answer, many=many, first_try=outgoing.first_try)

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        """Mint a token."""
        try:
            minted = self._tokens.mint(connection_id, timeout or 10.0)
        except (SecretUnreadable, NotFound) as error:
            return SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "secret_unreadable", str(error))
        if minted.token is not None:
            return SendResult(Verdict.ACCEPTED, Fault.NOBODY)
        return _without_token(minted.answer)

    def check(self, login: Login, country: str | None = None, timeout: float = 10.0) -> SendResult:
        """Try credentials that are kept nowhere, in `timeout` seconds; nothing is left of it."""
        credentials = Credentials(login.customer_id, login.password, login.email)
        answer = self._client.mint_token(credentials, country=country, timeout=timeout)
        if answer.token is not None:
            return SendResult(Verdict.ACCEPTED, Fault.NOBODY)
        return _without_token(answer)

    def _call(self, token: str, outgoing: Outgoing, recipients: Sequence[Recipient]) -> Answer:
        said: dict[str, Any] = {
            "message": outgoing.text,
            "sender_id": outgoing.sender_id,
            "flow_type": outgoing.channel,
            "message_type": outgoing.message_type,
            "template_id": outgoing.template_id,
            "entity_id": outgoing.entity_id,
        }
        if outgoing.personalised:
            rows = [WorkbookRow(to.country_code, to.national, to.variables) for to in recipients]
            return self._client.send_workbook(token, WorkbookSms(rows=rows, **said))
        if len(recipients) == 1:
            only = recipients[0]
            sms = SingleSms(country_code=only.country_code, mobile_number=only.national, **said)
            return self._client.send_single(token, sms)
        numbers = tuple((to.country_code, to.national) for to in recipients)
        return self._client.send_many(token, ManySms(recipients=numbers, **said))


def _without_token(answer: TokenAnswer | None) -> SendResult:
    if answer is None:
        return SendResult(Verdict.TRY_AGAIN, Fault.NOBODY, "no_token", "No token could be had yet.")
    return verdicts.of_token(answer)
