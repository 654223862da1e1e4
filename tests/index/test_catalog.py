"""What an index knows of files."""

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from vnsearch.errors import IndexUnusableError, VnsearchError
from vnsearch.index.catalog import Catalog, versions
from vnsearch.index.file_state import FileState, digest_of
from vnsearch.model import Root

STATE = FileState(
    3, 5, b"digest", documents=2, flaws=("line 2: not JSON",), ctime_ns=-(1 << 63), inode=7
)


def test_keeps_what_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(Catalog(path, writable=True)) as catalog:
        catalog.put("a.txt", STATE)
        catalog.put("\udcff\n.txt", STATE)
        catalog.put("gone.txt", STATE)
        catalog.remove("gone.txt")
        catalog.set_roots([Root("docs", ("*.md",)), Root("\udcff")])
        catalog.set_facts(**versions("engine-1"))
        catalog.commit()
        catalog.put("lost.txt", STATE)
    with closing(Catalog(path)) as catalog:
        light = STATE._replace(digest=b"")
        assert catalog.files() == {"a.txt": light, "\udcff\n.txt": light}
        assert catalog.file("a.txt") == STATE
        assert catalog.file("lost.txt") is None
        assert catalog.roots() == [Root("docs", ("*.md",)), Root("\udcff")]
        assert catalog.counts() == (2, 4)
        catalog.check_versions("engine-1")
        with pytest.raises(IndexUnusableError, match="engine engine-1, now engine-2"):
            catalog.check_versions("engine-2")
        with pytest.raises(IndexUnusableError, match="made by a newer vnsearch"):
            catalog.check_versions("engine-0")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with closing(Catalog(tmp_path / "c", writable=True)) as catalog:
        catalog._db.execute("pragma max_page_count = 1")
        state = STATE._replace(flaws=("x" * 100_000,))
        with pytest.raises(VnsearchError, match=r"cannot write the index: .* full"):
            catalog.put("a.txt", state)


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 1000])
def test_missing_and_damaged_catalogs_are_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalog.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexUnusableError):
        Catalog(path)


def test_a_file_is_current_as_long_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc")
    with open(path, "rb", buffering=0) as file:
        state = FileState(3, 0, digest_of(file), 1).seen_as(path.stat())
    assert state.looks_like(path.stat())
    assert state.is_current(str(path))
    os.utime(path, (1, 1))
    assert not state.looks_like(path.stat())
    assert state.is_current(str(path))
    path.write_bytes(b"abd")
    assert not state.is_current(str(path))
    path.unlink()
    assert not state.is_current(str(path))


@pytest.mark.parametrize("time", [-(1 << 63), -1, 0, (1 << 63) - 1])
def test_any_time_can_be_told(time: int) -> None:
    assert FileState(0, time, b"", 0).modified.year >= 1


@pytest.mark.parametrize("change", ["size", "mtime", "ctime", "inode", "nothing"])
def test_any_sign_of_a_change_is_one(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc")
    os.utime(path, ns=(1, 1))
    state = FileState(3, 0, b"", 1).seen_as(path.stat())
    match change:
        case "size":
            path.write_bytes(b"abcd")
        case "mtime":
            os.utime(path, ns=(2, 2))
        case "ctime":
            time.sleep(0.02)
            path.write_bytes(b"xyz")
            os.utime(path, ns=(1, 1))
        case "inode":
            (tmp_path / "b").write_bytes(b"xyz")
            os.utime(tmp_path / "b", ns=(1, 1))
            os.replace(tmp_path / "b", path)
            state = state._replace(ctime_ns=path.stat().st_ctime_ns)
    assert state.looks_like(path.stat()) == (change == "nothing")


def test_a_catalog_holds_any_numbers_of_the_system(tmp_path: Path) -> None:
    values = [0] * 10
    values[1], values[6] = (1 << 64) - 1, 3
    stat = os.stat_result(values, {"st_mtime_ns": 1 << 70, "st_ctime_ns": -(1 << 70)})
    state = FileState(3, 0, b"", 1).seen_as(stat)
    with closing(Catalog(tmp_path / "catalog.db", writable=True)) as catalog:
        catalog.put("a.txt", state)
        assert catalog.file("a.txt") == state
    assert state.looks_like(stat)
