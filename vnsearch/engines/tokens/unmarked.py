"""The tokens of texts that were typed without marks -> tokens whose marks are unknown."""

import numpy as np

from vnsearch.analysis.bulk import Numbers, Vocabulary
from vnsearch.analysis.unmarked import (
    MARKED,
    OTHER,
    SYLLABLE,
    WORD,
    is_unmarked,
    looks_unmarked,
)


def forget_marks(
    stream: Numbers, text_sizes: Numbers, sizes: Numbers, vocabulary: Vocabulary
) -> Numbers:
    """Return a token stream with the bare words of unmarked texts and titles replaced.

    `stream` has the terms of the text, a separator and the terms of the title of each passage in
    turn; `text_sizes` tells how many each text has, `sizes` each passage with separator.
    """
    # The separator, -1, is the last of them.
    kind_of = np.append(np.array(vocabulary.kinds, dtype=np.uint8), np.uint8(OTHER))
    kinds = kind_of.take(stream, mode="wrap")
    ends = np.cumsum(sizes)
    bounds = np.column_stack((ends - sizes, ends - sizes + text_sizes, ends))
    words, syllables, marked = (
        np.diff(_sums(of_kind)[bounds])
        for of_kind in (kinds != OTHER, kinds == SYLLABLE, kinds == MARKED)
    )
    together = (counts.sum(axis=1) for counts in (words, syllables, marked))
    is_passage_unmarked = looks_unmarked(*together)
    unmarked = is_unmarked(words, syllables, marked, is_passage_unmarked[:, np.newaxis])
    if not unmarked.any():
        return stream
    is_in_unmarked = np.repeat(unmarked.ravel(), np.diff(bounds).ravel())
    places = np.flatnonzero(is_in_unmarked & ((kinds == SYLLABLE) | (kinds == WORD)))
    bare, inverse = np.unique(stream[places], return_inverse=True)
    unknown = np.array(list(map(vocabulary.with_unknown_marks, bare.tolist())), dtype=stream.dtype)
    replaced: Numbers = stream.copy()
    replaced[places] = unknown[inverse]
    return replaced


def _sums(mask: Numbers) -> Numbers:
    """Return how many there are before each place of a mask, and in all of it."""
    sums = np.zeros(len(mask) + 1, dtype=np.int32)
    np.cumsum(mask, out=sums[1:])
    return sums
