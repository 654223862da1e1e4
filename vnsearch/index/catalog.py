"""What an index knows of files: its roots, and each file as it was when it was read.

One SQLite database in every generation. Paths are written as they are shown: relative to
the folder that holds the index when they lie below it, so that both can be moved together,
else absolute. They are kept as bytes, since a file name may be any.
"""

import errno
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from vnsearch.analysis import tokenizer
from vnsearch.errors import (
    CHECK_DISK,
    NOT_THERE,
    REPAIR,
    DamagedError,
    IndexUnusableError,
    VnsearchError,
    WriteError,
)
from vnsearch.index import file_states
from vnsearch.index.file_state import FileState
from vnsearch.index.file_states import FileStates
from vnsearch.language import N_, _
from vnsearch.model import Root

# Raised when the tables change; an index of another version is rebuilt.
VERSION: Final = 9

_TABLES: Final = """
create table facts (name text primary key, value text not null) without rowid;
create table roots (
  path blob primary key,
  excludes text not null,      -- JSON
  encoding text not null,
  gitignore integer not null,  -- whether .gitignore files are heeded
  ocr integer not null         -- whether text in pictures is recognized
) without rowid;
create table files (
  path blob primary key,
  size integer not null,       -- bytes
  mtime_ns integer not null,
  ctime_ns integer not null,
  inode integer not null,
  digest blob not null,        -- of the bytes of the file
  documents integer not null,
  flaws text not null,         -- JSON: why the file, or parts of it, were skipped
  reader text not null,        -- what read it, and in which version
  encoding text not null,
  sure integer not null,       -- about the encoding
  container blob not null,     -- of a file in a file: the path of the file of the disk
  by_name integer not null,    -- 1: the index has one more document, of its name alone
  folders blob not null        -- where in its root it is
) without rowid;
create table lines (           -- of files whose documents are lines
  path blob primary key,
  digests blob not null        -- of the document of each line, 8 bytes each; zeros where none is
);
create table skipped (         -- files and folders of which no state is kept
  path blob primary key,
  reason text not null
) without rowid;
"""


class Catalog:
    """The catalog of one generation."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Open the catalog, or create it when `writable` and missing.

        Raises DamagedError when it is missing or damaged, OSError when it cannot be read,
        WriteError when it cannot be created.
        """
        self._path = path
        options = "mode=rwc"
        if not writable:
            self._can_be_read()
            # A generation is immutable: no locks, no journal, and nothing is ever created.
            options = "mode=ro&immutable=1"
        doing = self._writing if writable else self._reading
        with doing():
            # Threads may take turns: see `api`.
            uri = f"{path.absolute().as_uri()}?{options}"
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            with doing():
                if writable:
                    # The journal is of no use: an unfinished generation is thrown away whole.
                    self._db.execute("pragma journal_mode = off")
                    if not self._db.execute("select 1 from sqlite_master").fetchone():
                        self._db.executescript(_TABLES)
                self._db.execute("select 1 from facts")
        except BaseException:
            self._db.close()
            raise

    def _can_be_read(self) -> None:
        """Raise what keeps the file from being read, of which SQLite tells little."""
        try:
            open(self._path, "rb").close()
        except NOT_THERE as error:
            raise DamagedError(
                N_("its catalog is missing: {why}").format(why=error.strerror)
            ) from error

    def commit(self) -> None:
        """Keep the changes made so far; raises VnsearchError, like every change, when the disk
        does not let it."""
        with self._writing():
            self._db.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if str(error) in _OF_THE_SYSTEM:  # it says nothing of what is on the disk
                why = _("{place}: {what}").format(place=self._path, what=error)
                why = _("cannot read the index: {why}").format(why=why)
                raise VnsearchError(why, CHECK_DISK) from error
            raise DamagedError(f"{self._path.name}: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            number = errno.ENOSPC if "full" in str(error) else errno.EIO
            raise WriteError(OSError(number, str(error), str(self._path))) from error

    def _rows(self, sql: str, *values: object) -> Iterator[Any]:
        with self._reading():
            yield from self._db.execute(sql, values)

    def facts(self) -> dict[str, str]:
        """Versions and times by name."""
        return dict(self._rows("select name, value from facts"))

    def set_facts(self, **facts: str) -> None:
        """Write facts and the time of this update."""
        facts["updated"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with self._writing():
            self._db.executemany("replace into facts values (?, ?)", facts.items())

    def check_versions(self, engine_version: str) -> None:
        """Raise IndexUnusableError unless the index was made by the same rules."""
        made_by = self.facts()
        for name, version in versions(engine_version).items():
            made = made_by.get(name, "")
            if name == "engine" and _kind(made) != _kind(version):
                raise IndexUnusableError(
                    _("the index is of another engine, {other}, not {engine}").format(
                        other=_kind(made), engine=_kind(version)
                    ),
                    _("name another folder with --index, or make it anew with: {command}").format(
                        command="vnsearch index --rebuild"
                    ),
                )
            if _number(made) > _number(version):
                raise IndexUnusableError(
                    _("the index was made by a newer vnsearch, {version}").format(
                        version=made_by.get("vnsearch")
                    ),
                    _("use that one, or make the index anew with: {command}").format(
                        command="vnsearch index --rebuild"
                    ),
                )
            if made != version:
                raise IndexUnusableError(
                    _("the index was made by vnsearch {version} ({name} {made}, now {now})").format(
                        version=made_by.get("vnsearch"), name=name, made=made, now=version
                    ),
                    REPAIR,
                )

    def faults(self) -> Iterator[str]:
        """What is wrong with the structure of the database; raises VnsearchError when a page
        of it cannot be read."""
        for (fault,) in self._rows("pragma quick_check"):
            code = _CODE.search(fault)
            if code and int(code[1]) & 0xFF != _CORRUPT:  # the page could not be read
                why = _("{place}: {what}").format(place=self._path, what=fault)
                raise VnsearchError(_("cannot read the index: {why}").format(why=why), CHECK_DISK)
            if fault != "ok":
                yield fault

    def roots(self) -> list[Root]:
        """The roots, sorted by path; also those of an older version, which had fewer columns."""
        rows = self._rows("select * from roots order by path")
        return [
            Root(os.fsdecode(path), tuple(json.loads(excludes)), encoding, *map(bool, flags))
            for path, excludes, encoding, *flags in rows
        ]

    def set_roots(self, roots: Iterable[Root]) -> None:
        """Replace all the roots."""
        rows = [
            (os.fsencode(r.path), json.dumps(r.excludes), r.encoding, r.gitignore, r.ocr)
            for r in roots
        ]
        with self._writing():
            self._db.execute("delete from roots")
            self._db.executemany("insert into roots values (?, ?, ?, ?, ?)", rows)

    def skipped(self) -> dict[str, str]:
        """The files and folders that the last run skipped without a state, and the reasons."""
        return {os.fsdecode(path): why for path, why in self._rows("select * from skipped")}

    def set_skipped(self, reasons: Mapping[str, str]) -> None:
        """Replace all of them."""
        with self._writing():
            self._db.execute("delete from skipped")
            rows = ((os.fsencode(path), reason) for path, reason in reasons.items())
            self._db.executemany("insert into skipped values (?, ?)", rows)

    def files(self) -> FileStates:
        """Every file, by its path."""
        return FileStates(self._rows(f"select {file_states.COLUMNS} from files"))

    def members(self) -> dict[str, list[str]]:
        """The files that are in files, by the paths of these."""
        members: dict[str, list[str]] = {}
        sql = "select container, path from files where container != ?"
        for container, path in self._rows(sql, b""):
            members.setdefault(os.fsdecode(container), []).append(os.fsdecode(path))
        return members

    def file(self, path: str) -> FileState | None:
        """One file."""
        sql = f"select {_COLUMNS} from files where path = ?"
        return next(map(_state, self._rows(sql, os.fsencode(path))), None)

    def put(self, path: str, state: FileState) -> None:
        """Write the state of a file."""
        row = (
            os.fsencode(path), state.size, state.mtime_ns, state.digest,
            state.documents, json.dumps(state.flaws),
            state.reader, state.encoding, state.sure, state.ctime_ns, state.inode,
            os.fsencode(state.container), state.by_name, os.fsencode(state.folders),
        )  # fmt: skip
        with self._writing():
            self._db.execute(f"replace into files (path, {_COLUMNS}) values ({'?, ' * 13}?)", row)

    def had(self) -> set[str]:
        """The files with documents, and those of the disk that they are in; also those of an older
        version, of which no state can be had."""
        (has_containers,) = next(
            self._rows("select count(*) from pragma_table_info('files') where name = 'container'")
        )
        container = "container" if has_containers else "''"
        rows = self._rows(f"select path, {container} from files where documents")
        return {os.fsdecode(name) for both in rows for name in both if name}

    def digests(self) -> set[bytes]:
        """Those of all files."""
        return {digest for (digest,) in self._rows("select distinct digest from files")}

    def remove(self, path: str) -> None:
        """Forget a file."""
        with self._writing():
            self._db.execute("delete from files where path = ?", (os.fsencode(path),))
        self.put_lines(path, b"")

    def lines(self, path: str) -> bytes:
        """The digests of the documents of the lines of a file; empty when not known."""
        rows = self._rows("select digests from lines where path = ?", os.fsencode(path))
        return bytes(next(rows, (b"",))[0])

    def put_lines(self, path: str, digests: "bytes | bytearray") -> None:
        """Write the digests of the documents of the lines of a file."""
        with self._writing():
            if digests:
                sql = "replace into lines values (?, ?)"
                self._db.execute(sql, (os.fsencode(path), digests))
            else:
                self._db.execute("delete from lines where path = ?", (os.fsencode(path),))

    def counts(self) -> tuple[int, int]:
        """How many files with documents, and how many documents there are."""
        sql = "select count(*), total(documents) from files where documents"
        files, documents = next(self._rows(sql))
        return files, int(documents)

    def count_flaws(self) -> tuple[int, int, int]:
        """How many flaws all files have, how many files with flaws have no documents, and how many
        have some."""
        rows = [*self._rows("select flaws, documents > 0 from files where flaws != '[]'")]
        with_documents = sum(has_documents for _, has_documents in rows)
        flaws = sum(len(json.loads(flaws)) for flaws, _ in rows)
        return flaws, len(rows) - with_documents, with_documents

    def modified(self) -> Iterator[tuple[str, int]]:
        """The files, and when they were last changed, in ns."""
        rows = self._rows("select path, mtime_ns from files")
        return ((os.fsdecode(path), mtime_ns) for path, mtime_ns in rows)

    def sizes(self) -> Iterator[tuple[str, int, int]]:
        """The files on the disk, their sizes, -1 where one was not read to its end, and when they
        were last changed, in ns."""
        rows = self._rows("select path, size, mtime_ns from files where container = ?", b"")
        return ((os.fsdecode(path), size, mtime_ns) for path, size, mtime_ns in rows)

    def documents_by_file(self) -> Iterator[tuple[str, int]]:
        """The files, and how many documents the index has of each, that of its name included."""
        rows = self._rows("select path, documents + by_name from files")
        return ((os.fsdecode(path), documents) for path, documents in rows)


# What SQLite says when the system does not let it read.
_OF_THE_SYSTEM: Final = {"unable to open database file", "disk I/O error", "out of memory"}


# In what it says of a page; of its numbers, the one for wrong bytes.
_CODE: Final = re.compile(r"error code=(\d+)")
_CORRUPT: Final = 11


def _kind(engine_version: str) -> str:
    """The name of an engine, without the number of its version."""
    return engine_version.rpartition("-")[0]


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


_COLUMNS: Final = (
    "size, mtime_ns, digest, documents, flaws, reader, encoding, sure, ctime_ns, inode, "
    "container, by_name, folders"
)


def _state(row: Sequence[Any]) -> FileState:
    size, mtime_ns, digest, documents, flaws, reader, encoding, sure, *rest = row
    ctime_ns, inode, container, by_name, folders = rest
    reasons = tuple(json.loads(flaws)) if flaws != "[]" else ()
    return FileState(
        size,
        mtime_ns,
        digest or b"",
        documents,
        reasons,
        reader,
        encoding,
        bool(sure),
        ctime_ns,
        inode,
        os.fsdecode(container),
        bool(by_name),
        os.fsdecode(folders),
    )
