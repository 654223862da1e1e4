"""The segments of an index as one: numbers of passages, documents, token strings, stored fields.

Passages are numbered through all segments; sets of them are bitsets, see `bitset`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from heapq import nsmallest
from itertools import accumulate
from pathlib import Path
from typing import Final

from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.segment_file import bitset_size
from vnsearch.engines.whoosh.read.bitset import DocumentMap, bitset_of, to_bytes
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.phrases import TokenString
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.engines.whoosh.read.terms import Slices
from vnsearch.model import StoredPassage

_RECORDS_KEPT: Final = 100


class Segments:
    """An index opened for reading, passage by passage."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexUnusableError."""
        entries = manifest.read(folder)
        self._segments = [SegmentReader(folder / entry.file) for entry in entries]
        # The passages of a segment begin at a multiple of 8: bitsets are joined as bytes.
        self._octets = [bitset_size(segment.size) for segment in self._segments]
        self._begins = [8 * octets for octets in accumulate(self._octets, initial=0)]
        self.size = self._begins[-1]  # the numbers of passages, of deleted and of missing ones
        self._deleted = [entry.deleted for entry in entries]
        existing = self._joined(lambda _, s: (to_bytes((1 << s.size) - 1),), 1)[0]
        gone = (
            begin + passage
            for begin, deleted in zip(self._begins, self._deleted, strict=False)
            for passage in deleted
        )
        self._live = existing & ~bitset_of(gone, self.size)
        without_words = sum(segment.without_words for segment in self._segments)
        without_words -= sum(
            not segment.lengths[passage]
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
            if segment.without_words
            for passage in deleted
        )
        self.passages = self._live.bit_count() - without_words  # live ones, with words
        tokens = sum(segment.tokens for segment in self._segments)
        tokens -= sum(
            segment.lengths[passage]
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
            for passage in deleted
        )
        self.average_length = tokens / self.passages if self.passages else 1.0  # in tokens
        lengths = b"".join(
            bytes(segment.lengths).ljust(16 * octets, b"\0")
            for segment, octets in zip(self._segments, self._octets, strict=True)
        )
        self.lengths = memoryview(lengths).cast("H")  # of passages, in tokens
        last = self._joined(lambda _, segment: (to_bytes(segment.last()),), 1)[0]
        self.documents = DocumentMap(last, (1 << self.size) - 1 ^ existing)
        self.live_documents = self.documents.to_documents(self._live)
        self.record = cached(_RECORDS_KEPT, self._read_record)

    def close(self) -> None:
        """Close the files."""
        for segment in self._segments:
            segment.close()

    def text_hash(self, document: int) -> int:
        """Return the hash of a document's text, by the number of its last passage: 0 if none."""
        number = bisect_right(self._begins, document) - 1
        found: int = self._segments[number].hashes[document - self._begins[number]]
        return found

    def copies(self, document: int) -> int:
        """Return the documents with the same text as one that has a text, and that one."""
        wanted, found = self.text_hash(document), 0
        for begin, segment in zip(self._begins, self._segments, strict=False):
            for copy in segment.with_hash(wanted):
                found |= 1 << begin + copy
        return found

    def lowest_hashes(self, documents: int, count: int) -> list[int]:
        """Return those of a set whose texts have the lowest hashes, at most `count`, by hash."""
        octets = to_bytes(documents)
        found = (
            segment.by_hash(octets[begin // 8 : end // 8], count)
            for segment, begin, end in zip(
                self._segments, self._begins, self._begins[1:], strict=False
            )
        )
        every = (
            (text, begin + document)
            for begin, some in zip(self._begins, found, strict=False)
            for text, document in some
        )
        return [document for _, document in nsmallest(count, every)]

    def documents_by_source(self) -> dict[str, int]:
        """Return the names of the files that have live documents, and how many."""
        counts: Counter[str] = Counter()
        for segment, deleted in zip(self._segments, self._deleted, strict=True):
            counts.update(segment.documents_by_source(deleted))
        return counts

    def sources(self) -> list[str]:
        """Return the source of each passage; "" for numbers of none."""
        found = list[str]()
        for segment, end in zip(self._segments, self._begins[1:], strict=True):
            found += segment.sources()
            found += [""] * (end - len(found))
        return found

    def passages_of(self, source: str, key: str) -> Sequence[int]:
        """Return the passages of a document, in order; none when there is no such document."""
        for begin, segment, deleted in zip(
            self._begins, self._segments, self._deleted, strict=False
        ):
            found = segment.passages_of(source, key)
            if live := [begin + passage for passage in found if passage not in deleted]:
                return live
        return ()

    def token_string(self, passage: int) -> TokenString:
        """Return the tokens of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return number, self._segments[number].token_string(passage - self._begins[number])

    def _joined(
        self, slices_of: Callable[[int, SegmentReader], Slices], bits: int
    ) -> tuple[int, ...]:
        """The bit-sliced numbers of all segments as those of one."""
        parts = [slices_of(number, segment) for number, segment in enumerate(self._segments)]
        rows: list[list[bytes]] = [[] for _ in range(bits)]
        for part, octets in zip(parts, self._octets, strict=True):
            for bit, row in enumerate(rows):
                own = part[bit] if bit < len(part) else b""
                row.append(own if len(own) == octets else own.ljust(octets, b"\0"))
        return tuple([int.from_bytes(b"".join(row), "little") for row in rows])

    def _read_record(self, passage: int) -> StoredPassage:
        """The stored fields of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return self._segments[number].record(passage - self._begins[number])
