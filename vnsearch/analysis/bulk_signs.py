"""Where in a text, or many joined to one, tokens need more than a table: names with signs and
numbers with separators; found at numpy's speed, for `bulk`."""

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vnsearch.analysis.compounds import SEPARATORS
from vnsearch.analysis.tails import SIGNS
from vnsearch.analysis.tokenizer import signed_name

_Numbers = NDArray[Any]

_SEPARATORS: Final = np.array([*map(ord, SEPARATORS)], dtype="<u4")
_TAIL_SIGNS: Final = np.array([*map(ord, SIGNS)], dtype="<u4")

# What each name with a sign has, and how far behind its beginning.
_SIGNS: Final = (("#", 1), ("++", 1), (".NET", 0), (".Net", 0), (".net", 0))


def signed_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names with a sign are: by `str.find`, as there are few or none."""
    for sign, offset in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            name = signed_name().match(text, at - offset)
            if name is not None:
                yield name.span()
            at = text.find(sign, at + 1)


def behind_dots(text: str) -> _Numbers:
    """Where what may be the name .NET has its N, behind a word or not."""
    return np.array([at.start() for at in re.finditer(r"N(?<=\.N)(?=ET|et)", text)], dtype=np.int64)


def separated_digits(codes: _Numbers) -> _Numbers:
    """Where a digit stands before a separator and another digit."""
    digits = np.flatnonzero(codes - 48 < 10)  # code points below wrap around
    digits = digits[: np.searchsorted(digits, len(codes) - 2)]
    digits = digits[np.isin(codes[digits + 1], _SEPARATORS)]
    return digits[codes[digits + 2] - 48 < 10]


def may_be_tails(codes: _Numbers, separated: _Numbers) -> _Numbers:
    """Where tails of numbers may begin (see `analysis.tails`)."""
    return separated[np.isin(codes[separated + 1], _TAIL_SIGNS)] + 2


def before_groups(codes: _Numbers, separated: _Numbers) -> _Numbers:
    """Where a digit stands before a separator and a group of three: of a few more tokens than
    those that begin a grouped number."""
    digits = separated[: np.searchsorted(separated, len(codes) - 4)]
    for place in (3, 4):
        digits = digits[codes[digits + place] - 48 < 10]
    return digits
