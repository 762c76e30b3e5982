"""Which URLs of others the operator lets us call."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from connectors.shared.outbound.public_addresses import is_public

_LONGEST_URL: Final = 2048
_LONGEST_HOST: Final = 253

_VISIBLE_ASCII = re.compile(r"[!-~]+").fullmatch
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*").fullmatch
_USER_PART = re.compile(r"[a-zA-Z]+://[^/?#]*@").match


class ForbiddenUrl(ValueError):
    """A URL that is not called; the message tells a person why, without the URL's path and query."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts that may be called: `hooks.example.com`, `*.example.com` (not itself), `127.0.0.1`, or `*`.

    A host that is listed by its own name is the operator's word: it may be a private address and plain http.
    Ports do not matter. Raises ValueError for a pattern that is no host.
    """

    patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(_pattern(pattern) for pattern in self.patterns))

    def check(self, url: str) -> None:
        """Raises ForbiddenUrl unless the URL may be called, as far as its text tells."""
        scheme, host = scheme_and_host(url)
        if scheme not in ("https", "http"):
            raise ForbiddenUrl("The URL has to begin with https://.")
        if not self._lists(host):
            raise ForbiddenUrl(f"{host} is not among the hosts that may be called.")
        if scheme == "http" and not self.trusts(host):
            raise ForbiddenUrl("The URL has to begin with https://, since what is sent is private.")
        if _is_local(host) and not self.trusts(host):
            raise ForbiddenUrl(f"{host} is not on the public internet.")

    def trusts(self, host: str) -> bool:
        """Whether the operator listed this very host, so that its addresses may be private."""
        return "*" not in host and _canonical(host) in self.patterns

    def _lists(self, host: str) -> bool:
        return self.trusts(host) or any(
            pattern == "*" or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in self.patterns
        )


def _pattern(pattern: str) -> str:
    host = pattern.strip()
    if host == "*":
        return host
    wildcard = "*." if host.startswith("*.") else ""
    name = _canonical(host.removeprefix(wildcard))
    if not _HOST_NAME(name) and not (_is_ipv6(name) and not wildcard):
        raise ValueError(f"{pattern!r} is no host: write a name (no port, no https://), or *. before one.")
    return wildcard + name


def _canonical(host: str) -> str:
    name = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    return IPv6Address(name).compressed if _is_ipv6(name) else name


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _is_local(host: str) -> bool:
    """As far as the text tells; where other names lead is seen when they are called."""
    if host == "localhost" or host.endswith(".localhost"):  # https://www.rfc-editor.org/rfc/rfc6761#section-6.3
        return True
    try:
        return not is_public(ip_address(host).compressed)
    except ValueError:
        return False


def scheme_and_host(url: str) -> tuple[str, str]:
    """Reads the URL with the parser that the call itself uses, so that both see the same host."""
    # A backslash is a slash to some parsers and part of a user name to others.
    if len(url) > _LONGEST_URL or not _VISIBLE_ASCII(url) or "\\" in url:
        raise ForbiddenUrl("The URL has to be plain ASCII without spaces and backslashes, at most 2,048 long.")
    if _USER_PART(url):
        raise ForbiddenUrl("The URL must not carry a user name or a password.")
    if "#" in url:
        raise ForbiddenUrl("The URL must not carry a fragment (#).")
    try:
        parsed = parse_url(url)
    except LocationParseError:
        raise ForbiddenUrl("This is no URL that can be called.") from None
    host = _canonical(parsed.host or "")
    if len(host) > _LONGEST_HOST or not (_HOST_NAME(host) or _is_ipv6(host)):
        raise ForbiddenUrl("The URL names no host.")
    return parsed.scheme or "", host
