"""What the house knows of SMSC (smscentre.com, smsc.ru, smsc.kz: one platform)."""

from connectors.shared.errors import NotUnderstood, SettingsError
from connectors.shared.gateways.bounded_calls import BoundedCalls
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House
from connectors.shared.gateways.logins import API_KEY, PASSWORD, GatewayLogin, Given, LoginForm, LoginOption
from connectors.shared.gateways.slots import CallSlots
from connectors.shared.gateways.smsc import callbacks
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.client import LONGEST_TEXT, Smsc
from connectors.shared.gateways.smsc.commands import commands
from connectors.shared.gateways.smsc.confirming import SmscCallConfirmation
from connectors.shared.gateways.smsc.gateway import NAME, SmscGateway
from connectors.shared.gateways.smsc.logins import Logins
from connectors.shared.gateways.smsc.polling import ConfirmCall, SmscIncoming
from connectors.shared.gateways.smsc.settings import PREFIX, SmscSettings, read_smsc_settings
from connectors.shared.verifications.calls import confirm_call
from connectors.shared.verifications.own_codes import OwnCodes

FEATURES = Features(
    same_text_to_many=True,
    differing_texts="a list",
    sender_id_needed=False,
    longest_text=LONGEST_TEXT,
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


def bounded_smsc(house: House) -> BoundedSmsc:
    """Return SMSC's calls for the connections of this house, within the vendor's limits. Raises SettingsError."""
    return _bounded(house, _client(house, read_smsc_settings()), Logins(house.database, house.secrets))


def _build(house: House) -> Built:
    settings = read_smsc_settings()
    client, logins = _client(house, settings), Logins(house.database, house.secrets)
    bounded = _bounded(house, client, logins)
    gateway = SmscGateway(client, logins, bounded, settings.bulk_size)
    calls = SmscCallConfirmation(bounded)
    return Built(
        gateway=gateway,
        verifier=OwnCodes(NAME, house.database, house.secrets, gateway, calls=calls),
        register=lambda app: callbacks.register(app, house),
        incoming=SmscIncoming(bounded, _confirming(house)),
    )


def _client(house: House, settings: SmscSettings) -> Smsc:
    slots = CallSlots(house.settings.data_dir / "smsc-calls", settings.at_once)
    try:
        return Smsc(settings.url, timeout=settings.timeout, slots=slots)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}URL: {error}") from None


def _bounded(house: House, client: Smsc, logins: Logins) -> BoundedSmsc:
    return BoundedSmsc(client, logins, BoundedCalls(house.database, house.secrets))


def _confirming(house: House) -> ConfirmCall:
    def confirm(connection_id: int, number: str, called: str, called_at: int) -> bool:
        with house.database.write() as connection:
            return confirm_call(
                connection,
                connection_ids=(connection_id,),
                number=number,
                called=called,
                moment=called_at,
            )

    return confirm


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
        options=(LoginOption("--login", "The login at the vendor."),),
        secrets={PASSWORD: "password", API_KEY: "API key"},
        make=_login,
        change=_changed,
    ),
    build=_build,
    callback_url=callbacks.callback_url,
    commands=commands,
)
