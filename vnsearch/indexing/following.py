"""Keeping an index up to date while files change: what `vnsearch watch` does.

Whatever has changed, all of the roots are looked at: a scan opens no file, and nothing can be
missed, as when folders are renamed or the system has lost events. What happens during an update is
seen by the next one.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from vnsearch.engines import Engine
from vnsearch.errors import IndexUnusableError, LockedError, NoIndexError, VnsearchError, explain
from vnsearch.files import watch
from vnsearch.files.paths import FileNames, as_spelled, is_below, is_valid
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG, Generations
from vnsearch.indexing.update import update
from vnsearch.language import _
from vnsearch.model import Changes

_SWEEP: Final = 600.0  # seconds after which the roots are looked at without a sign, too
_BLIND_SWEEP: Final = 30.0  # the same, where the system tells nothing of one
_RETRY: Final = 30.0  # after an error
_MAX_PAUSE: Final = 10.0  # between two updates


class Follower:
    """Brings an index up to date whenever files of its roots change."""

    def __init__(
        self,
        index: Path,
        changed: Callable[[Changes], None],
        failed: Callable[[VnsearchError], None],
        engine: Engine | None = None,
    ) -> None:
        """`changed` gets what each update did, `failed` what kept one from being done, once."""
        self._index, self._engine = Path(as_spelled(str(index))), engine
        self._changed, self._failed = changed, failed
        self._due = 0.0  # when the next update is to be done at the latest
        self._told = ""
        self._sweep = _SWEEP
        self._unwatched: set[str] = set()  # folders of which was told that they cannot be watched

    def run(self) -> None:
        """Follow the files for ever. Raises NoIndexError and IndexUnusableError."""
        while True:
            self._update()
            roots = self._roots()
            before = self._state(roots)
            again = True  # what changed while the watch was being set up, or an update was done
            for sign in self._signs(roots):
                if self._state(roots) != before or self._roots() != roots:
                    break  # watch other roots, or the same anew
                if sign or again or time.monotonic() >= self._due:
                    again = self._update() and sign

    def _signs(self, roots: list[str]) -> Iterator[bool]:
        found = [root for root in roots if os.path.isdir(root)]
        folders = [folder for folder in found if is_valid(folder)]
        self._sweep = _SWEEP if folders == found else _BLIND_SWEEP
        self._due = min(self._due, time.monotonic() + self._sweep)
        for folder in sorted({*found} - {*folders} - self._unwatched):
            self._unwatched.add(folder)
            self._failed(
                VnsearchError(
                    _("cannot watch {path}: its path is not UTF-8").format(path=folder),
                    _("rename it, or run from time to time: vnsearch index"),
                )
            )
        if folders:
            yield from watch.changes(folders, lambda path: self._matters(path, folders))
        while True:  # files are told by their identity
            time.sleep(2)
            yield False

    def _matters(self, path: str, folders: list[str]) -> bool:
        if is_below(path, str(self._index)):
            return False
        return any(is_below(path, folder) and watch.is_seen_in(folder, path) for folder in folders)

    def _roots(self) -> list[str]:
        names, generations = FileNames.of(self._index), Generations(self._index)
        with closing(Catalog(generations.current() / CATALOG)) as catalog:
            return [names.path(root.path) for root in catalog.roots()]

    def _state(self, roots: list[str]) -> list[tuple[int, ...] | None]:
        return [watch.identity(root) for root in roots]

    def _update(self) -> bool:
        """Bring the index up to date; return whether that could be done."""
        started = time.monotonic()
        try:
            done = update(self._index, engine=self._engine)
        except LockedError:
            self._due = started  # soon again: another process may see what this one does not
            return False
        except (NoIndexError, IndexUnusableError):
            raise
        except VnsearchError as error:
            return self._fail(error)
        except OSError as error:
            return self._fail(VnsearchError(*explain(error)))
        self._told = ""
        self._changed(done)
        taken = time.monotonic() - started
        self._due = time.monotonic() + self._sweep
        time.sleep(min(taken, _MAX_PAUSE))  # half of the time is for others
        return True

    def _fail(self, error: VnsearchError) -> bool:
        if str(error) != self._told:
            self._told = str(error)
            self._failed(error)
        self._due = time.monotonic() + _RETRY
        return False
