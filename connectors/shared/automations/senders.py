"""By what an owner's texts are sent: the account's connection, with the owner's own defaults before the account's."""

from dataclasses import replace

from sqlalchemy import Connection

from connectors.shared.accounts.senders import Sender, sender_of_account
from connectors.shared.automations.definitions import Owner


def sender_of_owner(connection: Connection, owner: Owner) -> Sender:
    """Return the connection by which an owner sends. Raises NotFound where the account is gone."""
    sender = sender_of_account(connection, owner.account_id)
    entity_id = owner.entity_id or sender.entity_id
    return replace(
        sender,
        sender_id=owner.sender_id or sender.sender_id,
        entity_id=entity_id,
        # The account's registered text is its own entity's.
        template_id=sender.template_id if entity_id == sender.entity_id else None,
    )
