"""Reading what asks for a campaign: a text or a template, whom it is for, and what the company has by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from connectors.pipedrive.campaigns.selections import Selection
from connectors.pipedrive.company.store import Company, get_company, sender_of, templates_owner
from connectors.shared.accounts.senders import Sender
from connectors.shared.campaigns.drafting import SPOOL, Draft, RecipientsFile, Wanted, draft
from connectors.shared.web.templated import filled_fields

SOURCE: Final = "pipedrive"
_NOT_OF_THE_TEXT: Final = ("selection", "expected_count", "template", "to")


@dataclass(frozen=True, slots=True)
class Asked:
    """A campaign that may begin once its people are known."""

    company: Company
    sender: Sender
    selection: Selection
    draft: Draft
    expected_count: int | None
    to: str | None = field(repr=False)
    """Where a test goes."""


def read_asked(connection: Connection, company_id: int, given: Mapping[str, Any]) -> Asked:
    """Complete and check what a page asks.

    Raises InvalidFields and InvalidMessage, which name the field, and WrongState where no login is saved yet.
    """
    company = get_company(connection, company_id)
    sender = sender_of(connection, company)
    said = {name: value for name, value in given.items() if value is not None}
    asked = {name: value for name, value in said.items() if name not in _NOT_OF_THE_TEXT}
    if "template" in said:
        owner = templates_owner(company_id)
        asked = filled_fields(connection, sender.account_id, said["template"], owner) | asked
    wanted = Wanted(**{"channel": company.channel} | asked, one_per_number=True)
    # The file is written once it is known who is in it.
    made = draft(sender, wanted, RecipientsFile(Path(), SPOOL), SOURCE)
    return Asked(company, sender, said["selection"], made, said.get("expected_count"), said.get("to"))
