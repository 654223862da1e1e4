"""Readers while writers end their runs: no error, one generation whole, nothing left behind."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_files
from vnsearch.errors import DamagedError, VnsearchError
from vnsearch.index.catalog import Catalog
from vnsearch.index.check import check
from vnsearch.index.generations import Generations
from vnsearch.index.opening import as_index_error
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


class Interruption:
    """Does something at the so-manieth step of what Python does with files."""

    work: Callable[[], object] | None = None
    left = 0

    @classmethod
    def step(cls, event: str, _: object) -> None:
        if cls.work is None or event.partition(".")[0] not in ("open", "os", "sqlite3", "mmap"):
            return
        cls.left -= 1
        if cls.left == 0:
            work, cls.work = cls.work, None
            work()


sys.addaudithook(Interruption.step)


def commit(shelf: Path, number: int) -> None:
    write_files(shelf, {f"docs/{n}.txt": f"Phiên thứ {number * 11} đây." for n in range(3)})
    update(shelf / ".vnsearch", [str(shelf / "docs")], jobs=1, rebuild=number % 3 == 0)


def search(index: Path) -> None:
    with closing(Searcher(index)) as searcher:
        texts = [hit.snippet.text for hit in searcher.search("phiên thứ", copies=True).hits]
    assert len(texts) == 3
    assert len(set(texts)) == 1


def look(index: Path) -> None:
    assert status(index).documents == 3


def verify(index: Path) -> None:
    assert check(index).damages == ()


@pytest.mark.parametrize("read", [search, look, verify])
def test_a_commit_at_any_step_of_a_reader(tmp_path: Path, read: Callable[[Path], None]) -> None:
    commit(tmp_path, 1)
    for step in range(1, 100):
        Interruption.left = step
        Interruption.work = lambda number=step + 1: commit(tmp_path, number)
        try:
            read(tmp_path / ".vnsearch")
            if Interruption.work is not None:
                break
        finally:
            Interruption.work = None
    assert 5 < step < 99
    assert [path.name for path in (tmp_path / ".vnsearch").glob("generation-*/*")] == [
        path.name for path in Generations(tmp_path / ".vnsearch").current().iterdir()
    ]


def test_many_readers_during_many_commits(tmp_path: Path) -> None:
    commit(tmp_path, 1)
    stop, readers = tmp_path / "stop", []
    for number in range(9):
        child = os.fork()
        if child == 0:
            faults, reads = [], 0
            while not stop.exists():
                try:
                    (search, look, verify)[number % 3](tmp_path / ".vnsearch")
                except BaseException as error:
                    faults.append(repr(error))
                reads += 1
            (tmp_path / f"reader-{number}").write_text(json.dumps([reads, faults[:3]]))
            os._exit(0)
        readers.append(child)
    for number in range(2, 22):
        commit(tmp_path, number)
    stop.touch()
    for reader in readers:
        os.waitpid(reader, 0)
    found = [json.loads((tmp_path / f"reader-{n}").read_text()) for n in range(9)]
    assert [faults for _, faults in found] == [[]] * 9
    assert all(reads for reads, _ in found)


def test_a_reader_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(VnsearchError):
        Catalog(tmp_path / "catalog.db")
    assert os.listdir(tmp_path) == []
    commit(tmp_path, 1)
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    time.sleep(0.02)
    for read in (search, look, verify):
        read(tmp_path / ".vnsearch")
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before
    catalog = Generations(tmp_path / ".vnsearch").current() / "catalog.db"
    catalog.write_bytes(b"")
    with pytest.raises(VnsearchError):
        Catalog(catalog)
    assert catalog.read_bytes() == b""


def test_what_looks_damaged_but_is_not_is_blamed_on_the_disk(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "đảng bộ"})
    index = tmp_path / ".vnsearch"
    update(index, [str(tmp_path / "docs")])
    with (
        pytest.raises(VnsearchError, match="cannot read the index: catalog") as raised,
        as_index_error(Generations(index)),
    ):
        raise DamagedError("catalog: disk I/O error")
    assert not isinstance(raised.value, DamagedError)
    (catalog,) = index.glob("generation-*/catalog.db")
    catalog.write_bytes(catalog.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedError), as_index_error(Generations(index)):
        raise DamagedError("catalog: file is not a database")
