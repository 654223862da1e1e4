"""Bringing an index up to date: what is read, what is kept, what survives."""

import errno
import gzip
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.errors import GivenUpError, IndexUnusableError, LockedError, RootError, VnsearchError
from vnsearch.files import scan
from vnsearch.index.generations import Generations
from vnsearch.indexing import hashing, reading
from vnsearch.indexing.progress import Silence
from vnsearch.indexing.roots import RootOptions
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.model import Changes, Results
from vnsearch.readers.sandbox import Sandbox
from vnsearch.search.searcher import Searcher

QUERIES = ("đảng bộ", "hà nội", "ca hoi", '"một hai"', "ba*", "title:hai", "bốn OR năm", "một -ba")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    write_files(
        folder,
        {
            "a.txt": "Đảng bộ Hà Nội họp.\n",
            "b.md": "# Hai con cá\n\nCá hồi và cá chép.\n",
            "sub/c.html": "<title>Ba miền</title><body><p>Bắc, Trung, Nam</p></body>",
            "r.jsonl": '{"id": 1, "text": "một hai"}\n{"id": 2, "text": "ba bốn năm"}\n',
        },
    )
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / ".vnsearch"


def counts(changes: Changes) -> tuple[int, int, int, int]:
    return changes.added, changes.changed, changes.removed, changes.unchanged


def answers(index: Path) -> list[tuple[Any, ...]]:
    """What an index answers, but for what depends on when and where it was made."""

    def plain(results: Results) -> tuple[Any, ...]:
        hits = [(h.id, round(h.score, 9), h.title, h.snippet, h.stale) for h in results.hits]
        return results.total, results.understood, hits

    with closing(Searcher(index)) as searcher:
        return [plain(searcher.search(query, limit=100)) for query in QUERIES]


def rebuilt(index: Path, *roots: Path) -> list[tuple[Any, ...]]:
    """What an index made from nothing in the same place would answer."""
    fresh = index.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    update(fresh, [str(root) for root in roots])
    return answers(fresh)


def test_a_first_run_adds_and_a_second_does_nothing(docs: Path, index: Path) -> None:
    first = update(index, [str(docs)])
    assert counts(first) == (4, 0, 0, 0)
    assert first.documents == 5
    before = sorted((p, p.stat().st_mtime_ns) for p in index.rglob("*") if p.name != "lock")
    second = update(index, [str(docs)])
    assert counts(second) == (0, 0, 0, 4)
    assert second.bytes_read == 0
    assert sorted((p, p.stat().st_mtime_ns) for p in index.rglob("*") if p.name != "lock") == before


def test_without_paths_every_root_is_refreshed(docs: Path, index: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"more/x.txt": "một hai ba"})
    update(index, [str(docs)])
    update(index, [str(tmp_path / "more")])
    (docs / "a.txt").write_text("Đã sửa\n")
    (tmp_path / "more/x.txt").write_text("Cũng đã sửa\n")
    assert counts(update(index)) == (0, 2, 0, 3)


def test_only_the_edited_file_is_read(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    (docs / "a.txt").write_text("Đảng bộ Huế họp ở Hà Nội.\n")
    changes = update(index)
    assert counts(changes) == (0, 1, 0, 3)
    assert changes.bytes_read == (docs / "a.txt").stat().st_size
    assert answers(index) == rebuilt(index, docs)


def test_a_file_only_touched_is_not_indexed_again(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    os.utime(docs / "a.txt", (1, 1))
    changes = update(index)
    assert counts(changes) == (0, 0, 0, 4)
    assert changes.bytes_read == 0
    assert status(index).changed == 0


def test_a_file_is_read_when_no_edit_to_come_can_leave_the_same_time(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with open(tmp_path / "a", "rb", buffering=0) as file:
        stat = hashing.stable_stat(file)
        assert time.time_ns() - stat.st_ctime_ns >= 10_000_000  # a tick of most clocks


def test_an_edit_that_keeps_size_and_time_of_day_is_seen(docs: Path, index: Path) -> None:
    (docs / "a.txt").write_text("cá một")
    update(index, [str(docs)])
    (docs / "a.txt").write_text("cá hai")
    assert counts(update(index)) == (0, 1, 0, 3)


def test_an_edit_that_sets_its_time_back_is_seen(docs: Path, index: Path) -> None:
    path = docs / "a.txt"
    update(index, [str(docs)])
    before, text = path.stat(), path.read_text()
    path.write_text(text.replace("họp", "hợp"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").hits[0].stale
    assert status(index).changed == 1
    assert counts(update(index)) == (0, 1, 0, 3)


@pytest.mark.parametrize("kind", ["fifo", "folder", "socket"])
def test_what_was_a_file_when_it_was_listed_is_not_waited_for(
    docs: Path, index: Path, kind: str
) -> None:
    class Replacing(Silence):
        def start(self, _: int) -> None:
            (docs / "a.txt").unlink()
            match kind:
                case "fifo":
                    os.mkfifo(docs / "a.txt")
                case "folder":
                    (docs / "a.txt").mkdir()
                case "socket":
                    with closing(socket.socket(socket.AF_UNIX)) as listener:
                        listener.bind(str(docs / "a.txt"))

    update(index, [str(docs)])
    (docs / "a.txt").write_text("khác")
    done = update(index, progress=Replacing())
    assert [item.path for item in done.skipped] == [str(docs / "a.txt")]
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").hits[0].stale
    assert counts(update(index)) == (0, 0, 1, 3)


@pytest.mark.parametrize("seconds", [-(1 << 31), 0, 1 << 34])
def test_a_file_may_have_any_time(docs: Path, index: Path, seconds: int) -> None:
    os.utime(docs / "a.txt", (seconds, seconds))
    update(index, [str(docs)])
    assert counts(update(index)) == (0, 0, 0, 4)
    with closing(Searcher(index)) as searcher:
        assert not searcher.search("đảng bộ").hits[0].stale


def break_reading(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the disk fail behind so many bytes of every file."""
    original = hashing.HashingReader.readinto
    read: dict[int, int] = {}

    def failing(tap: Any, buffer: memoryview) -> int:
        done = read.get(id(tap), 0)
        if done >= after:
            raise OSError(errno.EIO, "Input/output error")
        size = original(tap, memoryview(buffer)[: after - done])
        read[id(tap)] = done + size
        return size

    monkeypatch.setattr(hashing.HashingReader, "readinto", failing)


def test_a_file_that_was_given_up_is_tried_again(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given_up(*_: object, **__: object) -> None:
        raise GivenUpError("takes too much memory to read")

    read, skipped = Sandbox.read, "takes too much memory to read; "
    monkeypatch.setattr(Sandbox, "read", given_up)
    first = update(index, [str(docs)])
    assert counts(first) == (2, 0, 0, 0)
    assert [item.reason for item in first.skipped] == [f"{skipped}the next run tries again"] * 2
    again = update(index)
    assert (again.skipped, again.skipped_before) == ((), 2)
    monkeypatch.setattr(Sandbox, "read", read)
    assert counts(update(index)) == (2, 0, 0, 2)

    (docs / "sub/c.html").write_text("<p>Bốn miền", "utf-8")
    monkeypatch.setattr(Sandbox, "read", given_up)
    assert [item.reason for item in update(index).skipped] == [
        f"{skipped}what was indexed of it stays"
    ]
    with closing(Searcher(index)) as searcher:
        assert searcher.search("ba mien").total == 1
    monkeypatch.setattr(Sandbox, "read", read)
    assert counts(update(index)) == (0, 1, 0, 3)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_what_the_system_lacks_is_no_fault_of_a_file(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    update(index, [str(docs)])
    (docs / "a.txt").write_text("Đảng bộ Huế họp, rất dài.\n", "utf-8")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(hashing.HashingReader, "readinto", refuse)
    with pytest.raises(VnsearchError, match=os.strerror(number)):
        update(index)
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ hà nội").total == 1
    monkeypatch.undo()
    assert counts(update(index)) == (0, 1, 0, 3)


def test_a_file_that_cannot_be_read_keeps_what_was_indexed(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(index, [str(docs)])
    before = answers(index)
    for name in ("a.txt", "b.md", "r.jsonl"):
        (docs / name).write_text((docs / name).read_text() + "\n")
    (docs / "new.txt").write_text("một hai ba bốn năm")
    with monkeypatch.context() as broken:
        break_reading(broken, after=5)
        changes = update(index)
    assert counts(changes) == (0, 0, 0, 4)
    assert len(changes.skipped) == 4
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").hits[0].stale
    assert [total for total, *_ in answers(index)] == [total for total, *_ in before]
    assert counts(update(index)) == (1, 3, 0, 1)
    assert answers(index) == rebuilt(index, docs)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("stretch", [1, 40, 1 << 20], ids="{} bytes".format)
def test_ids_of_records_name_one_document_each(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch, stretch: int, jobs: int
) -> None:
    monkeypatch.setattr("vnsearch.readers.jsonl._CHUNK", stretch)
    monkeypatch.setattr("vnsearch.indexing.run._WORTH_PROCESSES", 0)
    monkeypatch.setattr("vnsearch.indexing.load._CUT", 0)
    monkeypatch.setattr("vnsearch.indexing.pool._TASK_COST", 1)
    texts = ["cá một", "cá hai", "{", "cá ba", "!", "cá bốn", "cá năm"]
    ids = [7, "x", "", "x", "7", "7", "y"]
    lines = (
        "{" if text == "{" else f'{{"id": "{key}", "text": "{text}"}}'
        for key, text in zip(ids, texts, strict=True)
    )
    (docs / "r.jsonl").write_text("\n".join(lines))
    engine = WhooshEngine(Limits(batch_bytes=60))
    changes = update(index, [str(docs)], jobs=jobs, engine=engine)
    assert [item.reason for item in changes.skipped if "r.jsonl" in item.path] == [
        "line 3: not JSON (Expecting property name enclosed in double quotes)",
        "line 4: another document has the id 'x'",
        "line 5: no words",
        "line 6: another document has the id '7'",
    ]
    with closing(Searcher(index)) as searcher:
        found = searcher.search("cá", limit=20)
        assert found.total == len(found.hits)
        of_records = [hit for hit in found.hits if "r.jsonl" in hit.id]
        assert sorted((hit.id.partition("#")[2], hit.snippet.text) for hit in of_records) == [
            ("7", "cá một"), ("x", "cá hai"), ("y", "cá năm"),
        ]  # fmt: skip
        assert not searcher.search('"cá ba" OR "cá bốn"').total
    assert changes.documents == 3 + sum("r.jsonl" not in p.name for p in docs.iterdir())


@pytest.mark.parametrize("known", [False, True])
def test_what_was_read_before_the_disk_failed_is_kept_and_told(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    lines = [f'{{"id": {n}, "text": "cá hồi số {n}"}}\n' for n in range(100)]
    if known:
        (docs / "big.jsonl").write_text("".join(lines[:50]))
    update(index, [str(docs)])
    (docs / "big.jsonl").write_text("".join(lines))
    with monkeypatch.context() as broken:
        break_reading(broken, after=len("".join(lines[:10]).encode()))
        changes = update(index)
    assert any("cannot be read to its end" in item.reason for item in changes.skipped)
    with closing(Searcher(index)) as searcher:
        found = searcher.search('"cá hồi số"')
    assert 5 <= found.total <= 11
    assert all(hit.stale for hit in found.hits)
    assert update(index).changed == 1
    assert answers(index) == rebuilt(index, docs)


def test_deleted_and_renamed_files(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    (docs / "a.txt").unlink()
    (docs / "b.md").rename(docs / "z.md")
    assert counts(update(index)) == (1, 0, 2, 2)
    assert answers(index) == rebuilt(index, docs)


def test_a_file_that_lost_its_text_is_dropped_and_told(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    (docs / "a.txt").write_bytes(b"\0\1\2")
    changes = update(index)
    assert counts(changes) == (0, 0, 1, 3)
    assert [item.reason for item in changes.skipped] == ["binary file"]
    again = update(index)
    assert (again.skipped, again.skipped_before) == ((), 1)
    assert status(index).skipped == changes.skipped
    assert answers(index) == rebuilt(index, docs)


def test_only_what_is_newly_skipped_is_told(docs: Path, index: Path) -> None:
    (docs / "link").symlink_to("a.txt")
    (docs / "r.jsonl").write_text('{"text": "một"}\n{oops\n')

    def told(*paths: str) -> tuple[set[str], int]:
        done = update(index, paths)
        return {Path(item.path).name for item in done.skipped}, done.skipped_before

    assert told(str(docs)) == ({"link", "r.jsonl"}, 0)
    assert told() == (set(), 2)
    (docs / "sub/other").symlink_to("a.txt")
    assert told(str(docs / "sub")) == ({"other"}, 2)
    assert told() == (set(), 3)
    (docs / "r.jsonl").write_text('{"text": "một"}\n{oops\nuh\n')
    assert told()[0] == {"r.jsonl"}
    (docs / "link").unlink()
    assert told() == (set(), 3)
    (docs / "link").symlink_to("a.txt")
    assert told() == ({"link"}, 3)
    reasons = sorted(item.reason.partition(":")[0] for item in status(index).skipped)
    assert reasons == ["line 2", "line 3", *["symbolic link, not followed"] * 2]


def test_broken_lines_are_told_and_the_rest_indexed(docs: Path, index: Path) -> None:
    (docs / "r.jsonl").write_text('{"id": 1, "text": "một"}\n{oops\n{"id": 2, "text": "hai"}\n')
    changes = update(index, [str(docs)])
    assert [item.reason.partition(":")[0] for item in changes.skipped] == ["line 2"]
    assert changes.documents == 5


def test_very_many_broken_lines_are_summed_up(docs: Path, index: Path) -> None:
    (docs / "r.jsonl").write_text("{oops\n" * 500)
    reasons = [item.reason for item in update(index, [str(docs)]).skipped]
    assert len(reasons) == 101
    assert reasons[-1] == "and 400 more lines"


def test_a_damaged_gzip_file_is_skipped(docs: Path, index: Path) -> None:
    packed = gzip.compress("một hai ba".encode() * 100)
    (docs / "p.txt.gz").write_bytes(packed[:-9])
    changes = update(index, [str(docs)])
    assert [item.reason.partition(" (")[0] for item in changes.skipped] == ["damaged gzip file"]
    assert changes.added == 4


@pytest.mark.parametrize("state", ["missing", "empty", "other files", "unreadable"])
def test_a_root_that_is_gone_drops_nothing(
    docs: Path, index: Path, tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"more/x.txt": "sáu"})
    update(index, [str(docs), str(tmp_path / "more")])
    before, away = answers(index), docs.with_name("away")
    docs.rename(away)
    match state:
        case "empty":
            docs.mkdir()
        case "other files":  # as lost+found on an empty disk
            write_files(docs, {"lost+found/n": "", "README": "", ".hidden.txt": ""})
        case "unreadable":
            docs.mkdir()
            refuse_to_list(monkeypatch, docs, errno.EIO)
    (tmp_path / "more/x.txt").write_text("tám")
    done = update(index)
    assert [root.path for root in done.missing_roots] == [str(docs)]
    assert counts(done) == (0, 1, 0, 4)
    assert status(index).missing_roots == ("docs",)
    with pytest.raises(RootError, match="docs"):
        update(index, rebuild=True)
    monkeypatch.undo()
    shutil.rmtree(docs, ignore_errors=True)
    away.rename(docs)
    assert answers(index) == before
    assert counts(update(index)) == (0, 0, 0, 5)


def refuse_to_list(monkeypatch: pytest.MonkeyPatch, folder: Path, error: int) -> None:
    """Let the listing of a folder fail."""
    scandir = os.scandir

    def refusing(path: Any = ".") -> Any:
        if str(path) == str(folder):
            raise OSError(error, os.strerror(error), str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refusing)


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.ENOMEM, errno.ESTALE])
def test_files_below_a_folder_that_cannot_be_listed_are_kept(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    write_files(docs, {"sub/deep/d.txt": "sáu bảy"})
    update(index, [str(docs)])
    before = answers(index)
    refuse_to_list(monkeypatch, docs / "sub", error)
    (docs / "n.txt").write_text("thêm")
    done = update(index)
    assert (counts(done), done.missing_roots) == ((1, 0, 0, 5), ())
    assert [item.path for item in done.skipped] == [str(docs / "sub")]
    assert done.unread == done.skipped
    assert done.skipped[0].reason.endswith("; what was indexed of it stays")
    (docs / "n.txt").unlink()
    update(index)
    with pytest.raises(RootError, match=r"sub: cannot be read.* a rebuild would lose"):
        update(index, rebuild=True)
    assert answers(index) == before


def test_a_file_of_which_the_system_says_nothing_is_kept(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        def __init__(self, entry: Any) -> None:
            self.name, self.path, self.is_dir = entry.name, entry.path, entry.is_dir
            self.is_symlink = entry.is_symlink

        def stat(self, **_: bool) -> Any:
            raise OSError(errno.EIO, "Input/output error", self.path)

    update(index, [str(docs)])
    before = answers(index)
    entry = scan._entry
    monkeypatch.setattr(
        scan,
        "_entry",
        lambda e, **o: entry(Entry(e) if e.name == "a.txt" else e, **o),  # type: ignore[arg-type]
    )
    done = update(index)
    assert (counts(done), [item.path for item in done.skipped]) == (
        (0, 0, 0, 4),
        [str(docs / "a.txt")],
    )
    assert answers(index) == before


def test_a_file_that_may_not_be_read_is_no_work(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, and a known one keeps its documents."""
    update(index, [str(docs)])
    write_files(docs, {"n.txt": "thêm"})
    (docs / "a.txt").chmod(0o200)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name not in ("a.txt", "n.txt"))
    done = update(index)
    assert counts(done) == (0, 0, 0, 4)
    assert {Path(item.path).name for item in done.skipped} == {"a.txt", "n.txt"}
    before = sorted(index.rglob("*"))
    done = update(index)
    assert (counts(done), done.skipped, done.skipped_before) == ((0, 0, 0, 4), (), 2)
    assert sorted(index.rglob("*")) == before
    with closing(Searcher(index)) as searcher:
        (hit,) = searcher.search("name:n.txt").hits
    assert (hit.by_name, hit.unread) == (True, "cannot be read: permission denied")
    monkeypatch.undo()
    assert counts(update(index)) == (1, 0, 0, 4)


def test_what_is_left_out_from_now_on_is_dropped(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    done = update(index, [str(docs)], options=RootOptions(["*"]))
    assert (counts(done), done.missing_roots) == ((0, 0, 4, 0), ())


def test_a_part_of_a_root_that_is_missing_is_an_error(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    (docs / "a.txt").unlink()
    with pytest.raises(RootError, match="no such file or folder"):
        update(index, [str(docs / "a.txt")])
    with pytest.raises(RootError, match="no such file or folder"):
        update(index, [str(docs), str(docs.with_name("nowhere"))])
    assert update(index).removed == 1


def test_only_files_of_the_roots_named_are_dropped(docs: Path, index: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"more/x.txt": "một hai ba", "more/y.txt": "bốn năm"})
    update(index, [str(docs), str(tmp_path / "more")])
    (docs / "a.txt").unlink()
    (tmp_path / "more/x.txt").unlink()
    assert update(index, [str(tmp_path / "more")]).removed == 1
    assert update(index, [str(docs)]).removed == 1


def test_a_root_inside_a_root_has_its_own_excludes(docs: Path, index: Path) -> None:
    write_files(docs, {"sub/d.txt": "trong", "e.txt": "ngoài"})
    update(index, [str(docs)], options=RootOptions(["*.txt"]))
    assert update(index, [str(docs / "sub")], options=RootOptions(["*.html"])).added == 1
    assert counts(update(index, [str(docs)])) == (0, 0, 0, 3)
    (docs / "sub/d.txt").unlink()
    write_files(docs, {"sub/f.txt": "còn"})
    assert update(index, [str(docs)]).removed == 1


def test_what_lies_in_a_root_is_a_part_of_it(docs: Path, index: Path) -> None:
    update(index, [str(docs)], options=RootOptions(["*.md"]))
    (docs / "a.txt").write_text("Đã sửa\n")
    write_files(docs, {"sub/d.txt": "mới", "sub/e.md": "ngoài", "f.txt": "mới"})
    assert counts(update(index, [str(docs / "a.txt")])) == (0, 1, 0, 0)
    assert counts(update(index, [str(docs / "sub"), str(docs / "sub/d.txt")])) == (1, 0, 0, 1)
    assert [root.path for root in status(index).roots] == ["docs"]
    (docs / "a.txt").unlink()
    (docs / "sub/d.txt").unlink()
    assert update(index, [str(docs / "sub")]).removed == 1
    assert counts(update(index)) == (1, 0, 1, 2)


def test_a_part_becomes_part_of_a_root_added_later(docs: Path, index: Path) -> None:
    update(index, [str(docs / "a.txt"), str(docs / "sub")])
    assert counts(update(index, [str(docs)])) == (2, 0, 0, 2)
    (docs / "a.txt").unlink()
    assert update(index).removed == 1
    assert [root.path for root in status(index).roots] == ["docs"]


def test_what_a_root_leaves_out_becomes_a_root_when_named(docs: Path, index: Path) -> None:
    write_files(docs, {".hidden/h.txt": "ẩn", "old/o.txt": "cũ"})
    update(index, [str(docs)], options=RootOptions(["old/"]))
    assert update(index, [str(docs / ".hidden"), str(docs / "old")]).added == 2
    assert counts(update(index)) == (0, 0, 0, 6)


def test_a_root_may_be_forgotten(docs: Path, index: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"more/x.txt": "một hai ba"})
    update(index, [str(docs), str(tmp_path / "more")])
    (tmp_path / "more/x.txt").unlink()
    (tmp_path / "more").rmdir()
    assert [root.path for root in update(index).missing_roots] == [str(tmp_path / "more")]
    assert counts(update(index, forget=[str(tmp_path / "more")])) == (0, 0, 1, 0)
    assert answers(index) == rebuilt(index, docs)
    with pytest.raises(RootError, match="no root"):
        update(index, forget=[str(tmp_path / "more")])
    assert counts(update(index, forget=[str(docs)])) == (0, 0, 4, 0)


def test_excludes_are_remembered_and_replaced(docs: Path, index: Path) -> None:
    assert update(index, [str(docs)], options=RootOptions(["*.md", "sub/"])).added == 2
    assert counts(update(index)) == (0, 0, 0, 2)
    assert counts(update(index, [str(docs)], options=RootOptions(["*.txt"]))) == (2, 0, 1, 1)


def test_hidden_files_and_the_index_itself_are_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "một", ".b.txt": "hai", ".git/c.txt": "ba"})
    changes = update(tmp_path / "ix", [str(tmp_path)])
    assert (changes.added, changes.skipped) == (1, ())
    assert counts(update(tmp_path / "ix")) == (0, 0, 0, 1)
    assert update(tmp_path / "ix", [str(tmp_path / ".b.txt")]).added == 1


def test_rebuild_needs_nothing_of_the_old_index(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    before = answers(index)
    for path in index.rglob("*"):
        if path.is_file() and path.name != "current":
            path.write_bytes(b"garbage")
    with pytest.raises(IndexUnusableError):
        Searcher(index)
    assert update(index, [str(docs)], rebuild=True).added == 4
    assert answers(index) == before


def test_rebuild_keeps_every_root(docs: Path, index: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"more/x.txt": "một hai ba"})
    update(index, [str(docs)])
    assert update(index, [str(tmp_path / "more")], rebuild=True).added == 5
    assert len(status(index).roots) == 2


def test_an_index_of_another_version_asks_for_a_rebuild(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(index, [str(docs)])
    monkeypatch.setattr("vnsearch.analysis.tokenizer.VERSION", 99)
    for use in (lambda: Searcher(index), lambda: update(index), lambda: status(index)):
        with pytest.raises(IndexUnusableError) as caught:
            use()
        assert "--rebuild" in caught.value.advice
    update(index, rebuild=True)
    assert status(index).documents == 5


def test_a_rebuild_takes_the_roots_of_an_index_whose_tables_had_fewer_columns(
    docs: Path, index: Path
) -> None:
    update(index, [str(docs)], options=RootOptions(["*.log"]))
    (roots,) = [status(index).roots]
    catalog = sqlite3.connect(next(index.rglob("catalog.db")))
    catalog.executescript("""
        create table old_roots as select path, excludes, encoding from roots;
        create table old_files as select path, documents from files;
        drop table roots; alter table old_roots rename to roots;
        drop table files; alter table old_files rename to files;
        drop table skipped;
        update facts set value = '1' where name = 'catalog';
    """)
    catalog.close()
    with pytest.raises(IndexUnusableError):
        update(index)
    assert update(index, rebuild=True).added == 4
    assert status(index).roots == roots


def test_one_writer_at_a_time(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    with Generations(index).writing(0), pytest.raises(LockedError, match=f"pid {os.getpid()}"):
        update(index, wait=0.1)
    assert counts(update(index)) == (0, 0, 0, 4)


def test_a_fault_in_the_first_run_is_told_as_it_is(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(
        "vnsearch.engines.whoosh.write.segment_builder.SegmentBuilder.write", faulty
    )
    with pytest.raises(ValueError, match="odd"):
        update(index, [str(docs)])


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_adds_up(docs: Path, index: Path, jobs: int) -> None:
    class Counting(Silence):
        read = built_of = total = finished = 0

        def start(self, total_bytes: int) -> None:
            self.total = total_bytes

        def advance(self, read_bytes: int) -> None:
            assert not self.finished
            self.read += read_bytes

        def built(self, read_bytes: int) -> None:
            self.built_of += read_bytes
            assert self.built_of <= self.read

        def finishing(self) -> None:
            self.finished += 1

    write_files(docs, {f"{n}.txt": "đảng bộ ngoại giao\n" * 15_000 for n in range(12)})
    told = Counting()
    done = update(index, [str(docs)], jobs=jobs, progress=told)
    assert told.read == told.built_of == told.total == done.bytes_read
    assert told.finished == 1
    assert 0 <= done.seconds_writing <= done.seconds


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, MemoryError])
def test_a_run_that_fails_leaves_the_index_as_it_was(
    docs: Path, index: Path, error: type[BaseException]
) -> None:
    class Failing(Silence):
        def finishing(self) -> None:
            raise error

    update(index, [str(docs)])
    before, files = answers(index), sorted(index.rglob("*"))
    (docs / "a.txt").unlink()
    (docs / "n.txt").write_text("một hai")
    with pytest.raises(error):
        update(index, progress=Failing())
    (docs / "a.txt").write_text("Đảng bộ Hà Nội họp.\n")
    assert answers(index) == before
    assert sorted(index.rglob("*")) == files
    assert counts(update(index)) == (1, 0, 0, 4)


def test_a_run_killed_at_any_time_leaves_a_usable_index(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    before = answers(index)
    write_files(docs, {f"many/{n}.txt": f"số {n} " * 300 for n in range(120)})
    command = [sys.executable, "-m", "vnsearch", "index", "--index", str(index)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for delay in (0.3, 0.6, 0.9, 1.2):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = answers(index)
        if status(index).new:
            assert found == before
    update(index)
    assert answers(index) == rebuilt(index, docs)
    assert len(list(index.glob("generation-*"))) == 1


def test_an_open_searcher_keeps_its_index_while_others_write(docs: Path, index: Path) -> None:
    update(index, [str(docs)])
    with closing(Searcher(index)) as old:
        (docs / "a.txt").unlink()
        update(index)
        update(index, rebuild=True)
        assert old.search("đảng bộ").total == 1
    with closing(Searcher(index)) as new:
        assert new.search("đảng bộ").total == 0


@pytest.mark.parametrize("seed", range(3))
def test_an_updated_index_answers_as_a_rebuilt_one(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    docs, index = tmp_path / "docs", tmp_path / ".vnsearch"
    words = "đảng bộ dáng bò hà nội cá hồi một hai ba bốn năm title".split()

    def text() -> str:
        return " ".join(chance.choices(words, k=chance.randint(1, 400)))

    def add() -> None:
        write_files(docs, {f"{chance.randrange(9)}/{chance.randrange(99)}.txt": text()})

    def each(change: Callable[[Path], object]) -> None:
        if files := sorted(p for p in docs.rglob("*.txt")):
            change(chance.choice(files))

    steps: list[Callable[[], object]] = [
        add,
        add,
        lambda: each(lambda path: path.write_text(text())),
        lambda: each(lambda path: path.unlink()),
        lambda: each(lambda path: os.utime(path)),
        lambda: each(lambda path: path.rename(docs / f"r{chance.randrange(99)}.txt")),
        lambda: update(index),
    ]
    write_files(docs, {"0.txt": text()})
    update(index, [str(docs)])
    for _ in range(40):
        chance.choice(steps)()
    update(index)
    assert answers(index) == rebuilt(index, docs)


def test_a_rebuild_loses_no_file_that_cannot_be_read(
    docs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(index, [str(docs)])
    before = answers(index)

    def refused(path: str) -> None:
        raise OSError(errno.EACCES, "Permission denied", path)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "open_regular", refused)
        with pytest.raises(RootError, match="a rebuild would lose its documents") as caught:
            update(index, rebuild=True, jobs=1)
        assert "vnsearch index --rebuild " in caught.value.advice
        assert " --exclude /" in caught.value.advice
        (docs / "new.txt").write_text("một hai")  # of which nothing can be lost
        assert len(update(index, jobs=1).skipped) == 1
    assert answers(index) == before
    assert update(index, rebuild=True).added == 5
