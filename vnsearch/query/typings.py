"""Other ways to write the same thing: rules for dates, telephone numbers, numbers with units, and
what is typed with hyphens and dots or without.

    2/9/1945        02-09-1945, 2 tháng 9 năm 1945, 1945-09-02
    +84 912345678   0912.345.678, 091 2345 678
    9/2020          tháng 9 năm 2020
    14h30           14:30, 14 giờ 30
    20.000đ         20000đ, 20000 đồng, 20 nghìn
    ZX-49           ZX49

A typing is a sequence of tokens that stand one after another in a text, whatever signs or spaces
are between them. Rules need no index; what depends on its words is in `query.expansion`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from vnsearch.analysis.compounds import AREA_OR_VOLUME, joined, pieces
from vnsearch.analysis.tokenizer import words_in
from vnsearch.vietnamese.letters import fold

Typing = tuple[str, ...]

_DAY_FIRST: Final = re.compile(r"(?:ngay )?(\d\d?) ?([./-]) ?(\d\d?) ?\2 ?(\d{4}|\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(?:ngay )?(\d{4})([./-])(\d\d?)\2(\d\d?)", re.ASCII)
_IN_WORDS: Final = re.compile(
    r"(?:(?:ngay |mung |mong )*(\d\d?) )?thang (\d\d?)(?: nam |[/-])(\d{4})", re.ASCII
)
_SHORT_NUMBER: Final = re.compile(r"[1-9]|0[1-9]", re.ASCII)  # may have a zero before it
_MONTH: Final = re.compile(r"(\d\d?)[/-](\d{4})", re.ASCII)
_TIME: Final = re.compile(r"([01]?\d|2[0-3])(?::|h| ?gio )([0-5]\d)(?: ?p(?:hut)?)?", re.ASCII)

_TELEPHONE: Final = re.compile(r"\+?\(?\d[\d .()-]*\d", re.ASCII)
_COUNTRY: Final = "84"
_LOCAL_DIGITS: Final = (10, 11)  # with the leading 0
_HOTLINE: Final = re.compile(r"1[89]00(\d{4}|\d{6})", re.ASCII)
_GROUP_SIZES: Final = range(2, 5)  # of the digits of a telephone number but the last, of any size

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*", re.ASCII)
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
)
_POWERS: Final = "23²³"  # of units: m2, km³
_UNIT: Final = {
    text: unit
    for unit in _UNITS
    for typing in unit
    for text in (" ".join(typing), fold(" ".join(typing)))
} | {"₫": _UNITS[0], "°c": _UNITS[1]}

_LONGEST: Final = 6  # pieces of what is typed together or apart


@lru_cache(maxsize=1000)
def typings(text: str) -> tuple[Typing, ...]:
    """Return other typings of a stretch of a query, in lower case; none for most."""
    lower = text.lower()
    found: list[Typing] = []
    if any(char.isdecimal() for char in text):
        for rule in (_dates, _times, _telephones, _amounts):
            found = found or [*rule(lower)]
    if not found and " " not in text and "@" not in text and "//" not in text:
        found = [*_joined_and_split(text)]
    own = _tokens(lower)
    return tuple(typing for typing in dict.fromkeys(found) if typing != own)


def _dates(text: str) -> Iterator[Typing]:
    text = fold(text)
    if match := _DAY_FIRST.fullmatch(text):
        day, _, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
    elif match := _MONTH.fullmatch(text) or _IN_WORDS.fullmatch(text):
        *days, month, year = match.groups()
        day = days[0] if days and days[0] else ""
    else:
        return
    if not (1 <= int(day or 1) <= 31 and 1 <= int(month) <= 12):
        return
    years = [year] if len(year) == 4 else [year, f"20{year}", f"19{year}"]
    if len(year) == 4 and day:
        years.append(year[2:])
    for one, other, year in product(_with_zero(day), _with_zero(month), years):
        if not one:
            yield from ((other, year), ("tháng", other, "năm", year), ("tháng", other, year))
        elif len(year) == 2:
            yield one, other, year
        else:
            yield one, other, year
            yield one, "tháng", other, "năm", year
            yield year, other, one


def _with_zero(number: str) -> Sequence[str]:
    """A number of one or two digits with and without a zero before it."""
    return tuple(dict.fromkeys((number.lstrip("0") or "0", number.zfill(2)))) if number else ("",)


def _times(text: str) -> Iterator[Typing]:
    """Those of a time of day."""
    if match := _TIME.fullmatch(fold(text)):
        hours, minutes = match.groups()
        for hour in _with_zero(hours):
            yield hour, minutes
            yield (f"{hour}h{minutes}",)
            yield hour, "giờ", minutes


def _telephones(text: str) -> Iterator[Typing]:
    digits = re.sub(r"\D", "", text)
    if not _TELEPHONE.fullmatch(text):
        return
    if _HOTLINE.fullmatch(digits):
        yield from _groups(digits)
        return
    is_local = len(digits) + 1 - len(_COUNTRY) in _LOCAL_DIGITS
    if digits.startswith(_COUNTRY) and (text[0] == "+" or is_local):
        digits = "0" + digits.removeprefix(_COUNTRY).removeprefix("0")
    if not digits.startswith("0") or len(digits) not in _LOCAL_DIGITS:
        return
    yield from _groups(digits)
    for groups in (*_groups(digits[1:]), *((digits[1], *g) for g in _groups(digits[2:]))):
        yield (_COUNTRY, *groups)
    yield (_COUNTRY + digits[1:],)


def _groups(digits: str) -> Iterator[Typing]:
    """The ways to write digits in groups."""
    yield (digits,)
    for size in _GROUP_SIZES:
        for rest in _groups(digits[size:]) if len(digits) - size >= _GROUP_SIZES.start else ():
            yield (digits[:size], *rest)


def _amounts(text: str) -> Iterator[Typing]:
    """Those of a number, with a unit or without."""
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
    for digits, (first, *rest) in product(_numbers(number) or [_tokens(number)], units):
        yield (*digits, first, *rest)
        yield (*digits[:-1], digits[-1] + first, *rest)
        if units is _UNITS[0]:
            yield from _in_words(digits[0])


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
            number = (whole, rest) if rest else (whole,)
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


def _joined_and_split(text: str) -> Iterator[Typing]:
    """With and without the signs inside, and the borders of letters and digits; what slashes part
    stays apart, as do two numbers. That of a document may begin with a zero: 08/2019/TT-BCA."""
    number, slash, rest = text.partition("/")
    if slash and _SHORT_NUMBER.fullmatch(number) and not rest.isdecimal():
        for other in _with_zero(number):
            if other != number:
                yield tuple(_tokens(f"{other}/{rest}".lower()))
    parts = [
        [
            piece
            for word in words_in(part).finditer(part)
            for piece in pieces(part, *word.span()) or (word[0],)
        ]
        for part in text.split("/")
    ]
    if sum(map(len, parts)) <= _LONGEST:
        for joined in product(*map(_partitions, parts)):
            yield tuple(word.lower() for part in joined for word in part)


def _partitions(words: Sequence[str]) -> list[Typing]:
    """All ways to join neighbours among some words, but no two digits."""
    found: list[Typing] = [()]
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        apart = [(*typing, word) for typing in found]
        joins = number > 0 and not (before[-1:].isdecimal() and word[0].isdecimal())
        found = apart + [(*t[:-1], t[-1] + word) for t in found if joins]
    return found


def _tokens(text: str) -> Typing:
    return tuple(words_in(text).findall(text))
