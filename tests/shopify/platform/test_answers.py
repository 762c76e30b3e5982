"""What the Admin API's answers mean."""

from typing import Any

import orjson
import pytest

from connectors.shopify.errors import NotAllowed, RateLimited, Refused, ShopifyError, Unreachable
from connectors.shopify.platform import answers, scopes


def cost(requested: Any, available: Any, rate: Any) -> dict[str, Any]:
    status = {"currentlyAvailable": available, "restoreRate": rate}
    return {"extensions": {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}}


def coded(code: str, message: str = "words", **more: Any) -> bytes:
    return orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}], **more})


def refusal(status: int, headers: dict[str, str], body: bytes) -> ShopifyError | None:
    try:
        return answers.read(status, headers, body).refusal
    except ShopifyError as error:
        return error


THROTTLED = "THROTTLED"


@pytest.mark.parametrize(
    ("status", "headers", "body", "raised", "seconds"),
    [
        (429, {"Retry-After": "3.0"}, b"", RateLimited, 3.0),
        (429, {"Retry-After": "nan"}, b"{}", RateLimited, 2.0),
        (430, {}, b"<html>", RateLimited, 2.0),
        (429, {"Retry-After": "999999"}, b"", RateLimited, 3_600.0),
        (200, {}, coded(THROTTLED, **cost(752, 252.0, 50.0)), RateLimited, 10.0),
        (200, {}, coded(THROTTLED, **cost(10, 900.0, 50.0)), RateLimited, 0.5),
        (200, {}, coded(THROTTLED, **cost(752, 252.0, 0)), RateLimited, 2.0),
        (200, {}, coded(THROTTLED, **cost("nan", 1, 1)), RateLimited, 2.0),
        (200, {}, b'{"errors":[{"message":"Throttled"}]}', RateLimited, 2.0),
        (200, {}, coded("ACCESS_DENIED"), NotAllowed, None),
        (200, {}, coded("INTERNAL_SERVER_ERROR"), Unreachable, None),
        (200, {}, coded("undefinedField"), Refused, None),
        (200, {}, b'{"errors":"odd"}', Refused, None),
        (200, {}, b"<html>", Unreachable, None),
        (200, {}, b"[]", Unreachable, None),
        (200, {}, b'{"data":null}', Unreachable, None),
        (302, {"Location": "https://x.example"}, b"", Unreachable, None),
        (402, {}, b'{"errors":"unpaid"}', NotAllowed, None),
        (403, {}, b"", NotAllowed, None),
        (404, {}, b"<html>", NotAllowed, None),
        (422, {}, b"{}", Refused, None),
        (423, {}, b"{}", NotAllowed, None),
        (502, {}, b"<html>", Unreachable, None),
    ],
)
def test_what_is_no_data(
    status: int, headers: dict[str, str], body: bytes, raised: type[ShopifyError], seconds: float | None
) -> None:
    found = refusal(status, headers, body)
    assert type(found) is raised
    assert getattr(found, "seconds", None) == seconds


def test_shopifys_words_are_shown_without_what_could_be_somebodys() -> None:
    words = "Phone +1 (503) 555-0123 of meera@example.com\n is \x00 taken: https://x.myshopify.com/?key=1"
    assert answers.clean(words) == "Phone … of … is  taken: …"
    assert answers.clean(["no text"]) == ""
    assert answers.user_errors({"userErrors": [{"message": "Call 5035550123"}, {}]}) == "Call … It did not say why."
    assert answers.user_errors({"userErrors": []}) is None
    assert answers.user_errors(None) is None


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        (scopes.REQUESTED, ()),
        ("read_orders, read_fulfillments write_customers", ()),  # as Shopify names them: to write is to read
        ("read_orders,read_customers", ("read_fulfillments", "write_customers")),
        (None, scopes.SCOPES),
    ],
)
def test_scopes_that_were_not_granted(granted: str | None, lacking: tuple[str, ...]) -> None:
    assert scopes.missing(granted) == lacking
