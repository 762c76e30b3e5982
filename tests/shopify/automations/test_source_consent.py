"""Marketing goes to whoever said yes to it, at the number that they said it of."""

import pytest

from connectors.service import Service
from connectors.shared.automations.states import Consent
from tests.shopify.automations.shopping import CHECKOUT_REFS, ORDER_REFS, Shopping
from tests.shopify.connected import Connected
from tests.shopify.payloads import CUSTOMER, NUMBER


@pytest.fixture
def shopping(service: Service, connected: Connected) -> Shopping:
    return Shopping(service, connected)


@pytest.mark.parametrize(
    ("told", "consented"),
    [
        (["orders_create"], False),
        (["orders_create", "customers_marketing_consent_update"], True),
        (["customers_create__subscribed", "orders_create__no_phone"], True),
        (["orders_create", "checkouts_update"], True),
        (["orders_create", "checkouts_update__no_consent"], False),
        (["orders_create", "customers_marketing_consent_update__unsubscribed"], False),
        (
            [
                "orders_create",
                "checkouts_update",
                "customers_marketing_consent_update",
                "customers_marketing_consent_update__unsubscribed",
            ],
            False,
        ),
    ],
)
def test_marketing_takes_a_yes(shopping: Shopping, told: list[str], consented: bool) -> None:
    for name in told:
        shopping.tell(name)
    found = shopping.texted("review_request", ORDER_REFS)
    assert (found.consented, found.number.digits) == (consented, NUMBER)


def test_marketing_goes_to_the_number_of_the_yes(shopping: Shopping) -> None:
    shopping.tell("orders_create", phone="+919800000011")
    shopping.tell("customers_marketing_consent_update")
    marketing = shopping.texted("review_request", ORDER_REFS)
    assert (marketing.number.digits, marketing.consented) == (NUMBER, True)
    buyer = shopping.texted("review_request", ORDER_REFS, consent=Consent.TRANSACTIONAL)
    assert buyer.number.digits == "919800000011"


def test_a_guests_withdrawal_is_found_by_the_number(shopping: Shopping) -> None:
    shopping.tell("checkouts_update", customer=None)
    assert shopping.texted("checkout_abandoned", CHECKOUT_REFS).consented
    shopping.tell("customers_marketing_consent_update__unsubscribed", id=4711)
    assert not shopping.texted("checkout_abandoned", CHECKOUT_REFS).consented


def test_somebody_elses_number_is_never_taken_for_ones_own(shopping: Shopping) -> None:
    """They share an address' phone, and only the other one said yes, at a number of their own."""
    shopping.tell("customers_create__subscribed", id=4711, phone="+919800000099")
    shopping.tell("orders_create", customer__phone=None)
    found = shopping.texted("review_request", ORDER_REFS)
    assert (found.number.digits, found.consented) == (NUMBER, False)


def test_welcome_speaks_as_the_shop_was_seen(shopping: Shopping) -> None:
    shopping.tell("customers_marketing_consent_update")
    found = shopping.texted("welcome", {"customer": CUSTOMER})
    assert (found.number.digits, found.consented, found.locale, "customer" in found.values) == (
        NUMBER,
        True,
        None,
        False,
    )
    shopping.tell("checkouts_update", customer_locale="hi-IN")
    found = shopping.texted("welcome", {"customer": CUSTOMER})
    assert (found.locale, found.values["customer"]["first_name"]) == ("hi-IN", "Meera")
