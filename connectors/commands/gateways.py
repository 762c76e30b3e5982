"""`connectors gateways`: what each gateway of this installation can do."""

import json

import click
from rich.text import Text

from connectors.commands.options import json_option
from connectors.commands.terminal import console_for, plain_table
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways import matrix
from connectors.shared.gateways.installed import GATEWAYS


@click.command()
@json_option
@click.option("--markdown", "as_markdown", is_flag=True, help="Print it as the table of the documentation.")
def gateways(as_json: bool, as_markdown: bool) -> None:
    """Show what each gateway can do."""
    if as_json and as_markdown:
        raise NotUnderstood("Give --json or --markdown, not both.")
    if as_json:
        click.echo(json.dumps(matrix.as_data(GATEWAYS)))
    elif as_markdown:
        click.echo(matrix.as_markdown(GATEWAYS))
    else:
        _print_table()


def _print_table() -> None:
    table = plain_table("", *(kind.name for kind in GATEWAYS))
    for row in matrix.rows(GATEWAYS):
        table.add_row(row.title, *(Text(cell.replace("`", "")) for cell in row.cells))
    console_for().print(table)
