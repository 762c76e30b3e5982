"""A group of commands whose modules are loaded once one of them is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyCommands(click.Group):
    """What serves requests has no use for any command, and starts sooner without them.

    `where` has the commands, in the order in which they are shown, and the module of each within `package`, where it
    has the command's name with underscores.
    """

    def __init__(self, *given: Any, package: str, where: Mapping[str, str], **named: Any) -> None:
        super().__init__(*given, **named)
        self._package = package
        self._where = where

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._where)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self._where.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(import_module(f"{self._package}.{module}"), cmd_name.replace("-", "_"))
        return found
