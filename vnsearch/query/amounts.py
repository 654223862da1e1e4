"""Other ways to write numbers: amounts, ranges, fractions, ordinal numbers.

    20.000đ     20000đ, 20000 đồng, đ20000, 20 nghìn
    1,5 triệu   1500000, 1.500.000
    120m2       120 m², 120 m 2
    10-15       10 đến 15
    1/2         ½
    thứ 2       thứ hai

Texts are in lower case.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final
from unicodedata import normalize

from vnsearch.analysis.compounds import AREA_OR_VOLUME, joined
from vnsearch.analysis.tails import as_tail, with_marks
from vnsearch.query.typings import ORDINAL, Typing
from vnsearch.vietnamese.letters import fold

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_UNGROUPED: Final = re.compile(r"[1-9]\d{3,14}", re.ASCII)
_AMOUNT: Final = re.compile(
    rf"(\d+(?:[., ]\d+)*) ?({AREA_OR_VOLUME}|°\s?[^\W\d_]|[^\W\d_]{{1,8}}|độ c|do c|₫)",
    re.IGNORECASE,
)
# Amounts are told in words, too.
_SCALES: Final[Sequence[tuple[int, tuple[str, ...]]]] = (
    (9, ("tỷ", "tỉ")),
    (6, ("triệu", "tr")),
    (3, ("nghìn", "ngàn", "k")),
)
_SCALE_OF: Final = {
    typing: zeros for zeros, words in _SCALES for word in words for typing in (word, fold(word))
}

_UNITS: Final[Sequence[Sequence[Typing]]] = (
    (("đ",), ("đồng",), ("vnđ",), ("vnd",)),
    (("c",), ("oc",), ("độ", "c"), ("độ",)),
    (("h",), ("giờ",)),
)
_CURRENCIES: Final = ("đ", "vnđ", "vnd", "usd", "eur")  # before the number, or behind
_CURRENCY_FIRST: Final = re.compile(rf"(₫|{'|'.join(_CURRENCIES)}) ?(\d+(?:[.,]\d+)*)", re.ASCII)
_POWERS: Final = "23²³"  # of units: m2, km³
_UNIT: Final = {
    text: unit
    for unit in _UNITS
    for typing in unit
    for text in (" ".join(typing), fold(" ".join(typing)))
} | {"₫": _UNITS[0], "°c": _UNITS[1]}
_RANGE: Final = re.compile(r"(\d{1,4})(?: ?[-\u2013] ?| đến )(\d{1,4})", re.ASCII)
_FRACTIONS: Final = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_ORDINALS: Final = (
    ("nhất",), ("hai", "nhì"), ("ba",), ("tư",), ("năm",),
    ("sáu",), ("bảy",), ("tám",), ("chín",), ("mười",),
)  # fmt: skip


def amounts(text: str) -> Iterator[Typing]:
    """Yield the typings of a number, with a unit or without."""
    if match := _CURRENCY_FIRST.fullmatch(text):
        text = f"{match[2]} {match[1]}"
    if numbers := _numbers(text):
        yield from numbers
        yield from _in_words(numbers[0][0])
        return
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return
    number, unit = match.groups()
    if zeros := _SCALE_OF.get(unit):
        yield from _told(number, zeros)
        return
    units = _UNIT.get(re.sub(r"°\s", "°", unit), ((unit.strip("° "),),))
    if unit[-1] in _POWERS:
        units = *units, (unit[:-1], unit[-1])
    for digits, (first, *rest) in product(
        _numbers(number) or [(*with_marks(_DIGITS.finditer(number)),)], units
    ):
        yield (*digits, first, *rest)
        yield (*digits[:-1], digits[-1] + first, *rest)
        if first in _CURRENCIES:
            yield first, *digits
            yield first, *_in_groups(digits[0])
        if units is _UNITS[0]:
            yield from _in_words(digits[0])


def _in_groups(digits: str) -> Typing:
    """The typing of a number with groups of three digits, as it stands in texts."""
    first, *rest = f"{int(digits):,}".split(",") if digits.isdecimal() else (digits,)
    return first, *map(as_tail, rest)


def _told(number: str, zeros: int) -> Iterator[Typing]:
    """Those of an amount told in words, such as 1,5 triệu."""
    whole, _, decimals = number.replace(".", ",").partition(",")
    is_short = decimals.isdecimal() and len(decimals) < zeros
    if whole.isdecimal() and (is_short or not decimals):
        digits = (whole + decimals.ljust(zeros, "0")).lstrip("0")
        yield (digits,)
        yield from _in_words(digits)


def _in_words(digits: str) -> Iterator[Typing]:
    """The ways to tell an amount in words, if it is round enough."""
    for zeros, words in _SCALES if digits.isdecimal() else ():
        whole, rest = digits[:-zeros], digits[-zeros:].rstrip("0")
        if whole and len(whole) <= 3 and len(rest) <= 1:
            number = (whole, as_tail(rest)) if rest else (whole,)
            for word in words:
                yield (*number, word)
                yield (*number[:-1], number[-1] + word)


def _numbers(text: str) -> list[Typing]:
    """The typing of a number with groups of three digits: texts have it, too, if grouped."""
    if _GROUPED.fullmatch(text):
        return [(joined(text),)]
    return [(text,)] if _UNGROUPED.fullmatch(text) else []


def is_grouped(text: str) -> bool:
    """Whether it is a number with groups of three digits, with a unit or without: it is found by
    its digits, for its groups may be part of another number."""
    amount = _AMOUNT.fullmatch(text)
    return bool(_GROUPED.fullmatch(text) or (amount and _GROUPED.fullmatch(amount[1])))


def ranges(text: str) -> Iterator[Typing]:
    """Yield the typings of a range of numbers."""
    match = _RANGE.fullmatch(text)
    if match and int(match[1]) < int(match[2]):
        yield from ((match[1], match[2]), (match[1], "đến", match[2]))


def fractions(text: str) -> Iterator[Typing]:
    """Yield the typings of a fraction that is one character."""
    for sign in _FRACTIONS:
        numbers = normalize("NFKC", sign).split("\u2044")
        if text == "/".join(numbers):
            yield (sign,)
        elif text == sign:
            yield tuple(numbers)


def ordinals(text: str) -> Iterator[Typing]:
    """Yield the typings of an ordinal number."""
    _, _, number = text.partition(f"{ORDINAL} ")
    for one, words in enumerate(_ORDINALS, 1):
        if number in (str(one), *words):
            yield from ((ORDINAL, other) for other in (str(one), *words))
