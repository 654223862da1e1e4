"""The terms of a field in a segment: finding them, and the passages they occur in."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from operator import and_
from typing import Final

from vnsearch.engines.whoosh.format.compression import decompress
from vnsearch.engines.whoosh.format.segment_file import MAX_TF, TF_BITS, Arrays, bitset_size
from vnsearch.engines.whoosh.read.bitset import (
    BITS,
    capped_sum,
    members,
    packed,
    present,
    to_bytes,
)
from vnsearch.engines.whoosh.read.caches import cached

# Bit-sliced tf of the passages of a segment (see `bitset`), each set as bytes, which may lack
# zero bytes at the end.
Slices = tuple[bytes, ...]

# Posting lists of many terms together have wider tf, of which the highest stands for all above.
WIDE_BITS: Final = 7
MAX_WIDE_TF: Final = (1 << WIDE_BITS) - 1

_FOUND_KEPT: Final = 1000
_SPARSE_SHARE: Final = 32  # postings of so few of the passages are added up one by one
# Which slices have a bit of a tf, and a byte for each tf that says whether its bit is set.
_SLICES_OF: Final = tuple(tuple(b for b in range(TF_BITS) if tf >> b & 1) for tf in range(16))
_BIT_OF: Final = tuple(bytes(tf >> bit & 1 for tf in range(256)) for bit in range(WIDE_BITS))


class TermDictionary:
    """The terms of a field, numbered in their order."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._text, self._at = arrays[f"{name}.terms"], arrays[f"{name}.terms_at"]
        self.find = cached(_FOUND_KEPT, self._find)

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> bytes:
        return self._text[self._at[number] : self._at[number + 1]].tobytes()

    def _find(self, term: bytes) -> int | None:
        """The number of a term, if there is such a term."""
        number = self.begin(term)
        return number if number < len(self) and self[number] == term else None

    def begin(self, term: bytes) -> int:
        """The number of the first term that is not before `term`."""
        return bisect_left(self, term)

    def beginning_with(self, stem: bytes) -> range:
        """The numbers of the terms that begin with `stem`."""
        # No UTF-8 text has the byte 0xFF.
        return range(self.begin(stem), self.begin(stem + b"\xff"))

    def ending_with(self, stem: bytes) -> Iterator[int]:
        """Iterate over the numbers of the terms that end with `stem`."""
        text, place = bytes(self._text), -1
        while (place := text.find(stem, place + 1)) >= 0:
            end = place + len(stem)
            number = bisect_left(self._at, end) - 1
            if self._at[number + 1] == end and self._at[number] <= place:
                yield number


class PostingLists:
    """The posting lists of a field's terms, and of groups of consecutive terms.

    All are returned bit-sliced: the tf of each passage, at most MAX_TF. Those of common terms
    are stored so, and those of common groups of several terms; of other terms sparse posting
    lists are stored.
    """

    def __init__(self, arrays: Arrays, field: str, first: Sequence[int]) -> None:
        """`first` has the first term of each group, and the number of terms."""
        self._size, self._first = arrays.counts["passages"], first
        self._passages, self._tf = arrays[f"{field}.passages"], arrays[f"{field}.tf"]
        self._at = arrays[f"{field}.postings_at"]
        self._dense_terms, self._dense_groups = (
            arrays[f"{field}.dense_{kind}"] for kind in ("terms", "groups")
        )
        self._dense_df = arrays[f"{field}.dense_df"]
        # The dense posting lists of terms, then those of groups.
        self._arrays, self._dense = arrays, f"{field}.dense"
        self._dense_at = arrays[f"{field}.dense_at"]

    def df(self, term: int) -> int:
        """Return in how many passages a term occurs."""
        df: int = self._at[term + 1] - self._at[term]
        if df:
            return df
        number = bisect_left(self._dense_terms, term)
        is_dense = number < len(self._dense_terms) and self._dense_terms[number] == term
        return int(self._dense_df[number]) if is_dense else 0

    def sums(self, values: Sequence[int]) -> list[int]:
        """Return for each term the sum of the values, one for each passage, where it occurs."""
        before = [0, *accumulate(map(values.__getitem__, self._passages))]
        sums = [before[end] - before[begin] for begin, end in pairwise(self._at)]
        for number, term in enumerate(self._dense_terms):
            sums[term] = sum(
                map(values.__getitem__, members(present(as_bitsets(self._stored(number)))))
            )
        return sums

    def passages(self, term: int) -> list[int]:
        """Return the passages in which a term occurs."""
        return members(self.presence([term]))

    def terms(self) -> list[int]:
        """Return the term of each passage, of a field of which each has one."""
        found = [0] * self._size
        for term in range(len(self._at) - 1):
            own = self._passages[self._at[term] : self._at[term + 1]] or self.passages(term)
            for passage in own:
                found[passage] = term
        return found

    def slices(self, term: int) -> Slices:
        """Return the posting list of a term."""
        return self._of_terms(range(term, term + 1))

    def slices_of_groups(self, groups: range) -> Slices:
        """Return the posting list of consecutive groups together."""
        first, last = (bisect_left(self._dense_groups, g) for g in (groups.start, groups.stop))
        lists = [self._stored(len(self._dense_terms) + n) for n in range(first, last)]
        # The terms of the groups between those are consecutive, too.
        ends = [groups.start - 1, *self._dense_groups[first:last], groups.stop]
        for before, after in pairwise(ends):
            if before + 1 < after:
                lists.append(self._of_terms(range(self._first[before + 1], self._first[after])))
        return summed(lists, TF_BITS if len(groups) == 1 else WIDE_BITS)

    def presence(self, terms: Iterable[int]) -> int:
        """Return the passages with any of some terms, as a bitset."""
        found, row = 0, bytearray(self._size)
        for term in terms:
            begin, end = self._at[term], self._at[term + 1]
            if begin == end:
                found |= present(as_bitsets(self.slices(term)))
            for passage in self._passages[begin:end]:
                row[passage] = 1
        return found | packed(row)

    def _of_terms(self, terms: range) -> Slices:
        first, last = (bisect_left(self._dense_terms, t) for t in (terms.start, terms.stop))
        lists = [self._stored(n) for n in range(first, last)]
        postings = slice(self._at[terms.start], self._at[terms.stop])
        if postings.start < postings.stop:
            passages, tfs = self._passages[postings], self._tf[postings]
            if len(terms) > 1 and len(passages) * _SPARSE_SHARE > self._size:
                lists.append(self._summed(passages, tfs))
            else:
                lists.append(self._sparse(*_merged(passages, tfs, several=len(terms) > 1)))
        return summed(lists, TF_BITS if len(terms) == 1 else WIDE_BITS)

    def _sparse(self, passages: Iterable[int], tfs: Iterable[int]) -> Slices:
        slices = [bytearray(bitset_size(self._size)) for _ in range(TF_BITS)]
        rows_of = [[slices[bit] for bit in bits] for bits in _SLICES_OF]
        for passage, tf in zip(passages, tfs, strict=True):
            for row in rows_of[tf]:
                row[passage >> 3] |= BITS[passage & 7]
        return tuple(map(bytes, slices))

    def _summed(self, passages: Sequence[int], tfs: Sequence[int]) -> Slices:
        """As `_sparse`, where passages come several times."""
        row = bytearray(self._size)
        for passage, tf in zip(passages, tfs, strict=True):
            total = row[passage] + tf if tf < MAX_TF else MAX_WIDE_TF
            row[passage] = total if total < MAX_WIDE_TF else MAX_WIDE_TF
        return tuple(to_bytes(packed(row.translate(bit_of))) for bit_of in _BIT_OF)

    def _stored(self, number: int) -> Slices:
        begin, end = self._dense_at[number], self._dense_at[number + 1]
        data = decompress(self._arrays.read(self._dense, begin, end))
        size = bitset_size(self._size)
        return tuple(data[begin : begin + size] for begin in range(0, len(data), size))


class FieldTerms:
    """The posting lists of those exact terms of a segment that are in a field."""

    def __init__(self, arrays: Arrays, field: str) -> None:
        self._exact = arrays[f"{field}.exact"]
        self._postings = PostingLists(arrays, field, range(len(self._exact) + 1))

    def slices(self, exact: range) -> Slices:
        """Return the tf of consecutive exact terms in the field, bit-sliced; nothing when it has
        none of them."""
        numbers = range(*(bisect_left(self._exact, term) for term in (exact.start, exact.stop)))
        return self._postings.slices_of_groups(numbers) if numbers else ()


def _merged(
    passages: Sequence[int], tfs: Sequence[int], *, several: bool
) -> tuple[Iterable[int], Iterable[int]]:
    """Postings, of `several` terms one for each passage: its tf are added up, at most to MAX_TF."""
    if not several:
        return passages, tfs
    totals: dict[int, int] = {}
    for passage, tf in zip(passages, tfs, strict=True):
        totals[passage] = min(totals.get(passage, 0) + tf, MAX_TF)
    return totals.keys(), totals.values()


def as_bitsets(slices: Slices) -> tuple[int, ...]:
    """Return the slices as integers."""
    return tuple(int.from_bytes(octets, "little") for octets in slices)


def summed(lists: Sequence[Slices], bits: int) -> Slices:
    """Add posting lists up. The highest tf of each stands for all above it, and so does the highest
    of the sum, of so many bits."""
    if len(lists) == 1 and len(lists[0]) == bits:
        return lists[0]
    wide = [widened(as_bitsets(slices), bits) for slices in lists]
    return tuple(map(to_bytes, capped_sum(wide, bits)))


def widened(slices: Sequence[int], bits: int) -> tuple[int, ...]:
    """Return a posting list with tf of so many bits, whose highest stands for all above it."""
    if len(slices) > bits:
        over = present(slices[bits:])
        return tuple(passages | over for passages in slices[:bits])
    over = reduce(and_, slices) if slices else 0
    return *slices, *[over] * (bits - len(slices))
