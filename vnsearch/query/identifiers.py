"""Other ways to write telephone numbers, number plates, versions, and the numbers of people and
accounts.

    +84 912345678   0912.345.678, 091 2345 678
    29A-123.45      29A 12345, 29A12345
    2.10.3          v2.10.3
    001085012345    001 085 012 345, 0010 8501 2345

Texts are in lower case.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from vnsearch.analysis.tails import as_tail, without_mark
from vnsearch.query.typings import Typing, tokens

_TELEPHONE: Final = re.compile(r"\+?\(?\d[\d .()-]*\d", re.ASCII)
_COUNTRY: Final = "84"
_LOCAL_DIGITS: Final = (10, 11)  # with the leading 0
_HOTLINE: Final = re.compile(r"1[89]00(\d{4}|\d{6})", re.ASCII)
_GROUP_SIZES: Final = range(2, 5)  # of the digits of a telephone number but the last, of any size

_PLATES: Final = [
    re.compile(rf"(\d\d)[ -]?([a-z]{{1,2}}\d?)[ .-]*({number})", re.ASCII)
    for number in (r"\d{3}\.?\d\d", r"\d{4}")
]

_IDENTIFIER: Final = re.compile(r"\d+(?:[ .-]\d+)*", re.ASCII)
_IDENTIFIER_DIGITS: Final = range(9, 20)
_IDENTIFIER_GROUPS: Final = (3, 4)


_VERSION: Final = re.compile(r"(?:([^\W\d_]{1,20})[ -]?)?(\d{1,4}(?:\.\d{1,4}){1,4})")


def telephones(text: str) -> Iterator[Typing]:
    """Yield the typings of a telephone number."""
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


def plates(text: str) -> Iterator[Typing]:
    """Yield the typings of a number plate."""
    for match in filter(None, (pattern.fullmatch(text) for pattern in _PLATES)):
        province, series, number = match.groups()
        number = number.replace(".", "")
        head, tail = number[:3], number[3:]
        numbers: Sequence[Typing] = ((number,), (head, as_tail(tail)), (head, tail))
        for before, behind in product(((province + series,), (province, series)), numbers):
            yield *before, *behind
            yield *before[:-1], before[-1] + behind[0], *behind[1:]


def identifiers(text: str) -> Iterator[Typing]:
    """Yield the typings of the number of a citizen, a firm or an account."""
    digits = re.sub(r"\D", "", text)
    if _IDENTIFIER.fullmatch(text) and len(digits) in _IDENTIFIER_DIGITS:
        yield (digits,)
        for size in _IDENTIFIER_GROUPS:
            yield tuple(digits[at : at + size] for at in range(0, len(digits), size))


def versions(text: str) -> Iterator[Typing]:
    """Yield the typings of the version of a thing, or of its first numbers: no decimal, then."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return
    name, (first, *rest) = match[1], tokens(match[2])
    for numbers in (rest, [*map(without_mark, rest)]):
        if name:
            yield name, first, *numbers
        if not name or name == "v":
            yield first, *numbers
        yield f"{name or 'v'}{first}", *numbers
