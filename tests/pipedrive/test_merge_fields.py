"""What texts are filled in with."""

from typing import Any

import pytest

from connectors.pipedrive.contacts.field_values import written
from connectors.pipedrive.contacts.fields import NO_FIELDS, CustomField, FieldBook, ask_fields, make_book
from connectors.pipedrive.contacts.merge_fields import explain_missing, listed, needs, values_of
from connectors.pipedrive.contacts.people import Person, read_person
from connectors.pipedrive.contacts.phones import first_usable, in_order
from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.users import UserFacts, is_admin
from connectors.sandbox.server import SandboxServer
from connectors.shared.templates.rendering import MissingVariables, compile_text
from tests.pipedrive.companies import COMPANY, install

COLOUR, BUDGET, BIRTHDAY, WISH = ("c" * 40, "b" * 40, "d" * 40, "e" * 40)
BOOK = make_book(
    iter(
        [
            CustomField(COLOUR, "Favourite Colour", "enum", {"3": "Red", "4": "Blue"}),
            CustomField(BUDGET, "Budget", "monetary"),
            CustomField(BIRTHDAY, "Geburtstag (groß)", "date"),
            CustomField(WISH, "पसंदीदा रंग", "varchar"),
        ]
    )
)
ASHA: dict[str, Any] = {
    "id": 9,
    "name": "Asha Rao",
    "first_name": "Asha",
    "last_name": "Rao",
    "owner_id": 7,
    "org_id": 4,
    "phones": [{"label": "work", "value": "080 2345 6789", "primary": True}],
    "emails": [
        {"label": "home", "value": "asha@home.example", "primary": False},
        {"label": "work", "value": "asha@work.example", "primary": True},
    ],
    "custom_fields": {COLOUR: 3, BUDGET: {"value": 2300, "currency": "EUR"}, BIRTHDAY: "2026-11-21", WISH: "नीला"},
}
ME = UserFacts(7, "Ravi", "ravi@acme.example", None, "Acme", True)


def filled(text: str, book: FieldBook = BOOK, org: str | None = "Orchid", **changes: Any) -> str:
    compiled = compile_text(text)
    person = read_person(ASHA | changes)
    return compiled.render(values_of(person, org, book, ME, needs(compiled))).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ person.first_name }} {{ person.last_name }} {{ person.name }}", "Asha Rao Asha Rao"),
        ("{{ person.email }} {{ person.phone }}", "asha@work.example 080 2345 6789"),
        ("{{ person.org.name }}, {{ org.name }}", "Orchid, Orchid"),
        ("{{ user.name }} {{ user.email }} {{ user.company }}", "Ravi ravi@acme.example Acme"),
        ("{{ person.favourite_colour }} {{ person['favourite_colour'] }}", "Red Red"),
        ("{{ person.Favourite Colour }}", "Red"),
        (f"{{{{ person.{COLOUR} }}}}", "Red"),
        ("{{ person.budget }} {{ person.Budget }}", "2,300 EUR 2,300 EUR"),
        ("{{ person.पसंदीदा_रंग }}", "नीला"),
        ('{{ user.phone | default: "no phone" }}', "no phone"),
        ("{% if person.favourite_colour == 'Red' %}red{% else %}other{% endif %}", "red"),
        ("{% assign them = person %}{{ them.favourite_colour }} {{ them.org.name }}", "Red Orchid"),
    ],
)
def test_fills_texts_in(text: str, expected: str) -> None:
    assert filled(text) == expected


@pytest.mark.parametrize(
    ("text", "changes", "missing"),
    [
        ("Dear {{ person.first_name }}", {"first_name": "  "}, "person.first_name"),
        ("{{ person.org.name }}", {}, "person.org.name"),
        ("{{ person.favourite_colour }}", {"custom_fields": {COLOUR: 99}}, "person.favourite_colour"),
        ("{{ person.favourite_colour }}", {"custom_fields": None}, "person.favourite_colour"),
        ("{{ person.email }}", {"emails": "none"}, "person.email"),
    ],
)
def test_what_is_blank_is_missing(text: str, changes: dict[str, Any], missing: str) -> None:
    with pytest.raises(MissingVariables) as refused:
        filled(text, org=None, **changes)
    assert refused.value.names == (missing,)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("varchar", " text ", "text"),
        ("text", "", None),
        ("double", 5.0, "5"),
        ("double", 12.5, "12.5"),
        ("int", 7, "7"),
        ("double", float("inf"), None),
        ("monetary", {"value": 2300.5, "currency": "EUR"}, "2,300.50 EUR"),
        ("monetary", {"value": None, "currency": "EUR"}, None),
        ("monetary", {"value": "much", "currency": "EUR"}, None),
        ("date", "2026-02-01", "1 Feb 2026"),
        ("date", "soon", "soon"),
        ("daterange", {"value": "2026-02-01", "until": "2026-03-02"}, "1 Feb 2026 to 2 Mar 2026"),
        ("time", {"value": "14:05:00", "timezone_name": "Asia/Kolkata"}, "14:05"),
        ("timerange", {"value": "14:05:00", "until": "15:00:00"}, "14:05 to 15:00"),
        ("address", {"value": "12 MG Road, Pune", "locality": "Pune"}, "12 MG Road, Pune"),
        ("enum", 3, "Red"),
        ("enum", {"id": 4, "label": "Blue"}, "Blue"),
        ("set", [3, 4], "Red, Blue"),
        ("set", "3,4", "Red, Blue"),
        ("set", [], None),
        ("boolean", True, "Yes"),
        ("something new", {"value": "x"}, "x"),
        ("something new", [["deep"], {"of": "parts"}, "x"], "x"),
        ("varchar", "a\x00b", "ab"),
    ],
)
def test_writes_values_as_people_do(kind: str, value: Any, expected: str | None) -> None:
    assert written(CustomField(COLOUR, "Field", kind, {"3": "Red", "4": "Blue"}), value) == expected


def test_two_fields_of_one_name_are_told_apart() -> None:
    book = make_book(iter([CustomField("1" * 40, "Size", "varchar"), CustomField("2" * 40, "size!", "varchar")]))
    assert list(book.fields) == ["size", "2" * 40]


def test_no_custom_field_hides_what_everybody_has() -> None:
    book = make_book(iter([CustomField(COLOUR, "First name", "varchar")]))
    assert filled("{{ person.first_name }}", book, custom_fields={COLOUR: "Other"}) == "Asha"
    assert filled(f"{{{{ person.{COLOUR} }}}}", book, custom_fields={COLOUR: "Other"}) == "Other"


@pytest.mark.parametrize(
    ("text", "org", "custom", "user"),
    [
        ("Hello", False, False, False),
        ("{{ person.first_name }}", False, False, False),
        ("{{ person.org.name }}", True, False, False),
        ("{% if org.name %}a{% endif %}b", True, False, False),
        ("{{ person.organic }}", False, True, False),
        ("{{ user.name | default: person.budget }}", False, True, True),
        ("{% for part in person %}x{% endfor %}y", True, True, True),
        ("{% assign it = 'budget' %}{{ person[it] }}", True, True, True),
    ],
)
def test_says_what_is_to_be_looked_up(text: str, org: bool, custom: bool, user: bool) -> None:
    found = needs(compile_text(text))
    assert (found.org, found.custom_fields, found.user) == (org, custom, user)


def test_only_what_a_text_uses_is_kept() -> None:
    compiled = compile_text("{{ person.budget }}")
    values = values_of(read_person(ASHA), None, BOOK, None, needs(compiled))
    assert values["person"]["budget"] == "2,300 EUR"
    assert "favourite_colour" not in values["person"]
    assert COLOUR not in values["person"]


def test_explains_what_is_missing() -> None:
    words = explain_missing(("first_name", "person.budget"), BOOK)
    assert "no field first_name. Did you mean person.first_name?" in words
    assert "nothing for person.budget" in words


def test_lists_fields_for_a_menu() -> None:
    items = listed(BOOK)
    assert items[0] == {"name": "person.first_name", "label": "First name", "group": "Person"}
    assert {"name": "person.favourite_colour", "label": "Favourite Colour", "group": "Person"} in items
    assert {entry["group"] for entry in items} == {"Person", "Organization", "You"}


def test_reads_fields_from_pipedrive(parts: Context, outside: SandboxServer) -> None:
    who = install(parts, outside)
    book = outside.sandbox.pipedrive
    book.add_field(COMPANY, COLOUR, "Favourite Colour", "enum", {3: "Red"})
    book.add_field(COMPANY, WISH, "Contact person", "people")
    found = ask_fields(parts.pipedrive, who)
    assert found.fields == {"favourite_colour": CustomField(COLOUR, "Favourite Colour", "enum", {"3": "Red"})}


def test_orders_phones() -> None:
    person = read_person(
        {
            "id": 1,
            "phones": [
                {"value": "080 2345 6789", "label": "work", "primary": True},
                {"value": "no number", "label": "Mobile", "primary": False},
                {"value": "98161 11112", "label": "home", "primary": False},
                {"value": "+91 98161-11111", "label": "My MOBILE", "primary": False},
                {"value": "9816111111", "label": "other", "primary": False},
                {"value": " ", "label": "other"},
                "odd",
            ],
        }
    )
    found = in_order(person.phones, "91")
    assert [(phone.e164, phone.label) for phone in found] == [
        (None, "Mobile"),
        ("+919816111111", "My MOBILE"),
        ("+918023456789", "work"),
        ("+919816111112", "home"),
    ]
    best = first_usable(person.phones, "91")
    assert best is not None
    assert best.shown() == {
        "value": "+91 98161-11111",
        "e164": "+919816111111",
        "label": "My MOBILE",
        "primary": False,
    }
    assert first_usable(person.phones[1:2], "91") is None


def test_a_text_of_wrong_names_is_compared_with_all_fields_for_a_few_of_them() -> None:
    book = make_book(iter(CustomField(f"{index:040x}", f"Favourite number {index}", "varchar") for index in range(9)))
    names = tuple(f"person.favourite_nmber_{index}" for index in range(30))
    words = explain_missing(names, book)
    assert words.count("Did you mean person.favourite_number_") == 5
    assert all(name in words for name in names)


@pytest.mark.parametrize("depth", [2, 1_000])
def test_values_within_values_are_none(depth: int) -> None:
    deep: Any = "Red"
    for _ in range(depth):
        deep = [{"value": deep}]
    assert written(CustomField(WISH, "Wish", "varchar"), deep) is None
    assert written(CustomField(WISH, "Wish", "varchar"), ["Red", {"value": "Blue"}, 4, None]) == "Red, Blue, 4"


def test_reads_people_with_odd_fields() -> None:
    assert read_person({"id": 1, "name": None, "phones": None, "emails": {}, "custom_fields": [], "org_id": "x"}) == (
        Person(1, "", None, None, None, None, (), (), {}, False)
    )
    assert NO_FIELDS.fields == {}


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"is_admin": 1}, True),
        ({"is_admin": True}, True),
        ({"access": [{"app": "sales", "admin": True}, {"app": "global", "admin": True}]}, True),
        ({"is_admin": 0, "access": [{"app": "sales", "admin": True}, {"app": "global", "admin": False}]}, False),
        ({"is_admin": "no", "access": "global"}, False),
        ({}, False),
    ],
)
def test_knows_admins(user: dict[str, Any], expected: bool) -> None:
    assert is_admin(user) is expected
