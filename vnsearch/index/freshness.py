"""Whether files have changed since an index was made, told as far as a few milliseconds allow."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from vnsearch.files.paths import FileNames
from vnsearch.index.catalog import Catalog

BUDGET: Final = 0.005  # seconds

# What may leave files out that are not known.
_RULES: Final = (".gitignore", ".ignore", ".vnsearchignore")


class _UnknownError(Exception):
    """It cannot be told in time."""


def has_changed(
    catalog: Catalog,
    names: FileNames,
    budget: float = BUDGET,
    clock: Callable[[], float] = time.perf_counter,
) -> bool | None:
    """Whether a file was changed, added or removed; None when that is not known in time."""
    deadline = clock() + budget

    def check_time() -> None:
        if clock() > deadline:
            raise _UnknownError

    try:
        return any(_signs(catalog, names, check_time))
    except (_UnknownError, OSError):
        return None


def _signs(catalog: Catalog, names: FileNames, check_time: Callable[[], None]) -> Iterator[bool]:
    """Whether each file is another one than it was, and whether each folder has new ones."""
    known, folders = set[str](), set[str]()
    for name, size, mtime_ns in catalog.sizes():
        check_time()
        path = names.path(name)
        known.add(path)
        folders.add(os.path.dirname(path))
        yield _is_another(path, size, mtime_ns)
    roots = catalog.roots()
    if any(root.excludes for root in roots):
        raise _UnknownError
    known |= {names.path(name) for name in catalog.skipped()}
    folders |= {path for path in (names.path(root.path) for root in roots) if os.path.isdir(path)}
    folders -= {names.base} - {names.path(root.path) for root in roots}
    updated = datetime.fromisoformat(catalog.facts()["updated"]).timestamp()
    for folder in sorted(folders):
        check_time()
        yield os.stat(folder).st_mtime >= updated and _has_new(folder, known, folders)


def _is_another(path: str, size: int, mtime_ns: int) -> bool:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return True
    return size >= 0 and (stat.st_size, stat.st_mtime_ns) != (size, mtime_ns)


def _has_new(folder: str, known: set[str], folders: set[str]) -> bool:
    """Whether there is a file in a folder that is not known, and that no rule may leave out."""
    entries = [*os.scandir(folder)]
    if any(entry.name in _RULES for entry in entries):
        return False
    return any(
        entry.path not in known and entry.path not in folders and entry.is_file()
        for entry in entries
        if not entry.name.startswith(".")
    )
