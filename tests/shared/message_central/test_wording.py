"""The vendor's words are shown without what nobody else may read, and stay words."""

import pytest

from connectors.shared.message_central.wording import SaidText, spoken


@pytest.mark.parametrize(
    ("words", "secrets", "said"),
    [
        ("Internal error", (SaidText("err"),), "Internal error"),
        ("Internal error: err", (SaidText("err"),), "Internal error: ***"),
        ("/rest/0LjQtNC4/err/", (SaidText("err"), SaidText("0LjQtNC4")), "/rest/***/***/"),
        ("Ошибка: шиб!", (SaidText("шиб"),), "Ошибка: ***!"),
        ("Unreadable%20%D1%88%D0%B8?", (SaidText("ши"),), "Unreadable%20%D1%88%D0%B8?"),
        ("preTwo wordspost", (SaidText("Two words"),), "pre***post"),
        ("Bad key mykey7", ("key",), "Bad *** my***7"),
        ("a%2Fbc or a/bc", (SaidText("a/bc"), "a/b"), "*** or ***"),
        ("Hi", (SaidText("Hi"),), "Hi"),
        ("(c++) c++", (SaidText("c++"),), "(***) ***"),
    ],
)
def test_texts_are_masked_as_whole_words_and_secrets_everywhere(
    words: str, secrets: tuple[str, ...], said: str
) -> None:
    assert spoken(words, secrets) == said
