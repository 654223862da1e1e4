"""The folder of an index: generations of it, one of them current, one writer at a time.

    .vnsearch/
      current            names the current generation, and the CRC-32 of its checksums; replaced
                         by one rename
      lock               held by the writer, see `lock`
      recognized/        pages read from pictures, see `recognized`
      cluster            where the passages are, if not here, see `place`
      generation-12/
        checksums        see `checksums`
        catalog.db       see `catalog`
        engine/          see `engines`

A generation never changes once it is current. A new one begins as hard links to the
files of the old, is completed and synced to disk beside it, and becomes current in one
step; whatever interrupts that, the old one is still whole and still current.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from vnsearch.engines import Engine
from vnsearch.errors import (
    NOT_THERE,
    REPAIR,
    IndexUnusableError,
    LockedError,
    NoIndexError,
    VnsearchError,
    reason_of,
)
from vnsearch.index import checksums
from vnsearch.language import _
from vnsearch.platform import HAS_MODES, patiently, replace, sync

CATALOG: Final = "catalog.db"
ENGINE: Final = "engine"
RECOGNIZED: Final = "recognized"
CLUSTER: Final = "cluster"

_CURRENT: Final = "current"
_LOCK: Final = "lock"
_PREFIX: Final = "generation-"

_PRIVATE: Final = 0o700
_SHARED: Final = 0o2770  # what is made in it is of its group

_POINTER: Final = re.compile(rf"({_PREFIX}[0-9]+) ([0-9a-f]{{8}})\n")

T = TypeVar("T")


class Pointer(NamedTuple):
    """What `current` says."""

    folder: Path  # of the current generation
    checksum: str  # CRC-32 of its checksums


class Generations:
    """The generations in one index folder."""

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        """`engine`: whose data they hold, for a writer, which tells it of their lives."""
        self.folder, self._engine = folder, engine

    def catch_up(self, engine: Engine) -> None:
        """Make a generation of what another machine published, when the data of the engine are
        elsewhere. Where that cannot be written, or while it is being written by another process,
        what is current stays so."""
        folder = self.folder
        with suppress(NoIndexError, IndexUnusableError):
            folder = self._pointer().folder
        fill = engine.newer(folder / ENGINE)
        if fill is None:
            return
        copy = Generations(self.folder)  # whose life the engine need not know of
        with suppress(LockedError, PermissionError), copy.writing(0):
            draft = copy.draft(fresh=True)
            try:
                fill(draft)
            except BaseException:
                copy.discard(draft)
                raise
            copy.publish(draft)

    def exists(self) -> bool:
        """Whether there is an index; raises OSError when that cannot be said."""
        try:
            os.stat(self.folder / _CURRENT)
        except NOT_THERE:
            return False
        return True

    def reading(self, use: Callable[[Pointer], T]) -> T:
        """Return what `use` makes of the current generation.

        All that reads an index goes through this: when something is wrong and a writer has made
        another generation current meanwhile, it is done again with that one. Raises NoIndexError,
        IndexUnusableError, OSError, and what `use` raises.
        """
        while True:
            pointer = self._pointer()
            try:
                return use(pointer)
            except Exception:
                if self._pointer() == pointer:
                    raise

    def current(self) -> Path:
        """The folder of the current generation; raises NoIndexError and, when that or a small
        file in it is not as it was written, IndexUnusableError."""

        def verified(pointer: Pointer) -> Path:
            checksums.verify_small(*pointer)
            return pointer.folder

        return self.reading(verified)

    def bytes_on_disk(self) -> int:
        """The size of the files of the current generation."""
        return self.reading(lambda pointer: sum(e.bytes for e in checksums.entries(pointer.folder)))

    def salvageable(self) -> Path | None:
        """Where to look for what a damaged index still tells."""
        with suppress(NoIndexError, IndexUnusableError, OSError):
            return self._pointer().folder
        return max(self._generations(), key=_number, default=None)

    def _pointer(self) -> Pointer:
        try:
            read = patiently((self.folder / _CURRENT).read_bytes)
            text = read.decode("ascii", "replace")
        except (FileNotFoundError, NotADirectoryError):
            what = _("no index at {path}").format(path=self.folder)
            raise NoIndexError(what, _("make one first: vnsearch index FOLDER")) from None
        except IsADirectoryError:
            text = ""
        found = _POINTER.fullmatch(text)
        if found is None:
            why = _("the index at {path} is damaged, or of an older vnsearch: {file}")
            raise IndexUnusableError(why.format(path=self.folder, file=_CURRENT), REPAIR)
        return Pointer(self.folder / found[1], found[2])

    @contextmanager
    def writing(self, wait: float, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock of the one writer, creating the folder when there is none.

        An index is its owner's alone, whatever the umask, or its group's once it was `shared`:
        the mode of its folder remembers that. Raises LockedError when another process still holds
        the lock after `wait` seconds. Leftovers of an interrupted writer are removed.
        """
        from vnsearch.index.lock import locked  # searching needs none

        self._must_be_ours()
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        mode = self._mode(shared)
        for path in reversed(missing):
            path.mkdir(mode if path == self.folder else 0o777, exist_ok=True)
            sync(path.parent)
        umask = os.umask(~mode & 0o777)
        try:
            with locked(self.folder / _LOCK, wait):
                if mode != _mode_of(self.folder):
                    _set_modes(self.folder, mode)
                ignore = self.folder / ".gitignore"
                if not ignore.exists():
                    ignore.write_text("*\n", "ascii")
                self._remove_all_but_current()
                yield
        finally:
            os.umask(umask)

    def _mode(self, shared: bool) -> int:
        """The mode of the folder of the index."""
        if shared:
            return _SHARED
        # An index that others may read was made before this was so.
        mode = _mode_of(self.folder) if self.exists() else _PRIVATE
        return _PRIVATE if mode & stat.S_IRWXO else mode | _PRIVATE

    def draft(self, *, fresh: bool) -> Path:
        """The folder of a new generation: empty when `fresh`, else with all the files of
        the current one. Call it while `writing`.
        """
        newest = max(map(_number, self._generations()), default=0)
        draft = self.folder / f"{_PREFIX}{newest + 1}"
        draft.mkdir()
        try:
            if not fresh and self.exists():
                current = self.current()
                # By what was written, not by a listing: a file that is missing is an error.
                for entry in checksums.entries(current):
                    (draft / entry.name).parent.mkdir(parents=True, exist_ok=True)
                    _link(current / entry.name, draft / entry.name)
            if self._engine is not None:
                self._engine.fork(draft / ENGINE)
        except BaseException:
            self.discard(draft)
            raise
        return draft

    def publish(self, draft: Path) -> None:
        """Make a finished draft current, in one step, and remove the old generation.

        A draft that cannot be published is discarded. Errors after that step say that the
        new generation is current.
        """
        pointer = self.folder / f"{_CURRENT}.new"
        try:
            checksum = checksums.write(draft, self._readable())
            _set_modes(draft, _mode_of(self.folder))
            for folder, _folders, files in os.walk(draft, topdown=False, onerror=_raise):
                for name in files:
                    sync(os.path.join(folder, name))
                sync(folder)
            sync(self.folder)  # the entry of the draft, which the pointer will name
            if not self.exists():
                sync(self.folder.parent)  # as when made, but that may have been interrupted
            pointer.write_bytes(f"{draft.name} {checksum}\n".encode("ascii"))
            sync(pointer)
            if self._engine is not None:
                self._engine.publish(draft / ENGINE)
            replace(pointer, self.folder / _CURRENT)
        except BaseException:
            self.discard(draft)
            with suppress(OSError):
                pointer.unlink(missing_ok=True)
            raise
        try:
            sync(self.folder)
        except OSError as error:
            why = _("the index is up to date, but {path} was not synced: {why}")
            why = why.format(path=self.folder, why=reason_of(error))
            raise VnsearchError(why, _("check the disk, then run: vnsearch check")) from error
        with suppress(OSError):  # what is left is removed by the next run
            self._remove_all_but_current()

    def discard(self, draft: Path) -> None:
        """Remove a generation, unless it is current: an interrupt may come between the step
        that makes it so and the next."""
        import shutil

        with suppress(OSError):
            try:
                is_current = self._pointer().folder == draft
            except (NoIndexError, IndexUnusableError):
                is_current = False
            if not is_current:
                if self._engine is not None:
                    self._engine.drop(draft / ENGINE)
                shutil.rmtree(draft, ignore_errors=True)

    def _generations(self) -> list[Path]:
        """All there are; raises OSError when the folder cannot be listed."""
        names = os.listdir(self.folder) if self.folder.exists() else []
        return [self.folder / name for name in names if name.startswith(_PREFIX)]

    def _must_be_ours(self) -> None:
        """Raise VnsearchError when the folder is there and has other things in it."""
        if self.folder.exists() and not self.exists():
            ours = {_LOCK, ".gitignore", f"{_CURRENT}.new", RECOGNIZED, CLUSTER}
            names = os.listdir(self.folder) if self.folder.is_dir() else [self.folder.name]
            strangers = [n for n in names if n not in ours and not n.startswith(_PREFIX)]
            if strangers:
                raise VnsearchError(
                    _("{path} is not an index and holds other files").format(path=self.folder),
                    _("name a new folder with --index"),
                )

    def _remove_all_but_current(self) -> None:
        current = self._readable()
        if current is None and self.exists():
            return  # a rebuild will say which is current
        for generation in self._generations():
            if generation != current:
                self.discard(generation)

    def _readable(self) -> Path | None:
        """The current generation if there is one that can be read and is not known as damaged."""
        with suppress(NoIndexError, IndexUnusableError, OSError):
            return self.current()
        return None


def _number(generation: Path) -> int:
    digits = generation.name.removeprefix(_PREFIX)
    return int(digits) if digits.isdecimal() else 0


def _link(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it: the catalog, which is changed in place, and all files
    where the file system has no links.
    """
    if source.name != CATALOG:
        with suppress(OSError):
            os.link(source, target)
            return
    import shutil

    shutil.copy2(source, target)


def _mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _set_modes(folder: Path, mode: int) -> None:
    """Give a folder and the folders in it a mode, and files the same without execution, where
    they have another and the system lets that be changed."""
    if not HAS_MODES:
        return
    for inner, _folders, files in os.walk(folder, onerror=_raise):
        paths = [Path(inner), *(Path(inner, name) for name in files)]
        for path, wanted in zip(paths, (mode, *[mode & 0o666] * len(files)), strict=True):
            if _mode_of(path) != wanted:
                with suppress(PermissionError):  # of another one of the group
                    path.chmod(wanted)


def _raise(error: OSError) -> None:
    raise error
