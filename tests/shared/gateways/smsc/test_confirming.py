"""A number that is confirmed by a call from it, and the settings of this gateway."""

import pytest
from environs import Env

from connectors.service import Service
from connectors.shared.errors import SettingsError
from connectors.shared.gateways.base import Verdict
from connectors.shared.gateways.smsc.confirming import SmscCallConfirmation
from connectors.shared.gateways.smsc.kind import SMSC, bounded_smsc
from connectors.shared.gateways.smsc.settings import read_smsc_settings
from tests.shared.gateways.smsc.vendor import connect, hangs_up, refuses, says, smsc


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_number_to_call_is_asked_for_within_the_limit(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with smsc() as vendor:
        monkeypatch.setenv("CONNECTORS_SMSC_URL", vendor.url)
        confirmation, connection_id = SmscCallConfirmation(bounded_smsc(service)), connect(service)
        vendor.on("wait_call", says({"phone": "78000000001", "all_phones": ["78000000001"]}), refuses(1), hangs_up)
        asked = confirmation.ask(connection_id, "79990000001")
        assert (asked.number, asked.seconds, asked.result.verdict) == ("78000000001", 900, Verdict.ACCEPTED)
        assert vendor.to("wait_call")[0].params["phone"] == "79990000001"
        refused, lost, *rest = [confirmation.ask(connection_id, "79990000001") for _ in range(50)]
        assert (refused.number, refused.result.verdict) == (None, Verdict.REFUSED)
        assert (lost.number, lost.result.verdict) == (None, Verdict.TRY_AGAIN)
        assert len(vendor.to("wait_call")) == 50
        assert rest[-1].result.code == "bounded"
        assert confirmation.ask(999, "79990000001").result.verdict is Verdict.REFUSED


WRONG = {
    "URL": ["smscentre.com", "ftp://smscentre.com", "https://", "https://h/?psw=1", "https://a:b@h", "https://h:99999"],
    "TIMEOUT": ["0", "-1", "nan", "soon"],
    "BULK_SIZE": ["0", "5000", "many"],
    "CALLBACK_SECRET": ["has blank", "пароль", "ok,no:colon"],
    "CALLBACK_HASHES": ["sha256", "md5,rot13"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CONNECTORS_SMSC_{name}", value)
    with pytest.raises(SettingsError, match=name) as told:
        read_smsc_settings(Env())
    if name == "CALLBACK_SECRET":
        assert value not in str(told.value)


def test_settings_are_read_and_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONNECTORS_SMSC_URL", raising=False)
    plain = read_smsc_settings(Env())
    assert (plain.url, plain.timeout, plain.bulk_size) == ("https://smscentre.com", 10.0, 100)
    assert plain.callback_secrets == ()
    assert plain.callback_hashes == {"sha1", "md5", "crc32"}
    monkeypatch.setenv("CONNECTORS_SMSC_URL", "http://127.0.0.1:8026/smsc/")
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_SECRET", "new-1, old_1")
    monkeypatch.setenv("CONNECTORS_SMSC_CALLBACK_HASHES", "SHA1")
    given = read_smsc_settings(Env())
    assert given.url == "http://127.0.0.1:8026/smsc"
    assert given.callback_secrets == ("new-1", "old_1")
    assert given.callback_hashes == {"sha1"}
    assert "new-1" not in repr(given)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_url_that_cannot_be_called_is_found_when_it_is_built(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_SMSC_URL", "https://ho_st/a path")
    with pytest.raises(SettingsError, match="CONNECTORS_SMSC_URL"):
        SMSC.build(service)
