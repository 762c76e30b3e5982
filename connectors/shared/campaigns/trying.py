"""Trying a campaign: one of its messages, as rendered, to a number of one's own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from connectors.shared.accounts.senders import Sender, sender_of_account
from connectors.shared.campaigns.store import require
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import compose
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages


def try_out(
    connection: Connection, account_id: int, campaign_id: str, to: str, row: int | None, source: str
) -> NewMessage:
    """Return a message for `to` that says what the campaign says in a row, by default its first.

    Raises NotFound, WrongState where no row has been read yet, InvalidMessage for the number.
    """
    campaign = require(connection, account_id, campaign_id)
    text = _text_of(connection, account_id, campaign_id, row)
    if text is None:
        if row is not None:
            raise NotFound(f"Row {row} of this campaign is not sent to anybody.")
        raise WrongState("No row of this campaign has been read yet, or none can be sent.")
    sender = sender_of_account(connection, account_id)
    return compose_trial(sender, campaign, to=to, text=text, source=source)


def compose_trial(
    sender: Sender, campaign: RowMapping | Mapping[str, Any], *, to: str, text: str, source: str
) -> NewMessage:
    """Return a message that travels as those of a campaign do; `campaign` has the columns of one.

    Raises InvalidMessage.
    """
    composed = compose(
        sender,
        to=to,
        text=text,
        source=source,
        sender_id=campaign["sender_id"] or None,
        message_type=campaign["message_type"],
        channel=campaign["channel"],
        template_id=campaign["template_id"],
        entity_id=campaign["entity_id"],
    )
    # Whoever tries it waits for it, at whatever hour.
    return replace(composed, hours=None)


def _text_of(connection: Connection, account_id: int, campaign_id: str, row: int | None) -> str | None:
    statement = select(messages.c.text).where(
        IS_OF_CAMPAIGN,
        messages.c.campaign_id == campaign_id,
        messages.c.account_id == account_id,
        messages.c.text.is_not(None),
    )
    if row is not None:
        statement = statement.where(messages.c.campaign_row == row)
    return connection.scalar(statement.order_by(messages.c.campaign_row).limit(1))
