"""Patterns for files, as in .gitignore."""

from collections.abc import Callable, Iterable

from vnsearch.errors import VnsearchError
from vnsearch.vietnamese.letters import nfc


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
            f"not a pattern for files: {', '.join(patterns)}", "write it as in .gitignore"
        ) from error
    return lambda path: match(nfc(path))
