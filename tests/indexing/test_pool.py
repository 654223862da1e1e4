"""Reading with one process or several: the same reports and documents, and none left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest

from tests.conftest import write_files
from vnsearch.errors import TooManyWordsError, VnsearchError
from vnsearch.indexing.pool import read_all
from vnsearch.indexing.reading import Part, PartReader, WholeFile
from vnsearch.model import Document
from vnsearch.readers.base import LineChunk

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

MEGABYTE = 1 << 20


class ListBatch(NamedTuple):
    """The documents themselves."""

    added: list[tuple[str, str]]  # source and text

    @property
    def documents(self) -> int:
        return len(self.added)


class ListBuilder:
    """Batches of two documents."""

    def __init__(self, _: int) -> None:
        self._added: list[tuple[str, str]] = []

    def add(self, source: str, document: Document) -> None:
        if document.text == "full":
            raise OSError(28, "No space left on device")
        if len(document.text.split()) > 3:
            raise TooManyWordsError("over 3 different words in one text")
        self._added.append((source, document.text))

    def batches(self) -> Sequence[ListBatch]:
        whole = len(self._added) // 2 * 2
        found, self._added = self._added[:whole], self._added[whole:]
        return [ListBatch(found[n : n + 2]) for n in range(0, whole, 2)]

    def finish(self) -> Sequence[ListBatch]:
        return [ListBatch(self._added)] if self._added else []


def text_part(folder: Path, name: str, cost: int = MEGABYTE) -> Part:
    return Part(name, 0, WholeFile(str(folder / name), None), "", cost)


def chunk(number: int, *texts: str) -> Part:
    lines = "".join(f'{{"id": "{number}.{n}", "text": "{t}"}}\n' for n, t in enumerate(texts))
    return Part("r.jsonl", number, LineChunk(lines.encode(), 1), "", MEGABYTE)


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    files = {f"{n}.txt": f"số {n}" for n in range(7)} | {"page.html": "<p>Trang một</p>"}
    write_files(tmp_path, files)
    chunks = [chunk(n, "một", "hai", "ba") for n in range(5)]
    missing = text_part(tmp_path, "missing.txt")
    return [*(text_part(tmp_path, name) for name in files), missing, *chunks]


def documents_of(results: Sequence[Any]) -> list[tuple[str, str]]:
    return sorted(item for result in results for batch in result.batches for item in batch.added)


@pytest.mark.parametrize("jobs", [1, 2, 5, 40])
@pytest.mark.parametrize("cost", [1, MEGABYTE], ids=["many in a task", "one in a task"])
def test_any_number_of_processes_reads_the_same(parts: list[Part], jobs: int, cost: int) -> None:
    results = list(read_all((p._replace(cost=cost) for p in parts), ListBuilder, jobs))
    reports = [report for result in results for report in result.reports]
    assert sorted((r.source, r.number) for r in reports) == sorted(
        (p.source, p.number) for p in parts
    )
    assert documents_of(results) == sorted(
        [(f"{n}.txt", f"số {n}") for n in range(7)]
        + [("page.html", "Trang một")]
        + [("r.jsonl", text) for text in ("một", "hai", "ba") for _ in range(5)]
    )
    (refused,) = (report for report in reports if report.refused)
    assert refused.source == "missing.txt"
    assert refused.refused == "cannot be read: No such file or directory"
    for process in range(jobs):
        own = [result for result in results if result.process == process]
        count = sum(len(report.keys) for result in own for report in result.reports)
        assert sum(batch.documents for result in own for batch in result.batches) == count


@pytest.mark.parametrize("jobs", [1, 2])
def test_parts_are_made_while_others_are_read(jobs: int) -> None:
    """However large a file is, few of its parts are in memory."""
    made = 0

    def parts() -> Iterator[Part]:
        nonlocal made
        for made in range(1, 101):
            yield chunk(made, "một")

    for taken, _ in enumerate(read_all(parts(), ListBuilder, jobs)):
        assert made <= taken + jobs + 2 or made == 100


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_is_no_fault_of_a_file(jobs: int) -> None:
    with pytest.raises(VnsearchError, match="cannot write the index: No space left on device"):
        list(read_all([chunk(0, "một"), chunk(1, "full"), chunk(2, "hai")], ListBuilder, jobs))


def test_a_text_with_too_many_words_becomes_several_documents(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "1 2 3\n4 5 6\n7 8\n9 10", "b.txt": "1 2 3"})
    parts = (text_part(tmp_path, name) for name in ("a.txt", "b.txt"))
    results = list(read_all(parts, ListBuilder, 2))
    for report in (report for result in results for report in result.reports):
        assert len(report.keys) == len({*report.keys}) == (1 if report.source == "b.txt" else 5)
    found = [text.split() for source, text in documents_of(results) if source == "a.txt"]
    assert all(len(words) <= 3 for words in found)
    assert sorted((word for words in found for word in words), key=int) == [*map(str, range(1, 11))]


def test_a_process_that_dies_ends_the_reading(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: PartReader, part: Part) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(part)

    monkeypatch.setattr(PartReader, "read", killed)
    with pytest.raises(VnsearchError, match="a process that was reading files died") as caught:
        list(read_all(parts, ListBuilder, 2))
    assert caught.value.advice


def children() -> set[int]:
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists() or not list(Path("/proc/self/task").glob("*/children")),
    reason="needs /proc with children",
)


@needs_proc
def test_no_process_is_left_when_the_reading_is_given_up(parts: list[Part]) -> None:
    before = children()
    with closing(read_all(parts, ListBuilder, 2)) as results:
        next(results)
        assert len(children() - before) == 2
    assert children() == before


# The processes are in the middle of a file that takes long.
ABANDONED = """
import os, signal, time
from vnsearch.indexing.pool import read_all
from vnsearch.indexing.reading import PartReader
from tests.indexing.test_pool import ListBuilder, children, chunk

def parts():
    yield from (chunk(n, "một") for n in range(2))
    print(*children(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

PartReader.read = lambda *_: time.sleep(600)
list(read_all(parts(), ListBuilder, 2))
"""


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@needs_proc
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they end after their file")
def test_processes_end_with_the_one_that_began_them() -> None:
    command = [sys.executable, "-c", ABANDONED]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    deadline = time.monotonic() + 30
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, pids))
    assert done.stderr == ""
