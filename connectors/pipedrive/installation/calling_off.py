"""What a company that goes has begun and not sent is called off: nobody in Pipedrive could stop it any more."""

from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, select

from connectors.pipedrive.campaigns.gathering_store import stop_all
from connectors.pipedrive.tables import pipedrive_campaigns, pipedrive_messages
from connectors.shared.campaigns import control
from connectors.shared.campaigns.tables import IS_OPEN, campaigns
from connectors.shared.clock import now_ms
from connectors.shared.errors import WrongState
from connectors.shared.messages import canceling
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import WAITING
from connectors.shared.messages.tables import messages

_WHY: Final = "The app was uninstalled while the people were being read. Nobody was texted."
_WAITING: Final = sorted(WAITING)


def call_off(connection: Connection, endings: Endings, company_id: int) -> None:
    """Cancel the company's campaigns that are not over, and its single messages that wait."""
    stop_all(connection, company_id, _WHY)
    moment = now_ms()
    own = pipedrive_campaigns.c
    begun = (
        select(own.account_id, own.campaign_id)
        .join(campaigns, campaigns.c.id == own.campaign_id)
        .where(own.company_id == company_id, IS_OPEN)
    )
    for account_id, campaign_id in connection.execute(begun).all():
        with suppress(WrongState):  # over already
            control.cancel(connection, account_id, campaign_id, moment)
    waiting = (
        select(messages.c.account_id, messages.c.id)
        .join(pipedrive_messages, pipedrive_messages.c.message_id == messages.c.id)
        .where(pipedrive_messages.c.company_id == company_id, messages.c.status.in_(_WAITING))
    )
    for account_id, message_id in connection.execute(waiting).all():
        with suppress(WrongState):
            canceling.cancel(connection, endings, account_id, message_id, moment)
