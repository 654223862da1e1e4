"""The terms of a field in a segment: finding them, and the passages they occur in."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays, decompressed

_CAPPED: Final = bytes(min(count, MAX_TF) for count in range(256))
_FOUND_KEPT: Final = 1000
_LISTS_KEPT: Final = 8
_ADDABLE: Final = 255 // MAX_TF  # dense posting lists whose sum fits a byte


class TermDictionary:
    """The terms of a field, numbered in their order."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._text, self._at = arrays[f"{name}.terms"], arrays[f"{name}.terms_at"]
        self.find = lru_cache(_FOUND_KEPT)(self._find)

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
    """Where the terms of a field occur, alone and in groups of terms that follow one another.

    A dense posting list has a byte for each passage: the tf, at most MAX_TF. Common terms, and
    common groups of several terms, are stored so; other terms as sparse posting lists, from
    which dense ones are made.
    """

    def __init__(self, arrays: Arrays, name: str, first: Sequence[int]) -> None:
        """`first` are the first terms of the groups, and the number of terms."""
        self._size, self._first = arrays.counts["passages"], first
        self._passages, self._tf = arrays[f"{name}.passages"], arrays[f"{name}.tf"]
        self._at = arrays[f"{name}.postings_at"]
        self._dense_terms: list[int] = arrays[f"{name}.dense_terms"].tolist()
        self._dense_groups: list[int] = arrays[f"{name}.dense_groups"].tolist()
        self._dense_df = dict(zip(self._dense_terms, arrays[f"{name}.dense_df"], strict=True))
        # The lists of the terms, then those of the groups.
        self._lists, self._lists_at = arrays[f"{name}.dense"], arrays[f"{name}.dense_at"]
        self._stored = lru_cache(_LISTS_KEPT)(self._read)

    def row(self, term: int) -> bytes:
        """The dense posting list of a term."""
        return self._row_of_terms(range(term, term + 1))

    def frequency(self, term: int) -> int:
        """The df of a term."""
        df: int | None = self._dense_df.get(term)
        return self._at[term + 1] - self._at[term] if df is None else df

    def row_of_groups(self, groups: range) -> bytes:
        """The dense posting list of any term of groups that follow one another."""
        first, last = (bisect_left(self._dense_groups, g) for g in (groups.start, groups.stop))
        lists = [self._stored(len(self._dense_terms) + n) for n in range(first, last)]
        # Between the groups that have a list, the terms of others follow one another.
        ends = [groups.start - 1, *self._dense_groups[first:last], groups.stop]
        for before, after in pairwise(ends):
            if before + 1 < after:
                terms = range(self._first[before + 1], self._first[after])
                lists.append(self._row_of_terms(terms))
        return self.sum_of(lists)

    def sum_of(self, lists: list[bytes]) -> bytes:
        """The sum of dense posting lists, each tf at most MAX_TF."""
        while len(lists) > 1:
            chunk, lists = lists[:_ADDABLE], lists[_ADDABLE:]
            total = sum(int.from_bytes(tf, "little") for tf in chunk)
            lists.append(total.to_bytes(self._size, "little").translate(_CAPPED))
        return lists[0] if lists else bytes(self._size)

    def _row_of_terms(self, terms: range) -> bytes:
        """The dense posting list of any of the terms, which follow one another."""
        first, last = (bisect_left(self._dense_terms, t) for t in (terms.start, terms.stop))
        lists = [self._stored(n) for n in range(first, last)]
        postings = slice(self._at[terms.start], self._at[terms.stop])
        if postings.start < postings.stop:
            tfs = bytearray(self._size)
            for passage, tf in zip(self._passages[postings], self._tf[postings], strict=True):
                total = tfs[passage] + tf
                tfs[passage] = total if total < MAX_TF else MAX_TF
            lists.append(bytes(tfs))
        return self.sum_of(lists)

    def _read(self, number: int) -> bytes:
        return decompressed(self._lists[self._lists_at[number] : self._lists_at[number + 1]])
