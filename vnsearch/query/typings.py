"""Other ways to write the same thing: rules for dates, telephone numbers, numbers with units, and
what is typed with hyphens and dots or without.

    2/9/1945        02-09-1945, 2 tháng 9 năm 1945, 1945-09-02
    +84 912345678   0912.345.678, 091 2345 678
    20.000đ         20000đ, 20 000 đồng
    ZX-49           ZX49

A typing is a sequence of tokens that stand one after another in a text, whatever signs or spaces
are between them. Rules need no index; what depends on its words is in `query.expansion`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from vnsearch.analysis.compounds import pieces
from vnsearch.analysis.tokenizer import words_in
from vnsearch.vietnamese.letters import fold

Typing = tuple[str, ...]

_DAY_FIRST: Final = re.compile(r"(\d\d?) ?([./-]) ?(\d\d?) ?\2 ?(\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([./-])(\d\d?)\2(\d\d?)", re.ASCII)
_IN_WORDS: Final = re.compile(r"(?:ngay )?(\d\d?) thang (\d\d?) nam (\d{4})", re.ASCII)

_TELEPHONE: Final = re.compile(r"\+?\(?\d[\d .()-]*\d", re.ASCII)
_COUNTRY: Final = "84"
_LOCAL_DIGITS: Final = (10, 11)  # with the leading 0
_GROUP_SIZES: Final = range(2, 5)  # of the digits of a telephone number but the last, of any size

_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*", re.ASCII)
_UNGROUPED: Final = re.compile(r"[1-9]\d{3,14}", re.ASCII)
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")  # 1.945 and 1945 are two things
_AMOUNT: Final = re.compile(
    r"(\d+(?:[., ]\d+)*) ?(°\s?[^\W\d_]|[^\W\d_]{1,8}|độ c|₫)", re.IGNORECASE
)
_UNITS: Final[Sequence[Sequence[Typing]]] = (
    (("đ",), ("đồng",), ("vnđ",), ("vnd",)),
    (("c",), ("oc",), ("độ", "c")),
)
_UNIT: Final = {" ".join(typing): unit for unit in _UNITS for typing in unit} | {
    "₫": _UNITS[0],
    "°c": _UNITS[1],
}

_LONGEST: Final = 6  # pieces of what is typed together or apart


@lru_cache(maxsize=1000)
def typings(text: str) -> tuple[Typing, ...]:
    """Return other typings of a stretch of a query, in lower case; none for most."""
    lower = text.lower()
    found: list[Typing] = []
    if any(char.isdecimal() for char in text):
        for rule in (_dates, _telephones, _amounts):
            found = found or [*rule(lower)]
    if not found and " " not in text and "@" not in text and "//" not in text:
        found = [*_joined_and_split(text)]
    own = _tokens(lower)
    return tuple(typing for typing in dict.fromkeys(found) if typing != own)


def _dates(text: str) -> Iterator[Typing]:
    if match := _DAY_FIRST.fullmatch(text):
        day, _, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
    elif match := _IN_WORDS.fullmatch(fold(text)):
        day, month, year = match.groups()
    else:
        return
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return
    days, months = (dict.fromkeys((n.lstrip("0"), n.zfill(2))) for n in (day, month))
    for one, other in product(days, months):
        yield one, other, year
        yield one, "tháng", other, "năm", year
        yield year, other, one


def _telephones(text: str) -> Iterator[Typing]:
    digits = re.sub(r"\D", "", text)
    if not _TELEPHONE.fullmatch(text):
        return
    if digits.startswith(_COUNTRY) and (text[0] == "+" or len(digits) + 1 - len(_COUNTRY) == 10):
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
        return
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return
    number, unit = match.groups()
    units = _UNIT.get(re.sub(r"°\s", "°", unit), ((unit.strip("° "),),))
    for digits, (first, *rest) in product(_numbers(number) or [_tokens(number)], units):
        yield (*digits, first, *rest)
        yield (*digits[:-1], digits[-1] + first, *rest)


def _numbers(text: str) -> list[Typing]:
    """The typings of a number with groups of three digits."""
    if not _GROUPED.fullmatch(text) and not _UNGROUPED.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    if _YEAR.fullmatch(digits):
        return []
    first = len(digits) % 3
    groups = re.findall(r"\d{3}", digits[first:])
    return [(digits,), (*filter(None, (digits[:first],)), *groups)]


def _joined_and_split(text: str) -> Iterator[Typing]:
    """With and without the signs inside, and the borders of letters and digits; what slashes part
    stays apart, as do two numbers."""
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
