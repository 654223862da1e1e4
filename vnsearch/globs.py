"""Patterns for files, as in .gitignore."""

from collections.abc import Callable, Iterable

from vnsearch.errors import VnsearchError


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test for paths, relative and with `/` behind folders, by lines of a .gitignore.

    Raises VnsearchError for what is no pattern.
    """
    from pathspec import GitIgnoreSpec  # takes long to import, and is seldom needed

    patterns = list(patterns)
    try:
        return GitIgnoreSpec.from_lines(patterns).match_file
    except ValueError as error:
        raise VnsearchError(
            f"not a pattern for files: {', '.join(patterns)}", "write it as in .gitignore"
        ) from error
