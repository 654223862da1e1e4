"""Killed or refused at every call to the file system: nothing is lost, nothing mixed."""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_files
from tests.faults import KILL, stopped_at
from vnsearch.errors import VnsearchError
from vnsearch.index.check import check
from vnsearch.index.generations import Generations
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

if sys.platform != "win32":
    import resource

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

Answers = list[tuple[str, str, float, str]]
QUERIES = ("đảng bộ", "bien dong", '"hoi nghi"', "mưa OR nắng")


def answers(shelf: Path) -> Answers:
    with closing(Searcher(shelf / ".vnsearch")) as searcher:
        return [
            (query, hit.id, hit.score, hit.snippet.text)
            for query in QUERIES
            for hit in searcher.search(query).hits
        ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_files(
        folder,
        {
            "docs/a.txt": "Đảng bộ họp hội nghị.",
            "docs/b.txt": "Biển Đông có mưa.",
            "docs/c.txt": "Hội nghị về Biển Đông.",
        },
    )
    update(folder / ".vnsearch", [str(folder / "docs")])
    write_files(folder, {"docs/a.txt": "Đảng bộ không họp.", "docs/d.txt": "Nắng ở Biển Đông."})
    (folder / "docs/c.txt").unlink()
    return folder


def renew(shelf: Path) -> None:
    update(shelf / ".vnsearch", jobs=1)


def rebuild(shelf: Path) -> None:
    update(shelf / ".vnsearch", rebuild=True, jobs=1)


def begin(shelf: Path) -> None:
    update(shelf / ".vnsearch", [str(shelf / "docs")], jobs=1)


@pytest.mark.parametrize(
    "fault",
    [KILL, errno.ENOSPC, errno.EIO, errno.EACCES],
    ids=lambda fault: errno.errorcode.get(fault, "KILL"),
)
@pytest.mark.parametrize("work", [renew, rebuild, begin])
def test_stopped_at_every_step(
    made: Path, tmp_path: Path, work: Callable[[Path], None], fault: int
) -> None:
    shelf = tmp_path / "shelf"
    copy(made, shelf, work)
    before = None if work is begin else answers(shelf)
    work(shelf)
    after = answers(shelf)
    assert after != before
    step = 0
    while True:
        step += 1
        copy(made, shelf, work)
        # A document that cannot be read is skipped, which is no fault of the index.
        if stopped_at(step, fault, lambda: work(shelf), str(shelf / "docs")) is None:
            break
        generations = Generations(shelf / ".vnsearch")
        if before is not None or generations.exists():
            found = answers(shelf)
            assert found in (before, after), step
            assert not check(generations.folder).damages, step
        begin(shelf)
        assert answers(shelf) == after, step
        assert len(list(generations.folder.glob("generation-*"))) == 1, step
    assert step > 20


def copy(made: Path, shelf: Path, work: Callable[[Path], None]) -> None:
    shutil.rmtree(shelf, ignore_errors=True)
    shutil.copytree(made, shelf)
    if work is begin:
        shutil.rmtree(shelf / ".vnsearch")


def test_readers_see_one_commit_whole(tmp_path: Path) -> None:
    def write(number: int) -> None:
        write_files(tmp_path, {f"docs/{n}.txt": f"Phiên thứ {number * 11} đây." for n in range(4)})
        update(tmp_path / ".vnsearch", [str(tmp_path / "docs")], jobs=1)

    write(0)
    writer = os.fork()
    if writer == 0:
        code = 1
        try:
            for number in range(1, 20):
                write(number)
            code = 0
        finally:
            os._exit(code)
    seen = set()
    done = (0, 0)
    while done == (0, 0):
        done = os.waitpid(writer, os.WNOHANG)
        with closing(Searcher(tmp_path / ".vnsearch")) as searcher:
            texts = [hit.snippet.text for hit in searcher.search("phiên thứ", copies=True).hits]
        assert len(texts) == 4
        assert len(set(texts)) == 1
        seen.add(texts[0])
    assert done[1] == 0
    assert len(seen) > 1


@pytest.mark.parametrize("work", [renew, rebuild])
def test_a_disk_that_is_full_in_the_middle_of_a_file(
    tmp_path: Path, made: Path, work: Callable[[Path], None]
) -> None:
    """No file may grow over a limit: each write that crosses it fails, as on a full disk."""
    before, failed, limit = answers(made), 0, 64
    while True:
        shelf = tmp_path / str(limit)
        copy(made, shelf, work)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                work(shelf)
                os._exit(0)
            except VnsearchError:
                os._exit(1)
            except OSError as error:
                os._exit(1 if error.errno == errno.EFBIG else 2)
            except BaseException:
                os._exit(2)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 1), limit
        if code == 0:
            break
        failed += 1
        assert answers(shelf) == before, limit
        limit = limit * 5 // 4
    assert failed > 10
    assert answers(shelf) != before
