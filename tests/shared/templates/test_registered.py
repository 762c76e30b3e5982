import pytest

from connectors.shared.templates.faults import InvalidTemplate
from connectors.shared.templates.registered import check_registered, misfit
from connectors.shared.templates.rendering import compile_text


@pytest.mark.parametrize(
    ("text", "registered"),
    [
        ("Dear {{ name }}, order {{ id }}.", "Dear {#var#}, order {#numeric#}."),
        ("Dear {{ name | default: 'you' }}!", "Dear {#alphanumeric#}!"),
        ("##var## {{ x }}", "{#url#} {#urlott#}"),
        ("No variable", "No variable"),
        ("{{ a }} {{ b }}{% comment %}x{% endcomment %}", "{#cbn#} {#email#}"),
        ("a\nb {{ x }}", "a\r\nb {#var#}"),
    ],
)
def test_a_text_as_registered(text: str, registered: str) -> None:
    check_registered(registered, compile_text(text))


@pytest.mark.parametrize(
    ("text", "registered", "words"),
    [
        ("Dear {{ name }}.", "Dear {#var#}!", 'After "Dear …" the registered text has "!" and the text has "."'),
        (
            "dear {{ name }}",
            "Dear {#var#}",
            'At the beginning the registered text has "Dear " and the text has "dear "',
        ),
        ("Hi  {{ name }}", "Hi {#var#}", 'After "Hi " the registered text has a variable and the text has " "'),
        ("Hi {{ name }}", "Hi ", "has nothing more and the text has a variable"),
        ("Hi Asha", "Hi {#var#}", 'has a variable and the text has "Asha"'),
        ("{{ a }}{{ b }}", "{#var#}{#var#}", "next to each other"),
        ("Hi {{ a }}", "Hi {#name#}", "There is no tag {#name#}"),
        ("Hi {{ a }}", "Hi {#VAR#}", "There is no tag {#VAR#}"),
        ("x", "{#var#} " * 21, "more than 20 tags"),
        ("Hi {% if a %}{{ a }}{% endif %}", "Hi {#var#}", "conditions or loops"),
    ],
)
def test_a_text_that_differs(text: str, registered: str, words: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        check_registered(registered, compile_text(text))
    assert refused.value.field == "registered_text"
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("registered", "text"),
    [
        ("Dear {#var#}, bye", "Dear Asha, of Pune, bye"),
        ("Dear {#var#}", "Dear " + "x" * 30),
        ("{#numeric#} of {#alphanumeric#}", "12 of आशा7"),
        ("See {#url#}.", "See https://shop.example/o/7?x=1."),
        ("See {#url#} now", "See shop.example now"),
        ("See {#urlott#}", "See http://a.example/x"),
        ("Call {#cbn#}, {#email#}.", "Call +919816111111, a.b+c@shop.example."),
        ("No tag\nat all", "No tag\r\nat all"),
        ("a {#var#} b {#var#} c", "a b b b c c"),
    ],
)
def test_what_may_be_sent_as_registered(registered: str, text: str) -> None:
    assert misfit(registered, text) is None


@pytest.mark.parametrize(
    ("registered", "text", "words"),
    [
        ("Dear {#var#}", "Dear " + "x" * 31, "The text goes on where the registered one ends."),
        ("Dear {#var#}.", "Dear " + "x" * 31 + ".", '{#var#}, which takes up to 30 characters and is followed by "."'),
        ("Dear {#var#}", "Dear ", "{#var#}"),
        ("Rs {#numeric#} paid", "Rs 1,499.00 paid", "digits only"),
        ("{#alphanumeric#}", "A-7", "goes on"),
        ("{#alphanumeric#} x", "A-7 x", "At the beginning the registered text has {#alphanumeric#}"),
        ("{#alphanumeric#}", "x" * 41, "goes on"),
        ("{#url#}", "not a link", "a web address"),
        ("{#email#}", "a@b", "an e-mail address"),
        ("{#cbn#}", "12", "a phone number"),
        ("Hello {#var#}", "hello x", "begin with"),
        ("Hello", "Hello x", "goes on"),
    ],
)
def test_what_does_not_fit_is_told_without_its_values(registered: str, text: str, words: str) -> None:
    reason = misfit(registered, text)
    assert reason is not None
    assert words in reason.words
    assert "1,499" not in reason.words


@pytest.mark.parametrize(
    ("text", "tag"),
    [("Hi x, you", None), ("Dear Asha, 1x", 1), ("Dear " + "x" * 31 + ", 1", 0), ("Dear Asha, 12 3", 1)],
)
def test_the_tag_at_fault_is_known(text: str, tag: int | None) -> None:
    reason = misfit("Dear {#var#}, {#numeric#}", text)
    assert reason is not None
    assert reason.tag == tag


@pytest.mark.parametrize("tag", ["var", "alphanumeric", "url", "email", "cbn"])
@pytest.mark.parametrize("piece", ["a", "a.", "a@a.aa", "1", "http://"])
def test_many_tags_in_a_text_that_almost_fits(tag: str, piece: str) -> None:
    registered = f"{{#{tag}#}} " * 20 + "end"
    assert misfit(registered, (piece + " ") * 300) is not None
    assert misfit(registered, piece * 1_500) is not None
