"""The segments of an index as one: where words occur in it, and how often.

Passages are numbered through all segments. A row has a byte for each passage: how often
something occurs there, at most MAX_TF, where words of titles count TITLE_WEIGHT times; 0 in
deleted passages.
"""

import math
import struct
from bisect import bisect_left, bisect_right
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import accumulate, chain, pairwise
from operator import and_
from pathlib import Path
from typing import Final

from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS, MAX_TF
from vnsearch.engines.whoosh.read.bitset import DocumentMap, cardinality, members, with_tf
from vnsearch.engines.whoosh.read.caches import LazyTable, cached
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.model import StoredPassage
from vnsearch.query.clauses import Kind, Word
from vnsearch.ranking import LIMIT, TITLE_WEIGHT, damping, saturation

SHARES: Final = 1 << 15  # of a saturation that is full, see `Collection.shares_of_classes`
# 1 for each length class and count but 0, in four bytes each.
COUNTED: Final = int.from_bytes((bytes(4) + b"\1\0\0\0" * MAX_TF) * len(LENGTH_BUCKETS), "little")

_ROWS_BYTES: Final = 12_000_000  # kept: to make a row takes longest
_SETS_BYTES: Final = 3_000_000  # of passages, of documents, and of rows made of others
_FREQUENCIES_KEPT: Final = 10_000
_COUNTERS_KEPT: Final = 1_000
_RECORDS_KEPT: Final = 100

# The number of the segment that a passage is of, and its words as a string: see `SegmentReader`.
TokenString = tuple[int, str]


class Collection:
    """An index opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexUnusableError."""
        described = manifest.read(folder)
        self._segments = [SegmentReader(folder / entry.file) for entry in described]
        sizes = [segment.size for segment in self._segments]
        self._begins = [0, *accumulate(sizes)]
        self.size = sum(sizes)
        self._deleted = [entry.deleted for entry in described]
        self._live = self._without(self._deleted)
        self.passages = self._live.bit_count()
        tokens = sum(segment.tokens for segment in self._segments)
        tokens -= sum(
            segment.lengths[passage]
            for segment, entry in zip(self._segments, described, strict=True)
            for passage in entry.deleted
        )
        self.average_length = tokens / self.passages if self.passages else 0.0
        self.documents = DocumentMap(b"".join(segment.last() for segment in self._segments))
        self.classes = b"".join(segment.classes() for segment in self._segments)
        lengths = b"".join(bytes(segment.lengths) for segment in self._segments)
        self._lengths = memoryview(lengths).cast("H")
        self._dampings = LazyTable(partial(damping, average=self.average_length))
        self._shares = LazyTable(partial(_saturations, average=self.average_length))
        # For each length class and count, in four bytes, the most that BM25 can make of it: in
        # SHARES, rounded up.
        most = chain(*map(self._shares.__getitem__, LENGTH_BUCKETS))
        shares = [math.ceil(saturated / LIMIT * SHARES) for saturated in most]
        self.shares_of_classes = int.from_bytes(struct.pack(f"<{len(shares)}I", *shares), "little")
        kept = max(16, _SETS_BYTES // max(self.size, 1))
        self._rows = cached(max(kept, _ROWS_BYTES // max(self.size, 1)), self._row)
        self._passages_having = cached(kept, self._having)
        self._documents_having = cached(kept, self._having_documents)
        self._frequencies = cached(_FREQUENCIES_KEPT, self._frequency)
        self.variants = cached(_FREQUENCIES_KEPT, self._variants)
        self.pairs = cached(_FREQUENCIES_KEPT, self._pairs)
        self.counter = cached(_COUNTERS_KEPT, self._counter)
        self.record = cached(_RECORDS_KEPT, self._record)

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()

    def _without(self, deleted: Sequence[frozenset[int]]) -> int:
        lanes = bytearray(b"\1") * self.size
        for begin, numbers in zip(self._begins, deleted, strict=False):
            for number in numbers:
                lanes[begin + number] = 0
        return int.from_bytes(lanes, "little")

    # Where words occur

    def row(self, words: tuple[Word, ...], exact: bool) -> bytes:
        """How often words occur one behind the other."""
        return self._rows(*_matched(words, exact))

    def having(self, words: tuple[Word, ...], exact: bool) -> int:
        """The passages where words occur one behind the other."""
        return self._passages_having(*_matched(words, exact))

    def documents_having(self, words: tuple[Word, ...], exact: bool) -> int:
        """The documents where words occur one behind the other."""
        return self._documents_having(*_matched(words, exact))

    def frequency(self, words: tuple[Word, ...], exact: bool) -> int:
        """In how many passages words occur one behind the other; a pair of words, once for
        each of its exact forms."""
        return self._frequencies(*_matched(words, exact))

    def _row(self, words: tuple[Word, ...], exact: bool) -> bytes:
        if len(words) == 1 and not words[0].in_title:
            rows = (segment.row(words[0], exact) for segment in self._segments)
            return self._alive(b"".join(rows))
        row = bytearray(self.size)
        count = self.counter(words, exact)
        # In a title a word counts TITLE_WEIGHT times.
        least = TITLE_WEIGHT if words[0].in_title else 1
        for passage in members(self._with_all(words, exact, least), self.size):
            row[passage] = min(MAX_TF, count(self.words(passage)))
        return bytes(row)

    def _alive(self, row: bytes) -> bytes:
        if self.passages == self.size:
            return row
        lanes = int.from_bytes(row, "little") & self._live * 0xFF
        return lanes.to_bytes(self.size, "little")

    def _having(self, words: tuple[Word, ...], exact: bool) -> int:
        return with_tf(self.row(words, exact))

    def _having_documents(self, words: tuple[Word, ...], exact: bool) -> int:
        return self.documents.to_documents(self.having(words, exact))

    def with_all(self, folded: Sequence[str]) -> int:
        """The passages with all of some words in any typing, wherever."""
        return self._with_all(tuple(map(_bare, folded)), exact=False)

    def _with_all(self, words: tuple[Word, ...], exact: bool, least: int = 1) -> int:
        """The passages with all of some words, wherever, each as often."""
        anywhere = [(word._replace(in_title=False),) for word in words]
        if least == 1:
            return reduce(and_, (self.having(word, exact) for word in anywhere))
        return reduce(and_, (with_tf(self.row(word, exact), least) for word in anywhere))

    def _frequency(self, words: tuple[Word, ...], exact: bool) -> int:
        first = words[0]
        if first.in_title or any(word.kind is not Kind.WORD for word in words):
            return cardinality(self.having(words, exact), self.size)
        match words, exact:
            case (word,), True:
                return self.variants(word.folded).get(word.exact, 0)
            case (one, other), False if not (one.match_marks or other.match_marks):
                return sum(self.pairs(one.folded, other.folded).values())
            case (one, other), True:
                return self.pairs(one.folded, other.folded).get((one.exact, other.exact), 0)
        return cardinality(self.having(words, exact), self.size)

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        """See `engines.IndexReader`."""
        return sorted({word for s in self._segments for word in s.words_with_prefix(beginning)})

    def _variants(self, folded: str) -> dict[str, int]:
        """See `engines.IndexReader`."""
        total: Tally[str] = Tally()
        for number, segment in enumerate(self._segments):
            total.update(segment.variants(folded))
            deleted = self._deleted_with(number, folded)
            forms = segment.forms(folded) if deleted else {}
            for passage in deleted:
                words = segment.words(passage)
                total.subtract([form for character, form in forms.items() if character in words])
        return {form: count for form, count in sorted(total.items()) if count}

    def _pairs(self, first: str, second: str) -> dict[tuple[str, str], int]:
        """See `engines.IndexReader`."""
        total: Tally[tuple[str, str]] = Tally()
        counted_in = [segment.pairs(first, second) for segment in self._segments]
        alive = self._alive_with(first, second) if None in counted_in else []
        for number, (segment, counted) in enumerate(zip(self._segments, counted_in, strict=True)):
            if counted is None:
                total.update(_side_by_side(segment, alive[number], first, second))
            elif counted:
                total.update(counted)
                if passages := self._deleted_with(number, first, second):
                    total.subtract(_side_by_side(segment, passages, first, second))
        return {pair: count for pair, count in total.items() if count}

    def _alive_with(self, *folded: str) -> list[list[int]]:
        """Of each segment the passages that have some words in any typing."""
        passages = members(self.with_all(folded), self.size)
        ends = [bisect_left(passages, begin) for begin in self._begins]
        own = [passages[start:stop] for start, stop in pairwise(ends)]
        return [[p - begin for p in some] for begin, some in zip(self._begins, own, strict=False)]

    def _deleted_with(self, number: int, *folded: str) -> list[int]:
        """The deleted passages of a segment that have some words in any typing."""
        deleted = sorted(self._deleted[number])
        for word in map(_bare, folded if deleted else ()):
            row = self._segments[number].row(word, exact=False)
            deleted = [passage for passage in deleted if row[passage]]
        return deleted

    def _counter(self, words: tuple[Word, ...], exact: bool) -> "PhraseFrequency":
        """Counts how often words occur one behind the other in a passage."""
        return PhraseFrequency(self._segments, words, exact)

    # Passages

    def damping(self, passage: int) -> float:
        """See `ranking`."""
        return self._dampings[self._lengths[passage]]

    def shares(self, passage: int) -> Sequence[float]:
        """For each count the most that BM25 can make of it in a passage."""
        return self._shares[self._lengths[passage]]

    def words(self, passage: int) -> TokenString:
        """The words of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return number, self._segments[number].words(passage - self._begins[number])

    def _record(self, passage: int) -> StoredPassage:
        """What is kept of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return self._segments[number].record(passage - self._begins[number])

    def of_sources(self, accepts: Callable[[str], bool]) -> int:
        """The passages of the files that are accepted."""
        rows = b"".join(segment.of_sources(accepts) for segment in self._segments)
        return with_tf(self._alive(rows))


def _saturations(length: int, average: float) -> list[float]:
    """For each count the most that BM25 can make of it in a passage of `length` tokens."""
    if not average:
        return [LIMIT] * (MAX_TF + 1)
    damped = damping(length, average)
    return [*(saturation(count, damped) for count in range(MAX_TF)), LIMIT]


def _bare(folded: str) -> Word:
    return Word(folded, folded, folded)


def _matched(words: tuple[Word, ...], exact: bool) -> tuple[tuple[Word, ...], bool]:
    """Words that occur where these do: the same ones for all typings of a word."""
    word = words[0]
    if exact or len(words) > 1 or word.match_marks or word.in_title or word.kind is not Kind.WORD:
        return words, exact
    return (_bare(word.folded),), exact


def _side_by_side(
    segment: SegmentReader, passages: Iterable[int], first: str, second: str
) -> Tally[tuple[str, str]]:
    """The exact forms of two folded ones that stand side by side in passages, and in how
    many."""
    firsts, seconds = segment.forms(first), segment.forms(second)
    return Tally(
        (one, other)
        for words in map(segment.words, passages)
        for a, one in firsts.items()
        if a in words
        for b, other in seconds.items()
        if a + b in words
    )


class PhraseFrequency:
    """Counts how often words of a query occur one behind the other."""

    def __init__(
        self, segments: Sequence[SegmentReader], words: tuple[Word, ...], exact: bool
    ) -> None:
        self._in_text = not words[0].in_title
        # Of each segment.
        self._slots = LazyTable(lambda n: [segments[n].characters(word, exact) for word in words])
        self._strings = LazyTable(lambda n: segments[n].strings(words, exact))

    def __call__(self, found: TokenString, *, text_only: bool = False) -> int:
        """How often in the words of a passage, those of its title TITLE_WEIGHT times or, with
        `text_only`, not at all."""
        number, words = found
        total = of_title = 0
        if (strings := self._strings[number]) is None:
            starts, gap = _starts(words, self.characters(number)), words.index(FIELD_SEPARATOR)
            total, of_title = len(starts), sum([start > gap for start in starts])
        else:
            for string in strings:
                if string in words:
                    total += words.count(string)
                    of_title += words.count(string, words.index(FIELD_SEPARATOR))
        of_text = (total - of_title) * self._in_text
        return of_text if text_only else of_text + TITLE_WEIGHT * of_title

    def characters(self, number: int) -> list[str]:
        """Of each word the characters that stand for it in a segment."""
        return self._slots[number]


def _starts(words: str, slots: Sequence[str]) -> list[int]:
    """Where characters stand one behind the other, each one of those in its slot."""
    first, *rest = slots
    starts = []
    if len(first) < len(words):
        for character in first:
            start = words.find(character)
            while start >= 0:
                starts.append(start)
                start = words.find(character, start + 1)
    else:
        starts = [start for start, character in enumerate(words) if character in first]
    for place, slot in enumerate(rest, 1):
        # An empty slice is in every slot, but no word stands behind the last one.
        starts = [s for s in starts if s + place < len(words) and words[s + place] in slot]
    return starts
