import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.secrets import SecretBox
from connectors.shared.web.cursors import Cursors, InvalidCursor

CURSORS = Cursors(SecretBox(["new"]))
POSITIONS = st.text(st.characters(exclude_categories=["Cs"]))


@given(POSITIONS)
def test_a_cursor_leads_back_to_its_position(position: str) -> None:
    cursor = CURSORS.write("messages", 1, position)
    assert CURSORS.read("messages", 1, cursor) == position
    assert cursor.isascii()
    assert not set(cursor) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_nothing_else_is_a_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read("messages", 1, text)


@given(POSITIONS, st.sampled_from("=\n A"))
def test_no_other_spelling_is_taken(position: str, added: str) -> None:
    cursor = CURSORS.write("messages", 1, position)
    for changed in (cursor + added, added + cursor):
        with pytest.raises(InvalidCursor):
            CURSORS.read("messages", 1, changed)


def test_a_cursor_belongs_to_one_account_and_one_list() -> None:
    cursor = CURSORS.write("messages", 1, "here")
    for kind, account_id in (("messages", 2), ("campaigns", 1)):
        with pytest.raises(InvalidCursor):
            CURSORS.read(kind, account_id, cursor)


def test_a_cursor_outlives_the_rotation_of_the_secret_key() -> None:
    cursor = Cursors(SecretBox(["old"])).write("messages", 1, "here")
    assert Cursors(SecretBox(["new", "old"])).read("messages", 1, cursor) == "here"
    with pytest.raises(InvalidCursor):
        CURSORS.read("messages", 1, cursor)
