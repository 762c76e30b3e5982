"""Automations as their owners change them, on both databases."""

from typing import Any

import pytest

from connectors.shared.automations import store
from connectors.shared.automations.definitions import Automation, Condition, Owner, Trigger
from connectors.shared.automations.schemas import AutomationChangesSchema, AutomationSchema
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.clock import HOUR
from connectors.shared.templates import store as templates
from connectors.shared.templates.money import money_of
from connectors.shared.web.bodies import InvalidFields
from tests.shared.automations.conftest import OnSqlite
from tests.shared.automations.shops import together
from tests.shared.messages.tenants import Tenant, add_tenant

PLACED = Trigger(
    name="placed",
    title="Order placed",
    about="When somebody orders.",
    texts={"en": "Order {{ order.name }}", "de": "Bestellung {{ order.name }}", "de-AT": "Ihre {{ order.name }}"},
    fields={"order.name": "Its name", "order.items": "What was bought", "order.note": "A note"},
    sample={
        "order": {"name": "#1042", "total": money_of("1499.00", "INR", "en-IN"), "items": [{"title": "Kurta"}]},
    },
)
REVIEW = Trigger(
    name="review",
    title="Review",
    about="Later.",
    texts={"en": "How is {{ order.name }}?"},
    fields={"order.name": "Its name"},
    sample={"order": {"name": "#1042"}},
    delay_ms=HOUR,
    after=("order_placed", "order_shipped"),
    consent=Consent.MARKETING,
    hours=Hours.MARKETING,
)
TRIGGERS = {trigger.name: trigger for trigger in (REVIEW, PLACED)}


class Book:
    """The store, a transaction a call, as one owner."""

    def __init__(self, tenant: Tenant, key: str = "1") -> None:
        self.service = tenant.service
        self.owner = Owner("tests", key, tenant.account_id)

    def get(self, trigger: Trigger = PLACED) -> Automation:
        with self.service.database.read() as connection:
            return store.get_automation(connection, self.owner, trigger)

    def put(self, trigger: Trigger = PLACED, **given: Any) -> Automation:
        with self.service.database.write() as connection:
            return store.put_automation(connection, self.owner, trigger, given)

    def shown(self, trigger: Trigger = PLACED) -> dict[str, Any]:
        return store.shown(self.get(trigger), trigger)

    def preview(self, given: dict[str, Any], values: dict[str, Any] | None = None) -> dict[str, Any]:
        with self.service.database.read() as connection:
            return store.preview(connection, self.owner, PLACED, given, values)

    def keep(self, owner: str = "", **given: Any) -> str:
        """Keep a template of the account's."""
        with self.service.database.write() as connection:
            return str(templates.create(connection, self.owner.account_id, given, owner)["id"])

    def remove(self, template_id: str) -> None:
        with self.service.database.write() as connection:
            templates.remove(connection, self.owner.account_id, template_id)


@pytest.fixture
def book(tenant: Tenant) -> Book:
    return Book(tenant)


@OnSqlite
def test_what_nobody_decided_is_off_and_as_the_connector_proposes_it(book: Book) -> None:
    assert book.shown() == {
        "trigger": "placed",
        "title": "Order placed",
        "about": "When somebody orders.",
        "enabled": False,
        "template": "Order {{ order.name }}",
        "text": "Order {{ order.name }}",
        "translations": {"de": "Bestellung {{ order.name }}", "de-AT": "Ihre {{ order.name }}"},
        "locales": ["en", "de", "de-AT"],
        "delay_seconds": 0,
        "after": None,
        "consent": "transactional",
        "hours": "any",
        "channel": "SMS",
        "conditions": [],
        "sender_id": None,
        "entity_id": None,
        "template_id": None,
        "variables": {"order.name": "Its name", "order.total": "", "order.items": "What was bought"}
        | {"order.note": "A note"},
    }
    review = book.shown(REVIEW)
    assert (review["delay_seconds"], review["consent"], review["hours"]) == (3600, "marketing", "marketing")
    assert AutomationSchema().dump(book.shown()) == book.shown()


def test_what_is_given_is_changed_and_the_rest_stays_until_it_is_cleared(book: Book) -> None:
    condition = {"field": "order.total", "operator": "at_least", "value": 500}
    book.put(REVIEW, enabled=True, delay_seconds=0.5, after="order_shipped", consent="transactional", hours="day")
    changed = book.put(
        REVIEW, template="Own {{ order.name }}", sender_id="OWN", channel="RCS", entity_id="11", template_id="22"
    )
    assert book.get(REVIEW) == changed
    assert (changed.enabled, changed.delay_ms, changed.after, changed.channel) == (True, 500, "order_shipped", "RCS")
    assert (changed.consent, changed.hours) == (Consent.TRANSACTIONAL, Hours.DAY)
    assert (changed.template, changed.sender_id, changed.entity_id) == ("Own {{ order.name }}", "OWN", "11")
    assert book.put(conditions=[condition]).conditions == (Condition("order.total", "at_least", 500),)
    cleared = {name: None for name in AutomationChangesSchema().fields if name != "enabled"}
    assert book.put(REVIEW, **cleared) == store.assembled(REVIEW, {"enabled": True}, {})


def test_two_first_changes_at_once_are_both_kept(book: Book) -> None:
    changes: list[dict[str, Any]] = [{"enabled": True}, {"hours": "day"}, {"delay_seconds": 60}, {"channel": "RCS"}]
    together(len(changes), lambda index: book.put(**changes[index]))
    found = book.get()
    assert (found.enabled, found.hours, found.delay_ms, found.channel) == (True, Hours.DAY, 60_000, "RCS")


@OnSqlite
def test_each_owner_has_their_own_in_the_connectors_order(book: Book, tenant: Tenant) -> None:
    book.put(enabled=True)
    other = Book(tenant, "2")
    with tenant.service.database.read() as connection:
        mine, theirs = (store.list_automations(connection, each.owner, TRIGGERS) for each in (book, other))
    assert [(automation.trigger, automation.enabled) for automation in mine] == [("review", False), ("placed", True)]
    assert not any(automation.enabled for automation in theirs)


@OnSqlite
def test_our_translations_count_while_the_text_is_ours(book: Book) -> None:
    assert book.put(translations={"fr": "Commande {{ order.name }}"}).translations.keys() == {"de", "de-AT", "fr"}
    # Whoever speaks German as in Austria has the owner's German then, not ours.
    assert book.put(translations={"de": "Eigene"}).translations == {"de": "Eigene"}
    assert book.shown()["locales"] == ["en", "de"]
    assert book.put(template="Own").translations == {"de": "Eigene"}
    assert book.put(translations=None).translations == {}
    assert book.shown()["locales"] == []


@OnSqlite
def test_a_kept_template_is_named_and_read_anew(book: Book) -> None:
    kept_id = book.keep(name="order placed", text="Dear {{ order.name }}", sender_id="KEPTID")
    found = book.put(template="order placed")
    assert found.template == "Dear {{ order.name }}"
    assert book.shown()["template"] == "order placed"
    assert (book.shown()["text"], book.shown()["sender_id"]) == ("Dear {{ order.name }}", None)
    assert book.put(template=kept_id) == found
    with book.service.database.write() as connection:
        templates.change(connection, book.owner.account_id, kept_id, {"text": "Hi {{ order.name }}"})
    assert book.get().template == "Hi {{ order.name }}"
    assert book.preview({})["sender_id"] == "KEPTID"
    book.remove(kept_id)
    assert book.shown()["template"] == ""
    with pytest.raises(InvalidFields, match="template"):
        book.put(enabled=True)
    assert not book.put(enabled=False).enabled
    assert book.put(template=None).template == PLACED.texts["en"]


@OnSqlite
def test_nobody_uses_templates_of_others(book: Book) -> None:
    book.keep("tests:2", name="theirs", text="Theirs")
    elsewhere = Book(add_tenant(book.service, "C-TWO"))
    elsewhere.keep(name="elsewhere", text="Elsewhere")
    assert book.put(template="theirs").template == "theirs"  # a text that says "theirs"
    assert book.put(template="elsewhere").kept is None
    book.keep("tests:1", name="mine", text="Mine")
    assert book.put(template="mine").template == "Mine"


@OnSqlite
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ order.nme }}", "There is no order.nme here. Did you mean order.name?"),
        ("{% if order.totl > 5 %}x{% endif %}", "Did you mean order.total?"),
        ("{{ zzz }}", "There is no zzz here. There is order.name"),
        ("{% for item in order.items %}{{ item.titel }}{% endfor %}", "There is no item.titel here."),
        ("{{ order.name.length }}", "There is no order.name.length here."),
        ("{{ order.name", "is not closed"),
        ("{{ order.name | shout }}", "unknown filter"),
        ("{{ order.items }}", "is a list or has parts"),
        ("{{ order.name | money }}", "is for amounts"),
        ("{% for item in order.items %}{{ item.title }}, {{ order.items.size }}{% endfor %}", None),
        ("{{ Order.name }}, {{ order.items[0].title }}{{ order.items.first.title }}{{ order['name'] }}", None),
        ("{{ order.note }} {{ order.total | money }}", None),  # the sample has no note
        ("{% assign x = order.note | default: 'none' %}{{ x }}", None),
    ],
)
def test_texts_look_up_what_there_is(book: Book, text: str, words: str | None) -> None:
    changes: dict[str, dict[str, Any]] = {
        "template": {"template": text},
        "translations.fr": {"translations": {"fr": text}},
    }
    for field, given in changes.items():
        if words is None:
            assert text in (book.put(**given).template, book.get().translations.get("fr"))
            continue
        with pytest.raises(InvalidFields) as refused:
            book.put(**given)
        assert list(refused.value.errors) == [field]
        assert words in refused.value.errors[field][0]


@OnSqlite
@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"after": "order_placed"}, "after", "always null"),
        ({"delay_seconds": -1}, "delay_seconds", "greater than"),
        ({"translations": {"de": "x", "DE": "y"}}, "translations.DE", "already"),
        ({"conditions": [{"field": "order.totl", "operator": "exists"}]}, "conditions.0.field", "order.total?"),
        ({"conditions": [{"field": "order.total", "operator": "at_least"}]}, "conditions.0.value", "number"),
        ({"template": "Own", "template_id": "22"}, "entity_id", "Give the entity_id"),
        ({"template_id": "22", "entity_id": "11"}, "template_id", "Give the text that was registered"),
        ({"entity_id": "11"}, "template_id", "Give the template_id"),
        ({"sender_id": "far too long a name"}, "sender_id", "1 to 11"),
        ({"channel": "PIGEON"}, "channel", "one of"),
        ({"nonsense": 1}, "nonsense", "Unknown"),
    ],
)
def test_what_cannot_work_is_refused_and_not_kept(book: Book, given: dict[str, Any], field: str, words: str) -> None:
    before = book.get()
    with pytest.raises(InvalidFields) as refused:
        book.put(**given)
    assert list(refused.value.errors) == [field]
    assert words in refused.value.errors[field][0]
    assert book.get() == before


@OnSqlite
def test_what_after_may_be_is_the_triggers(book: Book) -> None:
    with pytest.raises(InvalidFields) as refused:
        book.put(REVIEW, after="order_delivered")
    assert refused.value.errors == {"after": ["Choose one of order_placed, order_shipped."]}


@OnSqlite
def test_nothing_is_turned_on_without_a_sender_id(book: Book, tenant: Tenant) -> None:
    tenant.set(sender_id=None)
    with pytest.raises(InvalidFields) as refused:
        book.put(enabled=True)
    assert refused.value.errors == {"sender_id": ["Give a sender_id: the account has none."]}
    assert book.put(enabled=True, sender_id="OWN").enabled
    with pytest.raises(InvalidFields):
        book.put(sender_id=None)
    assert book.preview({"sender_id": None})["sender_id"] is None


@OnSqlite
@pytest.mark.parametrize(
    ("given", "values", "text", "locale", "encoding"),
    [
        ({}, None, "Order #1042", "en", "GSM-7"),
        ({"locale": "de-CH"}, None, "Bestellung #1042", "de", "GSM-7"),
        ({}, {"order": {"name": "№7"}}, "Order №7", "en", "UCS-2"),
        ({"template": "{{ order.total | money }}"}, None, "Rs 1,499.00", None, "GSM-7"),
        ({"template": "{{ order.total | money }}", "locale": "de"}, None, "1.499,00 Rs", None, "GSM-7"),
        ({"translations": {"de": "Neu"}, "locale": "de-AT"}, None, "Neu", "de", "GSM-7"),
    ],
)
def test_previews(
    book: Book, given: dict[str, Any], values: dict[str, Any] | None, text: str, locale: str | None, encoding: str
) -> None:
    found = book.preview(given, values)
    assert (found["text"], found["locale"], found["encoding"]) == (text, locale, encoding)
    assert (found["trigger"], found["segments"]) == ("placed", 1)
    assert found["characters"] == (["№"] if encoding == "UCS-2" else [])
    assert book.get() == store.assembled(PLACED, {}, {})


@OnSqlite
@pytest.mark.parametrize(
    ("given", "values", "field", "words"),
    [
        ({}, {"order": {"name": None}}, "template", "needs a value for order.name"),
        ({"locale": "de"}, {"order": {}}, "translations.de", "needs a value for order.name"),
        ({"template": "{{ order.nme }}"}, None, "template", "Did you mean order.name?"),
        ({"template": "x" * 2_000}, None, "template", "at most 10"),
    ],
)
def test_previews_say_what_is_wrong(
    book: Book, given: dict[str, Any], values: dict[str, Any] | None, field: str, words: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        book.preview(given, values)
    assert list(refused.value.errors) == [field]
    assert words in refused.value.errors[field][0]


@OnSqlite
def test_one_id_of_dlt_is_enough_where_the_account_has_the_other(book: Book) -> None:
    other = Book(add_tenant(book.service, "C-TWO", entity_id="11", template_id="22"))
    assert other.put(template="Own", template_id="33").template_id == "33"
