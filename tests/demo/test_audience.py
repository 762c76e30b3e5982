"""Who gets the demo's campaign."""

import phonenumbers
import pytest

from connectors.demo.audience import DELIVERED, FATES, campaign, first_sms, tally
from connectors.sandbox.magic_numbers import ORDINARY, Answer, ReceiptStatus, outcome_of

WORDS = {
    ReceiptStatus.DELIVRD: "delivered",
    ReceiptStatus.UNDELIV: "undelivered",
    ReceiptStatus.EXPIRED: "expired",
    ReceiptStatus.REJECTD: "rejected",
}


@pytest.mark.parametrize("count", [1, 7, 1_000, 20_000])
def test_numbers_ids_and_texts_are_each_their_own(count: int) -> None:
    sent = [first_sms(), *campaign(count)]
    for distinct in ({sms.number for sms in sent}, {sms.mid for sms in sent}, {sms.text for sms in sent}):
        assert len(distinct) == count + 1
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(sms.number)) for sms in sent[::97])


def test_a_thousand_meet_every_fate() -> None:
    found = tally(campaign(1_000))
    assert set(found) == {DELIVERED, *FATES.values()}
    assert found.most_common(1)[0][0] is DELIVERED
    assert min(found.values()) >= 2


def test_each_fate_is_what_the_sandbox_does() -> None:
    for sms in [first_sms(), *campaign(1_000)]:
        outcome = outcome_of(sms.number)
        if sms.fate is DELIVERED:
            assert outcome is ORDINARY
        elif outcome.answer is Answer.INVALID_COUNTRY_CODE:
            assert (sms.fate.status, sms.fate.receipts) == ("failed", 0)
        else:
            assert sms.fate.status == WORDS[outcome.receipts[-1]]
            assert sms.fate.receipts == len(outcome.receipts)


def test_ids_have_clevertaps_shape() -> None:
    assert first_sms().mid == "9816111111.1200000000.0.20261121.0.wzrk_default.-1."
