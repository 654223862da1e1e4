"""Tokens -> the arrays of a segment: see `layout` for what they are.

Everything is sorted and counted in bulk with numpy, which only building imports.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnsearch.engines.whoosh.format.segment_file import (
    LENGTH_BUCKETS,
    MAX_TF,
    SURROGATES,
    number_type,
)

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor
else:
    from backports.zstd import CompressionParameter, ZstdCompressor

Numbers = NDArray[Any]
Array = tuple[str, bytes]

# A group in one of so many passages has a row, which takes less room than postings then.
DENSE_SHARE: Final = 64
DENSE_MIN_DF: Final = 64  # passages, or it is not common

_PIECE: Final = 1 << 18  # tokens

_LEVEL: Final = 1  # of compression

# Of one code unit, to stand for terms: not U+0000 and no surrogates.
CHARACTERS: Final = 0x10000 - 1 - len(SURROGATES)


def as_array(kind: str, numbers: Iterable[int] | Numbers) -> Array:
    """Numbers as an array of a type."""
    values = np.asarray(numbers if isinstance(numbers, np.ndarray) else list(numbers))
    return kind, values.astype(f"<u{np.dtype(kind).itemsize}").tobytes()


def as_blob(pieces: Sequence[bytes], name: str) -> dict[str, Array]:
    """Pieces of bytes one after another, and where each begins."""
    at = np.concatenate(([0], np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)))))
    return {name: ("B", b"".join(pieces)), f"{name}_at": as_array("I", at)}


class Inverted(NamedTuple):
    """The postings of a field, term by term."""

    frequencies: Numbers  # in how many passages each term occurs
    passages: Numbers  # ascending within a term
    counts: Numbers  # how often there, at most MAX_TF


def invert(
    terms: Numbers, passages: Numbers, size: int, weights: Numbers | None = None
) -> Inverted:
    """PostingLists from the term and the passage of each token, passages ascending. A token counts
    as many times as it weighs; terms from `size` on are left out."""
    parts = [
        _inverted(terms[piece], passages[piece], size, None if weights is None else weights[piece])
        for piece in pieces(passages)
    ]
    frequencies = np.sum([part.frequencies for part in parts], axis=0)
    begins = np.cumsum(frequencies) - frequencies
    found = Inverted(
        frequencies,
        np.empty(frequencies.sum(), dtype=passages.dtype),
        np.empty(frequencies.sum(), dtype=np.uint8),
    )
    for part in parts:
        places = ranges(begins, part.frequencies)
        found.passages[places], found.counts[places] = part.passages, part.counts
        begins += part.frequencies
    return found


def _inverted(terms: Numbers, passages: Numbers, size: int, weights: Numbers | None) -> Inverted:
    """As `invert`, at once."""
    often = np.bincount(terms, minlength=size)[:size]
    order = _sorting(terms, size + 1)[: often.sum()]
    passages = passages.take(order)
    terms = np.repeat(np.arange(size, dtype=np.int32), often)
    firsts = np.flatnonzero(changes(terms, passages))
    counts = np.diff(firsts, append=len(terms))
    if weights is not None:
        totals = np.cumsum(weights.take(order), dtype=np.int32)
        counts = np.diff(totals.take(np.cumsum(counts) - 1), prepend=0)
    counts = np.minimum(counts, MAX_TF).astype(np.uint8)
    return Inverted(np.bincount(terms.take(firsts), minlength=size), passages.take(firsts), counts)


def pieces(passages: Numbers) -> list[slice]:
    """Tokens in pieces that stay in the processor's caches, cut between passages, given the
    passage of each, ascending."""
    cuts = np.unique(np.searchsorted(passages, passages[_PIECE::_PIECE])).tolist()
    return [slice(*ends) for ends in pairwise([0, *cuts, len(passages)])]


def changes(*columns: Numbers) -> Numbers:
    """Where rows differ from those before them, the first one too."""
    changed = np.ones(len(columns[0]), dtype=bool)
    changed[1:] = reduce(or_, [column[1:] != column[:-1] for column in columns])
    return changed


def ranges(begins: Numbers, sizes: Numbers) -> Numbers:
    """The numbers of several ranges, one range after another."""
    return np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def looked_up(table: Numbers, numbers: Numbers) -> Numbers:
    """`table[numbers]`; a negative one counts from its end."""
    found = np.empty(len(numbers), dtype=table.dtype)
    # In pieces, since numpy makes numbers of 8 bytes of them first.
    for begin in range(0, len(numbers), _PIECE):
        piece = slice(begin, begin + _PIECE)
        table.take(numbers[piece], out=found[piece], mode="wrap")
    return found


def _sorting(numbers: Numbers, size: int) -> Numbers:
    """The order that sorts numbers below `size`, equal ones as they come."""
    # By pieces of 16 bits, which numpy sorts by radix.
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    for shift in range(16, (size - 1).bit_length(), 16):
        order = order.take(
            np.argsort((numbers >> shift).astype(np.uint16).take(order), kind="stable")
        )
    return order


def common(frequencies: Any, size: int, share: int) -> Any:
    """What of several occurs in one of `share` passages and in DENSE_MIN_DF."""
    return (frequencies >= DENSE_MIN_DF) & (frequencies * share >= size)


def field_arrays(
    name: str, terms: Sequence[bytes], first: Numbers, inverted: Inverted, size: int
) -> dict[str, Array]:
    """The arrays of a field in a segment of `size` passages, whose terms from `first[i]` to
    `first[i + 1]` are group i."""
    df, passages, tf = inverted.frequencies, inverted.passages, inverted.counts
    at = np.concatenate(([0], np.cumsum(df)))
    is_dense = common(df, size, DENSE_SHARE)
    dense_terms = np.flatnonzero(is_dense)
    # A group of one term has the posting list of that.
    dense_groups = np.flatnonzero(
        (np.diff(first) > 1) & common(np.diff(at[first]), size, DENSE_SHARE)
    )
    begins = np.concatenate((at[dense_terms], at[first[dense_groups]])).tolist()
    ends = np.concatenate((at[dense_terms + 1], at[first[dense_groups + 1]])).tolist()
    wide_tf = tf.astype(np.uint16)  # of one type with their sum, which is much faster
    lists = []
    for begin, end in zip(begins, ends, strict=True):
        total = np.zeros(size, dtype=np.uint16)
        np.add.at(total, passages[begin:end], wide_tf[begin:end])
        lists.append(compressed(np.minimum(total, MAX_TF).astype(np.uint8).tobytes()))
    is_sparse = np.repeat(~is_dense, df)
    return {
        **as_blob(terms, f"{name}.terms"),
        f"{name}.passages": as_array(number_type(size), passages[is_sparse]),
        f"{name}.tf": as_array("B", tf[is_sparse]),
        f"{name}.postings_at": as_array(
            "I", np.concatenate(([0], np.cumsum(np.where(is_dense, 0, df))))
        ),
        f"{name}.dense_terms": as_array("I", dense_terms),
        f"{name}.dense_df": as_array("I", df[dense_terms]),
        f"{name}.dense_groups": as_array("I", dense_groups),
        **as_blob(lists, f"{name}.dense"),
    }


def rarest(frequencies: Numbers) -> Numbers:
    """The terms, ascending, for which there is no character of one code unit left."""
    size = len(frequencies)
    return np.sort(np.argsort(frequencies, kind="stable")[: max(0, size - CHARACTERS)])


def characters(size: int, rare: Numbers) -> Numbers:
    """The character (code point) that stands for each term, given the rarest. Those of the
    rarest lie beyond U+FFFF; both kinds ascend with the terms.
    """
    codes = np.empty(size, dtype=np.uint32)
    common = np.ones(size, dtype=bool)
    common[rare] = False
    codes[common] = np.arange(1, 1 + size - len(rare))
    codes[codes >= SURROGATES.start] += len(SURROGATES)
    codes[rare] = np.arange(0x10000, 0x10000 + len(rare))
    return codes if len(rare) else codes.astype(np.uint16)


def word_arrays(name: str, codes: Numbers, counts: Numbers) -> dict[str, Array]:
    """The characters of all passages, given how many each has."""
    ends = np.cumsum(counts)
    wide = np.flatnonzero(codes > 0xFFFF)
    if wide.size:
        parts = (codes[begin : begin + _PIECE] for begin in range(0, len(codes), _PIECE))
        units = b"".join(
            [part.astype("<u4").tobytes().decode("utf-32-le").encode("utf-16-le") for part in parts]
        )
        ends += np.searchsorted(wide, ends)  # they have two code units
    else:
        units = codes.astype("<u2").tobytes()
    at = np.concatenate(([0], ends))
    return {f"{name}.words": ("H", units), f"{name}.words_at": as_array("I", at)}


def passage_arrays(lengths: Numbers, last: Numbers) -> dict[str, Array]:
    """Lengths, and where documents end."""
    classes = np.searchsorted(LENGTH_BUCKETS, lengths, side="right") - 1
    return {
        "lengths": as_array("H", lengths),
        "classes": as_array("B", classes * (MAX_TF + 1)),
        "last": as_array("B", last),
    }


def compressed(data: bytes) -> bytes:
    """A zstd frame."""
    frame: bytes = _compressor.compress(data, ZstdCompressor.FLUSH_FRAME)
    return frame


# With checksums, so that damaged frames are told and not taken for others.
_compressor = ZstdCompressor(
    options={
        CompressionParameter.compression_level: _LEVEL,
        CompressionParameter.checksum_flag: 1,
    }
)
