"""Compound tokens -> the pieces by which they are found, too.

    5kg             5 kg
    covid19         covid 19
    DockerCompose   docker compose
    1.000.000 đ     1000000 đ
    62,5kg          62 ,5 kg
    ASP.NET         .net

A piece begins where letters and digits meet and where a capital letter follows a small one. Pieces
are indexed beside the running text: a compound is one token of it, but a search for `kg` or
`"5 kg"` finds `5kg`. A number with groups of three digits is one with the word behind it, so that
`1.000` is not found in `1.000.000`. Tails have a form of their own (see `analysis.tails`).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from vnsearch.analysis.tails import as_tail, number_before
from vnsearch.analysis.tokenizer import words_in

# What has more pieces is a hash or a key, and no compound.
MAX_PIECES: Final = 6

# Code points from here on have no borders: scripts without capitals, most of them.
CLASSIFIED: Final = 0x3000

# A number whose digits are grouped: 1.250.000, 1,250,000, 1 250 000. No part of a longer one.
SEPARATORS: Final = ".,\u0020\u00a0"
_FIRST_GROUP: Final = rf"(?<![0-9])(?<![0-9][{SEPARATORS}])[1-9][0-9]{{0,2}}"
_GROUPED: Final = re.compile(
    rf"{_FIRST_GROUP}([{SEPARATORS}])[0-9]{{3}}(?:\1[0-9]{{3}}){{0,5}}(?![0-9])(?!\1[0-9])"
)
_YEAR: Final = re.compile(r"(?:1[89]|20)[0-9]{2}")
AREA_OR_VOLUME: Final = r"[kcdm]?m[23²³](?![^\W_])"
_UNIT_BEHIND: Final = re.compile(rf"{AREA_OR_VOLUME}|[^\W\d_]+|₫")

# Of ASP.NET
_NET: Final = ("NET", "Net")

# Of 20.000đ, the token 000đ; 20 begins the number.
_GROUP_OF_THREE: Final = re.compile(r"[0-9]{3}(?![0-9])")
_GROUPS_BEFORE: Final = re.compile(rf"{_FIRST_GROUP}([{SEPARATORS}])(?:[0-9]{{3}}\1){{0,5}}\Z")
_LONGEST_BEFORE: Final = 26  # code points


def letter_class(char: str) -> int:
    """Return 1 for letters, 2 for capitals, 3 for digits, 0 for everything else."""
    if char.isdecimal():
        return 3
    if char.isupper():
        return 2
    return 1 if char.isalnum() or char == "₫" else 0


def is_border(before: int, behind: int) -> bool:
    """Whether a piece begins between two characters of these classes."""
    return before != behind and before != 0 != behind and (before, behind) != (2, 1)


def pieces(text: str, start: int, end: int, most: int = MAX_PIECES) -> tuple[str, ...]:
    """Return the pieces of the token at these offsets of a text; none if it is no compound."""
    word = text[start:end]
    if word.isdecimal() or word in _NET:
        return pieces_of_whole(text, start, end)
    classes = [letter_class(char) if ord(char) < CLASSIFIED else 0 for char in word]
    borders = [at for at, pair in enumerate(pairwise(classes), start + 1) if is_border(*pair)]
    return cut_at(text, start, borders, end, most)


def cut_at(
    text: str, start: int, borders: Sequence[int], end: int, most: int = MAX_PIECES
) -> tuple[str, ...]:
    """Return the pieces of the token at these offsets of a text, given where they begin but for the
    first; none if it is no compound."""
    if not 0 < len(borders) < most:
        return ()
    if _GROUP_OF_THREE.match(text, start):
        begin = max(0, start - _LONGEST_BEFORE)
        if _GROUPS_BEFORE.search(text[begin:start]):
            return ()
    found = tuple([text[begin:stop] for begin, stop in pairwise((start, *borders, end))])
    if number := number_before(text, start):
        return (joined(number), as_tail(found[0]), *found[1:])
    return found


def grouped_number(text: str, start: int) -> int:
    """Return where the number with groups of three digits ends that begins there; 0 for none."""
    found = _GROUPED.match(text, start)
    return 0 if found is None else found.end()


def joined(number: str) -> str:
    """Return the digits of a number without what groups them. One that would be a year keeps a
    dot, for 1.945 is not 1945."""
    digits = "".join(filter(str.isdecimal, number))
    return f"{digits[0]}.{digits[1:]}" if _YEAR.fullmatch(digits) else digits


def pieces_of_whole(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the pieces of the token at these offsets of a text, which has no borders."""
    if text[start:end] in _NET:
        return (text[start - 1 : end],) if text[start - 1 : start] == "." else ()
    return _number_and_unit(text, start)


def _number_and_unit(text: str, start: int) -> tuple[str, ...]:
    """Return the pieces of the number with groups that begins there, and with the word behind it;
    none if there is none."""
    end = grouped_number(text, start)
    if not end:
        return ()
    number = joined(text[start:end])
    unit = _UNIT_BEHIND.match(text, end + (text[end : end + 1] in tuple("\u0020\u00a0")))
    if unit is None:
        return (number,)
    word = words_in(unit[0]).match(unit[0])
    return (number,) if word is None else (number, word[0])


def compounds(text: str) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
    """Yield the compounds of an NFC text: position among the tokens, start, end, pieces. A number
    with groups ends with the last, and one with a tail begins before it."""
    for position, word in enumerate(words_in(text).finditer(text)):
        start, end = word.span()
        if _may_be_compound(word[0]) and (found := pieces(text, start, end)):
            if before := number_before(text, start):
                start -= len(before) + 1
            yield position, start, max(end, grouped_number(text, start)), found


def _may_be_compound(word: str) -> bool:
    """Faster than looking for borders: false for most words."""
    if word.isdecimal():
        return len(word) < 4
    return len(word) > 1 and (not (word[1:].islower() and word.isalpha()) or word in _NET)
