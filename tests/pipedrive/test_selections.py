"""Selections as pages send them: what is taken, what is refused, and what they are called."""

from typing import Any

import pytest
from marshmallow import ValidationError

from connectors.pipedrive.campaigns.selections import (
    MOST_IDS,
    ListFilter,
    Selection,
    SelectionSchema,
    described,
    read_selection,
)


def load(**given: Any) -> Selection:
    loaded: Selection = SelectionSchema().load(given)
    return loaded


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"selected_ids": [3, "1", 3]}, Selection((3, 1))),
        ({"selected_ids": [3, 1], "excluded_ids": ["3"]}, Selection((3, 1), frozenset({3}))),
        ({"filter": {"filter_id": "42"}}, Selection(filter=ListFilter(filter_id=42))),
        ({"filter": {"user_id": 7}, "excluded_ids": [1]}, Selection((), frozenset({1}), ListFilter(user_id=7))),
        ({"filter": {"everyone": 1}}, Selection(filter=ListFilter())),
        ({"filter": {"everyone": True}, "selected_ids": []}, Selection(filter=ListFilter())),
        # Who ticked people did so while some filter was on.
        ({"selected_ids": [5], "filter": {"everyone": 1}}, Selection((5,), frozenset(), ListFilter())),
    ],
)
def test_what_pipedrive_hands_over_is_taken(given: dict[str, Any], wanted: Selection) -> None:
    assert load(**given) == wanted
    assert read_selection(wanted.dumped()) == wanted


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"selected_ids": [], "excluded_ids": [], "filter": None},
        {"filter": {}},
        {"excluded_ids": [1]},
        {"selected_ids": [1], "excluded_ids": [1]},
        {"selected_ids": [1], "excluded_ids": [1], "filter": {"everyone": 1}},
        {"selected_ids": [0]},
        {"selected_ids": [-1]},
        {"selected_ids": [True]},
        {"selected_ids": [1.0]},
        {"selected_ids": ["1 "]},
        {"selected_ids": ["١"]},
        {"selected_ids": [2**53]},
        {"selected_ids": "1,2"},
        {"selected_ids": None},
        {"selected_ids": list(range(1, MOST_IDS + 2))},
        {"filter": {"filter_id": 1, "user_id": 2}},
        {"filter": {"everyone": True, "user_id": 2}},
        {"filter": {"everyone": False}},
        {"filter": {"everyone": 0}},
        {"filter": {"everyone": "yes"}},
        {"filter": {"everyone": []}},
        {"filter": {"filter_id": None}},
        {"filter": {"label_id": 1}},
        {"filter": [1]},
        {"selected_ids": [1], "view": "list"},
    ],
)
def test_anything_else_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        load(**given)


@pytest.mark.parametrize(
    ("selection", "count", "name", "words"),
    [
        (load(filter={"filter_id": 1}), 1204, "Customers", "1,204 people in “Customers”"),
        (load(filter={"filter_id": 1}, excluded_ids=[1, 2, 3]), 1, "Customers", "1 person in “Customers”, without 3"),
        (load(filter={"user_id": 1}), 12, "Asha", "12 people owned by Asha"),
        (load(filter={"everyone": 1}), 1204, None, "everyone: 1,204 people"),
        (load(selected_ids=[1, 2], filter={"filter_id": 1}), 37, None, "37 selected people"),
        (load(selected_ids=[1, 2], excluded_ids=[2]), 1, None, "1 selected person"),
    ],
)
def test_a_selection_in_words(selection: Selection, count: int, name: str | None, words: str) -> None:
    assert described(selection, count, name) == words
