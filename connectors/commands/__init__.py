"""The commands that belong to no connector."""

import click

from connectors.commands.accounts import accounts, api_keys, callback_url
from connectors.commands.campaigns import campaign
from connectors.commands.database import db
from connectors.commands.demo import demo
from connectors.commands.importing import importer
from connectors.commands.messages import erase, messages
from connectors.commands.opt_outs import opt_outs
from connectors.commands.otp import otp
from connectors.commands.sending import send
from connectors.commands.serving import serve, web, worker

COMMANDS: tuple[click.Command, ...] = (
    serve,
    worker,
    web,
    importer,
    demo,
    accounts,
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
