"""The terms of a field in a segment: finding them, and the passages they occur in."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, compress, pairwise
from typing import Final

from vnsearch.engines.whoosh.format.compression import decompress
from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays
from vnsearch.engines.whoosh.read.caches import cached

_CAPPED: Final = bytes(min(tf, MAX_TF) for tf in range(256))
_FOUND_KEPT: Final = 1000
_LISTS_KEPT: Final = 8
_ADDABLE: Final = 255 // MAX_TF  # dense posting lists: the sum of so many fits a byte


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


class PostingLists:
    """The posting lists of a field's terms, and of groups of consecutive terms.

    All are returned as dense posting lists: the tf of each passage, a byte each, at most MAX_TF.
    Those of common terms are stored so, and those of common groups of several terms; of other
    terms sparse posting lists are stored.
    """

    def __init__(self, arrays: Arrays, field: str, first: Sequence[int]) -> None:
        """`first` has the first term of each group, and the number of terms."""
        self._size, self._first = arrays.counts["passages"], first
        self._passages, self._tf = arrays[f"{field}.passages"], arrays[f"{field}.tf"]
        self._at = arrays[f"{field}.postings_at"]
        self._dense_terms: list[int] = arrays[f"{field}.dense_terms"].tolist()
        self._dense_groups: list[int] = arrays[f"{field}.dense_groups"].tolist()
        self._dense_df = dict(zip(self._dense_terms, arrays[f"{field}.dense_df"], strict=True))
        # The dense posting lists of terms, then those of groups.
        self._dense, self._dense_at = arrays[f"{field}.dense"], arrays[f"{field}.dense_at"]
        self._stored = lru_cache(_LISTS_KEPT)(self._read)

    def df(self, term: int) -> int:
        """Return in how many passages a term occurs."""
        df: int | None = self._dense_df.get(term)
        return self._at[term + 1] - self._at[term] if df is None else df

    def sums(self, values: Sequence[int]) -> list[int]:
        """Return for each term the sum of the values, one for each passage, where it occurs."""
        before = [0, *accumulate(map(values.__getitem__, self._passages))]
        sums = [before[end] - before[begin] for begin, end in pairwise(self._at)]
        for number, term in enumerate(self._dense_terms):
            sums[term] = sum(compress(values, self._stored(number)))
        return sums

    def passages(self, term: int) -> list[int]:
        """Return the passages in which a term occurs."""
        if term not in self._dense_df:
            return list(self._passages[self._at[term] : self._at[term + 1]])
        return [passage for passage, tf in enumerate(self.dense(term)) if tf]

    def terms(self) -> list[int]:
        """Return the term of each passage, of a field of which each has one."""
        found = [0] * self._size
        for term in range(len(self._at) - 1):
            for passage in self.passages(term):
                found[passage] = term
        return found

    def dense(self, term: int) -> bytes:
        """Return the posting list of a term."""
        return self._dense_of_terms(range(term, term + 1))

    def dense_of_groups(self, groups: range) -> bytes:
        """Return the posting list of consecutive groups together."""
        first, last = (bisect_left(self._dense_groups, g) for g in (groups.start, groups.stop))
        lists = [self._stored(len(self._dense_terms) + n) for n in range(first, last)]
        # The terms of the groups between those are consecutive, too.
        ends = [groups.start - 1, *self._dense_groups[first:last], groups.stop]
        for before, after in pairwise(ends):
            if before + 1 < after:
                terms = range(self._first[before + 1], self._first[after])
                lists.append(self._dense_of_terms(terms))
        return capped_sum(lists, self._size)

    def _dense_of_terms(self, terms: range) -> bytes:
        first, last = (bisect_left(self._dense_terms, t) for t in (terms.start, terms.stop))
        lists = [self._stored(n) for n in range(first, last)]
        postings = slice(self._at[terms.start], self._at[terms.stop])
        if postings.start < postings.stop:
            sparse = bytearray(self._size)
            for passage, tf in zip(self._passages[postings], self._tf[postings], strict=True):
                total = sparse[passage] + tf
                sparse[passage] = total if total < MAX_TF else MAX_TF
            lists.append(bytes(sparse))
        return capped_sum(lists, self._size)

    def _read(self, number: int) -> bytes:
        return decompress(self._dense[self._dense_at[number] : self._dense_at[number + 1]])


def capped_sum(lists: list[bytes], size: int) -> bytes:
    """Add dense posting lists of `size` passages up, each tf to at most MAX_TF."""
    while len(lists) > 1:
        chunk, lists = lists[:_ADDABLE], lists[_ADDABLE:]
        total = sum(int.from_bytes(tfs, "little") for tfs in chunk)
        lists.append(total.to_bytes(size, "little").translate(_CAPPED))
    return lists[0] if lists else bytes(size)
