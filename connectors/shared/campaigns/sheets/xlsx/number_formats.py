"""What a number looks like in its cell: the usual formats, dates aside; anything rarer is shown as General."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format, is_timedelta_format

_TOKENS = re.compile(
    r"""
    "(?P<quoted>[^"]*)"
  | \\(?P<escaped>.)
  | \[\$(?P<currency>[^\]-]*)[^\]]*\]
  | (?P<colour>\[[A-Za-z]+[0-9]*\])
  | (?P<skipped>[_*].)
  | (?P<digits>[#0?][#0?,]*(?:\.[#0?]+)?)
  | (?P<literal>[-+$%() :€£¥₹])
    """,
    re.VERBOSE,
)
_MOST_DECIMALS = 30


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """`show` gives the text of a number, or is None for General; dates and durations have their code to be read by."""

    code: str
    is_date: bool
    is_duration: bool
    show: Callable[[Decimal], str] | None
    pads_to: int = 0
    """Digits that are always shown, as 0000000000 does for numbers that begin with zeros."""


@lru_cache(maxsize=1024)
def number_format(code: str) -> NumberFormat:
    if is_date_format(code):
        return NumberFormat(code, is_date=True, is_duration=is_timedelta_format(code), show=None)
    sections = [_Section.read(section) for section in code.split(";")[:2]]
    if sections[0] is None or None in sections:
        return NumberFormat(code, is_date=False, is_duration=False, show=None)
    positive, negative = sections[0], sections[1] if len(sections) > 1 else None
    return NumberFormat(
        code,
        is_date=False,
        is_duration=False,
        show=_shower(positive, negative),
        pads_to=code.count("0") * (set(code) == {"0"}),
    )


def general(value: Decimal) -> str:
    """Fifteen digits, as Excel keeps: what lies behind is the noise of binary fractions."""
    if value == value.to_integral_value():
        return str(int(value))
    text = f"{float(value):.15g}"
    return text if "e" not in text else f"{value:f}"


def _shower(positive: "_Section", negative: "_Section | None") -> Callable[[Decimal], str]:
    def show(value: Decimal) -> str:
        if value < 0 and negative is not None:
            return negative.show(-value)
        shown = positive.show(abs(value))
        return f"-{shown}" if value < 0 and any(digit in "123456789" for digit in shown) else shown

    return show


@dataclass(frozen=True, slots=True)
class _Section:
    before: str
    after: str
    least_whole: int
    grouped: bool
    least_decimals: int
    most_decimals: int
    percent: bool

    @classmethod
    def read(cls, code: str) -> "_Section | None":
        """None for what is not read here: General, exponents, fractions, conditions, thousands as a unit."""
        texts = ["", ""]
        digits: str | None = None
        position = 0
        while position < len(code):
            token = _TOKENS.match(code, position)
            if token is None or (token["digits"] and digits is not None):
                return None
            position = token.end()
            if token["digits"]:
                digits = token["digits"]
            texts[digits is not None] += "".join(
                token[name] or "" for name in ("quoted", "escaped", "currency", "literal")
            )
        return None if digits is None else cls._of(digits, *texts)

    @classmethod
    def _of(cls, digits: str, before: str, after: str) -> "_Section | None":
        whole, _, decimals = digits.partition(".")
        if whole.endswith(",") or len(decimals) > _MOST_DECIMALS:
            return None
        return cls(
            *(before, after, whole.count("0"), "," in whole, decimals.count("0"), len(decimals)),
            percent="%" in before + after,
        )

    def show(self, value: Decimal) -> str:
        """The text of a number that is not negative."""
        scaled = value * 100 if self.percent else value
        rounded = scaled.quantize(Decimal(1).scaleb(-self.most_decimals), ROUND_HALF_UP)
        whole, _, decimals = f"{rounded:f}".partition(".")
        while len(decimals) > self.least_decimals and decimals.endswith("0"):
            decimals = decimals[:-1]
        whole = whole.lstrip("0").zfill(self.least_whole)
        if self.grouped:
            whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ",", whole)
        return f"{self.before}{whole}{'.' if decimals else ''}{decimals}{self.after}".strip()
