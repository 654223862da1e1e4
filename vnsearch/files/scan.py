"""Roots -> the files below them that could be indexed."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vnsearch.files.globs import matcher
from vnsearch.model import Skipped
from vnsearch.readers import format_of


class Seen(NamedTuple):
    """A file with a reader, as the system describes it."""

    path: str
    stat: os.stat_result


class Unseen(NamedTuple):
    """A file or folder that may not be read: nothing is known of what is in it."""

    path: str
    reason: str


def scan(
    root: str,
    excludes: Sequence[str] = (),
    *,
    base: str | None = None,
    avoid: frozenset[str] = frozenset(),
) -> Iterator[Seen | Unseen | Skipped]:
    """What is at or below `root` (an absolute path), in a fixed order.

    Hidden files and folders and what `excludes` match (patterns as in .gitignore, relative
    to `base`, else to the root) are left out in silence, like the folders of `avoid`. What
    else is no file with a reader comes as `Skipped`. Symbolic links are not followed, except
    the root itself. Raises OSError when the root itself cannot be read.
    """
    if not os.path.isdir(root):
        yield _item(root, os.stat(root))
        return
    excluded = matcher(excludes) if excludes else None
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise
            yield Unseen(folder, f"cannot be read: {error.strerror}")
            continue
        inner: list[str] = []
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name.startswith(".") or entry.path in avoid:
                continue
            relative = os.path.relpath(entry.path, base or root) + ("/" if is_folder else "")
            if excluded is not None and excluded(relative):
                continue
            if is_folder:
                inner.append(entry.path)
            else:
                yield _entry(entry)
        folders.extend(reversed(inner))


def _entry(entry: os.DirEntry[str]) -> Seen | Unseen | Skipped:
    try:
        return _item(entry.path, entry.stat(follow_symlinks=False))
    except OSError as error:
        return Skipped(entry.path, f"cannot be read: {error.strerror}")


def _item(path: str, status: os.stat_result) -> Seen | Unseen | Skipped:
    if stat.S_ISLNK(status.st_mode):
        return Skipped(path, "symbolic link, not followed")
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "not a regular file")
    if format_of(path) is None:
        suffix = Path(path).suffix
        return Skipped(path, f"format not supported ({suffix or 'no suffix'})")
    if not os.access(path, os.R_OK):
        return Unseen(path, "cannot be read: permission denied")
    return Seen(path, status)
