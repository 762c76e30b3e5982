"""`connectors sandbox`."""

from urllib.parse import urlsplit

import click

from connectors.sandbox.ogangi.signing import PRIVATE_KEY, PUBLIC_KEY
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.shopify import grants as shopify
from connectors.sandbox.shopify.grants import SIGNING_KEY


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8025, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 is a free one.")
@click.option("--callback-url", "callback_urls", multiple=True, help="Post status callbacks here. May be repeated.")
@click.option(
    "--smsc-callback-url",
    "smsc_callback_urls",
    multiple=True,
    help="Tell this handler what SMSC tells; charset, fmt, md5, sha1 or crc32 in its query count. May be repeated.",
)
@click.option(
    "--receipt-delay",
    default=0.3,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Seconds to a receipt.",
)
@click.option(
    "--pipedrive-app",
    "pipedrive_app_url",
    default="http://127.0.0.1:8000",
    show_default=True,
    metavar="URL",
    help="Where the Pipedrive app is that the stand-in for Pipedrive frames.",
)
@click.option(
    "--shopify-app",
    "shopify_app_url",
    default="http://127.0.0.1:8000",
    show_default=True,
    metavar="URL",
    help="Where the app is that the stand-in for Shopify tells of its shop.",
)
@click.option("--latency", default=0.0, show_default=True, type=click.FloatRange(min=0), help="Seconds to an answer.")
def sandbox(
    host: str,
    port: int,
    callback_urls: tuple[str, ...],
    smsc_callback_urls: tuple[str, ...],
    receipt_delay: float,
    pipedrive_app_url: str,
    shopify_app_url: str,
    latency: float,
) -> None:
    """Stand in for Message Central, SMSC, Ogangi, CleverTap, Pipedrive and Shopify, with an inbox of phones."""
    # Every command and every process of the service reads this file, and none of them has a use for a sandbox.
    from connectors.sandbox.server import run

    options = SandboxOptions(
        callback_urls=callback_urls,
        smsc_callback_urls=smsc_callback_urls,
        receipt_delay=receipt_delay,
        latency=latency,
        pipedrive_app_url=pipedrive_app_url,
        shopify_app_url=shopify_app_url,
    )
    try:
        run(host, port, options, on_ready=lambda url: _tell(url, (*callback_urls, *smsc_callback_urls)))
    except OSError as problem:
        raise click.ClickException(f"cannot listen on {host}:{port}: {problem.strerror}") from None


def _tell(url: str, callback_urls: tuple[str, ...]) -> None:
    receivers = ", ".join(sorted({urlsplit(callback).netloc for callback in callback_urls}))
    click.echo(f"The sandbox is up: {url}")
    click.echo(f"  inbox of phones    {url}/")
    click.echo(f"  Message Central    CONNECTORS_MESSAGE_CENTRAL_URL={url}")
    click.echo(f"  SMSC               CONNECTORS_SMSC_URL={url}, with any login and password")
    click.echo(f"  Ogangi             CONNECTORS_OGANGI_URL={url}/ogangi")
    click.echo(f"                     with the keys {PUBLIC_KEY} and {PRIVATE_KEY}, for any instance")
    click.echo(f"  CleverTap reports  {url}/clevertap/sms/generic?account=TEST")
    click.echo(f"  Pipedrive          {url}/pipedrive, with these settings for the app:")
    for name, value in _pipedrive_settings(url).items():
        click.echo(f"                     CONNECTORS_PIPEDRIVE_{name}={value}")
    click.echo(f"  Shopify            {url}/shopify, with these settings for the app:")
    for name, value in _shopify_settings(url).items():
        click.echo(f"                     CONNECTORS_SHOPIFY_{name}={value}")
    click.echo(f"                     and this shop's webhooks are signed with {SIGNING_KEY}")
    click.echo(f"  status callbacks   {f'posted to {receivers}' if receivers else 'none (see --callback-url)'}")
    click.echo("Stop it with Ctrl+C.")


def _pipedrive_settings(url: str) -> dict[str, str]:
    return {
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_URL": url,
        "API_HOSTS": urlsplit(url).hostname or "",
        "FRAME_ANCESTORS": url,
    }


def _shopify_settings(url: str) -> dict[str, str]:
    return {
        "CLIENT_ID": shopify.CLIENT_ID,
        "CLIENT_SECRET": shopify.CLIENT_SECRET,
        "ADMIN_URL": f"{url}/shopify/{{shop}}",
    }


commands: list[click.Command] = [sandbox]
