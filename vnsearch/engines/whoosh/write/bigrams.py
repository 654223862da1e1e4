"""Tokens -> bigram counts, as arrays of a segment (docs/index-format.md).

A bigram is two adjacent tokens of a text or of a title. Of the commonest folded terms all
bigrams among them are counted; readers look for others in the token strings.
"""

from itertools import pairwise
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.format.compression import compress
from vnsearch.engines.whoosh.format.segment_file import number_type
from vnsearch.engines.whoosh.write.array_ops import gather, passage_slices, run_starts
from vnsearch.engines.whoosh.write.encoding import Array, Numbers, as_array, as_blobs
from vnsearch.engines.whoosh.write.inverter import is_common

MIN_SHARE: Final = 1 / 128  # of the passages: bigrams of rarer folded terms are not counted

_MAX_FOLDED: Final = 1024  # folded terms whose bigrams are counted
_MAX_EXACT: Final = 0xFFFF  # exact terms that these may have together
_NO_TERM: Final = _MAX_EXACT


def bigram_arrays(
    tokens: Numbers, passages: Numbers, groups: Numbers, folded_df: Numbers, size: int
) -> dict[str, Array]:
    """Count in how many passages bigrams of exact terms occur, for common folded terms.

    `tokens` are exact terms, or len(groups) between fields; `passages` is the passage of each;
    `groups` is the folded term of each exact one, ascending; `size` is the number of passages.
    """
    folded = _counted_terms(groups, folded_df, size)
    place = np.full(len(folded_df), -1, dtype=np.int64)  # of folded terms in `folded`
    place[folded] = np.arange(len(folded))
    counted = np.flatnonzero(place[groups] >= 0)
    # The number of each exact term among those that are counted. The last one is for separators.
    numbers = np.full(len(groups) + 1, _NO_TERM, dtype=np.uint16)
    numbers[counted] = np.arange(len(counted))
    bigrams, df = _count(gather(numbers, tokens), passages)
    first, second = bigrams >> 16, bigrams & 0xFFFF
    places = place[groups[counted]]
    variants = counted - np.searchsorted(groups, groups[counted])  # which exact term of its group
    order = np.argsort(places[first] * _MAX_FOLDED + places[second], kind="stable")
    first, second, df = first[order], second[order], df[order]
    begins = np.searchsorted(places[first], np.arange(len(folded) + 1))
    kind = np.dtype(f"<{number_type(size)}")
    columns = [
        column.astype(kind) for column in (places[second], variants[first], variants[second], df)
    ]
    lists = [
        b"".join([column[begin:end].tobytes() for column in columns])
        for begin, end in pairwise(begins.tolist())
    ]
    return {
        "bigrams.terms": as_array("I", folded),
        **as_blobs(list(map(compress, lists)), "bigrams.lists"),
    }


def _counted_terms(groups: Numbers, folded_df: Numbers, size: int) -> Numbers:
    """Choose the folded terms whose bigrams are counted: the commonest, as many as fit."""
    folded = np.flatnonzero(is_common(folded_df, size, MIN_SHARE))
    folded = folded[np.argsort(-folded_df[folded], kind="stable")[:_MAX_FOLDED]]
    variant_counts = np.bincount(groups, minlength=len(folded_df))[folded]
    return np.sort(folded[np.cumsum(variant_counts) <= _MAX_EXACT])


def _count(terms: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    """Return the bigrams that occur and their df, given the term and the passage of each token.

    A bigram is a number, ascending, with the first term in the high 16 bits.
    """
    chunks = [_count_chunk(terms[chunk], passages[chunk]) for chunk in passage_slices(passages)]
    bigrams, df = map(np.concatenate, zip(*chunks, strict=True))
    order = np.argsort(bigrams, kind="stable")  # merges the chunks, which are sorted
    bigrams, df = bigrams.take(order), df.take(order)
    begins = np.flatnonzero(run_starts(bigrams))
    return bigrams[begins], np.add.reduceat(df, begins, dtype=np.int64)


def _count_chunk(terms: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    adjacent = (terms[:-1] != _NO_TERM) & (terms[1:] != _NO_TERM) & (passages[:-1] == passages[1:])
    first, second, passages = terms[:-1][adjacent], terms[1:][adjacent], passages[:-1][adjacent]
    for key in (1, 0):
        # Numbers of 16 bits are sorted by radix.
        order = np.argsort((first, second)[key], kind="stable")
        first, second, passages = first.take(order), second.take(order), passages.take(order)
    begins = np.flatnonzero(run_starts(first, second))
    passage_numbers = np.cumsum(run_starts(first, second, passages))
    df = np.diff(passage_numbers[begins], append=passage_numbers[-1:] + 1)
    return first[begins].astype(np.uint32) << 16 | second[begins], df.astype(passages.dtype)
