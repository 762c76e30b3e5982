"""What the house knows of SMSC (smscentre.com, smsc.ru, smsc.kz: one platform)."""

from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House
from connectors.shared.gateways.logins import API_KEY, PASSWORD, GatewayLogin, Given, LoginForm, LoginOption

NAME = "smsc"

FEATURES = Features(
    same_text_to_many=True,
    differing_texts="a list",
    sender_id_needed=False,
    longest_text=1_000,
    receipts="callback",
    signed_callbacks=True,
    verification_channels=("SMS", "CALL"),
    incoming=("callback", "polled"),
    balance=True,
    cost=True,
    history=True,
    dedicated_numbers=True,
    captcha=True,
)


def _build(house: House) -> Built:
    raise NotImplementedError


def _login(_customer_id: str, given: Given, secret: Given) -> GatewayLogin:
    login = given.get("login") or ""
    if secret.get(API_KEY):
        return GatewayLogin(NAME, login, {API_KEY: secret[API_KEY] or ""})
    password = secret.get(PASSWORD)
    if not login or not password:
        raise NotUnderstood("Give SMSC's --login with --password-stdin, or an API key with --api-key-stdin.")
    return GatewayLogin(NAME, login, {PASSWORD: password})


def _changed(login: GatewayLogin, given: Given, secret: Given) -> GatewayLogin:
    kept = {key: value for key, value in secret.items() if value} or login.secret
    name = given.get("login")
    return _login("", {"login": login.login if name is None else name}, kept)


SMSC = GatewayKind(
    name=NAME,
    title="SMSC",
    features=FEATURES,
    login=LoginForm(
        options=(LoginOption("--login", "The login at SMSC."),),
        secrets={PASSWORD: "password", API_KEY: "API key"},
        make=_login,
        change=_changed,
    ),
    build=_build,
)
