"""A block of bigrams and their posting lists, see docs/index-format.md."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from vnsearch.engines.whoosh.format.segment_file import BIGRAM_BLOCK, BIGRAM_TF_BITS, bitset_size
from vnsearch.engines.whoosh.read.bitset import BITS, capped_sum, to_bytes

_COLUMNS = 5  # the numbers of the folded terms, those of the variants, the df


class BigramBlock:
    """A decompressed block: a row for each bigram, sorted by the folded terms."""

    def __init__(self, data: bytes, kind: Any) -> None:
        """`kind` is the type of numbers of the segment."""
        count, dense, postings = BIGRAM_BLOCK.unpack_from(data)
        width = 2 if kind == "H" else 4
        ends = [*accumulate((BIGRAM_BLOCK.size, _COLUMNS * count * width, dense * width))]
        numbers = memoryview(data)[ends[0] : ends[2]].cast(kind)
        columns = [numbers[n * count : (n + 1) * count] for n in range(_COLUMNS)]
        self._firsts, self._seconds, self._one, self._other, self._df = columns
        self._dense = numbers[_COLUMNS * count :].tolist()  # the rows with dense lists
        self._data, self._postings, self._begin = data, postings, ends[2]
        self._kind, self._width = kind, width

    def find(self, first: int, second: int) -> range:
        """Return the rows of the bigrams of two folded terms."""
        begin = bisect_left(self._firsts, first)
        end = bisect_right(self._firsts, first, begin)
        return range(
            bisect_left(self._seconds, second, begin, end),
            bisect_right(self._seconds, second, begin, end),
        )

    def rows(self, rows: range) -> Iterator[tuple[int, int, int]]:
        """Iterate over which variants the terms of each bigram are, and its df."""
        columns = self._one, self._other, self._df
        return zip(*(column[rows.start : rows.stop] for column in columns), strict=True)

    def slices(self, rows: Sequence[int], size: int) -> tuple[bytes, ...]:
        """Return the posting lists of some bigrams, ascending, of `size` passages together."""
        octets = bitset_size(size)
        lists, totals = list[tuple[int, ...]](), dict[int, int]()
        last = before = 0  # of the sparse lists before the row
        for row in rows:
            before += sum(self._df[last:row])
            before -= sum([self._df[n] for n in self._dense if last <= n < row])
            last = row
            if row in self._dense:
                lists.append(self._dense_list(row, octets))
                continue
            postings = zip(*self._sparse_list(row, before), strict=True)
            if not totals:
                totals = dict(postings)
                continue
            for passage, tf in postings:
                totals[passage] = totals.get(passage, 0) + tf
        ones, twos = bytearray(octets), bytearray(octets)
        for passage, tf in totals.items():
            at, bit = passage >> 3, BITS[passage & 7]
            if tf != 2:  # the highest stands for all above
                ones[at] |= bit
            if tf > 1:
                twos[at] |= bit
        if not lists:
            return bytes(ones), bytes(twos)
        lists.append((int.from_bytes(ones, "little"), int.from_bytes(twos, "little")))
        return tuple(map(to_bytes, capped_sum(lists, BIGRAM_TF_BITS)))

    def _dense_list(self, row: int, octets: int) -> tuple[int, ...]:
        begin = self._begin + (self._width + 1) * self._postings
        begin += self._dense.index(row) * BIGRAM_TF_BITS * octets
        return tuple(
            int.from_bytes(self._data[at : at + octets], "little")
            for at in range(begin, begin + BIGRAM_TF_BITS * octets, octets)
        )

    def _sparse_list(self, row: int, before: int) -> tuple[Iterator[int], bytes]:
        """The passages of a bigram and its tf in each; so many postings are before these."""
        count = self._df[row]
        gaps = bytearray(self._width * count)
        begin = self._begin + before
        for place in range(self._width):
            gaps[place :: self._width] = self._data[begin : begin + count]
            begin += self._postings
        return accumulate(memoryview(gaps).cast(self._kind)), self._data[begin : begin + count]
