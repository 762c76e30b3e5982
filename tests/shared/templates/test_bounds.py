"""Nothing that a text holds takes long, takes much memory, or makes anything else than a refusal."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.shared.templates.rendering import LONGEST_TEXT, MissingVariables, TemplateUnreadable, compile_text

MANY = LONGEST_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "{{" * (MANY // 2),
        "{{" + " " * (MANY - 2),
        "{% if" + " " * (MANY - 5),
        "{% raw %}" * (MANY // 9),
        "{{ " + "(" * 900 + " }}",
        "{{ " + "a[" * 400 + "]" * 400 + " }}",
        "{% if " + "a or " * 150 + "b %}x{% endif %}",
        "{% if a %}" * 1_000,
        "##" * (MANY // 2),
        "##a" * (MANY // 3),
        "{{ a " + "| upcase " * 100 + "}}",
        "{#" * (MANY // 2),
    ],
    ids=lambda text: text[:12],
)
def test_long_texts_are_read_or_refused(text: str) -> None:
    try:
        compile_text(text).render({"a": "x"})
    except (TemplateUnreadable, MissingVariables):
        return


@pytest.mark.parametrize(
    "text",
    [
        "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
        "{% assign a = 9 %}{% for i in (1..100) %}{% assign a = a | times: a %}{% endfor %}{{ a }}",
        "{{ (1..most) | join: ',' }}",
        "{% assign r = (1..most) %}{{ r | size }}",
        "{% for i in (1..most) %}x{% endfor %}",
        "{% for i in (1..90) %}{% for j in (1..90) %}x{% endfor %}{% endfor %}",
        "{{ long }}",
        "{{ long | replace: 'x', long }}",
        "{{ long | split: '' | join: ',' }}",
        "{% for i in (1..500) %}{{ i | plus: 1 | plus: 1 | plus: 1 | plus: 1 }}{% endfor %}",
        "{% capture c %}{% for i in (1..500) %}" + "x" * 100 + "{% endfor %}{% endcapture %}{{ c }}",
    ],
    ids=lambda text: text[:40],
)
def test_what_grows_is_stopped(text: str) -> None:
    compiled = compile_text(text)
    with pytest.raises(TemplateUnreadable):
        compiled.render({"long": "x" * 100_000, "most": 1_000_000_000})


@pytest.mark.parametrize(
    "text",
    [
        "{{ (1..1000000000) | join: ',' }}",
        "{% assign r = (-1000..1000) %}{{ r | size }}",
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% if a %}{% for i in (1..501) limit: 3 %}x{% else %}y{% endfor %}{% endif %}",
    ],
    ids=lambda text: text[:40],
)
def test_ranges_that_no_value_makes_shorter_are_refused_when_read(text: str) -> None:
    with pytest.raises(TemplateUnreadable, match="more than 500 items"):
        compile_text(text)


def test_a_range_within_bounds_is_rendered() -> None:
    assert compile_text("{% for i in (1..500) %}x{% endfor %}").render({}).text == "x" * 500


def test_deep_values_are_refused() -> None:
    value: Any = "x"
    for _ in range(500):
        value = {"a": value}
    with pytest.raises(TemplateUnreadable, match="deep"):
        compile_text("{{ a.a.a }}").render({"a": value})


_PIECES = st.sampled_from(
    (
        *("{{", "}}", "{%", "%}", "-", "##var##", "##", "{#var#}", " ", "\n", "नाम", "name", "first name", "items"),
        *("|", "default", ":", "'x'", '"', "[", "]", ".", "(", ")", "..", ">", "=", "5"),
        *("if", "endif", "else", "for", "in", "endfor", "assign", "capture", "case", "when"),
        *("raw", "endraw", "comment", "upcase", "date", "size", "split", "join", "times"),
    )
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=25), st.dictionaries(st.sampled_from(["name", "first name", "items", "x"]), _VALUES))
def test_whatever_is_written_is_rendered_or_refused(pieces: list[str], values: dict[str, Any]) -> None:
    for columns in ((), ("First Name", "name")):
        try:
            rendered = compile_text("".join(pieces), columns).render(values)
        except (TemplateUnreadable, MissingVariables):
            continue
        assert rendered.text.strip()
