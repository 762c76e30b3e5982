"""The app's settings: off without an id and a secret, on with both, and in words where they cannot be read."""

import pytest

from connectors.pipedrive.settings import PipedriveSettings, read_pipedrive_settings
from connectors.shared.errors import SettingsError
from connectors.shared.outbound import ForbiddenUrl

NAMES = ("CLIENT_ID", "CLIENT_SECRET", "JWT_SECRETS", "OAUTH_URL", "API_HOSTS", "FRAME_ANCESTORS", "CONFIRM_ABOVE")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"CONNECTORS_PIPEDRIVE_{name}", raising=False)


def with_settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> PipedriveSettings:
    for name, value in ({"CLIENT_ID": "an id", "CLIENT_SECRET": "a secret"} | given).items():
        monkeypatch.setenv(f"CONNECTORS_PIPEDRIVE_{name}", value)
    settings = read_pipedrive_settings()
    assert settings is not None
    return settings


@pytest.mark.parametrize("value", [None, "", "  "])
def test_it_is_off_without_id_and_secret(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("CONNECTORS_PIPEDRIVE_CLIENT_ID", value)
        monkeypatch.setenv("CONNECTORS_PIPEDRIVE_CLIENT_SECRET", value)
    assert read_pipedrive_settings() is None


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET"])
def test_one_without_the_other(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CONNECTORS_PIPEDRIVE_{name}", "given")
    with pytest.raises(SettingsError, match="CONNECTORS_PIPEDRIVE_CLIENT_SECRET go together"):
        read_pipedrive_settings()


def test_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = with_settings(monkeypatch)
    assert settings.jwt_secrets == ("a secret",)
    assert settings.oauth_url == "https://oauth.pipedrive.com"
    assert settings.frame_ancestors == ("https://*.pipedrive.com",)
    assert settings.confirm_above == 500
    settings.api_hosts.check("https://acme.pipedrive.com")
    for url in ("https://pipedrive.com.example", "http://acme.pipedrive.com", "https://127.0.0.1"):
        with pytest.raises(ForbiddenUrl):
            settings.api_hosts.check(url)


def test_extensions_may_have_secrets_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = with_settings(monkeypatch, JWT_SECRETS=" one, two ,,")
    assert settings.jwt_secrets == ("a secret", "one", "two")


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(with_settings(monkeypatch, CLIENT_SECRET="hush", JWT_SECRETS="quiet"))
    assert "hush" not in shown
    assert "quiet" not in shown


def test_who_may_frame_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "https://*.pipedrive.com https://a.example,http://127.0.0.1:9000"
    settings = with_settings(monkeypatch, FRAME_ANCESTORS=given)
    assert settings.frame_ancestors == ("https://*.pipedrive.com", "https://a.example", "http://127.0.0.1:9000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRAME_ANCESTORS", "https://a.example; script-src *"),
        ("FRAME_ANCESTORS", "a.example"),
        ("FRAME_ANCESTORS", "https://ä.example"),
        ("API_HOSTS", "https://acme.pipedrive.com"),
        ("OAUTH_URL", "oauth.pipedrive.com"),
        ("OAUTH_URL", "file:///etc/passwd"),
        ("CONFIRM_ABOVE", "many"),
        ("CONFIRM_ABOVE", "-1"),
    ],
)
def test_what_cannot_be_read_names_the_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        with_settings(monkeypatch, **{name: value})
