"""A shop that lets in an app of its own, by that app's credentials.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
"""

from connectors.shopify.context import Context
from connectors.shopify.errors import Disconnected, Refused
from connectors.shopify.installation.installing import let_in
from connectors.shopify.platform.grants import new_grant
from connectors.shopify.platform.oauth import OAuth
from connectors.shopify.shops import Shop, read_domain


def connect_own_app(parts: Context, domain: str, account_id: int, client_id: str, client_secret: str) -> Shop:
    """Connect a shop by an app of its own, once Shopify gave a token for these credentials.

    Raises NotUnderstood for what is no shop's domain, Refused where Shopify does not take the credentials,
    RateLimited, Unreachable, WrongState where the shop is another account's; then nothing was kept.
    """
    domain, client_id, client_secret = read_domain(domain), client_id.strip(), client_secret.strip()
    try:
        tokens = OAuth(parts.settings).by_credentials(domain, client_id, client_secret)
    except Disconnected as error:
        raise Refused(str(error)) from None
    secrets = parts.service.secrets
    values = new_grant(secrets, tokens) | {
        "client_id": client_id,
        "client_secret_sealed": secrets.encrypt(client_secret),
    }
    with parts.service.database.write() as connection:
        return let_in(connection, domain, account_id, values)
