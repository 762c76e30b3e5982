"""What Pipedrive shows when it tells us of something: HTTP Basic, derived for each company, kept nowhere.

Webhooks carry no signature: https://pipedrive.readme.io/docs/guide-for-webhooks-v2
"""

import hmac
from dataclasses import dataclass, field

from connectors.shared.secrets import SecretBox


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password, of hexadecimal digits."""

    user: str
    password: str = field(repr=False)


def credentials(secrets: SecretBox, company_id: int) -> Credentials:
    """Return what webhooks of a company are made with now."""
    return _all(secrets, company_id)[0]


def are_theirs(secrets: SecretBox, company_id: int, user: str | None, password: str | None) -> bool:
    """Whether these are a company's, now or under a key before this one; in constant time for each key."""
    shown = f"{user or ''}:{password or ''}".encode("utf-8", "surrogatepass")
    known = [f"{each.user}:{each.password}".encode() for each in _all(secrets, company_id)]
    return any(hmac.compare_digest(shown, each) for each in known)


def _all(secrets: SecretBox, company_id: int) -> list[Credentials]:
    company = str(company_id)
    users, passwords = (secrets.tokens(f"pipedrive-webhook-{part}", company) for part in ("user", "password"))
    return [Credentials(*pair) for pair in zip(users, passwords, strict=True)]
