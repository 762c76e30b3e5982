"""Reading a campaign's file into the ledger, a slice at a time: messages, who was left out and how far it came, in one
commit. So a kill at any moment leaves nobody out and nobody in twice, and nothing goes out before the end of the file.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping, insert, select, update

from connectors.shared.campaigns import leases
from connectors.shared.campaigns.erasing import erased_among
from connectors.shared.campaigns.files import unsealed
from connectors.shared.campaigns.reading import RowReader, Skip, SkipReason, Slice, next_slice, screened_out
from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, SheetRow, open_sheet
from connectors.shared.campaigns.states import HELD_FAILED, HELD_IMPORTING, HELD_PAUSED
from connectors.shared.campaigns.tables import campaign_skips, campaigns
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.accept import Acceptor, NewMessage
from connectors.shared.opt_outs.store import blocks, opted_out
from connectors.shared.secrets import SecretBox
from connectors.shared.templates.rendering import TemplateUnreadable, compile_text

MOST_AT_ONCE = 4
MOST_OF_AN_ACCOUNT = 2
"""Files are read in turn, a slice of each, so that a small one does not wait for the end of a large one."""
PAUSE_SECONDS = 0.5

log = structlog.get_logger()


class _Lost(Exception):
    """The campaign was canceled, or another process took the import over."""


class Importer:
    """Reads the files of campaigns. One a process."""

    def __init__(self, database: Database, secrets: SecretBox, acceptor: Acceptor) -> None:
        self._database = database
        self._secrets = secrets
        self._acceptor = acceptor
        self._running: dict[str, _Import] = {}
        self._renewal = leases.Renewal(database)

    def look(self) -> bool:
        """Take up what nobody reads and do a slice of each; False where there was nothing to do."""
        self._take_up()
        found = list(self._running.items())
        for campaign_id, running in found:
            if not _advance(running):
                self._drop(campaign_id)
        return bool(found)

    def close(self) -> None:
        """Stop between two slices; another process may go on at once."""
        self._renewal.close()
        if self._running:
            with self._database.write() as connection:
                leases.give_back(connection, self._running.keys())
        for campaign_id in list(self._running):
            self._drop(campaign_id)

    def _take_up(self) -> None:
        moment = now_ms()
        while len(self._running) < MOST_AT_ONCE:
            running = Counter(each.account_id for each in self._running.values())
            busy = [account_id for account_id, count in running.items() if count >= MOST_OF_AN_ACCOUNT]
            with self._database.read() as connection:
                found = leases.next_waiting(connection, moment, busy)
            if found is None:
                return
            self._take(found["id"], moment)

    def _take(self, campaign_id: str, moment: int) -> None:
        with self._database.write() as connection:
            if not leases.take(connection, campaign_id, moment):
                return
            row = connection.execute(select(campaigns).where(campaigns.c.id == campaign_id)).mappings().one()
            if row["import_tries"] > leases.MOST_TRIES:
                words = f"Reading the file stopped behind row {row['rows_read']}, again and again. Upload it anew."
                fail(connection, campaign_id, "interrupted", words, moment)
                return
        self._running[campaign_id] = _Import(self._database, self._secrets, self._acceptor, row)
        self._renewal.hold(self._running.keys())

    def _drop(self, campaign_id: str) -> None:
        self._running.pop(campaign_id).close()
        self._renewal.hold(self._running.keys())


def fail(connection: Connection, campaign_id: str, code: str, words: str, moment: int) -> None:
    """End an import that cannot be done; what was read of it is never sent."""
    connection.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.held_because == HELD_IMPORTING)
        .values(failed_at=moment, error_code=code, error=words, held_because=HELD_FAILED)
    )
    log.info("campaign_failed", campaign=campaign_id, code=code)


class _Import:
    """The import of one campaign."""

    def __init__(self, database: Database, secrets: SecretBox, acceptor: Acceptor, campaign: RowMapping) -> None:
        self._database = database
        self._secrets = secrets
        self._acceptor = acceptor
        self._campaign = campaign
        self._resources = ExitStack()
        self._source: tuple[Iterator[SheetRow], RowReader] | None = None
        self._slice: Slice | None = None
        self._rows_read: int = campaign["rows_read"]

    @property
    def account_id(self) -> int:
        return int(self._campaign["account_id"])

    def step(self) -> bool:
        """Read and write a slice; False once the import is over. Raises StoreUnavailable; the next step tries again."""
        try:
            if self._source is None:
                self._source = self._open()
            if self._slice is None:
                self._slice = next_slice(*self._source)
            if self._slice.rows:
                self._write(self._slice)
            if self._slice.ended:
                self._finish()
                return False
            self._slice = None
            return True
        except (SheetRefused, TemplateUnreadable) as error:
            with self._database.write() as connection:
                fail(connection, self._campaign["id"], getattr(error, "code", "template"), str(error), now_ms())
            return False

    def close(self) -> None:
        self._resources.close()

    def _open(self) -> tuple[Iterator[SheetRow], RowReader]:
        campaign = self._campaign
        path = self._resources.enter_context(unsealed(self._database, self._secrets, campaign["id"]))
        options = SheetOptions(campaign["mobile_column"], campaign["country_column"])
        sheet = open_sheet(path, campaign["file_kind"], options)
        self._resources.callback(sheet.close)
        text = compile_text(campaign["text"], sheet.header)
        with self._database.write() as connection:
            self._require_ours(connection)
            values = {"pattern": text.pattern, "rows_expected": sheet.rows_expected}
            connection.execute(update(campaigns).where(campaigns.c.id == campaign["id"]).values(values))
        return sheet.rows(after=self._rows_read), RowReader(campaign, text)

    def _write(self, gathered: Slice) -> None:
        with self._database.write() as connection:
            self._require_ours(connection)
            wanted, skips = self._screen(connection, gathered)
            answers = self._acceptor.accept_within(connection, wanted)
            pairs = list(zip(wanted, answers, strict=True))
            kept = [new for new, answer in pairs if not answer.duplicate]
            skips += [screened_out(new, SkipReason.DUPLICATE) for new, answer in pairs if answer.duplicate]
            if skips:
                connection.execute(insert(campaign_skips), [self._skip_row(skip) for skip in skips])
            self._record_progress(connection, gathered, kept, skips)
        self._rows_read = gathered.last_row
        gathered.messages, gathered.skips = [], []

    def _finish(self) -> None:
        campaign_id, moment = self._campaign["id"], now_ms()
        with self._database.write() as connection:
            row = self._require_ours(connection)
            if row["total"] == 0:
                words = "There is no recipient in the file. Add a row for each."
                fail(connection, campaign_id, "empty", words, moment)
                return
            held = HELD_PAUSED if row["paused_at"] is not None else None
            values = {"imported_at": moment, "held_because": held}
            connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))
        log.info("campaign_imported", campaign=campaign_id, rows=row["total"])

    def _require_ours(self, connection: Connection) -> RowMapping:
        """Lock the campaign; nothing of this import counts once another has gone further than it knows."""
        statement = select(campaigns).where(campaigns.c.id == self._campaign["id"]).with_for_update(key_share=True)
        row = connection.execute(statement).mappings().first()
        if row is None or row["held_because"] != HELD_IMPORTING or row["rows_read"] != self._rows_read:
            raise _Lost
        return row

    def _screen(self, connection: Connection, gathered: Slice) -> tuple[list[NewMessage], list[Skip]]:
        """Leave out who has opted out and who was erased since the file came."""
        campaign = self._campaign
        numbers = [new.recipient.digits for new in gathered.messages]
        left_out = [skip.recipient for skip in gathered.skips if skip.recipient]
        scopes = opted_out(connection, self._secrets, campaign["account_id"], numbers)
        erased = erased_among(connection, self._secrets, campaign["id"], [*numbers, *left_out])
        skips = [replace(skip, recipient=None) if skip.recipient in erased else skip for skip in gathered.skips]
        kept: list[NewMessage] = []
        for new in gathered.messages:
            number, row = new.recipient.digits, new.campaign_row or 0
            if number in erased:
                skips.append(Skip(row, SkipReason.INVALID, "This number was erased while the file was being read."))
            elif number in scopes and blocks(scopes[number], campaign["message_type"]):
                skips.append(screened_out(new, SkipReason.OPTED_OUT))
            else:
                kept.append(new)
        return kept, skips

    def _skip_row(self, skip: Skip) -> dict[str, Any]:
        return {
            "campaign_id": self._campaign["id"],
            "row": skip.row,
            "reason": skip.reason.value,
            "detail": skip.detail,
            "recipient": skip.recipient,
        }

    def _record_progress(
        self, connection: Connection, gathered: Slice, kept: Sequence[NewMessage], skips: Sequence[Skip]
    ) -> None:
        values: dict[str, Any] = {
            "rows_read": gathered.last_row,
            "total": campaigns.c.total + gathered.rows,
            "segments": campaigns.c.segments + sum(new.segments.count for new in kept),
            "import_leased_until": now_ms() + leases.LEASE_MS,
            "import_tries": 0,
        }
        for reason in SkipReason:
            column = campaigns.c[f"skipped_{reason.value}"]
            values[column.name] = column + sum(skip.reason is reason for skip in skips)
        connection.execute(update(campaigns).where(campaigns.c.id == self._campaign["id"]).values(values))


def _advance(running: _Import) -> bool:
    """Do one step of an import; False once it is over, for now or for good."""
    try:
        return running.step()
    except _Lost:
        return False
    except StoreUnavailable as error:
        log.warning("database_unavailable", job="import", error=str(error))
        time.sleep(PAUSE_SECONDS)
        return True
    except Exception:
        # Whatever it was, its words may hold what the file holds. It is tried again once the lease has run out.
        log.exception("import_interrupted")
        return False
