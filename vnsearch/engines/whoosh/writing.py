"""Documents -> batches -> segments, in several processes when there is much to do.

A batch becomes a segment; small segments are merged, so that there are never many.
"""

import math
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import compress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vnsearch.analysis import WORD
from vnsearch.engines.whoosh import manifest
from vnsearch.engines.whoosh.layout import Arrays
from vnsearch.engines.whoosh.manifest import Segment
from vnsearch.engines.whoosh.terms import Postings, Terms
from vnsearch.errors import VnsearchError
from vnsearch.model import Document

if TYPE_CHECKING:
    from vnsearch.bulk import Vocabulary

# Of a batch: what is larger makes fewer segments, but takes more memory.
_BATCH_BYTES: Final = 20_000_000
_BATCH_DOCUMENTS: Final = 60_000
_BYTES_PER_CODE_POINT: Final = 1.35  # of Vietnamese in UTF-8

# More segments than this that are not full are merged, the smallest first.
_SEGMENTS: Final = 8
_MERGED_AT_ONCE: Final = 6
_FULL: Final = 65_535  # passages: merging more makes searching little faster

# A segment is written anew when so much of it is deleted.
_DELETED_SHARE: Final = 0.25

_TERMS_KEPT: Final = 500_000  # by a process, from one batch to the next

Sourced = tuple[str, Document]


class WhooshWriter:
    """The `Writer` of the Whoosh engine."""

    def __init__(self, folder: Path, jobs: int, size: int) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._segments = manifest.read(folder) if (folder / manifest.NAME).exists() else []
        self._old = [_Old(folder, segment) for segment in self._segments]
        self._batch: list[Sourced] = []
        self._size = 0.0
        self._next = 1 + max((int(s.file.partition(".")[0]) for s in self._segments), default=0)
        self._jobs = jobs
        # As many batches for each process, and all of a size, so that they end together.
        rounds = math.ceil(size / jobs / _BATCH_BYTES) or 1
        self._enough = min(size / jobs / rounds, _BATCH_BYTES) or _BATCH_BYTES
        self._pool = _pool(jobs) if jobs > 1 else None
        self._pending: set[Future[Segment]] = set()

    def add(self, source: str, document: Document) -> bool:
        """See `engines.Writer`."""
        if not WORD.search(document.text):
            return False
        self._batch.append((source, document))
        self._size += _BYTES_PER_CODE_POINT * (len(document.text) + len(document.title))
        if self._size >= self._enough or len(self._batch) >= _BATCH_DOCUMENTS:
            self._hand_over()
        return True

    def remove(self, source: str) -> None:
        """See `engines.Writer`."""
        for old in self._old:
            old.remove(source)

    def commit(self) -> None:
        """See `engines.Writer`."""
        if self._batch:
            self._hand_over()
        with _deaths_told():
            made = [future.result() for future in self._pending]
        segments = [s for old in self._old if (s := old.renewed()).live]
        segments += sorted(made, key=_number)
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
        self._close(kill=True)

    def _hand_over(self) -> None:
        """Let the batch become a segment, now or in a process."""
        path = self._path()
        if self._pool is None:
            done: Future[Segment] = Future()
            done.set_result(_build(path, self._batch))
            self._pending.add(done)
        else:
            while sum(not future.done() for future in self._pending) > self._jobs:
                wait(self._pending, return_when=FIRST_COMPLETED)
            with _interrupts_blocked(), _deaths_told():
                self._pending.add(self._pool.submit(_build, path, self._batch))
        self._batch, self._size = [], 0.0

    def _path(self) -> Path:
        path = self._folder / f"{self._next}.segment"
        self._next += 1
        return path

    def _merged(self, segments: Sequence[Segment]) -> Segment:
        from vnsearch.engines.whoosh.building import merge

        path = self._path()
        parts = [(Arrays(self._folder / s.file), s.deleted) for s in segments]
        try:
            return manifest.described(path, merge(path, parts))
        finally:
            for arrays, _ in parts:
                arrays.close()

    def _close(self, *, kill: bool = False) -> None:
        for old in self._old:
            old.close()
        if self._pool is not None:
            processes = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=not kill, cancel_futures=True)
            if kill:
                for process in processes:
                    process.kill()
                    process.join()


class _Old:
    """A segment of the index as it was, while passages of it are deleted."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        self._segment, self._deleted = segment, set(segment.deleted)
        self._arrays = Arrays(folder / segment.file)
        self._names = Terms(self._arrays, "source")
        self._passages = Postings(self._arrays, "source", range(len(self._names) + 1))

    def remove(self, source: str) -> None:
        """Delete the passages of a file."""
        number = self._names.find(os.fsencode(source))
        if number is not None:
            row = self._passages.row(number)
            self._deleted.update(compress(range(len(row)), row))

    def renewed(self) -> Segment:
        """The segment as it is now."""
        return self._segment._replace(deleted=frozenset(self._deleted))

    def close(self) -> None:
        """Let go of the file."""
        self._arrays.close()


def _number(segment: Segment) -> int:
    return int(segment.file.partition(".")[0])


def _to_merge(segments: Iterable[Segment]) -> list[Segment]:
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


_vocabulary: "Vocabulary | None" = None  # of this process, for the batches to come


def _build(path: Path, documents: Sequence[Sourced]) -> Segment:
    """Make the segment of a batch."""
    from vnsearch.bulk import Vocabulary
    from vnsearch.engines.whoosh.building import build

    global _vocabulary
    if _vocabulary is None or len(_vocabulary.terms) > _TERMS_KEPT:
        _vocabulary = Vocabulary()
    return manifest.described(path, build(path, documents, _vocabulary))


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Processes, begun when they get their first work."""
    # Forked ones need not import everything again. They touch neither the terminal nor the
    # thread that may be drawing a progress bar on it.
    return ProcessPoolExecutor(jobs, get_context("fork" if sys.platform == "linux" else None))


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """For processes begun meanwhile, for good: Ctrl-C reaches the whole group, and it is
    for the one that began them to stop them. To that one it comes when this is over."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def _deaths_told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise VnsearchError("a process that was writing the index died", "try again") from error
