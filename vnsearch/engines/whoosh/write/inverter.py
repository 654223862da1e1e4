"""Tokens -> posting lists, dense and sparse, as arrays of a segment (docs/index-format.md).

All sorting and counting is done in bulk by numpy, which only building imports.
"""

from typing import Final, NamedTuple

import numpy as np

from vnsearch.engines.whoosh.format.compression import compress
from vnsearch.engines.whoosh.format.segment_file import (
    MAX_TF,
    TF_BITS,
    number_type,
)
from vnsearch.engines.whoosh.write.array_ops import (
    concatenated_ranges,
    passage_slices,
    run_starts,
    sums,
)
from vnsearch.engines.whoosh.write.encoding import (
    Array,
    Numbers,
    as_array,
    as_blobs,
    bit_slices,
    offsets,
)

# Terms as frequent as this have dense posting lists, which take less room than sparse ones then.
DENSE_MIN_SHARE: Final = 1 / 64  # of the passages
DENSE_MIN_DF: Final = 64  # passages

# Of the number that a token is sorted by: term, passage and weight, from the highest bit.
_PASSAGE_BITS, _WEIGHT_BITS = np.uint64(32), np.uint64(8)
_MAX_PASSAGE, _MAX_WEIGHT = np.uint64(0xFFFF_FFFF), np.uint64(0xFF)


class Inverted(NamedTuple):
    """The posting lists of all terms, one after another."""

    df: Numbers  # of each term: in how many passages it occurs
    passages: Numbers  # of each posting, ascending within a term
    tf: Numbers  # of each posting, at most MAX_TF, uint8


def invert(
    terms: Numbers, passages: Numbers, term_count: int, weights: Numbers | None = None
) -> Inverted:
    """Invert tokens, given the term and the passage of each, passages ascending.

    A token adds its weight, else 1, to the tf. Terms from `term_count` on are left out.
    """
    parts = [
        _invert_chunk(
            terms[chunk], passages[chunk], term_count, None if weights is None else weights[chunk]
        )
        for chunk in passage_slices(passages)
    ]
    df = np.stack([part.df for part in parts]).sum(axis=0, dtype=np.int64)
    begins = np.cumsum(df) - df  # where the postings of each term go on
    inverted = Inverted(
        df, np.empty(df.sum(), dtype=passages.dtype), np.empty(df.sum(), dtype=np.uint8)
    )
    for part in parts:
        sizes = part.df.astype(np.int64)
        places = concatenated_ranges(begins, sizes)
        inverted.passages[places], inverted.tf[places] = part.passages, part.tf
        begins += sizes
    return inverted


def _invert_chunk(
    terms: Numbers, passages: Numbers, term_count: int, weights: Numbers | None
) -> Inverted:
    # One number for each token: numbers of 64 bits are sorted in a fifth of the time of rows.
    keys = terms.astype(np.uint64) << _PASSAGE_BITS | passages.astype(np.uint64)
    keys = keys << _WEIGHT_BITS | (np.uint64(1) if weights is None else weights.astype(np.uint64))
    keys.sort()
    keys = keys[: np.searchsorted(keys, np.uint64(term_count) << _PASSAGE_BITS + _WEIGHT_BITS)]
    postings = keys >> _WEIGHT_BITS
    firsts = np.flatnonzero(run_starts(postings))
    postings = postings.take(firsts)
    tf = sums(keys & _MAX_WEIGHT, firsts)
    df = np.bincount((postings >> _PASSAGE_BITS).astype(np.int64), minlength=term_count)
    return Inverted(
        df.astype(np.uint32),
        (postings & _MAX_PASSAGE).astype(passages.dtype),
        np.minimum(tf, MAX_TF).astype(np.uint8),
    )


def is_common(df: Numbers, size: int, min_share: float) -> Numbers:
    """Return a mask of the terms with at least DENSE_MIN_DF and `min_share` of `size` passages."""
    mask: Numbers = (df >= DENSE_MIN_DF) & (df >= min_share * size)
    return mask


def posting_arrays(field: str, first: Numbers, inverted: Inverted, size: int) -> dict[str, Array]:
    """Encode the posting lists of a field in a segment of `size` passages.

    Terms from `first[i]` to before `first[i + 1]` are group i.
    """
    df, passages, tf = inverted
    at = offsets(df)
    is_dense = is_common(df, size, DENSE_MIN_SHARE)
    dense_terms = np.flatnonzero(is_dense)
    # The posting list of a group of one term is that of the term.
    has_several = np.diff(first) > 1
    dense_groups = np.flatnonzero(
        has_several & is_common(np.diff(at[first]), size, DENSE_MIN_SHARE)
    )
    dense = []
    for begin, end in zip(at[dense_terms].tolist(), at[dense_terms + 1].tolist(), strict=True):
        row = np.zeros(size, dtype=np.uint8)
        row[passages[begin:end]] = tf[begin:end]
        dense.append(compress(b"".join(bit_slices(row, TF_BITS))))
    ends = at[first[dense_groups + 1]].tolist()
    wide_tf = tf.astype(np.uint16)  # `add.at` is much faster when both have one type
    for begin, end in zip(at[first[dense_groups]].tolist(), ends, strict=True):
        total = np.zeros(size, dtype=np.uint16)
        np.add.at(total, passages[begin:end], wide_tf[begin:end])
        dense.append(compress(b"".join(bit_slices(np.minimum(total, MAX_TF), TF_BITS))))
    is_sparse = np.repeat(~is_dense, df)
    return {
        f"{field}.passages": as_array(number_type(size), passages[is_sparse]),
        f"{field}.tf": as_array("B", tf[is_sparse]),
        f"{field}.postings_at": as_array("I", offsets(np.where(is_dense, 0, df))),
        f"{field}.dense_terms": as_array("I", dense_terms),
        f"{field}.dense_df": as_array("I", df[dense_terms]),
        f"{field}.dense_groups": as_array("I", dense_groups),
        **as_blobs(dense, f"{field}.dense"),
    }
