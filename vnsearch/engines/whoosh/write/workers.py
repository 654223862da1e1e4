"""A batch -> a segment: in this process, or in others that stay for many batches."""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.engines import Report
from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.errors import VnsearchError
from vnsearch.model import Document

if TYPE_CHECKING:
    from vnsearch.analysis.bulk import Vocabulary
    from vnsearch.readers import Unread

# A forked process need not import everything again. It touches neither the terminal nor the
# thread that may be drawing a progress bar on it.
_CONTEXT: Final = get_context("fork" if sys.platform == "linux" else None)

# For numpy: the threads of its linear algebra, which nothing here uses, would spin at the start,
# and huge pages take longer to clear than what is done with them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")

_SENT_TOGETHER: Final = 8  # documents, or stretches of a file, which are large

_TERMS_KEPT: Final = 500_000  # by a process, from one batch to the next

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # what `mallopt` calls them
_ONE_GB: Final = 1 << 30

Sourced = tuple[str, "Document | Unread"]


class Made(NamedTuple):
    """A segment, if there was anything for it, and what was read for it."""

    segment: SegmentEntry | None
    read: list[tuple[Report, int]]  # of each that was unread; its first document in the segment


_vocabulary: "Vocabulary | None" = None  # of this process, for the batches to come


def make(path: Path, batch: list[Sourced]) -> Made:
    """Make the segment of a batch, which is empty then."""
    from vnsearch.analysis.bulk import Vocabulary
    from vnsearch.engines.whoosh.write.segment_builder import build

    global _vocabulary
    if _vocabulary is None or len(_vocabulary.terms) > _TERMS_KEPT:
        _vocabulary = Vocabulary()
    read: list[tuple[Report, int]] = []
    passages = build(path, _documents(batch, read), _vocabulary)
    return Made(manifest.described(path, passages) if passages else None, read)


def _documents(
    batch: list[Sourced], read: list[tuple[Report, int]]
) -> Iterator[tuple[str, Document]]:
    """The documents of a batch, each with its source, while `Made.read` of it is noted."""
    number = 0
    batch.reverse()
    while batch:
        source, item = batch.pop()
        if isinstance(item, Document):
            documents: Iterable[Document] = (item,)
        else:
            report = Report([], [], [], [])
            read.append((report, number))
            documents = _reported(item, report)
        for document in documents:
            number += 1
            yield source, document


def _reported(unread: "Unread", report: Report) -> Iterator[Document]:
    """The documents of what is unread, while they are reported."""
    for item in unread.read():
        if not isinstance(item, Document):
            report.flaws.append((len(report.keys), item.reason))
            continue
        report.keys.append(item.key)
        report.numbers.append(item.locator.number if item.locator else 0)
        if item.encoding is not None:
            report.encodings.append(item.encoding)
        yield item


class Worker:
    """A process that makes segments, one after another."""

    def __init__(self, others: Sequence["Worker"]) -> None:
        from vnsearch.engines.whoosh.write import segment_builder  # noqa: F401  once for all processes

        self.pipe, end = _CONTEXT.Pipe()
        ours = [self.pipe, *(other.pipe for other in others)]
        self._process = _CONTEXT.Process(target=_work, args=(end, ours))
        with _interrupts_blocked():
            self._process.start()
        end.close()
        self._numbers = range(0)

    def make(self, path: Path, batch: Sequence[Sourced], numbers: range) -> None:
        """Begin a segment; `numbers` come back with the result."""
        self._numbers = numbers
        with as_writer_error():
            self.pipe.send((path, len(batch)))
            for begin in range(0, len(batch), _SENT_TOGETHER):
                self.pipe.send(batch[begin : begin + _SENT_TOGETHER])

    def result(self) -> tuple[Made, range]:
        """The segment, when it is made; raises what kept it from being made."""
        with as_writer_error():
            result = self.pipe.recv()
        if isinstance(result, BaseException):
            raise result
        return result, self._numbers

    def end(self) -> None:
        """Let the process end, which has nothing to do."""
        with as_writer_error():
            self.pipe.send(None)
        self._process.join()

    def stop(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()


@contextmanager
def as_writer_error() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as error:
        why = "a process that was writing the index died"
        raise VnsearchError(why, "try again") from error


def _work(pipe: Connection, inherited: Sequence[Connection]) -> None:
    """What a process does: make segments of batches, and tell of them."""
    for connection in inherited:
        connection.close()  # or it would not be told when the process that has them is gone
    gc.disable()  # there is hardly any garbage that Python must look for
    keep_freed_memory()
    with suppress(EOFError, ConnectionError):  # that process is gone
        while (task := pipe.recv()) is not None:
            path, size = task
            batch: list[Sourced] = []
            while len(batch) < size:
                batch += pipe.recv()
            try:
                result: Made | Exception = make(path, batch)
            except Exception as error:
                result = error
            pipe.send(result)


def keep_freed_memory() -> None:
    """Where this can be set (glibc), keep freed arrays for the next ones: the kernel clears each
    page that it gives, which takes longer than most of what is done with it here."""
    with suppress(AttributeError, OSError):
        tune = ctypes.CDLL(None).mallopt
        tune(_MMAP_THRESHOLD, _ONE_GB)
        tune(_TRIM_THRESHOLD, _ONE_GB)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """For processes begun meanwhile, for good: Ctrl-C reaches the whole group, and it is
    for the one that began them to stop them. To that one it comes when this is over."""
    interrupts = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, interrupts)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
