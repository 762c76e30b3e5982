"""What the house knows of Ogangi, which is also called Messangi."""

from typing import Final

import click

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House, Opener
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin, Given, LoginForm, LoginOption
from connectors.shared.gateways.ogangi.commands import group
from connectors.shared.gateways.ogangi.gateway import LONGEST_TEXT, NAME, OgangiGateway
from connectors.shared.gateways.ogangi.logins import CALLS, SEND_MT, SEND_SMS, Logins
from connectors.shared.gateways.ogangi.pins import OgangiPins
from connectors.shared.gateways.ogangi.polling import OgangiIncoming
from connectors.shared.gateways.ogangi.settings import read_ogangi_settings
from connectors.shared.gateways.ogangi.signing import NotSendable, segment
from connectors.shared.verifications.own_codes import OwnCodes

FEATURES: Final = Features(
    longest_text=LONGEST_TEXT,
    own_ids=False,
    verification_channels=("SMS", "PIN"),
    incoming=("polled",),
)

_OPTIONS: Final = ("public_key", "call", "carrier", "flags")


def _build(house: House) -> Built:
    client = read_ogangi_settings().client()
    logins = Logins(house.database, house.secrets)
    gateway = OgangiGateway(client, logins)
    return Built(
        gateway=gateway,
        verifier=OwnCodes(NAME, house.database, house.secrets, gateway, pins=OgangiPins(client, logins)),
        incoming=OgangiIncoming(client, logins),
    )


def _commands(open_house: Opener) -> tuple[click.Command, ...]:
    return (group(open_house),)


def _login(_customer_id: str, given: Given, secret: Given) -> GatewayLogin:
    instance, public_key, private_key = given.get("instance_id"), given.get("public_key"), secret.get(PRIVATE_KEY)
    if not instance or not public_key or not private_key:
        raise NotUnderstood(
            "Give Ogangi's --instance-id and --public-key, and the private key on standard input, with "
            "--password-stdin."
        )
    options = {"call": SEND_MT} | {key: value for key in _OPTIONS if (value := given.get(key))}
    _check_call(options)
    for option, value in {"instance_id": instance, **options}.items():
        _check_segment(option, value)
    return GatewayLogin(NAME, instance, {PRIVATE_KEY: private_key}, options)


def _check_call(options: Given) -> None:
    call = options.get("call")
    if call not in CALLS:
        raise NotUnderstood(f"--call is one of {', '.join(CALLS)}.")
    if call != SEND_SMS:
        return
    if not options.get("carrier"):
        raise NotUnderstood(
            "sendSMS has to be told the operator, and finds none by itself: give --carrier, or take --call sendMT."
        )
    if options.get("flags"):
        raise NotUnderstood("--flags are for sendMT alone: take them away (--flags ''), or take --call sendMT.")


def _check_segment(option: str, value: str) -> None:
    """Check that the path of a URL can hold it. Raises NotUnderstood."""
    try:
        segment("value", value)
    except NotSendable:
        raise NotUnderstood(f"--{option.replace('_', '-')} cannot be dots alone.") from None


def _changed(login: GatewayLogin, given: Given, secret: Given) -> GatewayLogin:
    kept: dict[str, str | None] = {"instance_id": login.login, **login.options}
    changes = {key: value for key, value in given.items() if value is not None}
    return _login("", kept | changes, {PRIVATE_KEY: secret.get(PRIVATE_KEY) or login.secret[PRIVATE_KEY]})


OGANGI: Final = GatewayKind(
    name=NAME,
    title="Ogangi",
    features=FEATURES,
    login=LoginForm(
        options=(
            LoginOption("--instance-id", "Ogangi's number of your workspace."),
            LoginOption("--public-key", "The public key."),
            LoginOption("--call", "By which call messages are sent (sendMT).", CALLS),
            LoginOption("--carrier", "The operator by its number (sendMT) or name (sendSMS); sendMT finds it itself."),
            LoginOption("--flags", "Flags for sendMT, as agreed with Ogangi."),
        ),
        secrets={PRIVATE_KEY: "private key"},
        make=_login,
        change=_changed,
    ),
    build=_build,
    commands=_commands,
)
