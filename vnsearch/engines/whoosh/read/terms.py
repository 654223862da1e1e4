"""The terms of a field in a segment: finding them, and the passages they occur in."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays, decompressed

_CAPPED: Final = bytes(min(count, MAX_TF) for count in range(256))
_UNCUT: Final = bytes([0xFF]) * MAX_TF + bytes(256 - MAX_TF)
_FOUND_KEPT: Final = 1000
_ROWS_KEPT: Final = 8  # for a word typed with marks is looked at with and without them
_ADDABLE: Final = 255 // MAX_TF  # rows whose sum fits a byte


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
    """Where the terms of a field occur, alone and in groups of terms that stand side by side.

    A row has a byte for each passage: how often something occurs there, at most MAX_TF.
    """

    def __init__(self, arrays: Arrays, name: str, first: Sequence[int]) -> None:
        """`first` are the first terms of the groups, and the number of terms."""
        self._size, self._first = arrays.counts["passages"], first
        self._passages, self._counts = arrays[f"{name}.passages"], arrays[f"{name}.counts"]
        self._at = arrays[f"{name}.postings_at"]
        self._dense: list[int] = arrays[f"{name}.dense"].tolist()
        self._alone: list[int] = arrays[f"{name}.alone"].tolist()
        leading: list[int] = arrays[f"{name}.leading"].tolist()
        # The rows of groups, of which the leading terms have what is left, then those of terms.
        self._common = {term: n for n, term in enumerate([*leading, *self._alone])}
        self._often: list[int] = arrays[f"{name}.often"].tolist()
        self._rows, self._rows_at = arrays[f"{name}.rows"], arrays[f"{name}.rows_at"]
        self._stored_row = lru_cache(_ROWS_KEPT)(self._read_row)

    def row(self, term: int) -> bytes:
        """How often a term occurs."""
        number = self._common.get(term)
        if number is None or number >= len(self._dense):
            return self._row_of_terms(range(term, term + 1))
        # It has what the others of its group leave, where their sum is not cut off at MAX_TF.
        group, total = self._dense[number], self._stored_row(number)
        others = range(self._first[group], term), range(term + 1, self._first[group + 1])
        uncut = int.from_bytes(total.translate(_UNCUT), "little")
        left = int.from_bytes(total, "little")
        for stored in map(self._stored_row, chain(*map(self._rows_alone, others))):
            left -= int.from_bytes(stored, "little") & uncut
        row = bytearray(left.to_bytes(self._size, "little"))
        for passage, count in chain(*map(self._postings, others)):
            if total[passage] < MAX_TF:
                row[passage] -= count
        for passage, count in self._postings(range(term, term + 1)):
            row[passage] = count
        return bytes(row)

    def is_common(self, term: int) -> bool:
        """Whether a term is one of the common ones of a group that has a row."""
        return term in self._common

    def row_of_at_most(self, term: int) -> bytes:
        """A row that is nowhere below that of a term, and takes less to make: what its group
        has, if the term is common."""
        if not self.is_common(term):
            return self.row(term)
        return self._stored_row(bisect_left(self._dense, bisect_right(self._first, term) - 1))

    def frequency(self, term: int) -> int:
        """In how many passages a term occurs."""
        if (number := self._common.get(term)) is not None:
            return self._often[number]
        begin: int = self._at[term]
        end: int = self._at[term + 1]
        return end - begin

    def row_of_groups(self, groups: range) -> bytes:
        """How often any term of groups that stand side by side occurs."""
        first, last = (bisect_left(self._dense, group) for group in (groups.start, groups.stop))
        rows = list(map(self._stored_row, range(first, last)))
        # Between the dense groups are stretches of others, whose postings stand together.
        ends = [groups.start - 1, *self._dense[first:last], groups.stop]
        for before, behind in pairwise(ends):
            if before + 1 < behind:
                terms = range(self._first[before + 1], self._first[behind])
                rows.append(self._row_of_terms(terms))
        return self.sum_of(rows)

    def sum_of(self, rows: list[bytes]) -> bytes:
        """The sum of rows, each count at most MAX_TF."""
        while len(rows) > 1:
            some, rows = rows[:_ADDABLE], rows[_ADDABLE:]
            total = sum(int.from_bytes(row, "little") for row in some)
            rows.append(total.to_bytes(self._size, "little").translate(_CAPPED))
        return rows[0] if rows else bytes(self._size)

    def _row_of_terms(self, terms: range) -> bytes:
        """How often terms that follow one another occur, none of them a leading one."""
        row = bytearray(self._size)
        for passage, count in self._postings(terms):
            total = row[passage] + count
            row[passage] = total if total < MAX_TF else MAX_TF
        return self.sum_of([bytes(row), *map(self._stored_row, self._rows_alone(terms))])

    def _rows_alone(self, terms: range) -> range:
        """The numbers of the rows that terms have beside those of their groups."""
        first, last = (bisect_left(self._alone, term) for term in (terms.start, terms.stop))
        return range(len(self._dense) + first, len(self._dense) + last)

    def _postings(self, terms: range) -> Iterator[tuple[int, int]]:
        """The passages and counts of terms that follow one another, as they are stored."""
        stored = slice(self._at[terms.start], self._at[terms.stop])
        return zip(self._passages[stored], self._counts[stored], strict=True)

    def _read_row(self, number: int) -> bytes:
        return decompressed(self._rows[self._rows_at[number] : self._rows_at[number + 1]])
