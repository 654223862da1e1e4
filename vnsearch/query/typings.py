"""Other ways to write the same thing: with hyphens and dots or without, and by the rules of
`dates`, `amounts` and `identifiers`, which only queries with numbers need.

    ZX-49    ZX49
    TP.HCM   TPHCM

A typing is a sequence of tokens that stand one after another in a text, whatever signs or spaces
are between them. Rules need no index; what depends on its words is in `query.expansion`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from vnsearch.analysis.compounds import pieces
from vnsearch.analysis.tails import marked, with_marks
from vnsearch.analysis.tokenizer import words_in

Typing = tuple[str, ...]

ORDINAL: Final = "thứ"
_SHORT_NUMBER: Final = re.compile(r"[1-9]|0[1-9]", re.ASCII)  # may have a zero before it
_LONGEST: Final = 6  # pieces of what is typed together or apart


@lru_cache(maxsize=1000)
def typings(text: str) -> tuple[Typing, ...]:
    """Return other typings of a stretch of a query, in lower case; none for most."""
    lower = text.lower()
    found: list[Typing] = []
    if any(char.isnumeric() for char in text) or lower.startswith(ORDINAL):
        found += _of_numbers(lower)
    if not found and " " not in text and "@" not in text and "//" not in text:
        found = [*_joined_and_split(text)]
    own = tokens(lower)
    return tuple(typing for typing in dict.fromkeys(found) if typing != own)


def _of_numbers(text: str) -> Iterator[Typing]:
    """Those of a stretch with a number."""
    from vnsearch.query.amounts import amounts, fractions, ordinals, ranges
    from vnsearch.query.dates import dates, days, times
    from vnsearch.query.identifiers import identifiers, plates, telephones, versions

    for rule in (dates, times, telephones, plates, amounts):
        if found := [*rule(text)]:
            yield from found
            break
    if is_grouped(text):
        return
    for rule in (days, ranges, fractions, ordinals, versions, identifiers):
        yield from rule(text)


def is_grouped(text: str) -> bool:
    """Whether it is a number with groups of three digits, with a unit or without: it is found by
    its digits, for its groups may be part of another number."""
    if not text[:1].isdecimal():
        return False
    from vnsearch.query.amounts import is_grouped as is_grouped_number

    return is_grouped_number(text)


def with_zero(number: str) -> Sequence[str]:
    """A number of one or two digits with and without a zero before it."""
    return tuple(dict.fromkeys((number.lstrip("0") or "0", number.zfill(2)))) if number else ("",)


def _joined_and_split(text: str) -> Iterator[Typing]:
    """With and without the signs inside, and the borders of letters and digits; what slashes part
    stays apart, as do two numbers. That of a document may begin with a zero: 08/2019/TT-BCA."""
    number, slash, rest = text.partition("/")
    if slash and _SHORT_NUMBER.fullmatch(number) and not rest.isdecimal():
        for other in with_zero(number):
            if other != number:
                yield tuple(tokens(f"{other}/{rest}".lower()))
    parts = [
        [
            piece
            for word in words_in(part).finditer(part)
            for piece in pieces(part, *word.span()) or (marked(part, *word.span()),)
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


def tokens(text: str) -> Typing:
    """A text as a typing."""
    return tuple(with_marks(words_in(text).finditer(text)))
