import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.segments import GSM_BASIC, GSM_EXTENSION, Segments, count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "count", "units"),
    [
        ("", "GSM-7", 0, 0),
        ("a", "GSM-7", 1, 1),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        ("€" * 80, "GSM-7", 1, 160),
        ("€" * 81, "GSM-7", 2, 162),
        ("a" * 158 + "€", "GSM-7", 1, 160),
        ("a" * 159 + "€", "GSM-7", 2, 161),
        # A pair that does not fit moves on whole, and leaves a septet empty.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 306),
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 2, 306),
        (("a" * 152 + "€") * 2, "GSM-7", 3, 308),
        ("€" * 153, "GSM-7", 3, 306),
        ("€" * 152, "GSM-7", 2, 304),
        ("й" * 70, "UCS-2", 1, 70),
        ("й" * 71, "UCS-2", 2, 71),
        ("й" * 134, "UCS-2", 2, 134),
        ("й" * 135, "UCS-2", 3, 135),
        ("😀" * 35, "UCS-2", 1, 70),
        ("😀" * 36, "UCS-2", 2, 72),
        (("й" * 66 + "😀") * 2, "UCS-2", 3, 136),
        ("й" * 66 + "😀" + "й" * 66, "UCS-2", 3, 134),
        ("й" * 65 + "😀" + "й" * 67, "UCS-2", 2, 134),
        ("a" * 159 + "ç", "UCS-2", 3, 160),
        # Half a pair, as JSON may carry it, is one unit and moves nowhere.
        ("й" * 66 + "\ud83d" + "й" * 67, "UCS-2", 2, 134),
        ("\ud83d" * 71, "UCS-2", 2, 71),
    ],
)
def test_counts_segments_and_units(text: str, encoding: str, count: int, units: int) -> None:
    counted = count_segments(text)
    assert (counted.encoding, counted.count, counted.units) == (encoding, count, units)


def test_the_alphabet_is_whole() -> None:
    assert len(set(GSM_BASIC)) == len(GSM_BASIC) == 127
    assert len(set(GSM_EXTENSION)) == len(GSM_EXTENSION) == 10
    assert not set(GSM_BASIC) & set(GSM_EXTENSION)


@pytest.mark.parametrize("character", GSM_BASIC)
def test_a_basic_character_is_one_septet(character: str) -> None:
    assert count_segments(character) == Segments("GSM-7", 1, 1)


@pytest.mark.parametrize("character", GSM_EXTENSION)
def test_an_extension_character_is_two_septets(character: str) -> None:
    assert count_segments(character) == Segments("GSM-7", 1, 2)


@pytest.mark.parametrize(
    "character",
    [
        "\x1b",
        "\t",
        "`",
        "ç",
        "\u00a0",
        "“",
        "’",
        "–",
        "…",
        "й",
        "अ",
        "中",
        "\x00",
        "\x7f",
        "Á",
        "₹",
        "\u200b",
    ],
)
def test_any_other_character_makes_the_whole_text_ucs2(character: str) -> None:
    assert count_segments("Hi " + character) == Segments("UCS-2", 1, 4, (character,))


def test_names_what_forces_ucs2_once_and_in_order() -> None:
    assert count_segments("“Caffè” {ciao} – “sì”").unicode_characters == ("“", "”", "–")


def test_names_twenty_characters_at_most() -> None:
    alphabet = "абвгдежзийклмнопрстуфхцчшщ"
    assert count_segments(alphabet).unicode_characters == tuple(alphabet[:20])


MIXED = st.text(alphabet="aé€{й😀\ud83d\ude00", max_size=400)
GSM = st.text(alphabet="aa€[", min_size=140, max_size=700)
UCS2 = st.text(alphabet="йй😀", min_size=60, max_size=400)


@given(st.one_of(MIXED, GSM, UCS2, st.text()))
def test_agrees_with_packing_one_character_after_the_other(text: str) -> None:
    counted = count_segments(text)
    assert (counted.encoding, counted.count, counted.units) == _packed(text)


def _packed(text: str) -> tuple[str, int, int]:
    is_gsm = all(character in GSM_BASIC + GSM_EXTENSION for character in text)
    if is_gsm:
        sizes = [2 if character in GSM_EXTENSION else 1 for character in text]
    else:
        # Two halves of one pair become it on the air.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        sizes = [2 if ord(character) > 0xFFFF else 1 for character in whole]
    single, part = (160, 153) if is_gsm else (70, 67)
    if sum(sizes) <= single:
        return "GSM-7" if is_gsm else "UCS-2", min(1, len(text)), sum(sizes)
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return "GSM-7" if is_gsm else "UCS-2", count, sum(sizes)
