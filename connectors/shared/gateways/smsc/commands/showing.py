"""How the commands of SMSC show things: JSON for programs, words and tables for people."""

import json
from typing import Any

import click
from rich.table import Table

from connectors.commands.terminal import console_for, legible, plain_table, say

__all__ = ["console_for", "legible", "plain_table", "print_json", "print_table", "tell"]


def print_json(content: Any) -> None:
    """Print for programs."""
    click.echo(json.dumps(content))


def tell(words: str) -> None:
    """Print a sentence for people."""
    say(console_for(), legible(words))


def print_table(table: Table, nothing: str) -> None:
    """Print a table, or a sentence where it has no rows."""
    if table.row_count:
        console_for().print(table)
    else:
        tell(nothing)
