"""Names of files in an index, and their paths."""

import os
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from vnsearch.platform import slashed


class FileNames(NamedTuple):
    """The names of files in one index.

    A name is the path relative to the folder that holds the index when the file lies below
    it, else absolute, with `/` on every system; so a folder can be moved together with its index.
    """

    base: str  # the folder that holds the index, absolute

    @classmethod
    def of(cls, index: Path) -> "FileNames":
        """The names in the index at this (absolute) folder."""
        return cls(str(index.parent))

    def name(self, path: str) -> str:
        """The name of the file at an absolute path."""
        return relative_to(self.base, path)

    def prefix(self, folder: str) -> str:
        """What the names of the files in an absolute folder begin with."""
        name = self.name(folder)
        return "" if name == os.curdir else f"{name.rstrip('/')}/"

    def named(self, path: str) -> str:
        """The name of the file at a path from here, as a user types it."""
        return relative_to(as_spelled(self.base), as_spelled(os.path.abspath(path)))

    def path(self, name: str) -> str:
        """The absolute path of a file."""
        return os.path.normpath(os.path.join(self.base, name))

    def from_here(self, name: str) -> str:
        """A path that opens from the current folder: relative when it lies below."""
        return relative_to(os.getcwd(), self.path(name))


def shown(text: str) -> str:
    r"""A text with names of files in it as valid Unicode: a byte that is not UTF-8, which is a lone
    surrogate in it (PEP 383), is written as `\xe9`."""
    if is_valid(text):
        return text
    escaped = (f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)
    return "".join(escaped).encode("utf-8", "replace").decode()


def is_valid(text: str) -> bool:
    """Whether a text is valid Unicode: without lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder's, or one inside it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def as_spelled(path: str) -> str:
    """An absolute path as the system spells it: where a file system ignores case or how letters are
    composed, a file has one name of several that lead to it."""
    folder, name = os.path.split(path)
    if not name:
        return path[:1].upper() + path[1:]  # the letter of a drive
    folder = as_spelled(folder)
    path = os.path.join(folder, name)
    others = {name.swapcase(), normalize("NFC", name), normalize("NFD", name)} - {name}
    try:
        if any(_is_same(path, os.path.join(folder, other)) for other in others):
            names = os.listdir(folder)
            same = (other for other in names if _is_same(path, os.path.join(folder, other)))
            return path if name in names else os.path.join(folder, next(same, name))
    except OSError:  # such as a folder that may be entered, but not listed
        pass
    return path


def _is_same(path: str, other: str) -> bool:
    return os.path.lexists(other) and os.path.samestat(os.lstat(path), os.lstat(other))


def relative_to(folder: str, path: str) -> str:
    """An absolute path relative to a folder, if it is below it, with `/`; both in their shortest
    form."""
    if not is_below(path, folder):
        return slashed(path)
    return slashed(path[len(folder.rstrip(os.sep)) + 1 :]) or os.curdir


def from_here(path: str | os.PathLike[str]) -> str:
    """A path relative to the current folder, also upwards, with `/`; absolute on another drive."""
    try:
        return slashed(os.path.relpath(path))
    except ValueError:
        return slashed(os.path.abspath(path))
