"""Who may read an index: its owner, and its group when it is shared."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command, write_files
from vnsearch.indexing.update import update


def modes(index: Path) -> set[str]:
    return {
        f"{'file' if path.is_file() else 'folder'} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (index, *index.rglob("*"))
    }


PRIVATE = {"folder 700", "file 600"}
SHARED = {"folder 2770", "file 660"}


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    assert os.umask(before) == request.param


def test_an_index_is_its_owner_s_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    os.umask(0o022)
    write_files(tmp_path, {"docs/a.txt": "một " * 1000, "docs/b.txt": "hai"})
    os.umask(umask)
    index = tmp_path / "around/.vnsearch"
    if umask == 0o277:
        index.parent.mkdir(mode=0o777)
        index.parent.chmod(0o777)
    update(index, [str(tmp_path / "docs")], jobs=2)
    assert modes(index) == PRIVATE
    assert umask == 0o277 or stat.S_IMODE(index.parent.stat().st_mode) == 0o777 & ~umask
    (tmp_path / "docs/b.txt").unlink()
    update(index)
    assert modes(index) == PRIVATE
    update(index, rebuild=True)
    assert modes(index) == PRIVATE


def test_a_shared_index_stays_shared(tmp_path: Path, run: Command) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "docs/b.txt": "hai"})
    index = tmp_path / ".vnsearch"
    assert run("index", "docs").returncode == 0
    assert modes(index) == PRIVATE
    assert run("index", "--shared").returncode == 0
    assert modes(index) == SHARED
    (tmp_path / "docs/b.txt").unlink()
    update(index)
    assert modes(index) == SHARED
    update(index, rebuild=True)
    assert modes(index) == SHARED
    index.chmod(0o700)
    write_files(tmp_path, {"docs/c.txt": "ba"})
    update(index)
    assert {mode for mode in modes(index) if "folder" in mode} == {"folder 700"}


def test_a_folder_made_for_an_index_and_an_open_index_become_private(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    index = tmp_path / ".vnsearch"
    index.mkdir()
    index.chmod(0o775)
    update(index, [str(tmp_path / "docs")])
    assert modes(index) == PRIVATE
    for path in (index, *index.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    update(index)
    assert modes(index) == PRIVATE
