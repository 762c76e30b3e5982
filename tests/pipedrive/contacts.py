"""Contacts in the sandbox's Pipedrive, and a company that may text them."""

from typing import Any

from connectors.sandbox.server import SandboxServer
from tests.pipedrive.companies import COMPANY

MOBILE = {"value": "98161 11111", "label": "Mobile", "primary": False}
DESK = {"value": "080 2345 6789", "label": "work", "primary": True}
NUMBER = "+919816111111"


def add_contact(outside: SandboxServer, name: str = "Asha Rao", company_id: int = COMPANY, **values: Any) -> int:
    """Make a contact with a desk phone and a mobile; returns the id."""
    phones = values.pop("phones", [DESK, MOBILE])
    return outside.sandbox.pipedrive.add_person(company_id, name, phones=phones, **values)
