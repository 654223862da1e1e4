"""Tokens -> in how many passages words stand side by side: see `layout` for the arrays.

Like `inverting`, this is for building only: it imports numpy.
"""

from itertools import pairwise
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.format.segment_file import number_type
from vnsearch.engines.whoosh.write.inverter import (
    Array,
    Numbers,
    as_array,
    as_blob,
    changes,
    common,
    compressed,
    looked_up,
    pieces,
)

# Pairs are counted of words in one of so many passages; of others they are looked up.
FREQUENT: Final = 128

_WORDS: Final = 1024  # of which pairs are counted, at most
_TERMS: Final = 0xFFFF  # exact ones that these may have together
_NONE: Final = _TERMS  # no such term


def pair_arrays(
    stream: Numbers, passages: Numbers, groups: Numbers, frequencies: Numbers, size: int
) -> dict[str, Array]:
    """In how many passages exact terms stand side by side, for those with frequent folded
    forms.

    `stream` are the exact terms of tokens, in their order, where a gap has the number behind
    them; `groups` tells the folded term of each exact one, ascending; `frequencies` are of
    folded terms.
    """
    words = _counted_words(groups, frequencies, size)
    place = np.full(len(frequencies), -1, dtype=np.int64)
    place[words] = np.arange(len(words))
    counted = np.flatnonzero(place[groups] >= 0)
    # For each exact term its number among those that are counted. The last one is for gaps.
    numbers = np.full(len(groups) + 1, _NONE, dtype=np.uint16)
    numbers[counted] = np.arange(len(counted))
    pairs, often = _counted(looked_up(numbers, stream), passages)
    first, second = pairs >> 16, pairs & 0xFFFF
    places = place[groups[counted]]
    forms = counted - np.searchsorted(groups, groups[counted])
    order = np.argsort(places[first] * _WORDS + places[second], kind="stable")
    first, second, often = first[order], second[order], often[order]
    begins = np.searchsorted(places[first], np.arange(len(words) + 1))
    kind = np.dtype(f"<{number_type(size)}")
    columns = [
        column.astype(kind) for column in (places[second], forms[first], forms[second], often)
    ]
    frames = [
        b"".join([column[begin:end].tobytes() for column in columns])
        for begin, end in pairwise(begins.tolist())
    ]
    return {
        "pairs.words": as_array("I", words),
        **as_blob([compressed(frame) for frame in frames], "pairs.followers"),
    }


def _counted_words(groups: Numbers, frequencies: Numbers, size: int) -> Numbers:
    """The folded terms whose pairs are counted: the commonest of the frequent ones."""
    words = np.flatnonzero(common(frequencies, size, FREQUENT))
    words = words[np.argsort(-frequencies[words], kind="stable")[:_WORDS]]
    forms = np.bincount(groups, minlength=len(frequencies))[words]
    return np.sort(words[np.cumsum(forms) <= _TERMS])


def _counted(terms: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    """The pairs that occur, ascending, the first term in the high half of a number and the
    second one in the low half; and in how many passages they do."""
    parts = [_counted_in(terms[piece], passages[piece]) for piece in pieces(passages)]
    pairs, often = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(pairs, kind="stable")  # merges what is in order already
    pairs, often = pairs.take(order), often.take(order)
    begins = np.flatnonzero(changes(pairs))
    return pairs[begins], np.add.reduceat(often, begins, dtype=np.int64)


def _counted_in(terms: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    """As `_counted`, at once."""
    beside = (terms[:-1] != _NONE) & (terms[1:] != _NONE) & (passages[:-1] == passages[1:])
    first, second, passages = terms[:-1][beside], terms[1:][beside], passages[:-1][beside]
    for key in (1, 0):
        # Numbers of 16 bits are sorted by radix.
        order = np.argsort((first, second)[key], kind="stable")
        first, second, passages = first.take(order), second.take(order), passages.take(order)
    begins = np.flatnonzero(changes(first, second))
    once = np.cumsum(changes(first, second, passages))
    often = np.diff(once[begins], append=once[-1:] + 1)
    return first[begins].astype(np.uint32) << 16 | second[begins], often.astype(passages.dtype)
