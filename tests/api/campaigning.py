"""Workbooks as people make them, and campaigns asked for over HTTP."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.ledger import Tenant
from tests.shared.campaigns.audience import import_all, upkeep_of

HEADER = ("Country", "Mobile", "Var1", "Var2", "Var3")
TEXT = "Dear ##var##, see you in ##var2##."


def workbook(rows: Iterable[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """The bytes of an .xlsx."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def people(count: int) -> list[tuple[int, int, str, str]]:
    return [(91, 9816000000 + index, f"person {index}", "Pune") for index in range(count)]


def form(file: bytes | None, name: str = "list.xlsx", **fields: str) -> dict[str, Any]:
    given: dict[str, Any] = {"name": "Diwali", "text": TEXT, **fields}
    return given if file is None else {**given, "file": (io.BytesIO(file), name)}


def begin(client: FlaskClient, tenant: Tenant, file: bytes, **fields: str) -> dict[str, Any]:
    """Begin a campaign with a file and have it read."""
    response = client.post("/api/v1/campaigns", data=form(file, **fields), headers=tenant.headers)
    assert response.status_code == 201, response.text
    import_all(tenant.service)
    upkeep_of(tenant.service).run()
    found: dict[str, Any] = show(client, tenant, response.json["id"]).json  # type: ignore[index, assignment]
    return found


def show(client: FlaskClient, tenant: Tenant, campaign_id: str) -> TestResponse:
    return client.get(f"/api/v1/campaigns/{campaign_id}", headers=tenant.headers)


def nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
