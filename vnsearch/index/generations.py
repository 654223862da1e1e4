"""The folder of an index: generations of it, one of them current, one writer at a time.

    .vnsearch/
      current            names the current generation, and the CRC-32 of its checksums; replaced
                         by one rename
      lock               held (flock) by the writer, with its process number
      generation-12/
        checksums        see `checksums`
        catalog.db       see `catalog`
        engine/          see `engines`

A generation never changes once it is current. A new one begins as hard links to the
files of the old, is completed and synced to disk beside it, and becomes current in one
step; whatever interrupts that, the old one is still whole and still current.
"""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from vnsearch.errors import REPAIR, IndexUnusableError, LockedError, NoIndexError, VnsearchError
from vnsearch.index import checksums
from vnsearch.model import Check

CATALOG: Final = "catalog.db"
ENGINE: Final = "engine"

_CURRENT: Final = "current"
_LOCK: Final = "lock"
_PREFIX: Final = "generation-"
_LOCK_RETRY_SECONDS: Final = 0.05

_POINTER: Final = re.compile(rf"({_PREFIX}[0-9]+) ([0-9a-f]{{8}})\n")


class Generations:
    """The generations in one index folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Whether there is an index."""
        return (self.folder / _CURRENT).is_file()

    def current(self) -> Path:
        """The folder of the current generation; raises NoIndexError and, when that or a small
        file in it is not as it was written, IndexUnusableError."""
        while True:
            folder, checksum = self._pointer()
            try:
                checksums.verify_small(folder, checksum)
            except IndexUnusableError:
                if self._pointer()[0] == folder:  # else a writer replaced it meanwhile
                    raise
                continue
            return folder

    def salvageable(self) -> Path | None:
        """Where to look for what a damaged index still tells."""
        with suppress(NoIndexError, IndexUnusableError):
            return self._pointer()[0]
        return max(self._generations(), key=_number, default=None)

    def check(self) -> Check:
        """Look at every byte of the current generation; raises as `current` when it cannot be
        said what that is."""
        while True:
            folder, checksum = self._pointer()
            files = [file for file in folder.rglob("*") if file.is_file()]
            try:
                found = checksums.damages(folder, checksum)
                size = sum(file.stat().st_size for file in files)
            except OSError:
                found, size = [], -1
            if self._pointer()[0] == folder and size >= 0:
                return Check(str(self.folder), len(files), size, tuple(found))

    def _pointer(self) -> tuple[Path, str]:
        """The folder of the current generation, and the CRC-32 of its checksums."""
        try:
            text = (self.folder / _CURRENT).read_bytes().decode("ascii")
        except (FileNotFoundError, NotADirectoryError):
            raise NoIndexError(f"no index at {self.folder}", _HOW_TO_INDEX) from None
        except (OSError, UnicodeDecodeError) as error:
            why = f"cannot read the index at {self.folder}: {_CURRENT}: {error}"
            raise IndexUnusableError(why, REPAIR) from error
        found = _POINTER.fullmatch(text)
        if found is None:
            why = f"the index at {self.folder} is damaged, or of an older vnsearch: {_CURRENT}"
            raise IndexUnusableError(why, REPAIR)
        return self.folder / found[1], found[2]

    @contextmanager
    def writing(self, wait: float) -> Iterator[None]:
        """Hold the lock of the one writer, creating the folder when there is none.

        Raises LockedError when another process still holds it after `wait` seconds.
        Leftovers of an interrupted writer are removed.
        """
        self._create_folder()
        with open(self.folder / _LOCK, "a+", encoding="ascii") as lock:
            self._acquire(lock.fileno(), wait)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._remove_all_but_current()
            yield

    def draft(self, *, fresh: bool) -> Path:
        """The folder of a new generation: empty when `fresh`, else with all the files of
        the current one. Call it while `writing`.
        """
        newest = max(map(_number, self._generations()), default=0)
        draft = self.folder / f"{_PREFIX}{newest + 1}"
        if fresh or not self.exists():
            draft.mkdir()
            return draft
        current = self.current()
        for folder, _, names in os.walk(current):
            inner = draft / os.path.relpath(folder, current)
            inner.mkdir()
            for name in names:
                if name != checksums.NAME:
                    _link(os.path.join(folder, name), str(inner / name))
        return draft

    def publish(self, draft: Path) -> None:
        """Make a finished draft current, in one step, and remove the old generation."""
        checksum = checksums.write(draft, self._readable())
        for folder, _, files in os.walk(draft):
            for name in files:
                _sync(os.path.join(folder, name))
            _sync(folder)
        pointer = self.folder / f"{_CURRENT}.new"
        pointer.write_text(f"{draft.name} {checksum}\n", "ascii")
        _sync(pointer)
        os.replace(pointer, self.folder / _CURRENT)
        _sync(self.folder)
        self._remove_all_but_current()

    def discard(self, draft: Path) -> None:
        """Throw away a draft that came to nothing."""
        import shutil

        shutil.rmtree(draft, ignore_errors=True)

    def _generations(self) -> list[Path]:
        return list(self.folder.glob(f"{_PREFIX}*"))

    def _create_folder(self) -> None:
        if self.folder.exists() and not self.exists():
            ours = {_LOCK, ".gitignore", f"{_CURRENT}.new"}
            names = os.listdir(self.folder) if self.folder.is_dir() else [self.folder.name]
            strangers = [n for n in names if n not in ours and not n.startswith(_PREFIX)]
            if strangers:
                raise VnsearchError(
                    f"{self.folder} is not an index and holds other files",
                    "name a new folder with --index",
                )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "ascii")
        except OSError as error:
            raise VnsearchError(f"cannot write {self.folder}: {error.strerror}") from error

    def _acquire(self, lock: int, wait: float) -> None:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = (self.folder / _LOCK).read_text("ascii") or "unknown"
                    raise LockedError(
                        f"another process (pid {holder}) is writing the index",
                        "wait for it with --wait SECONDS",
                    ) from None
            time.sleep(_LOCK_RETRY_SECONDS)

    def _remove_all_but_current(self) -> None:
        current = self._readable()
        if current is None and self.exists():
            return  # a rebuild will say which is current
        import shutil

        for generation in self._generations():
            if generation != current:
                shutil.rmtree(generation, ignore_errors=True)

    def _readable(self) -> Path | None:
        """The current generation if there is one and it is not known to be damaged."""
        try:
            return self.current()
        except (NoIndexError, IndexUnusableError):
            return None


_HOW_TO_INDEX: Final = "make one first: vnsearch index FOLDER"


def _number(generation: Path) -> int:
    digits = generation.name.removeprefix(_PREFIX)
    return int(digits) if digits.isdecimal() else 0


def _link(source: str, target: str) -> None:
    """Hard-link a file, or copy it: the catalog, which is changed in place, and all files
    where the file system has no links.
    """
    if os.path.basename(source) != CATALOG:
        with suppress(OSError):
            os.link(source, target)
            return
    import shutil

    shutil.copy2(source, target)


def _sync(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
