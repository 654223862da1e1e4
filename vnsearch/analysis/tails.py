"""Tails of numbers: of `1,75` the `75`, which is no number of its own.

    1,75 m       1 ,75 m
    1.500 m2     1 ,500 m2
    2.9.1945     2 9 1945

The form of a tail begins with a comma, whichever sign is before it in the text. So neither `75 m`
nor `75` is found in `1,75 m`, and `1,75` and `1.75` are the same. Groups of dates, versions,
addresses of machines and telephone numbers are words as any other.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_MARK: Final = ","
SIGNS: Final = ".,"  # before a tail
_LONGEST_BEFORE: Final = 32  # code points

# What is before and behind, as far as it is digits and the signs among them; the first backwards.
# Of some groups only: else the time of a long row of them would grow with its square.
_BEFORE: Final = re.compile(r"(?:[0-9]+[.,])*[0-9]+(?!\+)")
_BEHIND: Final = re.compile(r"[0-9]{1,3}(?![0-9])(?:[.,][0-9]+){0,8}")
# 0,5 1500.25 and 1.500 1.250.000 1,250,000.5
_NUMBER: Final = re.compile(
    r"(?:0|[1-9][0-9]*)[.,][0-9]{1,3}|[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]+)?"
)


def is_tail(text: str, start: int) -> bool:
    """Whether the token that begins there is the tail of a number."""
    return bool(number_before(text, start))


def number_before(text: str, start: int) -> str:
    """Return what the token that begins there is the tail of, up to the sign; "" if it is none."""
    if start < 2 or text[start - 1] not in SIGNS or not "0" <= text[start] <= "9":
        return ""
    before = _BEFORE.match(text[max(0, start - _LONGEST_BEFORE) : start - 1][::-1])
    behind = _BEHIND.match(text, start)
    if before is None or behind is None:
        return ""
    number = before[0][::-1]
    return number if _NUMBER.fullmatch(f"{number}{text[start - 1]}{behind[0]}") else ""


def marked(text: str, start: int, end: int) -> str:
    """Return the token at these offsets, with a mark before it if it is the tail of a number."""
    return _MARK + text[start:end] if is_tail(text, start) else text[start:end]


def with_marks(words: Iterable[re.Match[str]]) -> Iterator[str]:
    """The tokens of a text as `marked`, given where they are."""
    return (marked(word.string, *word.span()) for word in words)


def as_tail(digits: str) -> str:
    """Return digits as the tail of a number."""
    return _MARK + digits


def without_mark(form: str) -> str:
    """Return the form of a token without the mark that the tail of a number has."""
    return form.removeprefix(_MARK)


def has_mark(form: str) -> bool:
    """Whether a form is that of the tail of a number."""
    return form.startswith(_MARK)
