"""How many people a campaign is for: said by the preview, and confirmed before many are texted."""

from connectors.pipedrive.campaigns.previewing import count_people, name_of_list
from connectors.pipedrive.campaigns.reading import PatientReader
from connectors.pipedrive.campaigns.requests import Asked
from connectors.pipedrive.campaigns.selections import described
from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.errors import WrongState
from connectors.shared.web.bodies import InvalidFields


class Unconfirmed(WrongState):
    """So many people were not confirmed; `count` is how many there are, None where that was not counted."""

    def __init__(self, words: str, count: int | None) -> None:
        self.count = count
        super().__init__(words)


def confirmed_description(parts: Context, reader: PatientReader, who: GrantKey, asked: Asked) -> str:
    """Return whom the campaign is for, in words, once it is certain that whoever began it knows how many they are.

    Raises Unconfirmed, InvalidFields where nobody is in it, and PipedriveError.
    """
    name = name_of_list(parts, reader, who, asked.selection)
    count = _confirmed_count(reader, asked, parts.settings.confirm_above)
    if count == 0:
        raise InvalidFields(
            {"selection": ["Nobody of this selection is there: they are deleted, or you may not see them."]}
        )
    return described(asked.selection, count, name)


def _confirmed_count(reader: PatientReader, asked: Asked, confirm_above: int) -> int:
    chosen = len(asked.selection.chosen_ids)
    if asked.expected_count is None and 0 < chosen <= confirm_above:
        return chosen  # at most: there is nothing to confirm, and so nothing to read yet
    most = confirm_above if asked.expected_count is None else None
    count = count_people(reader, asked.selection, most)
    if count is None:
        raise Unconfirmed(
            f"These are more than {confirm_above:,} people. Look at the preview, and send the count that it shows as "
            "expected_count.",
            None,
        )
    if asked.expected_count not in (None, count):
        raise Unconfirmed(
            f"These are {count:,} people, and {asked.expected_count:,} were expected: the list has changed. "
            "Look at the preview again.",
            count,
        )
    return count
