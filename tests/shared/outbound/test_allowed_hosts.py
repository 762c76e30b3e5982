import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.outbound import AllowedHosts, ForbiddenUrl

HOSTS = AllowedHosts(("*.example.com", "127.0.0.1", "hooks.internal", "[::1]", "*.Upper.test."))


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example.com/hook?account=x",
        "https://A.B.Example.COM:8443/hook",
        "https://a.example.com./hook",
        "https://hooks.internal/hook",
        "http://hooks.internal:9000/hook",
        "http://127.0.0.1:8000/sms/generic?account=x",
        "HTTP://127.0.0.1",
        "http://[::1]:8000/",
        "http://[0:0:0:0:0:0:0:1]/",
        "https://a.upper.test/",
        "https://a.example.com/path?who=a@b",
    ],
)
def test_allowed_urls(url: str) -> None:
    HOSTS.check(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a.example.com/", "https://"),
        ("ftp://127.0.0.1/", "https://"),
        ("file:///etc/passwd", "https://|no host"),
        ("127.0.0.1:8000/hook", "https://|no URL|no host"),
        ("//127.0.0.1/", "https://"),
        ("", "ASCII"),
        ("https://", "no host"),
        ("https:///hook", "no host"),
        ("https://example.com/", "example.com is not among"),
        ("https://aexample.com/", "not among"),
        ("https://a.example.com.evil.test/", "not among"),
        ("https://.example.com/", "no host"),
        ("https://evil.test/?x=.example.com", "not among"),
        ("https://evil.test/.example.com", "not among"),
        ("https://a.hooks.internal/", "not among"),
        ("http://127.0.0.2/", "not among"),
        ("http://127.1/", "not among"),
        ("http://2130706433/", "not among"),
        ("http://0x7f000001/", "not among"),
        ("http://[::ffff:127.0.0.1]/", "not among"),
        ("http://[::1%25lo]/", "no host"),
        ("https://a.example.com@evil.test/", "user name"),
        ("https://user:word@a.example.com/", "user name"),
        ("https://@a.example.com/", "user name"),
        ("https://evil.test\\@a.example.com/", "ASCII"),
        ("https://evil.test\\.example.com/", "ASCII"),
        ("https://a.example.com/#part", "fragment"),
        ("https://a.example.com/#", "fragment"),
        ("https://evil.test#.example.com/", "fragment"),
        ("https://a.example.com:99999/", "no URL"),
        ("https://a.example.com:x/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://evil.test%2f.example.com/", "no host"),
        ("https://a.example.com/\r\nX: y", "ASCII"),
        (" https://a.example.com/", "ASCII"),
        ("https://é.example.com/", "ASCII"),
        ("https://a.example.com/" + "x" * 2048, "ASCII"),
        ("https://" + "a" * 64 + ".example.com/", "no host"),
        ("https://" + "a." * 130 + "example.com/", "no host"),
    ],
)
def test_forbidden_urls(url: str, words: str) -> None:
    with pytest.raises(ForbiddenUrl, match=words):
        HOSTS.check(url)


@given(st.one_of(st.text(), st.from_regex(r"\Ahttps?://[!-~]{0,40}\Z")))
def test_any_text_is_allowed_or_forbidden(url: str) -> None:
    try:
        HOSTS.check(url)
    except ForbiddenUrl:
        return
    assert url.lower().startswith(("https://", "http://"))


@pytest.mark.parametrize(
    ("host", "trusted"),
    [
        ("127.0.0.1", True),
        ("HOOKS.internal", True),
        ("::1", True),
        ("a.example.com", False),
        ("*.example.com", False),
        ("*", False),
        ("example.com", False),
        ("127.0.0.2", False),
    ],
)
def test_only_a_host_listed_by_its_name_is_trusted(host: str, trusted: bool) -> None:
    assert HOSTS.trusts(host) is trusted


def test_a_star_alone_allows_every_host_and_trusts_none() -> None:
    anywhere = AllowedHosts(("*",))
    anywhere.check("https://hooks.example.org/x")
    assert not anywhere.trusts("hooks.example.org")
    with pytest.raises(ForbiddenUrl):
        anywhere.check("http://hooks.example.org/x")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "localhost", "a.localhost"])
def test_what_its_text_shows_to_be_a_machine_beside_us_has_to_be_listed(host: str) -> None:
    url = f"https://{host}/x"
    with pytest.raises(ForbiddenUrl, match="not on the public internet"):
        AllowedHosts(("*",)).check(url)
    AllowedHosts(("*", host)).check(url)
    AllowedHosts(("*",)).check("https://1.1.1.1/x")


@pytest.mark.parametrize(
    "pattern",
    ["", "https://a.example.com", "127.0.0.1:80", "a.*.com", "*a.com", "*.", "*.*", "*..", "**", "a b"],
)
def test_a_pattern_that_is_no_host_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        AllowedHosts((pattern,))
