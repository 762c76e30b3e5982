"""What a campaign on a selection would send, and to how many: read from Pipedrive now, judged as the import would."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from connectors.pipedrive.campaigns.people import in_words
from connectors.pipedrive.campaigns.reading import PatientReader
from connectors.pipedrive.campaigns.recipients import Recipient, RecipientReader
from connectors.pipedrive.campaigns.requests import Asked
from connectors.pipedrive.campaigns.selections import Selection, described
from connectors.pipedrive.campaigns.store import name_of_user
from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.campaigns.drafting import SPOOL
from connectors.shared.campaigns.preview import preview
from connectors.shared.campaigns.reading import RowReader
from connectors.shared.campaigns.sheets import SheetOptions, SheetRow
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import InvalidMessage
from connectors.shared.opt_outs.store import opted_out

MOST_ERRORS: Final = 50
_SHOWN: Final = ("recipients", "segments", "encodings", "characters")


def preview_of(parts: Context, reader: PatientReader, who: GrantKey, asked: Asked) -> dict[str, Any]:
    """Return the preview. Sends nothing and keeps nothing. Raises InvalidFields, InvalidMessage, PipedriveError."""
    name = name_of_list(parts, reader, who, asked.selection)
    with tempfile.TemporaryDirectory(prefix="connectors-") as folder:
        path = Path(folder) / "recipients"
        people = _spool(reader, asked, path)
        found = _judged(parts, asked, path)
    longest = found["longest"]
    return {
        "count": len(people),
        "description": described(asked.selection, len(people), name),
        **{each: found[each] for each in _SHOWN},
        "sample": [_with_person(each, people) for each in found["first"]],
        "longest": None if longest is None else _with_person(longest, people),
        "skipped": found["skipped"],
        "errors": [_explained(each, people) for each in found["errors"][:MOST_ERRORS]],
        "confirm": len(people) > parts.settings.confirm_above,
    }


def check_fields(reader: PatientReader, asked: Asked) -> None:
    """Raises InvalidMessage where the text names a field that nobody has, and PipedriveError."""
    _recipient_reader(reader, asked).check()


def count_people(reader: PatientReader, selection: Selection, at_most: int | None = None) -> int | None:
    """Return how many people a selection is of, None where they are more than `at_most`: no more is read then.

    Raises InvalidFields, PipedriveError.
    """
    count = 0
    for page in reader.pages(selection):
        count += len(page.people)
        if at_most is not None and count > at_most:
            return None
    return count


def first_text(reader: PatientReader, asked: Asked) -> str:
    """Return what the first person who can be texted would read. Raises InvalidMessage where there is none."""
    why = "There is nobody in this selection whom you may see."
    recipients = _recipient_reader(reader, asked)
    recipients.check()
    judge = RowReader(_campaign(asked), asked.draft.compiled)
    for page in reader.pages(asked.selection):
        for recipient in recipients.read(page.people):
            result = judge(SheetRow(1, recipient.to, None, dict(recipient.variables)))
            if isinstance(result, NewMessage):
                return result.text
            why = in_words(result.reason.value, result.detail)
    raise InvalidMessage("selection", f"Nobody in this selection can be texted. {why}")


def name_of_list(parts: Context, reader: PatientReader, who: GrantKey, selection: Selection) -> str | None:
    """Return what the selection's filter or its owner is called. Raises InvalidFields, PipedriveError."""
    chosen = selection.filter
    if selection.selected_ids or chosen is None:
        return None
    if chosen.filter_id is not None:
        return reader.filter_name(chosen.filter_id)
    if chosen.user_id is None:
        return None
    return _name_of_owner(parts, GrantKey(who.company_id, chosen.user_id)) or f"user {chosen.user_id}"


def _name_of_owner(parts: Context, owner: GrantKey) -> str | None:
    # Others' names are not for this app to read; who has installed it has told theirs.
    with parts.service.database.read() as connection:
        return name_of_user(connection, owner)


def _spool(reader: PatientReader, asked: Asked, path: Path) -> list[Recipient]:
    """Write the campaign's file as it would be; return who is in it, by row."""
    recipients = _recipient_reader(reader, asked)
    recipients.check()
    people: list[Recipient] = []
    with path.open("wb") as file:
        for page in reader.pages(asked.selection):
            found = recipients.read(page.people)
            file.writelines(recipient.line for recipient in found)
            # The values of thousands of people are in the file alone.
            people += [replace(recipient, variables={}) for recipient in found]
    return people


def _judged(parts: Context, asked: Asked, path: Path) -> dict[str, Any]:
    service, account_id = parts.service, asked.sender.account_id
    with service.database.read() as connection:
        return preview(
            path,
            SPOOL,
            SheetOptions(),
            _campaign(asked),
            lambda numbers: opted_out(connection, service.secrets, account_id, numbers),
        )


def _recipient_reader(reader: PatientReader, asked: Asked) -> RecipientReader:
    return RecipientReader(reader, asked.draft.new.text, asked.draft.new.country_code)


def _campaign(asked: Asked) -> dict[str, Any]:
    return asdict(asked.draft.new) | {"id": "preview"}


def _with_person(rendered: dict[str, Any], people: Sequence[Recipient]) -> dict[str, Any]:
    person = people[rendered["row"] - 1]
    shown = {name: rendered[name] for name in ("to", "text", "encoding", "segments")}
    return {"person_id": person.person_id, "name": person.name} | shown


def _explained(error: dict[str, Any], people: Sequence[Recipient]) -> dict[str, Any]:
    person, reason = people[error["row"] - 1], error["reason"]
    return {
        "person_id": person.person_id,
        "name": person.name,
        "reason": reason,
        "message": in_words(reason, error["message"]),
    }
