"""What the house knows of Ogangi, which is also called Messangi."""

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin, Given, LoginForm, LoginOption

NAME = "ogangi"
CALLS = ("sendMT", "sendSMS")

FEATURES = Features(
    longest_text=1_600,
    own_ids=False,
    verification_channels=("SMS", "PIN"),
    incoming=("polled",),
)

_OPTIONS = ("public_key", "call", "carrier", "flags")


def _build(house: House) -> Built:
    raise NotImplementedError


def _login(_customer_id: str, given: Given, secret: Given) -> GatewayLogin:
    instance, public_key, private_key = given.get("instance_id"), given.get("public_key"), secret.get(PRIVATE_KEY)
    if not instance or not public_key or not private_key:
        raise NotUnderstood(
            "Give Ogangi's --instance-id and --public-key, and the private key on standard input, with "
            "--password-stdin."
        )
    options = {"call": CALLS[0]} | {key: value for key in _OPTIONS if (value := given.get(key))}
    return GatewayLogin(NAME, instance, {PRIVATE_KEY: private_key}, options)


def _changed(login: GatewayLogin, given: Given, secret: Given) -> GatewayLogin:
    kept: dict[str, str | None] = {"instance_id": login.login, **login.options}
    changes = {key: value for key, value in given.items() if value is not None}
    return _login("", kept | changes, {PRIVATE_KEY: secret.get(PRIVATE_KEY) or login.secret[PRIVATE_KEY]})


OGANGI = GatewayKind(
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
)
