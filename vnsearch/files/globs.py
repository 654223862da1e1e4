"""Patterns for files, as in .gitignore."""

import os
from collections.abc import Callable, Iterable
from functools import cache

from vnsearch.errors import VnsearchError
from vnsearch.language import _
from vnsearch.platform import slashed
from vnsearch.vietnamese.letters import fold, nfc


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test for paths, relative and with `/` behind folders, by lines of a .gitignore.

    Names match whether they are composed or, as on macOS, decomposed.
    Raises VnsearchError for what is no pattern.
    """
    from pathspec import GitIgnoreSpec  # takes long to import, and is seldom needed

    patterns = [nfc(pattern) for pattern in patterns]
    try:
        match = GitIgnoreSpec.from_lines(patterns).match_file
    except ValueError as error:
        raise VnsearchError(
            _("not a pattern for files: {patterns}").format(patterns=", ".join(patterns)),
            _("write it as in .gitignore"),
        ) from error
    return lambda path: match(nfc(path))


def folding_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Like `matcher`, in any case and, for a pattern without marks, with any marks."""
    lower = [nfc(pattern).lower() for pattern in patterns]
    bare = [pattern for pattern in lower if fold(pattern) == pattern]
    marked = [pattern for pattern in lower if fold(pattern) != pattern]
    match_bare, match_marked = matcher(bare), matcher(marked)

    def match(path: str) -> bool:
        path = nfc(path).lower()
        return match_bare(fold(path)) or match_marked(path)

    return match


class GitIgnore:
    """The .gitignore files that hold for what is below a folder: as git says, those there and in
    the folders above, up to that of the repository; the nearest pattern that matches decides."""

    def __init__(self, folder: str) -> None:
        """`folder`: absolute."""
        self._top = _repository_of(folder) or folder
        self._rules = cache(_rules)

    def ignores(self, path: str) -> bool:
        """Whether a file, or a folder with `/` behind it, is ignored, whose folder is not."""
        folder = path.rstrip("/")
        while folder != self._top:
            folder = os.path.dirname(folder)
            relative = slashed(path[len(folder.rstrip(os.sep)) + 1 :])
            if (found := self._rules(folder)(nfc(relative))) is not None:
                return found
        return False


def _repository_of(folder: str) -> str | None:
    """The folder of the git repository that a folder is in; None if in none."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        outer = os.path.dirname(folder)
        if outer == folder:
            return None
        folder = outer
    return folder


def _rules(folder: str) -> Callable[[str], bool | None]:
    """What the .gitignore file of a folder says of paths relative to it; nothing if there is none.

    Lines that are no patterns are left out, as git does.
    """
    try:
        with open(
            os.path.join(folder, ".gitignore"), encoding="utf-8", errors="surrogateescape"
        ) as file:
            lines = [nfc(line.rstrip("\n")) for line in file]
    except OSError:
        return lambda _: None
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        spec = GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))
    return lambda path: spec.check_file(path).include


def _is_pattern(line: str) -> bool:
    try:
        matcher([line])
    except VnsearchError:
        return False
    return True
