"""What is on the disk when the pointer names a new generation: all of it."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from vnsearch.errors import VnsearchError
from vnsearch.index.check import check
from vnsearch.index.generations import Generations
from vnsearch.indexing.update import update


def state(path: Path) -> object:
    """What a sync of a file or folder lets the disk have."""
    if path.is_dir():
        return sorted((entry.name, entry.inode()) for entry in os.scandir(path))
    return path.read_bytes()


class Disk:
    """What was synced, by inode, and what was not at each rename of the pointer and at the end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, index: Path) -> None:
        self._fsync, self._replace, self._index = os.fsync, os.replace, index
        self._synced: dict[int, object] = {}
        self.missing: list[list[Path]] = []
        monkeypatch.setattr(os, "fsync", self.sync)
        monkeypatch.setattr(os, "replace", self.replace)

    def sync(self, file: int) -> None:
        self._fsync(file)
        self._synced[os.fstat(file).st_ino] = state(Path(os.readlink(f"/proc/self/fd/{file}")))

    def replace(self, source: Any, target: Any) -> None:
        if Path(target) == self._index / "current":
            draft = max(self._index.glob("generation-*"))
            needed = [Path(source), draft, *draft.rglob("*"), self._index, self._index.parent]
            own = [path for path in needed if path != self._index]
            self.note(own)
            # Of the folder of the index, the entry of the draft is enough.
            synced = self._synced.get(self._index.stat().st_ino, [])
            assert (draft.name, draft.stat().st_ino) in synced  # type: ignore[operator]
        self._replace(source, target)

    def note(self, needed: list[Path]) -> None:
        self.missing.append(
            [path for path in needed if self._synced.get(path.stat().st_ino) != state(path)]
        )

    def end(self) -> None:
        """The rename itself."""
        synced = self._synced[self._index.stat().st_ino]
        assert ("current", (self._index / "current").stat().st_ino) in synced  # type: ignore[operator]


@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun by a run that was killed"])
def test_all_is_synced_before_the_pointer_and_the_pointer_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "docs/b.txt": "hai"})
    index = tmp_path / "new/inner/.vnsearch"
    if begun:
        index.mkdir(parents=True)
    disk = Disk(monkeypatch, index)
    update(index, [str(tmp_path / "docs")])
    disk.end()
    write_files(tmp_path, {"docs/c.txt": "ba"})
    update(index)
    disk.end()
    update(index, rebuild=True)
    disk.end()
    assert disk.missing == [[], [], []]
    disk.note([tmp_path / "new", tmp_path])
    assert begun or disk.missing[3] == []


@pytest.mark.parametrize("failing", range(1, 30))
def test_a_sync_that_fails_is_told_and_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    def fsync(file: int) -> None:
        nonlocal failing
        failing -= 1
        if failing == 0:
            raise OSError(errno.EIO, "Input/output error")
        sync(file)

    sync, index = os.fsync, tmp_path / ".vnsearch"
    write_files(tmp_path, {"docs/a.txt": "một"})
    update(index, [str(tmp_path / "docs")])
    write_files(tmp_path, {"docs/b.txt": "hai"})
    monkeypatch.setattr(os, "fsync", fsync)
    told = ""
    try:
        update(index)
    except (OSError, VnsearchError) as error:
        told = str(error)
    assert bool(told) == (failing <= 0)
    is_new = "generation-2" in (index / "current").read_text()
    assert is_new == (not told or f"the index is up to date, but {index} was not" in told)
    assert is_new or str(index) in told.replace("\\\\", "\\")
    monkeypatch.undo()
    current = Generations(index).current()
    assert not (index / "current.new").exists()
    assert failing > 0 or "generation-2" in str(current) or list(index.glob("gen*")) == [current]
    update(index)
    assert list(index.glob("generation-*")) == [Generations(index).current()]
    assert not check(index).damages


def test_an_interrupt_just_after_the_rename_keeps_what_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(source: Any, target: Any) -> None:
        rename(source, target)
        if Path(target).name == "current":
            raise KeyboardInterrupt

    rename, index = os.replace, tmp_path / ".vnsearch"
    write_files(tmp_path, {"docs/a.txt": "một"})
    monkeypatch.setattr(os, "replace", replace)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            update(index, [str(tmp_path / "docs")])
        write_files(tmp_path, {"docs/b.txt": "hai"})
    monkeypatch.undo()
    assert not check(index).damages
    assert Generations(index).current().name == "generation-2"
