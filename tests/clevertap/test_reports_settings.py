import pytest

from connectors.clevertap.settings import read_clevertap_settings
from connectors.shared.errors import SettingsError


def test_a_host_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_CLEVERTAP_CALLBACK_HOSTS", "a.example.com,https://b.example.com")
    with pytest.raises(SettingsError, match=r"CONNECTORS_CLEVERTAP_CALLBACK_HOSTS.*b\.example\.com"):
        read_clevertap_settings()


@pytest.mark.parametrize(
    ("value", "patterns"),
    [(None, ("*.cb.wzrkt.com",)), ("", ("*.cb.wzrkt.com",)), ("127.0.0.1, a.test ,", ("127.0.0.1", "a.test"))],
)
def test_hosts_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, value: str | None, patterns: tuple[str, ...]
) -> None:
    monkeypatch.delenv("CONNECTORS_CLEVERTAP_CALLBACK_HOSTS", raising=False)
    if value is not None:
        monkeypatch.setenv("CONNECTORS_CLEVERTAP_CALLBACK_HOSTS", value)
    assert read_clevertap_settings().callback_hosts.patterns == patterns
