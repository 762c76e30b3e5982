"""The words around our own codes."""

import pytest

from connectors.shared.segments import count_segments
from connectors.shared.verifications.code_texts import PIN_TEXTS, TEXTS, code_text


@pytest.mark.parametrize("language", TEXTS)
def test_every_text_is_one_sms(language: str) -> None:
    text = code_text("00482913", language, 600)
    segments = count_segments(text)
    unicode = language in ("ru", "hi")
    assert text.startswith("00482913")
    assert " 10 " in text
    assert (segments.encoding, segments.count) == ("UCS-2" if unicode else "GSM-7", 1)
    assert count_segments(PIN_TEXTS[language].format(minutes=10) + " 00482913").count == 1


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(None, "en"), ("tlh", "en"), ("---", "en"), ("pt_BR", "pt"), ("DE", "de"), ("no", "nb"), ("nn-NO", "nb")],
)
def test_the_readers_language_is_found(wanted: str | None, language: str) -> None:
    assert code_text("1234", wanted, 600) == code_text("1234", language, 600)


@pytest.mark.parametrize(("seconds", "minutes"), [(600, 10), (119, 1), (20, 1)])
def test_nobody_is_promised_more_minutes_than_there_are(seconds: float, minutes: int) -> None:
    assert f"for {minutes} min" in code_text("1234", "en", seconds)
