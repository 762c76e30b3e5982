from typing import Any

import pytest

from connectors.shared.templates.rendering import MissingVariables, Rendered, TemplateUnreadable, compile_text

HEADER = ("Mobile", "First Name", "Order ID", "Amount (Rs.)", "Var1", "नाम", "Limit", "2")
ROW = {
    "Mobile": "919816111111",
    "First Name": "Asha",
    "Order ID": "A-7",
    "Amount (Rs.)": "1,499.00",
    "Var1": "one",
    "नाम": "आशा",
    "Limit": "99",
    "2": "two",
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hi {{ first name }}", "Hi Asha"),
        ("Hi {{ first_name }}", "Hi Asha"),
        ("Hi {{First Name}}", "Hi Asha"),
        ("Hi {{ FIRST-NAME }}", "Hi Asha"),
        ("Hi {{ ['First Name'] }}", "Hi Asha"),
        ("Hi {{ first name | upcase }}", "Hi ASHA"),
        ("Hi {{ first name|upcase | append: order id }}", None),
        ("Hi {{ first name | append: order_id }}", "Hi AshaA-7"),
        ("Rs. {{ Amount (Rs.) }}", "Rs. 1,499.00"),
        ("Rs. {{ amount_rs }}", "Rs. 1,499.00"),
        ("{{ नाम }}", "आशा"),
        ("{{ limit }} {{ 2 }}", "99 two"),
        ("##var## ##VAR1## ## var ##", "one one one"),
        ("##first name##", "Asha"),
        ("Call ## now ##var##", "Call ## now one"),
        ("a\r\n{{- first name -}}\n b", "aAshab"),
        ("{% if first_name == 'Asha' %}yes{% endif %}", "yes"),
        ("{% if limit > 100 %}high{% elsif limit >= 99 %}mid{% endif %}", "mid"),
        ("{% if First Name == 'First Name' or नाम == 'आशा' and Amount (Rs.) > 5 %}x{% endif %}", "x"),
        ("{% assign x = Limit | plus: 1 %}{{ x }}", "100"),
        ("{% if amount_rs > 1000 %}much{% endif %}", "much"),
        ("{% assign n = first_name | downcase %}{{ n }}{{ n }}", "ashaasha"),
        ("{% capture c %}{{ first_name }}!{% endcapture %}{{ c }}", "Asha!"),
        ("{% case limit %}{% when '99' %}x{% endcase %}", "x"),
        ("{% comment %}{{ nobody }}{% endcomment %}{% # note %}x", "x"),
        ("{% raw %}{{ first name }}{% endraw %}", "{{ first name }}"),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        ("line\r\nline\n{% if true %}{{ limit }}\r\n{% endif %}", "line\r\nline\n99\r\n"),
    ],
)
def test_texts_for_a_sheet(text: str, rendered: str | None) -> None:
    if rendered is None:
        with pytest.raises(TemplateUnreadable, match="Line 1"):
            compile_text(text, HEADER)
    else:
        assert compile_text(text, HEADER).render(ROW).text == rendered


@pytest.mark.parametrize(
    "text", ["Hello", "a { b } %} c", "##", "50## off ##", "#var#", "}} {", "100% {not}", "{", "{ % if"]
)
def test_what_has_no_placeholder_stays_as_it_is(text: str) -> None:
    compiled = compile_text(text, HEADER)
    assert compiled.render({}) == Rendered(text, None)
    assert compiled.names == ()
    assert compiled.pattern is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, "5"),
        (5.0, "5"),
        (4.5, "4.5"),
        (1e16, "10000000000000000"),
        (1e-7, "0.0000001"),
        (True, "true"),
        ("x ", "x "),
    ],
)
@pytest.mark.parametrize("text", ["{{ v }}", "{{ v | append: '' }}", "{% if true %}{{ v }}{% endif %}"])
def test_values_are_written_as_people_write_them(text: str, value: Any, written: str) -> None:
    if "append" in text and isinstance(value, float | bool):
        return
    assert compile_text(text).render({"v": value}).text == written


@pytest.mark.parametrize(
    ("text", "values", "rendered"),
    [
        ("{{ first name }}", {"first_name": "A"}, "A"),
        ("{{ first_name }}", {"First Name": "A"}, "A"),
        ("{{ first_name | upcase }}", {"First Name": "a"}, "A"),
        ("{% if true %}{{ first name }}{% endif %}", {"first_name": "A"}, "A"),
        ("##var## ##var2##", {"var": "a", "Var2": "b"}, "a b"),
        ("{{ customer.name }}", {"customer": {"name": "A"}}, "A"),
        ("{{ items[0].title }}", {"items": [{"title": "T"}]}, "T"),
        ("{{ items | join: ', ' }}", {"items": ["a", 2]}, "a, 2"),
        ("{% for i in items %}{{ i.t }};{% endfor %}", {"items": [{"t": 1.0}, {"t": 2}]}, "1;2;"),
        ("{{ price | times: 2 }}", {"price": 2.5}, "5"),
    ],
)
def test_values_of_an_api_caller(text: str, values: dict[str, Any], rendered: str) -> None:
    assert compile_text(text).render(values).text == rendered


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Hi {{ name }}, {{ city }}!", ("name", "city")),
        ("Hi {{ first name }}", ("first name",)),
        ("##var2##", ("Var2",)),
        ("{{ name | upcase }}", ("name",)),
        ("{{ name | plus: 1 }}", ("name",)),
        ("{{ name | date: '%d' }}", ("name",)),
        ("{{ name | size }}", ("name",)),
        ("{{ 'Hi ' | append: name }}", ("name",)),
        ("{{ a | default: b }}", ("a",)),
        ("{% assign n = name %}{{ n }}", ("name",)),
        ("{% if true %}{{ name }}{% endif %}{{ city }}", ("name", "city")),
        ("{{ customer.name }}", ("customer.name",)),
        ("{% for i in items %}{{ i }}{% endfor %}", ("items",)),
        ("{{ now }} {{ today }}", ("now", "today")),
    ],
)
@pytest.mark.parametrize("blank", [None, "", " \t\n", "\u00a0"])
def test_a_missing_or_blank_value_is_told(text: str, missing: tuple[str, ...], blank: str | None) -> None:
    values = {} if blank is None else {name.partition(".")[0]: blank for name in (*missing, "b")}
    with pytest.raises(MissingVariables) as told:
        compile_text(text).render(values)
    assert told.value.names == missing
    for name in missing:
        assert name in str(told.value)


def test_a_blank_part_of_a_value_is_missing() -> None:
    for text in ("{{ customer.name }}", "{% for i in items %}{{ i }}{% endfor %}"):
        with pytest.raises(MissingVariables):
            compile_text(text).render({"customer": {"name": " "}, "items": ["", "a"]})


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ('Hi {{ name | default: "there" }}', "Hi there"),
        ('Hi {{ name | upcase | default: "there" }}', "Hi there"),
        ('Hi {{ name | default: "there" | upcase }}', "Hi THERE"),
        ('Hi {{ name | default: other | default: "you" }}', "Hi you"),
        ('Hi {{ first name | default: "there" }}', "Hi there"),
        ('Hi{{ name | default: "" }}', "Hi"),
        ("Hi{% if name %} {{ name }}{% endif %}", "Hi"),
        ("Hi{% unless name %} you{% endunless %}", "Hi you"),
        ("Hi{% if points > 5 %} star{% endif %}{% if name contains 'x' %}!{% endif %}", "Hi"),
        ("Hi{% for i in items %}{{ i }}{% else %} none{% endfor %}", "Hi none"),
        ("{% capture s %}{% if name %}x{% endif %}{% endcapture %}Hi{{ s }}", "Hi"),
    ],
)
def test_what_may_be_missing(text: str, rendered: str) -> None:
    compiled = compile_text(text)
    assert compiled.render({}).text == rendered
    assert compiled.render({"name": " ", "points": None}).text == rendered


@pytest.mark.parametrize(
    ("text", "pattern", "variables"),
    [
        ("Hi {{ first name }}", "Hi ##var##", ("Asha",)),
        ("{{ limit }} {{ 2 }} {{ limit }} {{var1}}", "##var## ##var2## ##var## ##var3##", ("99", "two", "one")),
        ("##var## {{ Var1 }} {{ 2 }}", "##var## ##var## ##var2##", ("one", "two")),
        ("Hi {{ first name | upcase }}!", "Hi ##var##!", ("ASHA",)),
        ("Hi {{ city | default: 'you' }}!", "Hi ##var##!", ("you",)),
        ("{{ limit }} {{ 2 }} {{ var1 }} {{ mobile }}", None, None),
        ("Hi {{ first name }}{% if true %}!{% endif %}", None, None),
        ("##now## {{ first name }}", None, None),
        ("#{{ first name }}", None, None),
        ("{{ first name }}{{ limit }}", None, None),
        ("Hi {{ city | default: '' }}!", "Hi ##var##!", None),
        ("Hi {{ first name | append: '##' }}!", "Hi ##var##!", None),
    ],
)
def test_the_vendors_own_placeholders(text: str, pattern: str | None, variables: tuple[str, ...] | None) -> None:
    compiled = compile_text(text, (*HEADER, "City"))
    assert compiled.pattern == pattern
    assert compiled.render(ROW).variables == variables


def test_a_value_with_the_vendors_mark_goes_singly() -> None:
    compiled = compile_text("Hi {{ first name }}", HEADER)
    assert compiled.render(ROW | {"First Name": "##var2##"}) == Rendered("Hi ##var2##", None)


def test_which_variables_a_text_needs() -> None:
    compiled = compile_text(
        'Dear {{ first name }}, {{ city }} {{ nick | default: "x" }} {% if vip %}{{ code }}{{ order_id }}{% endif %}'
        "{% for item in items %}{{ item }}{{ forloop.index }}{% endfor %}",
        HEADER,
    )
    assert compiled.names == ("First Name", "city", "code", "Order ID", "items")
    assert compiled.unknown == ("city", "items")
    assert compile_text("{{ anything }}").unknown == ()


def test_the_column_written_so_is_preferred() -> None:
    compiled = compile_text("{{ name }} {{ NAME }} {{ Na-me }}", ("Name", "name", "na me"))
    assert compiled.render({"Name": "a", "name": "b", "na me": "c"}).text == "b a c"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("Hi\n{{ name", "Line 2 of the text: {{ is not closed with }}"),
        ("{{ name } and {{ city }}", "is not closed"),
        ("{{ }}", "is empty"),
        ("{{ name | shout }}", "shout"),
        ("{{ name | default 'x' }}", "Line 1"),
        ("{% if name %}Hi", "Line 1"),
        ("{% if name }}Hi{% endif %}", "is not closed with %}"),
        ("{% include 'x' %}", "include"),
        ("{% render 'x' %}", "render"),
        ("{% nonsense %}", "nonsense"),
        ("Dear {#var#}", "registered text"),
        ("Dear {#numeric#}", "registered text"),
        ("{% comment %}", "endcomment"),
        ("{% raw %}x", "endraw"),
        ("{{ 'x }}", "Line 1"),
        ("x" * 10_001, "too long"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(text: str, words: str) -> None:
    with pytest.raises(TemplateUnreadable, match=words.replace("{", r"\{").replace("}", r"\}").replace("(", r"\(")):
        compile_text(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{% if name %}x{% endif %}", {}),
        ("{{ v }}", {"v": {"a": 1}}),
        ("{{ v }}", {"v": [1, 2]}),
        ("{{ v | divided_by: 0 }}", {"v": 1}),
        ("{% if v > 5 %}x{% endif %}", {"v": "secret"}),
        ("{% break %}", {}),
    ],
)
def test_what_cannot_be_filled_in_says_so_without_the_value(text: str, values: dict[str, Any]) -> None:
    compiled = compile_text(text)
    with pytest.raises(TemplateUnreadable) as told:
        compiled.render(values)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None
