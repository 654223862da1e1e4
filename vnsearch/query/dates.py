"""Other ways to write dates and times.

    2/9/1945   02-09-1945, 2 tháng 9 năm 1945, 1945-09-02
    9/2020     tháng 9 năm 2020
    30/4       30.4, 30 tháng 4
    14h30      14:30, 14g30, 14 giờ 30

Texts are in lower case.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from vnsearch.analysis.tails import as_tail
from vnsearch.query.typings import Typing, with_zero
from vnsearch.vietnamese.letters import fold

_DAY_FIRST: Final = re.compile(r"(?:ngay )?(\d\d?) ?([./-]) ?(\d\d?) ?\2 ?(\d{4}|\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(?:ngay )?(\d{4})([./-])(\d\d?)\2(\d\d?)", re.ASCII)
_IN_WORDS: Final = re.compile(
    r"(?:(?:ngay |mung |mong )*(\d\d?) )?thang (\d\d?)(?: nam |[/-])(\d{4})", re.ASCII
)
_MONTH: Final = re.compile(r"(\d\d?)[/-](\d{4})", re.ASCII)
_TIME: Final = re.compile(r"([01]?\d|2[0-3])(?::|[hg]| ?gio )([0-5]\d)(?: ?p(?:hut)?)?", re.ASCII)

_DAY: Final = re.compile(r"(?:ngay )?(\d\d?)(?:[/.-]| thang )(\d\d?)", re.ASCII)


def dates(text: str) -> Iterator[Typing]:
    """Yield the typings of a date, or of a month and its year."""
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
    for one, other, year in product(with_zero(day), with_zero(month), years):
        if not one:
            yield from ((other, year), ("tháng", other, "năm", year), ("tháng", other, year))
        elif len(year) == 2:
            yield one, other, year
        else:
            yield one, other, year
            yield one, "tháng", other, "năm", year
            yield year, other, one


def times(text: str) -> Iterator[Typing]:
    """Yield the typings of a time of day."""
    if match := _TIME.fullmatch(fold(text)):
        hours, minutes = match.groups()
        for hour in with_zero(hours):
            yield hour, minutes
            yield (f"{hour}h{minutes}",)
            yield (f"{hour}g{minutes}",)
            yield hour, "giờ", minutes


def days(text: str) -> Iterator[Typing]:
    """Yield the typings of a day of a month, without a year."""
    match = _DAY.fullmatch(fold(text))
    if match and 1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12:
        for day, month in product(with_zero(match[1]), with_zero(match[2])):
            yield from ((day, month), (day, as_tail(month)), (day, "tháng", month))
