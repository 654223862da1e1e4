"""The Python interface: an index opened for searching and reading, and brought up to date.

docs/python.md tells how to use it. Whatever it raises of its own is a `VnsearchError`.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import RLock
from typing import Final, Literal

from vnsearch.answers import (
    Document,
    Excerpt,
    Hit,
    Passage,
    Place,
    Results,
    document_of,
    hit_of,
    place_of,
)
from vnsearch.errors import (
    IndexUnusableError,
    LockedError,
    NoIndexError,
    RootError,
    UnknownIdError,
    VnsearchError,
)
from vnsearch.index import location
from vnsearch.index.generations import Generations, Pointer
from vnsearch.index.place import engine_of
from vnsearch.model import Changes, Status, Understood
from vnsearch.query.clauses import Demand
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.highlighter import LENGTH
from vnsearch.search.searcher import Excerpts, Searcher

__all__ = [
    "Changes",
    "Document",
    "Excerpt",
    "Hit",
    "Index",
    "IndexUnusableError",
    "LockedError",
    "NoIndexError",
    "Passage",
    "Place",
    "Results",
    "RootError",
    "Status",
    "Understood",
    "UnknownIdError",
    "VnsearchError",
    "open",
]

_DEMANDS: Final = {"most": Demand.SMART, "all": Demand.ALL, "any": Demand.ANY}


def open(folder: str | Path | None = None, *, create: bool = False) -> "Index":  # noqa: A001
    """Open an index.

    `folder`: the folder of the index, or the one that holds its `.vnsearch`. Without it, the index
    is found as by the command: that of `$VNSEARCH_INDEX`, else the nearest here or above. With
    `create`, there need not be one yet: `Index.update` makes it, in the current folder unless
    `folder` says otherwise. Raises NoIndexError, IndexUnusableError, OSError.
    """
    return Index(_folder(folder, create), create=create)


class Index:
    """An index, as it was when it was opened or last reloaded; to be closed.

    Threads may share it. Searches take turns, for which they would have to anyway under Python's
    global lock; `update` hinders none. After a fork, each process opens its own.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """See `open`; `folder` is absolute."""
        self.folder: Final = folder
        self._lock = RLock()
        self._searcher: Searcher | None = None
        self._pointer: Pointer | None = None
        self._is_closed = False
        self._generations = Generations(folder)
        if not create or self._generations.exists():
            self.reload()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files and free the memory; it can be done twice."""
        with self._lock:
            self._is_closed = True
            self._replace(None)

    def reload(self) -> bool:
        """See what was indexed since, by whatever process; return whether anything was.

        Raises NoIndexError, IndexUnusableError, OSError; then the index is as before.
        """
        with self._lock:
            self._check_open()
            self._generations.catch_up(engine_of(self.folder))
            pointer = self._generations.reading(lambda pointer: pointer)
            if self._searcher is not None and pointer == self._pointer:
                return False
            self._replace(Searcher(self.folder))
            self._pointer = pointer
            return True

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        match: Literal["most", "all", "any"] = "most",
        exact: bool = False,
        correct: bool = True,
        relax: bool = True,
        within: str | Path | Iterable[str | Path] = (),
        type: str = "",  # noqa: A002
        since: str | date = "",
        until: str | date = "",
        sort: Literal["score", "modified", "path"] = "score",
        reverse: bool = False,
        passages: int = 1,
        length: int = LENGTH,
    ) -> Results:
        """Search, in the query language of the command; any text is a valid query.

        Gives the hits `offset` to `offset + limit` of the ranking. `match`: how many of the words
        must match; `exact`: marks must be as typed; `correct`: other words may be searched when
        nothing is found; `relax`: some of the words are enough when no document has most;
        `within`: a folder or file, a glob as in .gitignore, or several of them; `type`, `since`,
        `until`, `sort`, `reverse`, `passages` as `--type` and so on; `length`: of the text of a
        hit, in characters. `understood` of the results tells what was done. Raises VnsearchError
        for what is no type, date or glob, and ValueError for a number below zero.
        """
        if min(limit, offset, passages, length) < 0:
            raise ValueError("limit, offset, passages and length are not below zero")
        paths = (within,) if isinstance(within, str | Path) else within
        files = FileFilter(tuple(map(str, paths)), type, _date(since), _date(until))
        with self._searching() as searcher:
            found = searcher.search(
                query,
                limit=limit,
                offset=offset,
                exact=exact,
                demand=_DEMANDS[match],
                correct=correct,
                relax=relax,
                files=files,
                sort=sort,
                reverse=reverse,
                excerpts=Excerpts(passages, length),
            )
        return Results(
            tuple(map(hit_of, found.hits)),
            total=found.total,
            complete=found.complete,
            understood=found.understood,
            notices=found.notices,
        )

    def document(self, id: str) -> Document:  # noqa: A002
        """The whole text of the document with an id; raises UnknownIdError."""
        with self._searching() as searcher:
            return document_of(searcher.document(id))

    def passage(self, id: str) -> Passage:  # noqa: A002
        """The passage with an id, in its document; raises UnknownIdError."""
        with self._searching() as searcher:
            document, found = searcher.passage(id)
        ids = [passage.id for passage in document.passages]
        at = found.number - 1
        return Passage(
            id=found.id,
            text=found.text,
            start=found.start,
            end=found.end,
            place=place_of(found.locator),
            before=ids[at - 1] if at else None,
            after=ids[at + 1] if at + 1 < len(ids) else None,
            document=document_of(document),
        )

    def status(self) -> Status:
        """What the index holds now, and how many files have changed since; looks at the files."""
        from vnsearch.indexing.status import status

        return status(self.folder)

    def update(
        self,
        paths: Iterable[str | Path] = (),
        *,
        exclude: Iterable[str] | None = None,
        encoding: str | None = None,
        gitignore: bool | None = None,
        ocr: bool | None = None,
        forget: Iterable[str | Path] = (),
        rebuild: bool = False,
        wait: float = 0.0,
        jobs: int | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Changes:
        """Bring the index up to date with files and folders, as `vnsearch index` does, and reload.

        Without `paths`, all known ones are looked at. `progress` gets how many bytes of how many
        are read; what it raises ends the update. All the work is done in other processes. Raises
        RootError, LockedError (waits `wait` seconds for another writer), IndexUnusableError,
        OSError: the index is as before then.
        """
        from vnsearch.indexing.process import update_apart
        from vnsearch.indexing.roots import RootOptions

        with self._lock:
            self._check_open()
        done = update_apart(
            self.folder,
            None if progress is None else _Progress(progress),
            paths=list(map(str, paths)),
            options=RootOptions(
                None if exclude is None else list(exclude), encoding, gitignore, ocr
            ),
            forget=list(map(str, forget)),
            rebuild=rebuild,
            wait=wait,
            jobs=jobs,
        )
        with self._lock:
            if not self._is_closed:
                self.reload()
        return done

    @contextmanager
    def _searching(self) -> Iterator[Searcher]:
        with self._lock:
            self._check_open()
            if self._searcher is None:
                self.reload()  # raises NoIndexError, unless another process made one meanwhile
            assert self._searcher is not None
            yield self._searcher

    def _replace(self, searcher: Searcher | None) -> None:
        old, self._searcher = self._searcher, searcher
        if old is not None:
            old.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise ValueError("the index is closed")


class _Progress:
    """The `indexing.progress.Progress` that calls a function."""

    def __init__(self, call: Callable[[int, int], object]) -> None:
        self._call, self._read, self._total = call, 0, 0

    def start(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._call(0, total_bytes)

    def advance(self, read_bytes: int) -> None:
        self._read += read_bytes
        self._call(min(self._read, self._total), self._total)

    def built(self, read_bytes: int) -> None:
        pass

    def finishing(self) -> None:
        self._call(self._total, self._total)


def _folder(folder: str | Path | None, create: bool) -> Path:
    """Where the index is that is asked for, or will be."""
    if folder is None:
        return location.index_to_write(None) if create else location.existing_index(None)
    named = Path(os.path.abspath(folder))
    if named.name == location.FOLDER or not named.is_dir() or Generations(named).exists():
        return named
    return named / location.FOLDER


def _date(typed: str | date) -> str:
    return f"{typed:%Y-%m-%d}" if isinstance(typed, date) else typed
