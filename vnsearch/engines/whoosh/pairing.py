"""Tokens -> in how many passages words stand side by side: see `layout` for the arrays.

Like `inverting`, this is for building only: it imports numpy.
"""

from itertools import pairwise
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.inverting import (
    Array,
    Numbers,
    as_array,
    as_blob,
    common,
    compressed,
)
from vnsearch.engines.whoosh.layout import number_type

# Pairs are counted of words in one of so many passages; of others they are looked up.
FREQUENT: Final = 128

# One key of 64 bits tells two words, a passage, and an exact form of each word.
_WORD, _PASSAGE, _FORM = 10, 12, 16  # bits
_WORDS: Final = 1 << _WORD
_TOGETHER: Final = 1 << _PASSAGE  # passages, whose keys sort in the processor's caches


def pair_arrays(
    stream: Numbers, passages: Numbers, groups: Numbers, frequencies: Numbers, size: int
) -> dict[str, Array]:
    """In how many passages exact terms stand side by side, for those with frequent folded
    forms.

    `stream` are the exact terms of tokens, in their order, -1 where there is a gap; `groups`
    tells the folded term of each exact one, ascending; `frequencies` are of folded terms.
    """
    words = _counted_words(groups, frequencies, size)
    place = np.full(len(frequencies), -1, dtype=np.int64)
    place[words] = np.arange(len(words))
    # Of each exact term the place of its folded form in `words`, and its number among the
    # terms with that form. The last one is for gaps.
    places = np.append(place[groups], -1)
    forms = np.append(np.arange(len(groups)) - np.searchsorted(groups, groups), 0)
    keys, often = _counted(places[stream], forms[stream], passages, size)
    of_words = keys >> (_WORD + 2 * _FORM)
    begins = np.searchsorted(of_words, np.arange(len(words) + 1))
    seconds, low = keys >> 2 * _FORM & (1 << _WORD) - 1, (1 << _FORM) - 1
    steps = np.diff(seconds, prepend=0)
    occurring = begins[:-1][np.diff(begins) > 0]
    steps[occurring] = seconds[occurring]
    columns = steps, keys >> _FORM & low, keys & low, often
    frames = [
        b"".join(as_array(number_type(size), column[begin:end])[1] for column in columns)
        for begin, end in pairwise(begins.tolist())
    ]
    return {
        "pairs.words": as_array("I", words),
        **as_blob([compressed(frame) for frame in frames], "pairs.followers"),
    }


def _counted_words(groups: Numbers, frequencies: Numbers, size: int) -> Numbers:
    """The folded terms whose pairs are counted: the commonest of the frequent ones."""
    forms = np.bincount(groups, minlength=len(frequencies))
    words = np.flatnonzero(common(frequencies, size, FREQUENT) & (forms <= 1 << _FORM))
    commonest = np.argsort(-frequencies[words], kind="stable")[:_WORDS]
    return np.sort(words[commonest])


def _counted(
    places: Numbers, forms: Numbers, passages: Numbers, size: int
) -> tuple[Numbers, Numbers]:
    """Keys of the pairs that occur, ascending, and in how many passages each does."""
    found = [np.zeros(0, dtype=np.int64)]
    for begin in range(0, size, _TOGETHER):
        block = slice(*np.searchsorted(passages, (begin, begin + _TOGETHER)))
        of, place, form = passages[block], places[block], forms[block]
        at = np.flatnonzero((of[:-1] == of[1:]) & (place[:-1] >= 0) & (place[1:] >= 0))
        keys = place[at]
        for bits, more in (
            (_WORD, place[at + 1]),
            (_FORM, form[at]),
            (_FORM, form[at + 1]),
        ):
            keys = keys << bits | more
        found.append(_once_a_passage(keys, of[at] - begin))
    keys, often = np.unique(np.concatenate(found), return_counts=True)
    return keys, often


def _once_a_passage(keys: Numbers, passages: Numbers) -> Numbers:
    keys = keys.astype(np.uint64) << np.uint64(_PASSAGE) | passages.astype(np.uint64)
    keys.sort()
    firsts = np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)]
    once: Numbers = (keys[firsts] >> np.uint64(_PASSAGE)).astype(np.int64)
    return once
