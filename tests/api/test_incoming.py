"""Messages from phones over the API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.service import Service
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.messages.retention import erase_number
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/incoming"
ANN = "919816111111"
MOMENT = 1_732_171_200_000


def arrive(service: Service, tenant: Tenant, **values: Any) -> None:
    given: dict[str, Any] = {"sender": ANN, "recipient": "4545", "text": "hello", "happened_at": MOMENT} | values
    assert service.incoming.keep(tenant.connection_id, [IncomingMessage(**given)], Way.CALLBACK) == 1


def listed(client: FlaskClient, tenant: Tenant, **query: Any) -> dict[str, Any]:
    response = client.get(URL, query_string=query, headers=tenant.headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found


def test_it_is_listed_until_it_is_erased(client: FlaskClient, tenant: Tenant, service: Service) -> None:
    arrive(service, tenant, text="привет 😀")
    page = listed(client, tenant)
    shown = {
        "id": page["items"][0]["id"],
        "from": f"+{ANN}",
        "to": "4545",
        "text": "привет 😀",
        "received_at": "2024-11-21T06:40:00Z",
        "gateway": "message-central",
    }
    assert page == {"items": [shown], "next": None}
    erase_number(service.database, service.endings, service.forgetting, ANN)
    assert listed(client, tenant)["items"] == [shown | {"from": None, "text": None}]


def test_pages_go_from_the_newest_to_the_oldest(client: FlaskClient, tenant: Tenant, service: Service) -> None:
    for index in range(5):
        arrive(service, tenant, text=str(index))
    first = listed(client, tenant, limit=3)
    second = listed(client, tenant, limit=3, cursor=first["next"])
    assert [item["text"] for item in first["items"] + second["items"]] == ["4", "3", "2", "1", "0"]
    assert second["next"] is None


def test_tenants_are_strangers(client: FlaskClient, tenant: Tenant, stranger: Tenant, service: Service) -> None:
    for index in range(2):
        arrive(service, tenant, text=str(index))
    cursor = listed(client, tenant, limit=1)["next"]
    assert listed(client, stranger) == {"items": [], "next": None}
    problem_of(client.get(URL, query_string={"cursor": cursor}, headers=stranger.headers), 422)


@pytest.mark.parametrize(
    ("given", "found"),
    [(f"+{ANN}", "hello"), (f" {ANN}", "hello"), ("9816111111", "hello"), ("4545", "short"), ("Brand", "name")],
)
def test_they_are_found_by_their_sender(
    client: FlaskClient, tenant: Tenant, service: Service, given: str, found: str
) -> None:
    arrive(service, tenant)
    arrive(service, tenant, sender="4545", text="short")
    arrive(service, tenant, sender="Brand", text="name")
    assert [item["text"] for item in listed(client, tenant, **{"from": given})["items"]] == [found]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "+91981611111111111"}, "from"),
        ({"from": ""}, "from"),
        ({"from": "9" * 41}, "from"),
        ({"from": "98161"}, None),
        ({"limit": 0}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"to": "4545"}, "to"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient, tenant: Tenant, query: dict[str, Any], field: str | None
) -> None:
    if field is None:
        assert listed(client, tenant, **query)["items"] == []
    else:
        response = client.get(URL, query_string=query, headers=tenant.headers)
        assert list(problem_of(response, 422)["errors"]) == [field]
