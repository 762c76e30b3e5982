"""What the demo shows: colours and moving bars on a terminal, plain lines everywhere else."""

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from connectors.demo.clevertap import Answer
from connectors.demo.figures import Figure

WIDTH_WITHOUT_TERMINAL = 100


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast it went. Times are seconds."""

    accepting: float
    """From the campaign's first request to its last answer."""
    end_to_end: float
    """From the campaign's first request to the last report that CleverTap got."""
    first_on_phone: float
    """From the request of the test SMS to its arrival at the vendor."""
    calls: int
    """To the vendor, all in all."""


class Bars:
    """Progress of the campaign, a bar for each thing that is counted."""

    def __init__(self, progress: Progress, totals: dict[str, int]) -> None:
        self._progress = progress
        self._tasks = {name: progress.add_task(name, total=total) for name, total in totals.items()}

    def show(self, **counts: int) -> None:
        """Move the bars."""
        for name, count in counts.items():
            self._progress.update(self._tasks[name], completed=count)


class Screen:
    """Writes to standard output."""

    def __init__(self) -> None:
        with suppress(AttributeError):  # a stream of another kind writes whatever it is given
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
        self._console = Console(width=width, highlight=False, emoji=False, soft_wrap=False)
        self._right, self._wrong = ("✓", "✗") if "utf" in self._console.encoding else ("ok", "WRONG")

    def heading(self, words: str) -> None:
        """Begin a chapter."""
        self._console.print(f"\n[bold]{words}[/bold]")

    def say(self, words: str, *, dim: bool = False) -> None:
        """Print a line as it is."""
        self._console.print(words, markup=False, style="dim" if dim else None, soft_wrap=True)

    @contextmanager
    def bars(self, totals: dict[str, int]) -> Iterator[Bars]:
        """Show bars on a terminal; elsewhere say at the end how far they came."""
        columns = (TextColumn("  {task.description:<10}"), BarColumn(40), MofNCompleteColumn())
        progress = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        with progress:
            yield Bars(progress, totals)
        if not self._console.is_terminal:
            for task in progress.tasks:
                self.say(f"  {task.description:<10} {task.completed:,.0f} of {task.total:,.0f}")

    def table(self, found: Sequence[Figure]) -> None:
        """Print each figure beside what it must be."""
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("What became of them")
        table.add_column("seen", justify="right")
        table.add_column("must be", justify="right")
        table.add_column("")
        title = ""
        for figure in found:
            if figure.title != title:
                title = figure.title
                table.add_row(f"[bold]{title}[/bold]")
            mark = f"[green]{self._right}[/green]" if figure.right else f"[bold red]{self._wrong}[/bold red]"
            expected = f"at most {figure.expected:,}" if figure.at_most else f"{figure.expected:,}"
            table.add_row(f"  {figure.meaning}", f"{figure.seen:,}", expected, mark)
        self._console.print()
        self._console.print(table)

    def rows(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table of words as they are."""
        table = Table(box=None, header_style="bold", pad_edge=False)
        for title in header:
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print()
        self._console.print(Padding(table, (0, 2)))

    def speed(self, speed: Speed, campaign: Sequence[Answer]) -> None:
        """Print how fast it went."""
        waits = sorted(answer.seconds for answer in campaign)
        p99 = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
        rows = (
            ("accepted", f"{len(campaign) / speed.accepting:,.0f} a second, each one durable before its 200"),
            ("answered in", f"{statistics.median(waits) * 1_000:.1f} ms (median), {p99 * 1_000:.1f} ms (99 of 100)"),
            ("a lone SMS", f"at the vendor {speed.first_on_phone * 1_000:.0f} ms after its request began"),
            ("end to end", f"{speed.end_to_end:.1f} s from the first request to the last report in CleverTap"),
            ("calls", f"{speed.calls:,} to the vendor, second tries included"),
        )
        self.heading("How fast CleverTap's campaign went")
        for name, words in rows:
            self.say(f"  {name:<12} {words}")
