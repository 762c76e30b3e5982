"""Addresses by which Shopify sends browsers: signed over all they say, by any secret of ours."""

import hmac
from urllib.parse import quote, urlencode

import pytest

from connectors.shared.clock import DAY, SECOND, now_ms
from connectors.shopify.installation.signature import BadSignature, check_age, verified

SECRETS = ("hush", "of-before")
# Of Shopify's own documentation, and what it says is right for "hush".
DOCUMENTED = (
    "code=0907a61c0c8d55e99db179b68161bc00&hmac={}&shop=some-shop.myshopify.com&state=0.6784241404160823"
    "&timestamp=1337178173"
)
RIGHT = "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"


def sign(message: str, secret: str = SECRETS[0]) -> str:
    return hmac.new(secret.encode(), message.encode(), "sha256").hexdigest()


@pytest.mark.parametrize("written", [RIGHT, RIGHT.upper()])
def test_the_documented_example(written: str) -> None:
    found = verified(DOCUMENTED.format(written).encode(), SECRETS)
    assert found["shop"] == "some-shop.myshopify.com"
    assert "hmac" not in found


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("signed", ["as it is read", "as it is sent"])
def test_either_secret_and_either_reading(secret: str, signed: str) -> None:
    values = {"timestamp": "1", "host": "YWRt/aW4+=", "code": "c", "code2": "ü&x=1%"}
    read = "code=c&code2=ü%26x=1%25&host=YWRt/aW4+=&timestamp=1"
    sent = "&".join(f"{name}={quote(values[name], safe='')}" for name in sorted(values))
    message = read if signed == "as it is read" else sent
    query = f"{urlencode(values, quote_via=quote, safe='')}&hmac={sign(message, secret)}"
    assert verified(query.encode(), SECRETS) == values


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hmac=",
        "shop=x",
        f"shop=x&hmac={sign('shop=x', 'other')}",
        f"shop=y&hmac={sign('shop=x')}",
        f"shop=x&more=1&hmac={sign('shop=x')}",
        f"shop=x&hmac={sign('shop=x')[:-1]}",
        f"shop=x&hmac={sign('shop=x')}&hmac={sign('shop=x')}",
        f"shop=x&shop=y&hmac={sign('shop=x&shop=y')}",
        "shop=x&hmac=%C3%A9%00",
        f"shop=%FF&hmac={sign('shop=%FF')}",
        # What was signed as one parameter is not to be cut into two, nor two joined into one.
        f"a=1&b=2&hmac={sign('a=1%26b=2')}",
        f"a=1%26b%3D2&hmac={sign('a=1&b=2')}",
        "&".join(f"a{number}=1" for number in range(100)),
        "a=" + "x" * 10_000,
    ],
)
def test_forged(query: str) -> None:
    with pytest.raises(BadSignature):
        verified(query.encode(), SECRETS)


def test_octets_that_are_no_address() -> None:
    with pytest.raises(BadSignature):
        verified("shop=é".encode(), SECRETS)


@pytest.mark.parametrize(("age", "is_good"), [(0, True), (DAY - 60_000, True), (DAY + 60_000, False)])
def test_an_address_is_good_for_a_day(age: int, is_good: bool) -> None:
    parameters = {"timestamp": str((now_ms() - age) // SECOND)}
    if is_good:
        return check_age(parameters)
    with pytest.raises(BadSignature):
        check_age(parameters)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "٣", "9" * 13, "1.5"])
def test_an_address_of_no_time(timestamp: str) -> None:
    with pytest.raises(BadSignature):
        check_age({"timestamp": timestamp})
