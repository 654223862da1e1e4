"""Patterns for files, as in .gitignore."""

from collections.abc import Callable, Iterable

from vnsearch.errors import VnsearchError
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
            f"not a pattern for files: {', '.join(patterns)}", "write it as in .gitignore"
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
