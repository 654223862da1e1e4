"""A file as it was when it was read."""

import os
import time
from pathlib import Path

import pytest

from vnsearch.index.file_state import FileState, digest_of


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
            os.utime(path, ns=(2, 10_000))
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
