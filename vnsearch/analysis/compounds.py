"""Compound tokens -> the pieces by which they are found, too.

    5kg             5 kg
    covid19         covid 19
    DockerCompose   docker compose
    1.000.000đ      1 000 000 đ

A piece begins where letters and digits meet and where a capital letter follows a small one. Pieces
are indexed beside the running text: a compound is one token of it, but a search for `kg` or
`"5 kg"` finds `5kg`.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from vnsearch.analysis.tokenizer import words_in

# What has more pieces is a hash or a key, and no compound.
MAX_PIECES: Final = 6

# Code points from here on have no borders: scripts without capitals, most of them.
CLASSIFIED: Final = 0x3000

# The digits before a group of three belong to the number: 20.000đ is 20 000 đ.
_GROUP_OF_THREE: Final = re.compile(r"\d{3}(?!\d)")
_GROUPS_BEFORE: Final = re.compile(r"(?<!\d)\d{1,3}(?:[.,]\d{3})*[.,]\Z")
_LONGEST_BEFORE: Final = 16  # code points


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
    classes = [letter_class(char) if ord(char) < CLASSIFIED else 0 for char in word]
    borders = [at for at, pair in enumerate(pairwise(classes), 1) if is_border(*pair)]
    if not 0 < len(borders) < most:
        return ()
    found = [word[begin:stop] for begin, stop in pairwise((0, *borders, len(word)))]
    if _GROUP_OF_THREE.match(word):
        before = _GROUPS_BEFORE.search(text[max(0, start - _LONGEST_BEFORE) : start])
        if before is not None:
            found[:0] = re.findall(r"\d+", before[0])
    return tuple(found)


def compounds(text: str) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
    """Yield the compounds of an NFC text: position among the tokens, start, end, pieces."""
    for position, word in enumerate(words_in(text).finditer(text)):
        if _may_be_compound(word[0]) and (found := pieces(text, *word.span())):
            yield position, *word.span(), found


def _may_be_compound(word: str) -> bool:
    """Faster than looking for borders: false for most words."""
    return not (word[1:].islower() and word.isalpha()) and not word.isdecimal() and len(word) > 1
