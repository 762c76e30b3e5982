"""Whether somebody said yes to marketing by SMS at a number, and has not taken it back since.

Two things say so: what a customer chose (customers_marketing_consent/update), and the box that a checkout ticked. The
newest counts; an unticked box takes nothing back. `buyer_accepts_marketing` is e-mail, and means nothing here.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import kept_consent, records
from connectors.shopify.orders.merging import SUBSCRIBED
from connectors.shopify.orders.phones import CONSENT, Candidate, Reader, Unusable, read_candidate
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind


@dataclass(frozen=True, slots=True)
class Statement:
    """A yes or a no. `number` is what it is about, as digits of E.164 or its keyed digest.

    None where that is not told, or cannot be read.
    """

    at: int
    yes: bool
    number: str | bytes | None = field(repr=False)


def allows(
    own: Iterable[Record], of_number: Iterable[Record], number: str, reader: Reader, digests: Collection[bytes] = ()
) -> bool:
    """Whether the newest statement about a number (digits of E.164) is a yes; of one moment the no counts.

    A yes in somebody's own records is for the number that it names, a no for all of theirs. In the records of others,
    who gave the same number, only what names that number counts. `digests` are what the number may be kept as.
    """
    named = {number, *digests}
    about = [
        *(said for said in _statements(own, reader) if not said.yes or said.number is None or said.number in named),
        *(said for said in _statements(of_number, reader) if said.number in named),
    ]
    newest = max(about, key=lambda said: (said.at, not said.yes), default=None)
    return newest is not None and newest.yes


def said_by(
    connection: Connection, secrets: SecretBox, shop_id: int, *, customer_ref: str | None, checkout: Record | None
) -> list[Record]:
    """Return somebody's own records that may tell of consent: themselves, and their checkouts."""
    found = [] if checkout is None else [checkout]
    if customer_ref is not None:
        customer = records.find(connection, secrets, shop_id, RecordKind.CUSTOMER, customer_ref)
        found += [] if customer is None else [customer]
        found += records.of_customer(connection, secrets, shop_id, RecordKind.CHECKOUT, customer_ref)
        return kept_consent.of_customer(connection, secrets, shop_id, customer_ref, found)
    return found


def said_at(connection: Connection, secrets: SecretBox, shop_id: int, number: str) -> list[Record]:
    """Return all records of a number (digits of E.164) that may tell of consent, whosever they are."""
    found = [
        record
        for kind in (RecordKind.CUSTOMER, RecordKind.CHECKOUT)
        for record in records.of_number(connection, secrets, shop_id, kind, number)
    ]
    return kept_consent.of_number(connection, secrets, shop_id, number, found)


def named_in(own: Iterable[Record]) -> list[Candidate]:
    """Return the phones that were named with a yes, the latest first."""
    given = (record.facts.get("consent") or {} for record in own)
    yes = sorted(
        (consent for consent in given if consent.get("state") == SUBSCRIBED and consent["phone"] is not None),
        key=lambda consent: -consent["at"],
    )
    return [Candidate(CONSENT, consent["phone"]) for consent in yes]


def _statements(of: Iterable[Record], reader: Reader) -> Iterator[Statement]:
    for record in of:
        consent = record.facts.get("consent")
        if consent is None or (record.kind is RecordKind.CHECKOUT and consent["state"] != SUBSCRIBED):
            continue
        number = consent.get("digest") or _read(consent["phone"], reader)
        yield Statement(consent["at"], consent["state"] == SUBSCRIBED, number)


def _read(phone: str | None, reader: Reader) -> str | None:
    try:
        return read_candidate(Candidate(CONSENT, phone), reader).digits
    except Unusable:
        return None
