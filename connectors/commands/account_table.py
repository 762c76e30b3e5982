"""How `connectors accounts list` shows accounts to people."""

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.commands.terminal import WIDE, legible
from connectors.shared.accounts.health import AccountHealth, ConnectionHealth, DailyLimit

_FIGURES = ("waiting", "today", "unmatched")


def print_accounts(found: list[AccountHealth]) -> None:
    """Print a line for each account, and one for each further connection of it."""
    table = Table(box=None, header_style="bold")
    table.add_column("customer id", no_wrap=True)
    for title in ("gateway", "state", "sender id", "country", "waiting", "today", "last receipt", "unmatched"):
        table.add_column(title, justify="right" if title in _FIGURES else "left")
    for health in found:
        for index, each in enumerate(health["connections"]):
            _add_row(table, health, each, is_first=index == 0)
    # Beyond a terminal nobody knows how wide it is read, and programs want a line an account.
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def _add_row(table: Table, health: AccountHealth, each: ConnectionHealth, *, is_first: bool) -> None:
    state = f"{each['state']}: {each['reason']['message']}" if each["reason"] else each["state"]
    country = f"+{health['country_code']}" if health["country_code"] else "–"
    table.add_row(
        # As text: what people and the vendor say may hold what rich takes for markup.
        Text(health["customer_id"] if is_first else ""),
        each["gateway"],
        Text(legible(state)),
        Text(each["sender_id"] or "–"),
        country if is_first else "",
        f"{each['waiting']:,}",
        _today(health["daily_limit"]) if is_first else "",
        each["last_receipt_at"] or "never",
        f"{health['unmatched_receipts']:,}" if is_first else "",
    )


def _today(limit: DailyLimit | None) -> str:
    return "–" if limit is None else f"{limit['counted']:,} of {limit['limit']:,}"
