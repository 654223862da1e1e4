"""What an index knows of files: its roots, and each file as it was when it was read.

One SQLite database in every generation. Paths are written as they are shown: relative to
the folder that holds the index when they lie below it, so that both can be moved together,
else absolute. They are kept as bytes, since a file name may be any.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vnsearch.analysis import tokenizer
from vnsearch.errors import CHECK_DISK, REPAIR, IndexUnusableError, VnsearchError
from vnsearch.model import Root

if TYPE_CHECKING:
    from hashlib import _Hash

# Raised when the tables change; an index of another version is rebuilt.
VERSION: Final = 3

_TABLES: Final = """
create table facts (name text primary key, value text not null) without rowid;
create table roots (
  path blob primary key,
  excludes text not null,      -- JSON
  encoding text not null
) without rowid;
create table files (
  path blob primary key,
  size integer not null,       -- bytes
  mtime_ns integer not null,
  digest blob not null,        -- of the bytes of the file
  documents integer not null,
  flaws text not null,         -- JSON: why the file, or parts of it, were skipped
  reader text not null,        -- what read it, and in which version
  encoding text not null,
  sure integer not null        -- about the encoding
) without rowid;
"""


_BLOCK: Final = 1 << 20  # bytes


class FileState(NamedTuple):
    """A file as it was when it was last read."""

    size: int
    mtime_ns: int
    digest: bytes
    documents: int
    flaws: tuple[str, ...] = ()
    reader: str = ""
    encoding: str = ""
    sure: bool = True

    def looks_like(self, stat: os.stat_result) -> bool:
        """Whether a file with this stat can be taken for unchanged without reading it."""
        return self.size == stat.st_size and self.mtime_ns == mtime_ns(stat)

    @property
    def modified(self) -> datetime:
        """When the file was last changed, in UTC."""
        try:
            return datetime.fromtimestamp(self.mtime_ns / 1e9, timezone.utc)
        except (ValueError, OverflowError, OSError):  # a year that a datetime cannot have
            return datetime.fromtimestamp(0, timezone.utc)

    def is_current(self, path: str) -> bool:
        """Whether the file at `path` still has the bytes it had; read only when its time
        is new and its size is not.
        """
        try:
            stat = os.stat(path)
            if self.looks_like(stat) or stat.st_size != self.size:
                return stat.st_size == self.size
            with open(path, "rb", buffering=0) as file:
                return digest_of(file) == self.digest
        except OSError:
            return False


def mtime_ns(stat: os.stat_result) -> int:
    """The time a file was last changed, in ns, as SQLite can hold it."""
    return max(-(1 << 63), min(stat.st_mtime_ns, (1 << 63) - 1))


def new_digest() -> "_Hash":
    """What the bytes of a file are digested with: processors have instructions for it."""
    from hashlib import sha256  # takes long to import, and searching seldom needs it

    return sha256()


def digest_of(file: RawIOBase) -> bytes:
    """The digest of all that an open file still has to give."""
    digest = new_digest()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.digest()


class Catalog:
    """The catalog of one generation."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Open the catalog, or create it when `writable` and missing.

        Raises IndexUnusableError when it is missing or damaged.
        """
        exists = path.exists()
        if not exists and not writable:
            raise IndexUnusableError("the index is damaged: its catalog is missing", REPAIR)
        # Readers take it for immutable, which a generation is: no locks, no journal,
        # and it works on a read-only file system.
        uri = path.absolute().as_uri() + ("" if writable else "?immutable=1")
        self._db = sqlite3.connect(uri, uri=True)
        try:
            if not exists:
                self._db.executescript(_TABLES)
            # The journal is of no use: an unfinished generation is thrown away whole.
            self._db.execute("pragma journal_mode = off" if writable else "select 1 from facts")
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise IndexUnusableError(f"the index is damaged: {error}", REPAIR) from error

    def commit(self) -> None:
        """Keep the changes made so far; raises VnsearchError, like every change, when the disk
        does not let it."""
        with _writing():
            self._db.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def facts(self) -> dict[str, str]:
        """Versions and times by name."""
        return dict(self._db.execute("select name, value from facts"))

    def set_facts(self, **facts: str) -> None:
        """Write facts and the time of this update."""
        facts["updated"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with _writing():
            self._db.executemany("replace into facts values (?, ?)", facts.items())

    def check_versions(self, engine_version: str) -> None:
        """Raise IndexUnusableError unless the index was made by the same rules."""
        made_by = self.facts()
        for name, version in versions(engine_version).items():
            if _number(made_by.get(name, "")) > _number(version):
                raise IndexUnusableError(
                    f"the index was made by a newer vnsearch, {made_by.get('vnsearch')}",
                    "use that one, or make the index anew with: vnsearch index --rebuild",
                )
            if made_by.get(name) != version:
                raise IndexUnusableError(
                    f"the index was made by vnsearch {made_by.get('vnsearch')} "
                    f"({name} {made_by.get(name)}, now {version})",
                    REPAIR,
                )

    def roots(self) -> list[Root]:
        """The roots, sorted by path."""
        rows = self._db.execute("select path, excludes, encoding from roots order by path")
        return [
            Root(os.fsdecode(path), tuple(json.loads(excludes)), encoding)
            for path, excludes, encoding in rows
        ]

    def set_roots(self, roots: Iterable[Root]) -> None:
        """Replace all the roots."""
        rows = [(os.fsencode(r.path), json.dumps(r.excludes), r.encoding) for r in roots]
        with _writing():
            self._db.execute("delete from roots")
            self._db.executemany("insert into roots values (?, ?, ?)", rows)

    def files(self) -> dict[str, FileState]:
        """Every file by its path."""
        rows = self._db.execute(f"select path, {_COLUMNS} from files")
        return {os.fsdecode(path): _state(row) for path, *row in rows}

    def file(self, path: str) -> FileState | None:
        """One file."""
        sql = f"select {_COLUMNS} from files where path = ?"
        row = self._db.execute(sql, (os.fsencode(path),)).fetchone()
        return None if row is None else _state(row)

    def put(self, path: str, state: FileState) -> None:
        """Write the state of a file."""
        row = (
            os.fsencode(path), state.size, state.mtime_ns, state.digest,
            state.documents, json.dumps(state.flaws),
            state.reader, state.encoding, state.sure,
        )  # fmt: skip
        with _writing():
            self._db.execute(f"replace into files values ({'?, ' * 8}?)", row)

    def remove(self, path: str) -> None:
        """Forget a file."""
        with _writing():
            self._db.execute("delete from files where path = ?", (os.fsencode(path),))

    def counts(self) -> tuple[int, int]:
        """How many files with documents, and how many documents there are."""
        sql = "select count(*), total(documents) from files where documents"
        files, documents = self._db.execute(sql).fetchone()
        return files, int(documents)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise VnsearchError(f"cannot write the index: {error}", CHECK_DISK) from error


def _number(version: str) -> int:
    digits = version.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def versions(engine_version: str) -> dict[str, str]:
    """What decides how an index looks: with any other of these it must be rebuilt."""
    return {
        "catalog": str(VERSION),
        "analysis": str(tokenizer.VERSION),
        "engine": engine_version,
    }


_COLUMNS: Final = "size, mtime_ns, digest, documents, flaws, reader, encoding, sure"


def _state(row: Sequence[Any]) -> FileState:
    size, mtime_ns, digest, documents, flaws, *how, sure = row
    known = FileState(size, mtime_ns, digest, documents, tuple(json.loads(flaws)))
    return known._replace(reader=how[0], encoding=how[1], sure=bool(sure))
