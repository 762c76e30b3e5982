"""The commands that belong to no connector."""

import click

from connectors.commands.accounts import accounts
from connectors.commands.api_keys import api_keys
from connectors.commands.callback_urls import callback_url
from connectors.commands.campaigns import campaign
from connectors.commands.database import db
from connectors.commands.demo import demo
from connectors.commands.gateways import gateways
from connectors.commands.importing import importer
from connectors.commands.messages import erase, messages
from connectors.commands.opt_outs import opt_outs
from connectors.commands.otp import otp
from connectors.commands.routes import routes
from connectors.commands.sending import send
from connectors.commands.serving import serve, web, worker

COMMANDS: tuple[click.Command, ...] = (
    serve,
    worker,
    web,
    importer,
    demo,
    accounts,
    routes,
    gateways,
    api_keys,
    callback_url,
    send,
    campaign,
    messages,
    opt_outs,
    otp,
    erase,
    db,
)
