"""Documents -> batches -> segments, in several processes when there is much to do.

A batch becomes a segment; small segments are merged, so that there are never many.
"""

import ctypes
import gc
import math
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import compress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
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

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # what `mallopt` calls them
_ONE_GB: Final = 1 << 30

_TERMS_KEPT: Final = 500_000  # by a process, from one batch to the next

# A forked process need not import everything again, and has the documents without a copy of
# them. It touches neither the terminal nor the thread that may be drawing a progress bar on it.
_CONTEXT: Final = get_context("fork" if sys.platform == "linux" else None)

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
        self._made: list[Segment] = []
        self._making: list[_Making] = []

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
        self._made += [making.result() for making in self._making]
        self._making.clear()
        segments = [s for old in self._old if (s := old.renewed()).live]
        segments += sorted(self._made, key=_number)
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
        for making in self._making:
            making.stop()
        self._close()

    def _hand_over(self) -> None:
        """Let the batch become a segment, now or in a process."""
        path, documents = self._path(), self._batch
        self._batch, self._size = [], 0.0
        if self._jobs == 1:
            self._made.append(_build(path, documents))
            return
        if len(self._making) == self._jobs:
            ready = wait([making.answer for making in self._making])
            done = next(making for making in self._making if making.answer in ready)
            self._made.append(done.result())
            self._making.remove(done)
        with _interrupts_blocked():
            self._making.append(_Making(path, documents))

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

    def _close(self) -> None:
        for old in self._old:
            old.close()


class _Making:
    """A segment that a process of its own makes."""

    def __init__(self, path: Path, documents: Sequence[Sourced]) -> None:
        from vnsearch.engines.whoosh import building  # noqa: F401  once for all processes

        self.answer, end = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_make, args=(end, path, documents))
        self._process.start()
        end.close()

    def result(self) -> Segment:
        """The segment, when it is made; raises what kept it from being made."""
        try:
            result = self.answer.recv()
        except EOFError as error:
            why = "a process that was writing the index died"
            raise VnsearchError(why, "try again") from error
        self._process.join()
        if isinstance(result, BaseException):
            raise result
        made: Segment = result
        return made

    def stop(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()


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


def _make(end: Connection, path: Path, documents: Sequence[Sourced]) -> None:
    """What a process does: make the segment of a batch, and tell of it."""
    gc.disable()  # it ends before much garbage can be
    _keep_freed_memory()
    try:
        end.send(_build(path, documents))
    except Exception as error:
        end.send(error)


def _keep_freed_memory() -> None:
    """Where this can be set (glibc), keep freed arrays for the next ones: the kernel clears each
    page that it gives, which takes longer than most of what is done with it here."""
    with suppress(AttributeError):
        tune = ctypes.CDLL(None).mallopt
        tune(_MMAP_THRESHOLD, _ONE_GB)
        tune(_TRIM_THRESHOLD, _ONE_GB)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """For processes begun meanwhile, for good: Ctrl-C reaches the whole group, and it is
    for the one that began them to stop them. To that one it comes when this is over."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
