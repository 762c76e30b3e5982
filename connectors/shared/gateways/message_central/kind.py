"""What the house knows of Message Central."""

from connectors.shared.errors import NotUnderstood, SettingsError
from connectors.shared.gateways.features import Features
from connectors.shared.gateways.kinds import Built, GatewayKind, House
from connectors.shared.gateways.logins import PASSWORD, GatewayLogin, Given, LoginForm, LoginOption
from connectors.shared.gateways.message_central import callbacks
from connectors.shared.gateways.message_central.gateway import NAME, MessageCentralGateway
from connectors.shared.gateways.message_central.tokens import Tokens
from connectors.shared.gateways.message_central.verifications import MessageCentralVerifier
from connectors.shared.message_central import CARRIED_FLOW_TYPES, MessageCentral

FEATURES = Features(
    channels=CARRIED_FLOW_TYPES,
    same_text_to_many=True,
    differing_texts="a workbook",
    receipts="callback",
    vendors_codes=True,
    verification_channels=CARRIED_FLOW_TYPES,
)


def _build(house: House) -> Built:
    settings = house.settings
    try:
        client = MessageCentral(settings.message_central_url, timeout=settings.message_central_timeout)
    except ValueError as error:
        raise SettingsError(f"CONNECTORS_MESSAGE_CENTRAL_URL: {error}") from None
    tokens = Tokens(house.database, house.secrets, client, settings.message_central_timeout)
    return Built(
        gateway=MessageCentralGateway(client, tokens, settings.bulk_size, settings.workbook_rows),
        verifier=MessageCentralVerifier(client, tokens),
        register=lambda app: callbacks.register(app, house.callback_tokens, house.receipts),
    )


def _callback_url(house: House, token: str) -> str:
    return f"{house.settings.public_url}{callbacks.PATH}/{token}"


def _login(customer_id: str, given: Given, secret: Given) -> GatewayLogin:
    password = secret.get(PASSWORD)
    if not password:
        raise NotUnderstood("Give the password of the Message Central account, with --password-stdin.")
    return GatewayLogin(NAME, customer_id, {PASSWORD: password}, email=given.get("email") or None)


def _changed(login: GatewayLogin, given: Given, secret: Given) -> GatewayLogin:
    email = given.get("email")
    return GatewayLogin(
        NAME,
        login.login,
        {PASSWORD: secret.get(PASSWORD) or login.secret[PASSWORD]},
        email=login.email if email is None else email or None,
    )


MESSAGE_CENTRAL = GatewayKind(
    name=NAME,
    title="Message Central",
    features=FEATURES,
    login=LoginForm(
        options=(LoginOption("--email", "The e-mail of the Message Central account."),),
        secrets={PASSWORD: "password"},
        make=_login,
        change=_changed,
    ),
    build=_build,
    callback_url=_callback_url,
)
