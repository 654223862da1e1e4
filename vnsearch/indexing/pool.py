"""Parts of files -> reports and batches, in several processes when there is much to read."""

import gc
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection, Pipe, wait
from typing import Final, NamedTuple

from vnsearch.engines import Batch, Builder
from vnsearch.errors import VnsearchError
from vnsearch.indexing.reading import Part, PartReader, PartReport
from vnsearch.language import _
from vnsearch.platform import processes

_TASK_COST: Final = 1 << 20  # of parts sent together: the others are soon free at the end


class Result(NamedTuple):
    """What a process has done since its last result."""

    process: int  # from 0
    reports: list[PartReport]  # in the order in which the parts were read
    batches: list[Batch]


def read_all(
    parts: Iterable[Part], builder: Callable[[int], Builder], jobs: int
) -> Generator[Result]:
    """Read parts of files with as many processes as there are jobs, or in this one if one is
    enough; `builder` makes the builder of each.

    The results of a process come in its order, those of several in any. Raises VnsearchError
    when a process dies, and whatever stops the reading in one. To be closed.
    """
    return _read_in_processes(parts, builder, jobs) if jobs > 1 else _read_here(parts, builder(0))


def _read_here(parts: Iterable[Part], builder: Builder) -> Generator[Result]:
    with closing(PartReader(builder)) as reader:
        for part in parts:
            yield Result(0, reader.read(part), reader.batches())
        yield Result(0, [], reader.finish())


def _read_in_processes(
    parts: Iterable[Part], builder: Callable[[int], Builder], jobs: int
) -> Generator[Result]:
    workers: list[_Worker] = []
    try:
        for task in _tasks(parts):
            if len(workers) < jobs:
                workers.append(_Worker(len(workers), builder(len(workers)), workers))
                worker = workers[-1]
            else:
                ready = wait([worker.pipe for worker in workers])
                worker = next(worker for worker in workers if worker.pipe in ready)
                yield worker.result()
            worker.send(task)
        for worker in workers:
            yield worker.result()
            worker.send([])
        for worker in workers:
            yield worker.result()
            worker.join()
    finally:
        for worker in workers:
            worker.kill()


def _tasks(parts: Iterable[Part]) -> Iterator[list[Part]]:
    task, cost = list[Part](), 0
    for part in parts:
        task.append(part)
        cost += part.cost
        if cost >= _TASK_COST:
            yield task
            task, cost = [], 0
    if task:
        yield task


class _Worker:
    """A process that reads the parts of one task after another; an empty one is the last."""

    def __init__(self, number: int, builder: Builder, others: Sequence["_Worker"]) -> None:
        self.pipe, end = Pipe()
        ours = [self.pipe, *(other.pipe for other in others)] if processes.FORKS else []
        self._number = number
        self._process = processes.Process(target=_work, args=(builder, end, ours, os.getpid()))
        with processes.interrupts_blocked():
            self._process.start()
        assert self._process.pid is not None
        processes.tie(self._process.pid)
        end.close()

    def send(self, task: list[Part]) -> None:
        """Let the process read parts."""
        with _as_error():
            self.pipe.send(task)

    def result(self) -> Result:
        """Wait until the parts are read; raises what stopped that."""
        with _as_error():
            found = self.pipe.recv()
        if isinstance(found, BaseException):
            raise found
        reports, batches = found
        return Result(self._number, reports, batches)

    def join(self) -> None:
        """Wait for the end of the process."""
        self._process.join()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()


@contextmanager
def _as_error() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as error:
        raise VnsearchError(_("a process that was reading files died"), _("try again")) from error


def _work(builder: Builder, pipe: Connection, inherited: Sequence[Connection], parent: int) -> None:
    """What a process does. It ends with the one that began it, and so does the lock of the index,
    which it has inherited."""
    processes.end_with_parent(parent)
    for connection in inherited:
        connection.close()  # or it would not notice the end of the process that has them
    gc.disable()  # there is hardly any garbage that Python must look for
    # The other end is closed when the process that has it is gone.
    with suppress(EOFError, ConnectionError), closing(PartReader(builder)) as reader:
        while True:
            task = pipe.recv()
            try:
                reports = [report for part in task for report in reader.read(part)]
                pipe.send((reports, reader.batches() if task else reader.finish()))
            except Exception as error:
                pipe.send(error)
                return
            if not task:
                return
