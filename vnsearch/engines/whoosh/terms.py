"""The terms of a field in a segment: finding them, and the passages they occur in."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import reduce
from itertools import compress
from operator import add
from typing import Final

from vnsearch.engines.whoosh.layout import MOST, Arrays, decompress

_CAPPED: Final = bytes(min(count, MOST) for count in range(256))
_ADDABLE: Final = 255 // MOST  # rows whose sum fits a byte


class Terms:
    """The terms of a field, numbered in their order."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._text, self._at = arrays[f"{name}.terms"], arrays[f"{name}.terms_at"]

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._text[self._at[number] : self._at[number + 1]])

    def find(self, term: bytes) -> int | None:
        """The number of a term, if there is such a term."""
        number = self.begin(term)
        return number if number < len(self) and self[number] == term else None

    def begin(self, term: bytes) -> int:
        """The number of the first term that is not before `term`."""
        return bisect_left(range(len(self)), term, key=self.__getitem__)

    def beginning_with(self, stem: bytes) -> range:
        """The numbers of the terms that begin with `stem`."""
        # No UTF-8 text has the byte 0xFF.
        return range(self.begin(stem), self.begin(stem + b"\xff"))


class Postings:
    """Where the terms of a field occur."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._size = arrays.counts["passages"]
        self._passages, self._counts = arrays[f"{name}.passages"], arrays[f"{name}.counts"]
        self._at = arrays[f"{name}.postings_at"]
        self._dense: list[int] = arrays[f"{name}.dense"].tolist()
        self._rows, self._rows_at = arrays[f"{name}.rows"], arrays[f"{name}.rows_at"]

    def row(self, terms: range) -> bytes:
        """How often terms that follow one another occur in each passage, at most MOST."""
        rows = list(self._dense_rows(terms))
        row = bytearray(self.sum_of(rows))
        begin, end = self._at[terms.start], self._at[terms.stop]
        for passage, count in zip(self._passages[begin:end], self._counts[begin:end], strict=True):
            count += row[passage]
            row[passage] = count if count < MOST else MOST
        return bytes(row)

    def passages(self, term: int) -> list[int]:
        """The passages that a term occurs in, ascending."""
        begin, end = self._at[term], self._at[term + 1]
        found: list[int] = self._passages[begin:end].tolist()
        for row in self._dense_rows(range(term, term + 1)):
            found = list(compress(range(self._size), row))
        return found

    def _dense_rows(self, terms: range) -> Iterator[bytes]:
        at = bisect_left(self._dense, terms.start)
        while at < len(self._dense) and self._dense[at] < terms.stop:
            yield decompress(self._rows[self._rows_at[at] : self._rows_at[at + 1]])
            at += 1

    def sum_of(self, rows: list[bytes]) -> bytes:
        """The sum of rows, each count at most MOST."""
        while len(rows) > 1:
            some, rows = rows[:_ADDABLE], rows[_ADDABLE:]
            total = reduce(add, (int.from_bytes(row, "little") for row in some))
            rows.append(total.to_bytes(self._size, "little").translate(_CAPPED))
        return rows[0] if rows else bytes(self._size)
