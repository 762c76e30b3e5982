"""Campaigns that text a number once, whatever the text; others text it once with the same text."""

from pathlib import Path
from typing import Any

import pytest

from connectors.service import Service
from connectors.shared.campaigns import reading
from connectors.shared.campaigns.preview import preview
from connectors.shared.campaigns.sheets import SheetOptions
from tests.shared.campaigns.audience import TEXT, add_campaign, import_all, recipients, shown, skips, stored
from tests.shared.messages.tenants import Tenant, number_of

SHEET = f"""Mobile,Name
{number_of(1)},Asha
{number_of(2)},Ravi
{number_of(1)},Kiran
{number_of(1)},Asha
""".encode()


@pytest.mark.parametrize("slice_messages", [1, 1_000])
def test_a_number_is_texted_once_whatever_the_text(
    sending: Service, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, slice_messages: int
) -> None:
    monkeypatch.setattr(reading, "SLICE_MESSAGES", slice_messages)
    campaign_id = add_campaign(tenant, SHEET, file_kind="csv", one_per_number=True)
    import_all(sending)
    assert [(each["row"], each["text"]) for each in recipients(tenant, campaign_id)] == [
        (2, "Dear Asha"),
        (3, "Dear Ravi"),
    ]
    assert [(each["row"], each["reason"], each["detail"]) for each in skips(tenant, campaign_id)] == [
        (row, "duplicate", "An earlier recipient has the same number.") for row in (4, 5)
    ]


def test_elsewhere_only_the_same_text_counts_as_a_copy(sending: Service, tenant: Tenant) -> None:
    campaign_id = add_campaign(tenant, SHEET, file_kind="csv")
    import_all(sending)
    assert [each["row"] for each in recipients(tenant, campaign_id)] == [2, 3, 4]
    assert [each["row"] for each in skips(tenant, campaign_id)] == [5]


def test_another_campaign_texts_the_number_again(sending: Service, tenant: Tenant) -> None:
    for _ in range(2):
        campaign_id = add_campaign(tenant, SHEET, file_kind="csv", one_per_number=True)
        import_all(sending)
        assert shown(tenant, campaign_id)["counts"]["queued"] + shown(tenant, campaign_id)["counts"]["scheduled"] == 2


@pytest.mark.parametrize(("one_per_number", "copies"), [(True, 2), (False, 1)])
def test_the_preview_judges_as_the_import_does(
    sending: Service, tenant: Tenant, tmp_path: Path, one_per_number: bool, copies: int
) -> None:
    campaign_id = add_campaign(tenant, SHEET, file_kind="csv", one_per_number=one_per_number)
    path = tmp_path / "sheet"
    path.write_bytes(SHEET)
    campaign: dict[str, Any] = {**stored(sending, campaign_id), "text": TEXT}
    found = preview(path, "csv", SheetOptions(), campaign, lambda _numbers: {})
    assert found["skipped"]["duplicate"] == copies
    import_all(sending)
    assert shown(tenant, campaign_id)["skipped"] == found["skipped"]
