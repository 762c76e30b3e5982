from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/segments"


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units", "characters"),
    [
        ("Hello", "GSM-7", 1, 5, []),
        ("a" * 161, "GSM-7", 2, 161, []),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 306, []),
        ("नमस्ते a", "UCS-2", 1, 8, ["न", "म", "स", "्", "त", "े"]),
        ("“Hi” 👋", "UCS-2", 1, 7, ["“", "”", "👋"]),
        (" ", "GSM-7", 1, 1, []),
        ("é" * 10_000, "GSM-7", 66, 10_000, []),
    ],
)
def test_the_segments_of_a_text(
    client: FlaskClient, tenant: Tenant, text: str, encoding: str, segments: int, units: int, characters: list[str]
) -> None:
    response = client.post(URL, json={"text": text}, headers=tenant.headers)
    assert response.status_code == 200
    assert response.get_json() == {
        "encoding": encoding,
        "segments": segments,
        "units": units,
        "characters": characters,
    }


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": None}, {"text": 5}, {"text": "a\x00"}, {"text": "a" * 10_001}, {"text": "a", "x": 1}],
)
def test_what_is_no_text_is_refused(client: FlaskClient, tenant: Tenant, body: dict[str, Any]) -> None:
    assert problem_of(client.post(URL, json=body, headers=tenant.headers), 422)["errors"]


def test_half_a_character_is_refused(client: FlaskClient, tenant: Tenant) -> None:
    headers = tenant.headers | {"Content-Type": "application/json"}
    response = client.post(URL, data=rb'{"text": "\ud800"}', headers=headers)
    assert response.status_code in (400, 422)


def test_a_key_is_needed(client: FlaskClient) -> None:
    problem_of(client.post(URL, json={"text": "a"}), 401)
