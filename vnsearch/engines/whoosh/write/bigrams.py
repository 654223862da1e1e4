"""Tokens -> posting lists of bigrams, as arrays of a segment (docs/index-format.md).

A bigram is two adjacent tokens of a text or of a title. Of the commonest folded terms all
bigrams among them have posting lists: a partial biword index (Williams, Zobel and Bahle, "Fast
phrase querying with combined indexes", 2004). Readers look for others in the token strings.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from vnsearch.engines.whoosh.format.compression import compress
from vnsearch.engines.whoosh.format.segment_file import (
    BIGRAM_BLOCK,
    BIGRAM_TF_BITS,
    bitset_size,
    number_type,
)
from vnsearch.engines.whoosh.write.array_ops import (
    concatenated_ranges,
    gather,
    passage_slices,
    run_starts,
)
from vnsearch.engines.whoosh.write.encoding import (
    Array,
    Numbers,
    as_array,
    as_blobs,
    bit_slices,
    offsets,
)
from vnsearch.engines.whoosh.write.inverter import is_common

MIN_SHARE: Final = 1 / 128  # of the passages: rarer folded terms have no lists of bigrams
# Bigrams as frequent as this have dense posting lists, which are read faster.
DENSE_MIN_SHARE: Final = 1 / 32  # of the passages

_MAX_FOLDED: Final = 1024  # folded terms with lists of bigrams
_MAX_EXACT: Final = 0xFFFF  # exact terms that these may have together
_NO_TERM: Final = _MAX_EXACT
_MAX_TF: Final = (1 << BIGRAM_TF_BITS) - 1
_BLOCK_BYTES: Final = 24_000  # of a block before it is compressed; more if a bigram takes more


class Bigrams(NamedTuple):
    """Posting lists of bigrams, one after another."""

    bigrams: Numbers  # each the first term in the high 16 bits, the second in the low ones
    df: Numbers
    passages: Numbers  # of each posting, ascending within a bigram
    tf: Numbers  # of each posting, at most _MAX_TF, uint8


def bigram_arrays(
    tokens: Numbers,
    passages: Numbers,
    weights: Numbers,
    groups: Numbers,
    folded_df: Numbers,
    size: int,
) -> dict[str, Array]:
    """Make the posting lists of bigrams of exact terms, for common folded terms.

    `tokens` are exact terms, or len(groups) between fields; `passages` is the passage of each,
    `weights` what it adds to the tf; `groups` is the folded term of each exact one, ascending;
    `size` is the number of passages.
    """
    folded = _counted_terms(groups, folded_df, size)
    place = np.full(len(folded_df), -1, dtype=np.int64)  # of folded terms in `folded`
    place[folded] = np.arange(len(folded))
    counted = np.flatnonzero(place[groups] >= 0)
    # The number of each exact term among those that are counted. The last one is for separators.
    numbers = np.full(len(groups) + 1, _NO_TERM, dtype=np.uint16)
    numbers[counted] = np.arange(len(counted))
    places = place[groups[counted]]
    found = _invert(gather(numbers, tokens), passages, weights, places)
    first, second = found.bigrams >> 16, found.bigrams & 0xFFFF
    variants = counted - np.searchsorted(groups, groups[counted])  # which exact term of its group
    columns = places[first], places[second], variants[first], variants[second], found.df
    blocks = list(_blocks(columns, found.passages, found.tf, size))
    return {
        "bigrams.terms": as_array("I", folded),
        "bigrams.first": as_array("I", [first for first, _ in blocks]),
        **as_blobs([compress(block) for _, block in blocks], "bigrams.blocks"),
    }


def _counted_terms(groups: Numbers, folded_df: Numbers, size: int) -> Numbers:
    """Choose the folded terms with lists of bigrams: the commonest, as many as fit."""
    folded = np.flatnonzero(is_common(folded_df, size, MIN_SHARE))
    folded = folded[np.argsort(-folded_df[folded], kind="stable")[:_MAX_FOLDED]]
    variant_counts = np.bincount(groups, minlength=len(folded_df))[folded]
    return np.sort(folded[np.cumsum(variant_counts) <= _MAX_EXACT])


def _invert(terms: Numbers, passages: Numbers, weights: Numbers, places: Numbers) -> Bigrams:
    """Return the bigrams that occur, given term, passage and weight of each token.

    They ascend by the `places` of the two terms, then by the terms.
    """
    parts = [
        _invert_chunk(terms[chunk], passages[chunk], weights[chunk])
        for chunk in passage_slices(passages)
    ]
    bigrams = np.sort(np.concatenate([part.bigrams for part in parts]))  # not by hash, as unique
    bigrams = bigrams[run_starts(bigrams)]
    df = np.zeros(len(bigrams), dtype=np.int64)
    indices = [np.searchsorted(bigrams, part.bigrams) for part in parts]
    for index, part in zip(indices, parts, strict=True):
        df[index] += part.df
    order = np.argsort(places[bigrams >> 16] << 16 | places[bigrams & 0xFFFF], kind="stable")
    begins = np.empty_like(df)  # where the postings of each bigram go on
    begins[order] = np.cumsum(df[order]) - df[order]
    size = int(df.sum())
    of_all, tf = np.empty(size, dtype=passages.dtype), np.empty(size, dtype=np.uint8)
    for index, part in zip(indices, parts, strict=True):
        at = concatenated_ranges(begins[index], part.df)
        of_all[at], tf[at] = part.passages, part.tf
        begins[index] += part.df
    return Bigrams(bigrams[order], df[order], of_all, tf)


def _invert_chunk(terms: Numbers, passages: Numbers, weights: Numbers) -> Bigrams:
    adjacent = (terms[:-1] != _NO_TERM) & (terms[1:] != _NO_TERM) & (passages[:-1] == passages[1:])
    columns = [values[adjacent] for values in (terms[:-1], terms[1:], passages[:-1], weights[:-1])]
    for key in (1, 0):
        # Numbers of 16 bits are sorted by radix.
        order = np.argsort(columns[key], kind="stable")
        columns = [column.take(order) for column in columns]
    first, second, passages, weights = columns
    is_first = run_starts(first, second, passages)
    postings = np.flatnonzero(is_first)
    tf = np.add.reduceat(weights, postings, dtype=np.int32) if len(postings) else weights
    begins = np.flatnonzero(run_starts(first, second))
    before = np.cumsum(is_first)[begins]  # how many postings begin before each bigram, and 1
    return Bigrams(
        first[begins].astype(np.uint32) << 16 | second[begins],
        np.diff(before, append=len(postings) + 1),
        passages[postings],
        np.minimum(tf, _MAX_TF).astype(np.uint8),
    )


def _blocks(
    columns: Sequence[Numbers], passages: Numbers, tf: Numbers, size: int
) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks, each with the numbers of the two folded terms of its first bigram.

    The columns are the numbers of the folded terms, those of the variants, and the df.
    """
    kind = np.dtype(f"<{number_type(size)}")
    folded, df = columns[0] << 16 | columns[1], columns[-1]
    at = offsets(df)
    gaps = np.diff(passages, prepend=passages[:1])  # without a sign; wrong where a list begins
    gaps[at[:-1]] = passages[at[:-1]]
    is_dense = is_common(df, size, DENSE_MIN_SHARE)
    of_dense = BIGRAM_TF_BITS * bitset_size(size)
    sizes = len(columns) * kind.itemsize + np.where(is_dense, of_dense, (kind.itemsize + 1) * df)
    for begin, end in pairwise(_cuts(np.flatnonzero(run_starts(folded)), sizes)):
        dense = np.flatnonzero(is_dense[begin:end])
        sparse = np.repeat(~is_dense[begin:end], df[begin:end])
        postings = slice(at[begin], at[end])
        own_gaps, own_tf = gaps[postings][sparse], tf[postings][sparse]
        block = (
            BIGRAM_BLOCK.pack(end - begin, len(dense), len(own_tf)),
            *(column[begin:end].astype(kind).tobytes() for column in columns),
            dense.astype(kind).tobytes(),
            *((own_gaps >> 8 * n & 0xFF).astype(np.uint8).tobytes() for n in range(kind.itemsize)),
            own_tf.tobytes(),
            *(_dense(passages, tf, slice(at[n], at[n + 1]), size) for n in begin + dense),
        )
        yield int(folded[begin]), b"".join(block)


def _cuts(starts: Numbers, sizes: Numbers) -> list[int]:
    """Where blocks begin, and the last one ends, given where they may and the sizes of rows."""
    before = (np.cumsum(sizes) - sizes)[starts]
    cuts: list[int] = starts[run_starts(before // _BLOCK_BYTES)].tolist()
    return [*cuts, len(sizes)] if cuts else []


def _dense(passages: Numbers, tf: Numbers, postings: slice, size: int) -> bytes:
    row = np.zeros(size, dtype=np.uint8)
    row[passages[postings]] = tf[postings]
    return b"".join(bit_slices(row, BIGRAM_TF_BITS))
