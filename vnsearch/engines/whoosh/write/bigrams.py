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
    run_starts,
    slices,
    sums,
)
from vnsearch.engines.whoosh.write.encoding import (
    Array,
    Numbers,
    as_array,
    bit_slices,
    blob_pieces,
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
_INVERTED_TOGETHER: Final = 1 << 20  # tokens that begin bigrams

# Of the number that a bigram is sorted by: two terms of 16 bits, passage and weight.
_PASSAGE_BITS, _WEIGHT_BITS = np.uint64(30), np.uint64(2)
_MAX_PASSAGE, _MAX_WEIGHT = np.uint64((1 << 30) - 1), np.uint64(3)


class Bigrams(NamedTuple):
    """Posting lists of bigrams, one after another."""

    bigrams: Numbers  # each the first term times 65,536, and the second
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
) -> Iterator[tuple[str, Array]]:
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
    variants = counted - np.searchsorted(groups, groups[counted])  # which exact term of its group
    begins = list[int]()  # the first bigram of each block

    def blocks() -> Iterator[bytes]:
        for found in inverted(gather(numbers, tokens), passages, weights, places):
            first, second = found.bigrams >> 16, found.bigrams & 0xFFFF
            columns = places[first], places[second], variants[first], variants[second], found.df
            for begin, block in _blocks(columns, found.passages, found.tf, size):
                begins.append(begin)
                yield compress(block)

    yield "bigrams.terms", as_array("I", folded)
    yield from blob_pieces(blocks(), "bigrams.blocks")
    yield "bigrams.first", as_array("I", begins)


def _counted_terms(groups: Numbers, folded_df: Numbers, size: int) -> Numbers:
    """Choose the folded terms with lists of bigrams: the commonest, as many as fit."""
    folded = np.flatnonzero(is_common(folded_df, size, MIN_SHARE))
    folded = folded[np.argsort(-folded_df[folded], kind="stable")[:_MAX_FOLDED]]
    variant_counts = np.bincount(groups, minlength=len(folded_df))[folded]
    return np.sort(folded[np.cumsum(variant_counts) <= _MAX_EXACT])


def inverted(
    terms: Numbers, passages: Numbers, weights: Numbers, places: Numbers
) -> Iterator[Bigrams]:
    """Yield the bigrams that occur, some first terms at a time: as many as fit into the caches.

    Given are term, passage and weight of each token, passages ascending, and the `places` of terms,
    by which, and then by themselves, bigrams ascend.
    """
    occurrences = np.zeros(_NO_TERM + 1, dtype=np.int64)
    for chunk in slices(len(terms)):
        occurrences += np.bincount(terms[chunk], minlength=len(occurrences))
    occurrences = occurrences[: len(places)]
    groups = np.flatnonzero(run_starts(places))
    for begin, end in pairwise(_cuts(groups, occurrences, _INVERTED_TOGETHER)):
        yield _invert(range(begin, end), terms, passages, weights, places)


def _invert(
    firsts: range, terms: Numbers, passages: Numbers, weights: Numbers, places: Numbers
) -> Bigrams:
    """Return the bigrams that begin with some terms."""
    at = np.flatnonzero((terms[:-1] >= firsts.start) & (terms[:-1] < firsts.stop))
    second, own = terms[1:].take(at), passages.take(at)
    is_bigram = (second != _NO_TERM) & (own == passages[1:].take(at))
    at, second, own = at[is_bigram], second[is_bigram], own[is_bigram]
    # One number for each, from the highest bit: the two terms, the passage, the weight.
    keys = terms.take(at).astype(np.uint64)
    for bits, numbers in ((16, second), (_PASSAGE_BITS, own), (_WEIGHT_BITS, weights.take(at))):
        keys <<= np.uint64(bits)
        keys |= numbers
    del at, second, own
    keys.sort()
    weights = (keys & _MAX_WEIGHT).astype(np.uint8)
    keys >>= _WEIGHT_BITS
    starts = np.flatnonzero(run_starts(keys))
    tf = np.minimum(sums(weights, starts), _MAX_TF).astype(np.uint8)
    keys = keys.take(starts)
    own = (keys & _MAX_PASSAGE).astype(passages.dtype)
    keys >>= _PASSAGE_BITS
    begins = np.flatnonzero(run_starts(keys))
    bigrams, df = keys[begins].astype(np.int64), np.diff(begins, append=len(keys))
    order = np.argsort(places[bigrams >> 16] << 16 | places[bigrams & 0xFFFF], kind="stable")
    postings = concatenated_ranges(begins[order], df[order])
    return Bigrams(bigrams[order], df[order], own.take(postings), tf.take(postings))


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
    for begin, end in pairwise(_cuts(np.flatnonzero(run_starts(folded)), sizes, _BLOCK_BYTES)):
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


def _cuts(starts: Numbers, sizes: Numbers, most: int) -> list[int]:
    """Where blocks of about `most` begin, and the last one ends, given where they may and the sizes
    of rows."""
    before = (np.cumsum(sizes) - sizes)[starts]
    cuts: list[int] = starts[run_starts(before // most)].tolist()
    return [*cuts, len(sizes)] if cuts else []


def _dense(passages: Numbers, tf: Numbers, postings: slice, size: int) -> bytes:
    row = np.zeros(size, dtype=np.uint8)
    row[passages[postings]] = tf[postings]
    return b"".join(bit_slices(row, BIGRAM_TF_BITS))
