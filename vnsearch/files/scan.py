"""Roots -> the files below them."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from vnsearch.files.globs import GitIgnore, matcher
from vnsearch.files.paths import relative_to
from vnsearch.language import N_
from vnsearch.model import Skipped
from vnsearch.platform import is_link, is_marked_hidden

# What programs and systems leave beside the files of users, besides what is hidden.
_LEFT_BEHIND: Final = re.compile(
    r"~\$.*|~wrl\d+\.tmp|(eh)?thumbs(_vista)?\.db|desktop\.ini|__macosx|icon\r", re.IGNORECASE
)


class Seen(NamedTuple):
    """A file, as the system describes it."""

    path: str
    stat: os.stat_result


class Unseen(NamedTuple):
    """A file or folder that cannot be read: nothing is known of what is in it."""

    path: str
    reason: str


def scan(
    root: str,
    excludes: Sequence[str] = (),
    *,
    base: str | None = None,
    avoid: frozenset[str] = frozenset(),
    gitignore: bool = False,
) -> Iterator[Seen | Unseen | Skipped]:
    """What is at or below `root` (an absolute path), in a fixed order.

    Files that users do not see (`is_hidden`) and what `excludes` match (patterns as in
    .gitignore, relative to `base`, else to the root) are left out in silence, like the folders of
    `avoid`, and with `gitignore` what .gitignore files say. What else is no regular file comes as
    `Skipped`. Symbolic links are not followed, except the root itself. Raises OSError when the
    root itself cannot be read.
    """
    status = os.stat(root)
    if not stat.S_ISDIR(status.st_mode):
        yield _item(root, status)
        return
    ignored = GitIgnore(base or root) if gitignore else None
    left_out = _left_out(excludes, base or root, avoid, ignored)
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
            try:
                is_folder = entry.is_dir(follow_symlinks=False) and not is_link(entry)
                is_unseen = is_hidden(entry.name) or is_marked_hidden(entry)
            except OSError as error:
                yield Unseen(entry.path, f"cannot be read: {error.strerror}")
                continue
            if is_unseen or left_out(entry, is_folder):
                continue
            if is_folder:
                inner.append(entry.path)
            elif (item := _entry(entry)) is not None:
                yield item
        folders.extend(reversed(inner))


def _left_out(
    excludes: Sequence[str], base: str, avoid: frozenset[str], ignored: GitIgnore | None
) -> Callable[[os.DirEntry[str], bool], bool]:
    """Whether an entry, which may be a folder, is left out in silence."""
    excluded = matcher(excludes) if excludes else None

    def left_out(entry: os.DirEntry[str], is_folder: bool) -> bool:
        if entry.path in avoid:
            return True
        slash = "/" if is_folder else ""
        if ignored is not None and ignored.ignores(entry.path + slash):
            return True
        return excluded is not None and excluded(relative_to(base, entry.path) + slash)

    return left_out


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is one that users do not see, or did not make."""
    return name.startswith(".") or _LEFT_BEHIND.fullmatch(name) is not None


def _entry(
    entry: os.DirEntry[str],
) -> Seen | Unseen | Skipped | None:
    """What an entry of a folder is; None when it has just been deleted."""
    try:
        if is_link(entry):
            return Skipped(entry.path, N_("symbolic link, not followed"))
        return _item(entry.path, entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unseen(entry.path, f"cannot be read: {error.strerror}")


def _item(path: str, status: os.stat_result) -> Seen | Unseen | Skipped:
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, N_("not a regular file"))
    return Seen(path, status)
