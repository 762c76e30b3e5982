"""`connectors smsc tasks`: the deferred tasks, whose files hold what was sent."""

import sys
from pathlib import Path
from typing import Any

import click

from connectors.commands.terminal import one_line
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc.answers import Task
from connectors.shared.gateways.smsc.commands.asking import answered, asking
from connectors.shared.gateways.smsc.commands.options import asking_options, line
from connectors.shared.gateways.smsc.commands.showing import plain_table, print_json, print_table, tell

_STATES = {0: "waits", 1: "in progress", 2: "done", 3: "canceled", 4: "failed"}


@click.command()
@click.option("--download", "task_id", callback=line, metavar="ID", help="Fetch the CSV of a task that is done.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the CSV goes.  [default: standard output]",
)
@asking_options
@click.pass_obj
def tasks(open_house: Opener, task_id: str | None, output: Path | None, customer_id: str | None, as_json: bool) -> None:
    """Show the tasks by which SMSC gathers long lists, or fetch the file of one."""
    if task_id is None and output is not None:
        raise NotUnderstood("--output goes with --download.")
    if task_id is not None and as_json:
        raise NotUnderstood("A task's file is CSV: leave out --json.")
    with asking(open_house, customer_id) as asked:
        if task_id is not None:
            _write(answered(asked.smsc.download(asked.connection_id, task_id=task_id)), output)
            return
        found = answered(asked.smsc.tasks(asked.connection_id))
    if as_json:
        print_json([shown(each) for each in found])
        return
    table = plain_table("id", "task", "state", "made", "begins", "file")
    for each in found:
        state = _STATES.get(-1 if each.status is None else each.status, "–")
        table.add_row(
            each.id, one_line(each.name), state, each.created or "–", each.time or "–", one_line(each.file or "–")
        )
    print_table(table, "There are no tasks.")


def shown(found: Task) -> dict[str, Any]:
    """Return a task for programs, its state also in a word."""
    return {
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "state": None if found.status is None else _STATES.get(found.status),
        "created": found.created,
        "time": found.time,
        "file": found.file,
    }


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    tell(f"{output}: {len(content):,} bytes.")
