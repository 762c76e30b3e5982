"""The header: which column holds the phone number, which the country, and what the others are called."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.shared.campaigns.sheets.bounds import MOST_COLUMNS
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused
from connectors.shared.campaigns.sheets.rows import SheetOptions

# By preference: what says mobile before what says phone, what says phone before what may be something else.
_MOBILE_NAMES: Final = """
mobile; mobile number; mobile no; mobile num; mobile phone; mobile phone number; phone mobile; cell; cell phone;
cellphone; cell number; cell phone number; mobiles; customer mobile; customer mobile number; contact mobile;
msisdn; whatsapp; whatsapp number; whatsapp no; celular; número de celular; móvil; teléfono móvil;
número de móvil; telemóvel; handynummer; handy; mobilnummer; mobiltelefon; mobil; téléphone portable;
téléphone mobile; numéro de portable; portable; cellulare; nomor hp; no hp; hp; nomor ponsel; ponsel;
cep telefonu; мобильный; мобильный телефон; मोबाइल; मोबाइल नंबर; 手机; 手机号; 手机号码; 携帯電話; رقم الجوال;
الجوال; phone; phone number; phone no; phone num; phone numbers; phonenumber; ph no; phone 1; phone 1 value;
primary phone; person phone; customer phone; customer phone number; contact phone; telephone; telephone number;
telephone no; tel; tel no; tel number; sms; sms number; teléfono; número de teléfono; telefon; telefonnummer;
telefone; número de telefone; téléphone; numéro de téléphone; telefono; numero di telefono; telefoon;
telefoonnummer; nomor telepon; no telepon; telepon; телефон; номер телефона; फ़ोन; फोन नंबर; 电话; 电话号码;
電話番号; 電話; هاتف; رقم الهاتف
"""
# Names that may mean something else: taken where nothing says it better.
_VAGUE_NAMES: Final = """
contact number; contact no; contact; recipient; recipients; recipient number; to; number; numbers; nomor; número;
numero; nummer; numéro; номер; नंबर
"""
_COUNTRY_NAMES: Final = """
country code; country calling code; calling code; dialing code; dialling code; dial code; phone country code;
mobile country code; isd code; isd; cc; country; countries; código de país; país; código do país; ländervorwahl;
land; pays; kode negara; negara; paese; код страны; страна; देश
"""
# Part of a longer header: "Customer mobile (with code)". Enough only where a single column says so.
_MOBILE_WORDS: Final = frozenset(
    ("mobile", "phone", "telephone", "msisdn", "whatsapp", "celular", "telefono", "telefon", "handy")
)

_LOOKS_LIKE_A_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{5,}[0-9](?:\.0)?").fullmatch
_SHOWN: Final = 20
_SHOWN_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions count from 1, as in the sheet."""

    names: dict[int, str]
    mobile: int
    country: int | None


def read_header(cells: Mapping[int, str], options: SheetOptions) -> Columns:
    """Find the columns. Raises SheetRefused with what to do."""
    names = {position: " ".join(text.split()) for position, text in sorted(cells.items()) if text.strip()}
    if len(names) > MOST_COLUMNS:
        raise SheetRefused(f"The file has more than {MOST_COLUMNS} columns: keep only those that you need.", TOO_LARGE)
    try:
        mobile, country = _mobile_and_country(names, options)
    except SheetRefused:
        _refuse_data(names)
        raise
    _refuse_duplicates(names)
    return Columns(names, mobile, country)


def _mobile_and_country(names: Mapping[int, str], options: SheetOptions) -> tuple[int, int | None]:
    country = _given(names, options.country_column, "country_column")
    mobile = _given(names, options.mobile_column, "mobile_column") or _find_mobile(names, country)
    return mobile, country or _find(names, _COUNTRY_RANKS, other_than=mobile)


def _refuse_data(names: Mapping[int, str]) -> None:
    if any(map(_LOOKS_LIKE_A_NUMBER, names.values())):
        raise SheetRefused(
            "The first row must name the columns, and here it holds a phone number already: "
            "put a row above it that says, for example, Mobile and Name.",
            "no_header",
        )


def _refuse_duplicates(names: Mapping[int, str]) -> None:
    counts = Counter(name.casefold() for name in names.values())
    twice = [name for name in names.values() if counts[name.casefold()] > 1]
    if twice:
        raise SheetRefused(
            f"Two columns are called {_quoted(twice[0])}: give each column a name of its own.", "duplicate_column"
        )


def _given(names: Mapping[int, str], wanted: str | None, option: str) -> int | None:
    if not wanted or not wanted.strip():
        return None
    exact = " ".join(wanted.split()).casefold()
    for same in (lambda name: name.casefold() == exact, lambda name: _key(name) == _key(wanted) != ""):
        for position, name in names.items():
            if same(name):
                return position
    raise SheetRefused(
        f"There is no column {_quoted(wanted)}, which {option} names. The columns are: {_listed(names)}.",
        "unknown_column",
    )


def _find_mobile(names: Mapping[int, str], country: int | None) -> int:
    found = (
        _find(names, _MOBILE_RANKS, other_than=country)
        or _find_by_word(names, other_than=country)
        or _find(names, _VAGUE_RANKS, other_than=country)
    )
    if found is None:
        raise SheetRefused(
            "No column is named as the one with the phone numbers. The first row must name the columns; it reads: "
            f"{_listed(names)}. Call one of them Mobile, or say in mobile_column which it is.",
            "no_mobile_column",
        )
    return found


def _find(names: Mapping[int, str], ranks: Mapping[str, int], other_than: int | None) -> int | None:
    candidates = [(ranks[_key(name)], position) for position, name in names.items() if _key(name) in ranks]
    return next((position for _, position in sorted(candidates) if position != other_than), None)


def _find_by_word(names: Mapping[int, str], other_than: int | None) -> int | None:
    found = [position for position, name in names.items() if position != other_than and _words(name) & _MOBILE_WORDS]
    return found[0] if len(found) == 1 else None


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", _plain(name).replace("_", " ")))


def _plain(name: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, _plain(name)))


def _ranks(names: str) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, name in enumerate(names.split(";")):
        ranks.setdefault(_key(name), rank)
    return ranks


def _quoted(name: str) -> str:
    shown = " ".join(name.split())
    return f'"{shown[:_SHOWN_CHARACTERS]}…"' if len(shown) > _SHOWN_CHARACTERS else f'"{shown}"'


def _listed(names: Mapping[int, str]) -> str:
    listed = ", ".join(_quoted(name) for name in list(names.values())[:_SHOWN])
    return listed + (", …" if len(names) > _SHOWN else "")


_MOBILE_RANKS: Final = _ranks(_MOBILE_NAMES)
_VAGUE_RANKS: Final = _ranks(_VAGUE_NAMES)
_COUNTRY_RANKS: Final = _ranks(_COUNTRY_NAMES)
