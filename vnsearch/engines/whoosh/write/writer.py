"""Documents -> batches -> segments, in several processes when there is much to do.

A batch becomes a segment; small segments are merged, so that there are never many.
"""

import math
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress, count
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vnsearch.engines import Report
from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.terms import PostingLists, TermDictionary
from vnsearch.engines.whoosh.write import workers
from vnsearch.engines.whoosh.write.workers import Made, Sourced, Worker
from vnsearch.model import Document

if TYPE_CHECKING:
    from vnsearch.readers import Unread

# Of a batch: what is larger makes fewer segments, but takes more memory.
_BATCH_BYTES: Final = 40_000_000
_BATCH_DOCUMENTS: Final = 60_000
_BYTES_PER_CODE_POINT: Final = 1.35  # of Vietnamese in UTF-8

# More segments than this that are not full are merged, the smallest first.
_SEGMENTS: Final = 8
_MERGED_AT_ONCE: Final = 6
_FULL: Final = 65_535  # passages: merging more makes searching little faster

# A segment is written anew when so much of it is deleted.
_DELETED_SHARE: Final = 0.25


class WhooshWriter:
    """The `Writer` of the Whoosh engine."""

    def __init__(self, folder: Path, jobs: int, size: int) -> None:
        workers.keep_freed_memory()
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._segments = manifest.read(folder) if (folder / manifest.NAME).exists() else []
        self._old = [_Changing(folder, segment) for segment in self._segments]
        self._batch: list[Sourced] = []
        self._size = 0.0
        self._next = 1 + max((int(s.file.partition(".")[0]) for s in self._segments), default=0)
        self._jobs = jobs
        # As many batches for each process, and all of a size, so that they end together.
        batches = jobs * (math.ceil(size / jobs / _BATCH_BYTES) or 1)
        self._enough = size / batches if size and batches > 1 else _BATCH_BYTES
        self._workers: list[Worker] = []
        self._made: list[_Changing] = []
        self._unread = 0
        self._reports: dict[int, Report] = {}  # by when they were asked for
        self._places: dict[int, tuple[_Changing, int]] = {}  # of their documents, likewise

    def add(self, source: str, document: Document) -> None:
        """See `engines.Writer`."""
        size = _BYTES_PER_CODE_POINT * (len(document.text) + len(document.title))
        self._take((source, document), size)

    def add_unread(self, source: str, unread: "Unread") -> int:
        """See `engines.Writer`."""
        self._unread += 1
        self._take((source, unread), len(unread.stretch.data))
        return self._unread - 1

    def settle(self) -> Sequence[Report]:
        """See `engines.Writer`."""
        if self._batch:
            self._hand_over()
        for worker in self._workers:
            self._keep(*worker.result())
            worker.end()
        self._workers.clear()
        return [self._reports[number] for number in range(self._unread)]

    def drop(self, unread: int, document: int) -> None:
        """See `engines.Writer`."""
        segment, first = self._places[unread]
        segment.remove_document(first + document)

    def remove(self, source: str) -> None:
        """See `engines.Writer`."""
        for old in self._old:
            old.remove(source)

    def commit(self) -> None:
        """See `engines.Writer`."""
        self.settle()
        segments = [s for old in self._old if (s := old.renewed()).live]
        segments += sorted((s for made in self._made if (s := made.renewed()).live), key=_number)
        while chosen := _to_merge(segments):
            merged = self._merged(chosen)
            segments = [s for s in segments if s not in chosen]
            segments += [merged]
        manifest.write(self._folder, sorted(segments, key=_number))
        self._close()
        kept = {segment.file for segment in segments}
        for path in self._folder.glob("*.segment"):
            if path.name not in kept:
                path.unlink()

    def cancel(self) -> None:
        """See `engines.Writer`."""
        for worker in self._workers:
            worker.stop()
        self._close()

    def _take(self, item: Sourced, size: float) -> None:
        self._batch.append(item)
        self._size += size
        if self._size >= self._enough or len(self._batch) >= _BATCH_DOCUMENTS:
            self._hand_over()

    def _hand_over(self) -> None:
        """Let the batch become a segment, now or in a process."""
        path, batch = self._path(), self._batch
        self._batch, self._size = [], 0.0
        unread = sum(not isinstance(item, Document) for _, item in batch)
        numbers = range(self._unread - unread, self._unread)
        if self._jobs == 1:
            self._keep(workers.make(path, batch), numbers)
        else:
            self._free_worker().make(path, batch, numbers)

    def _free_worker(self) -> "Worker":
        if len(self._workers) < self._jobs:
            self._workers.append(Worker(self._workers))
            return self._workers[-1]
        ready = wait([worker.pipe for worker in self._workers])
        worker = next(worker for worker in self._workers if worker.pipe in ready)
        self._keep(*worker.result())
        return worker

    def _keep(self, made: Made, numbers: range) -> None:
        """Take in what became of a batch, with those reports."""
        for number, (report, _) in zip(numbers, made.read, strict=True):
            self._reports[number] = report
        if made.segment is not None:
            segment = _Changing(self._folder, made.segment)
            self._made.append(segment)
            firsts = (first for _, first in made.read)
            self._places.update(zip(numbers, ((segment, first) for first in firsts), strict=True))

    def _path(self) -> Path:
        path = self._folder / f"{self._next}.segment"
        self._next += 1
        return path

    def _merged(self, segments: Sequence[SegmentEntry]) -> SegmentEntry:
        from vnsearch.engines.whoosh.write.segment_builder import merge

        path = self._path()
        parts = [(Arrays(self._folder / s.file), s.deleted) for s in segments]
        try:
            return manifest.described(path, merge(path, parts))
        finally:
            for arrays, _ in parts:
                arrays.close()

    def _close(self) -> None:
        for segment in (*self._old, *self._made):
            segment.close()


class _Changing:
    """A segment while passages of it are deleted."""

    def __init__(self, folder: Path, segment: SegmentEntry) -> None:
        self._segment, self._deleted = segment, set(segment.deleted)
        self._path = folder / segment.file

    def remove(self, source: str) -> None:
        """Delete the passages of a file."""
        number = self._names.find(os.fsencode(source))
        if number is not None:
            row = self._passages.dense(number)
            self._deleted.update(compress(range(len(row)), row))

    def remove_document(self, number: int) -> None:
        """Delete the passages of a document, counted from 0 in the whole segment."""
        begin, end = self._ends[number - 1] if number else 0, self._ends[number]
        self._deleted.update(range(begin, end))

    def renewed(self) -> SegmentEntry:
        """The segment as it is now."""
        return self._segment._replace(deleted=frozenset(self._deleted))

    def close(self) -> None:
        """Let go of the file."""
        if "_arrays" in self.__dict__:
            self._arrays.close()

    @cached_property
    def _arrays(self) -> Arrays:
        return Arrays(self._path)

    @cached_property
    def _names(self) -> TermDictionary:
        return TermDictionary(self._arrays, "source")

    @cached_property
    def _passages(self) -> PostingLists:
        return PostingLists(self._arrays, "source", range(len(self._names) + 1))

    @cached_property
    def _ends(self) -> list[int]:
        """Where each document ends."""
        return list(compress(count(1), self._arrays["last"]))


def _number(segment: SegmentEntry) -> int:
    return int(segment.file.partition(".")[0])


def _to_merge(segments: Iterable[SegmentEntry]) -> list[SegmentEntry]:
    """Segments that should become one; none when all is well.

    Small ones by the dozen cost every search a little, and deleted passages cost room.
    """
    by_size = sorted(segments, key=lambda s: (s.live, s.file))
    for segment in by_size:
        if len(segment.deleted) > _DELETED_SHARE * segment.passages:
            return [segment]
    small = [segment for segment in by_size if segment.live < _FULL // 2]
    if len(small) <= _SEGMENTS:
        return []
    chosen, total = [], 0
    for segment in small[:_MERGED_AT_ONCE]:
        total += segment.live
        if total <= _FULL:
            chosen.append(segment)
    return chosen
