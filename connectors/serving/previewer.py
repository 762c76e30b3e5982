"""Previews a recipients' file in a process of its own: a large one would hold up everything else of the web's.

The task comes on standard input and the preview goes to standard output, both JSON.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from connectors.service import Service
from connectors.serving.parents import die_with_parent
from connectors.settings import read_settings
from connectors.shared.campaigns.drafting import SPOOL, Draft, RecipientsFile, Wanted
from connectors.shared.campaigns.preview import preview
from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.opt_outs.store import opted_out

LONGEST_SECONDS = 120.0
WAIT_SECONDS = 30.0
SMALL_OCTETS = 10_000
"""Recipients in JSON, some two hundred: previewed at once, where a process would take seconds to start."""
NICENESS = 5

# Whoever asks holds a thread of the web's, and a process has four: two files are read, one waits, others are refused.
_places = threading.BoundedSemaphore(3)
_turns = threading.BoundedSemaphore(2)
_BUSY = "Other files are being previewed. Try again in a moment."


class PreviewInterrupted(ConnectorsError):
    """There is no preview now, and may be one in a moment; the words say why."""


def preview_of(service: Service, draft: Draft, wanted: Wanted, file: RecipientsFile) -> dict[str, Any]:
    """Return the preview of a campaign in the API's shape.

    Raises SheetRefused, NotUnderstood, StoreUnavailable, PreviewInterrupted.
    """
    campaign = asdict(draft.new) | {"id": "preview"}
    if file.kind == SPOOL and file.path.stat().st_size <= SMALL_OCTETS:
        return _preview(service, file.path, file.kind, wanted.options, campaign)
    task = {"path": str(file.path), "kind": file.kind, "options": asdict(wanted.options), "campaign": campaign}
    with _turn():
        return _in_child(task)


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise PreviewInterrupted(_BUSY)
    try:
        if not _turns.acquire(timeout=WAIT_SECONDS):
            raise PreviewInterrupted(_BUSY)
        try:
            yield
        finally:
            _turns.release()
    finally:
        _places.release()


def _in_child(task: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, str(os.getpid())]
    try:
        done = subprocess.run(  # noqa: S603 - our own
            command, input=orjson.dumps(task), stdout=subprocess.PIPE, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotUnderstood(
            f"This file takes longer than {LONGEST_SECONDS:.0f} seconds to preview. Preview a part of it."
        ) from None
    if done.returncode != 0:
        raise PreviewInterrupted("The preview was interrupted. Try again in a moment.")
    answer: dict[str, Any] = orjson.loads(done.stdout)
    if "refused" in answer:
        raise SheetRefused(answer["refused"], answer["code"])
    return answer


def _preview(
    service: Service, path: Path, kind: str, options: SheetOptions, campaign: dict[str, Any]
) -> dict[str, Any]:
    with service.database.read() as connection:
        return preview(
            path,
            kind,
            options,
            campaign,
            lambda numbers: opted_out(connection, service.secrets, campaign["account_id"], numbers),
        )


def main() -> None:
    """Do one task."""
    die_with_parent(int(sys.argv[1]))
    os.nice(NICENESS)
    task = orjson.loads(sys.stdin.buffer.read())
    service = Service(read_settings())
    try:
        options = SheetOptions(**task["options"])
        answer = _preview(service, Path(task["path"]), task["kind"], options, task["campaign"])
    except SheetRefused as error:
        answer = {"refused": str(error), "code": error.code}
    finally:
        service.close()
    sys.stdout.buffer.write(orjson.dumps(answer))


if __name__ == "__main__":
    main()
