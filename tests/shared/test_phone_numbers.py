import pickle

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from connectors.shared.phone_numbers import (
    InvalidNumber,
    PhoneNumber,
    mask,
    read_local_number,
    read_number,
    region_of,
    restore_plus,
)

INDIAN = PhoneNumber("91", "9816111111")


@pytest.mark.parametrize(
    "written",
    [
        "+919816111111",
        "919816111111",
        "00919816111111",
        "+00919816111111",
        "  +91 98161 11111\n",
        "+91-98161-11111",
        "+91.98161.11111",
        "(+91) 98161/11111",
        "+91 (0) 98161 11111",
        "[+91] 98161·11111",
        "+91\u00a098161\u202f11111",
        "+91\u201198161\u201311111",
        "+91\u221298161\u221211111",
        "\u200e+919816111111\u200f",
        "\u202a+919816111111\u202c",
        "\ufeff+91\u200b98161\u200d11111",
        "\uff0b\uff19\uff11\uff19\uff18\uff11\uff16\uff11\uff11\uff11\uff11\uff11\uff11",
        "\uff08+91\uff0998161\uff0d11111",
        "+٩١٩٨١٦١١١١١١",
        "+۹۱۹۸۱۶۱۱۱۱۱۱",
        "+९१९८१६११११११",
        "919816111111.0",
        919816111111,
    ],
)
def test_reads_one_number_however_it_is_written(written: str | int) -> None:
    assert read_number(written) == INDIAN


@pytest.mark.parametrize(
    ("written", "default", "expected"),
    [
        ("9816111111", "91", ("91", "9816111111")),
        ("09816111111", "91", ("91", "9816111111")),
        (9816111111, "91", ("91", "9816111111")),
        ("(415) 555-2671", "1", ("1", "4155552671")),
        ("1 415 555 2671", "1", ("1", "4155552671")),
        ("(416) 967-1111", "1", ("1", "4169671111")),  # Canada shares the code
        ("8 912 345-67-89", "7", ("7", "9123456789")),
        ("8 (701) 234-56-78", "7", ("7", "7012345678")),  # and so does Kazakhstan
        ("07911 123456", "44", ("44", "7911123456")),
        ("06 698 12345", "39", ("39", "0669812345")),
        ("+39 06 698 12345", None, ("39", "0669812345")),
        ("0033612345678", "91", ("33", "612345678")),
        ("011 91 98161 11111", "1", ("91", "9816111111")),  # as dialled from the United States
        ("+14155552671", "91", ("1", "4155552671")),
        ("9816111111", " +91 ", ("91", "9816111111")),
    ],
)
def test_reads_a_national_number_by_the_default_country(
    written: str | int, default: str | None, expected: tuple[str, str]
) -> None:
    assert read_number(written, default) == PhoneNumber(*expected)


def test_valid_as_international_wins_over_valid_as_national() -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse("6581234567", "IN"))
    assert read_number("6581234567", "91") == PhoneNumber("65", "81234567")
    assert read_number("+916581234567", "91") == PhoneNumber("91", "6581234567")


def test_a_possible_number_of_a_range_not_known_yet_is_taken() -> None:
    assert not phonenumbers.is_valid_number(phonenumbers.parse("+911111111111", None))
    assert read_number("+911111111111") == PhoneNumber("91", "1111111111")


def test_merely_possible_is_international_first() -> None:
    # Neither is valid; +55 with eight digits is no length, +91 with ten is one.
    assert read_number("5511111111", "91") == PhoneNumber("55", "11111111")
    assert read_number("1111111111", "91") == PhoneNumber("91", "1111111111")


@pytest.mark.parametrize(
    ("written", "country", "read"),
    [
        ("9598765432", "91", "+919598765432"),
        ("098161 11111", "91", "+919816111111"),
        ("919816111111", "91", "+919816111111"),
        ("971501234567", "91", "+971501234567"),
        ("+983000200", "91", "+983000200"),
        ("00983000200", "91", "+983000200"),
        ("91234567", "65", "+6591234567"),
    ],
)
def test_people_write_numbers_of_their_own_country(written: str, country: str, read: str) -> None:
    assert read_local_number(written, country).e164 == read


@pytest.mark.parametrize("written", ["98300 0200", "98300-12", "983000200", "12345", "9816111"])
def test_a_slip_of_people_is_not_another_countrys_number(written: str) -> None:
    """Some of these are numbers of Iran without their plus, where a stranger would be texted."""
    with pytest.raises(InvalidNumber, match=r"of \+91 can look like this: check its length"):
        read_local_number(written, "91")


@pytest.mark.parametrize("default", ["999", "IN", "", "0", "91919191", "²", "+", "800"])
def test_an_unknown_default_country_counts_as_none(default: str) -> None:
    assert region_of(default) is None
    assert read_number("919816111111", default) == INDIAN
    with pytest.raises(InvalidNumber):
        read_number("09816111111", default)


@pytest.mark.parametrize(("code", "region"), [("91", "IN"), ("+91", "IN"), ("1", "US"), ("7", "RU"), ("44", "GB")])
def test_main_region_of_a_calling_code(code: str, region: str) -> None:
    assert region_of(code) == region


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "+",
        "00",
        "$$To",
        "1-800-FLOWERS",
        "+919816111111 ext. 5",
        "+919816111111x5",
        "+919816111111#5",
        "+919816111111,5",
        "+919816111111;ext=5",
        "tel:+919816111111",
        "+91+9816111111",
        "++919816111111",
        "+919816111111/+919816111112",
        "9816111111/9816111112",
        "9.19816E+11",
        "+999123456789",
        "+0919816111111",
        "+9198161",
        "+91981611",
        "12",
        "٣",
        "+9198161111111111",
        "+919816111111²",
        "+" + "9" * 15,
        " " * 41,
        "+919816111111" + "\u200b" * 28,
        -919816111111,
        0,
        10**20,
        10**5000,
        True,
    ],
    ids=lambda value: repr(value)[:30] if not isinstance(value, int) or value < 10**20 else "enormous",
)
@pytest.mark.parametrize("default", [None, "91"])
def test_refuses_what_is_no_single_possible_number(written: str | int, default: str | None) -> None:
    with pytest.raises(InvalidNumber) as refusal:
        read_number(written, default)
    assert "for example +919876543210" in str(refusal.value)
    assert "98161" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("raw", [None, 919816111111.0, ["+919816111111"], b"+919816111111"])
def test_refuses_what_is_no_text(raw: object) -> None:
    with pytest.raises(InvalidNumber, match="text"):
        read_number(raw)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "restored"),
    [
        (" 919816111111", "+919816111111"),
        ("  919816111111", "  919816111111"),
        ("919816111111", "919816111111"),
        ("+919816111111", "+919816111111"),
        (" (91)", " (91)"),
        ("", ""),
    ],
)
def test_restores_the_plus_that_a_form_made_a_space(raw: str, restored: str) -> None:
    assert restore_plus(raw) == restored


def test_a_leading_space_alone_is_no_plus() -> None:
    assert read_number(" 6581234567", "91") == read_number("6581234567", "91")
    assert read_number(restore_plus(" 12025550123"), "91") == PhoneNumber("1", "2025550123")


def test_forms_of_a_number() -> None:
    number = PhoneNumber("39", "0669812345")
    assert number.e164 == "+390669812345"
    assert number.digits == "390669812345"
    assert pickle.loads(pickle.dumps(number)) == number  # noqa: S301


def test_shows_itself_masked() -> None:
    for shown in (repr(INDIAN), str(INDIAN), f"{INDIAN}", repr([INDIAN])):
        assert "+91********11" in shown
        assert "98161" not in shown


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+919816111187", "+91********87"),
        ("919816111187", "91********87"),
        ("+14155552671", "+1********71"),
        ("+971501234567", "+971*******67"),
        ("+91 98161-11187", "+91********87"),
        ("+999123456", "+*******56"),
        ("1234567", "*******"),
        ("call me", ""),
        ("", ""),
    ],
)
def test_mask(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(st.text(max_size=60))
def test_mask_shows_five_digits_at_most(text: str) -> None:
    assert sum(character.isdecimal() for character in mask(text)) <= 5


@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["91", "1", "39"])))
def test_any_text_is_read_or_refused(text: str, default: str | None) -> None:
    try:
        number = read_number(text, default)
    except InvalidNumber:
        return
    assert number.digits.isascii()
    assert number.digits.isdecimal()
    assert len(number.digits) <= 15


@given(
    st.sampled_from(["+", "00", "", "0"]),
    st.sampled_from([*map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE), ""]),
    st.text(alphabet="0123456789 -", min_size=5, max_size=13),
    st.sampled_from([None, "91", "1", "39", "49"]),
)
@example("+", "970", "00 85929797", None)  # a trunk prefix twice
@example("", "353", "000152095", "91")
def test_what_was_read_reads_the_same_in_e164(prefix: str, code: str, rest: str, default: str | None) -> None:
    try:
        number = read_number(prefix + code + rest, default)
    except InvalidNumber:
        return
    assert read_number(number.e164) == number
    assert read_number(number.e164, "44") == number


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_reads_an_example_of_every_region(region: str) -> None:
    sample = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assume(sample is not None)
    assert sample is not None
    national = phonenumbers.national_significant_number(sample)
    assert read_number(f"+{sample.country_code}{national}") == PhoneNumber(str(sample.country_code), national)
