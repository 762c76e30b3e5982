"""How an account's credentials at a vendor are asked for: what `connectors accounts add|connect|update` take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

PASSWORD: Final = "password"  # noqa: S105 - the name of an option
API_KEY: Final = "api_key"
PRIVATE_KEY: Final = "private_key"


@dataclass(frozen=True, slots=True)
class GatewayLogin:
    """Who an account is to a vendor.

    `login` is the name that the vendor knows it by; `secret` is kept sealed (`{"password": …}`, say), `options` openly.
    """

    gateway: str
    login: str
    secret: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    email: str | None = None


@dataclass(frozen=True, slots=True)
class LoginOption:
    """One option of the command, such as `--instance-id`; `name` is its key among what was given (`instance_id`)."""

    flag: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The key under which its value is handed on."""
        return self.flag.removeprefix("--").replace("-", "_")


Given = Mapping[str, str | None]
"""Options by name; None: not given. An empty value removes what was kept."""


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What a vendor's credentials consist of."""

    options: tuple[LoginOption, ...]
    secrets: Mapping[str, str]
    """What may come on standard input, by the key it is sealed under, and what it is called: {"password": "password"}.

    The first is what `--password-stdin` reads; `api_key` has `--api-key-stdin`.
    """
    make: Callable[[str, Given, Given], GatewayLogin]
    """Makes a login of a customer id, the options and the secret. Raises NotUnderstood naming the option."""
    change: Callable[[GatewayLogin, Given, Given], GatewayLogin]
    """Returns a login with what is given changed (None, or no secret: as it was). Raises NotUnderstood."""
