"""The commands that belong to no connector."""

import click

from connectors.commands.accounts import accounts, api_keys, callback_url
from connectors.commands.database import db
from connectors.commands.demo import demo
from connectors.commands.messages import erase, messages
from connectors.commands.serving import serve, web, worker

COMMANDS: tuple[click.Command, ...] = (
    serve,
    worker,
    web,
    demo,
    accounts,
    api_keys,
    callback_url,
    messages,
    erase,
    db,
)
