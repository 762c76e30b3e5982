from contextlib import closing
from pathlib import Path

import pytest
from environs import Env

from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import DAY, now_ms
from connectors.shared.errors import SettingsError


@pytest.fixture(autouse=True)
def secret_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgresql+psycopg://app@db/sms", "postgresql+psycopg://app@db/sms"),
        ("postgresql://app@db/sms", "postgresql+psycopg://app@db/sms"),
        ("postgres://app@db/sms", "postgresql+psycopg://app@db/sms"),
        ("sqlite:////srv/sms.sqlite3", "sqlite:////srv/sms.sqlite3"),
    ],
)
def test_a_database_is_named_as_its_host_writes_it(given: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", given)
    assert read_settings(Env()).database_url == read


@pytest.mark.parametrize(
    "given", ["mysql://app:hidden@db/sms", "db.example.com/hidden", "postgresql+psycopg2://hidden"]
)
def test_another_database_is_refused_in_words(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", given)
    with pytest.raises(SettingsError, match=r"CONNECTORS_DATABASE_URL begins with postgresql\+psycopg://") as refused:
        read_settings(Env())
    assert "hidden" not in str(refused.value)


def test_a_service_may_live_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_CLOCK_AHEAD_SECONDS", str(7 * 86_400))
    before = now_ms()
    with closing(Service(read_settings())):
        assert 7 * DAY <= now_ms() - before < 8 * DAY
    monkeypatch.delenv("CONNECTORS_CLOCK_AHEAD_SECONDS")
    with closing(Service(read_settings())):
        assert now_ms() - before < DAY
