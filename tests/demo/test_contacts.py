"""Who is in the demo's Pipedrive."""

from collections import Counter

import phonenumbers
import pytest

from connectors.demo.audience import campaign
from connectors.demo.contacts import (
    PERSON,
    PERSON_NUMBER,
    PERSON_READS,
    PERSON_WRITTEN,
    TEXT,
    TEXTED,
    UNTICKED,
    contacts,
    selected,
)
from connectors.demo.people import people
from connectors.pipedrive.contacts.people import Phone
from connectors.pipedrive.contacts.phones import first_usable
from connectors.sandbox.magic_numbers import Answer, ReceiptStatus, outcome_of
from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.seeding import ADMIN_ID, CITIES, CITY, COMPANY_ID
from connectors.shared.segments import count_segments
from connectors.shared.templates.rendering import compile_text

EVERYBODY = contacts()
READ = [contact for contact in EVERYBODY if contact.text is not None]
USER = {"name": "Anaya Admin", "company": "Acme"}
WORDS = {
    ReceiptStatus.DELIVRD: "delivered",
    ReceiptStatus.UNDELIV: "undelivered",
    ReceiptStatus.EXPIRED: "expired",
    ReceiptStatus.REJECTD: "rejected",
}


@pytest.fixture
def book() -> PipedriveBook:
    """The sandbox's Pipedrive as the demo finds it."""
    made = PipedriveBook(capacity=10)
    made.seed()
    return made


def test_two_hundred_are_selected_and_meet_every_end() -> None:
    assert len(selected(EVERYBODY)) == 200
    assert len(READ) == TEXTED
    assert {contact.end for contact in READ} == {"delivered", "undelivered", "expired", "rejected"}
    assert Counter(contact.end for contact in EVERYBODY if contact.text is None) == {
        "no_number": 2,
        "invalid": 2,
        "duplicate": 1,
        "opted_out": 1,
        UNTICKED: 1,
    }


def test_numbers_and_names_are_valid_and_nobody_elses() -> None:
    numbers = [contact.number or "" for contact in READ]
    assert len(set(numbers)) == len(numbers)
    assert len({contact.name for contact in EVERYBODY}) == len(EVERYBODY)
    others = {PERSON_NUMBER, *(sms.number for sms in campaign(20_000)), *(row.number for row in people())}
    assert not others & set(numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_each_end_is_what_the_sandbox_makes_of_the_number() -> None:
    for contact in READ:
        outcome = outcome_of(contact.number or "")
        assert (outcome.answer, contact.end) == (Answer.TAKEN, WORDS[outcome.receipts[-1]])


def test_the_app_texts_the_mobile_and_finds_none_where_there_is_none() -> None:
    for contact in EVERYBODY:
        best = first_usable([Phone(**phone) for phone in contact.phones], "91")
        assert (None if best is None else best.e164) == contact.number


def test_the_texts_are_what_the_app_makes_of_the_people() -> None:
    text = compile_text(TEXT)
    assert text.pattern  # and so all of them fit into one call
    for contact in READ:
        first_name = contact.name.split()[0]
        assert text.render({"person": {"first_name": first_name}, "user": USER}).text == contact.text
        assert count_segments(contact.text or "").count == 1


def test_the_contact_who_is_texted_alone_is_the_sandboxs(book: PipedriveBook) -> None:
    company = book.people.company(COMPANY_ID)
    found = company.people[PERSON]
    values = {
        "person": {
            "first_name": found.first_name,
            "org": {"name": company.organizations[found.org_id or 0].name},
            "city": CITIES[found.custom_fields[CITY]],
        },
        "user": {"name": company.users[ADMIN_ID].name},
    }
    best = first_usable([Phone(**phone) for phone in found.phones], "91")
    assert best is not None
    assert best.e164 == PERSON_NUMBER
    assert compile_text(PERSON_WRITTEN).render(values).text == PERSON_READS
    assert (company.users[ADMIN_ID].name, company.name) == (USER["name"], USER["company"])
