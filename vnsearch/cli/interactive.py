"""The interactive search: a terminal and an index -> the screen, and what was left on it."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from vnsearch.cli import opener, session, which_index
from vnsearch.cli.show import on_disk
from vnsearch.errors import EXIT_FOUND, NoIndexError, VnsearchError
from vnsearch.files.types import type_of
from vnsearch.language import _
from vnsearch.model import Locator
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.searcher import Searcher


def is_possible() -> bool:
    """Whether there is a terminal to type on."""
    streams = sys.stdin, sys.stdout, sys.stderr  # Textual draws on the last one
    return all(stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def search(
    words: str = "",
    *,
    files: FileFilter = FileFilter(),  # noqa: B008
    exact: bool = False,
    folder: str | None = None,
    quiet: bool = False,
) -> int:
    """Show the screen until it is left; return an exit code. Raises VnsearchError when there is no
    terminal, and NoIndexError when there is no index."""
    if not is_possible():
        raise VnsearchError(
            _("the interactive search needs a terminal"),
            _("search without it: vnsearch search WORDS"),
        )
    index = which_index.existing(folder, quiet=quiet)
    Searcher(index).close()  # or what is wrong with it is told as by any command
    from vnsearch.interactive.app import SearchScreen  # Textual takes long to import
    from vnsearch.interactive.asking import Sought

    screen = SearchScreen(index, Sought(words, files, exact), program_for)
    left = screen.run()
    if screen.fault is not None:
        raise screen.fault
    if left is not None and left.hits:
        session.remember(index, left.query, left.hits)
    return EXIT_FOUND


def search_if_possible(folder: str | None, *, quiet: bool) -> bool:
    """What the command does without any words; returns False where it can only help."""
    if not is_possible():
        return False
    try:
        search(folder=folder, quiet=quiet)
    except NoIndexError:
        if folder is not None:
            raise
        return False
    return True


class Program(NamedTuple):
    """A command line that opens a file."""

    command: list[str]
    in_terminal: bool

    def start(self) -> int:
        """Run it; return an exit code."""
        return opener.run(self.command, self.in_terminal)


def program_for(path: str, place: Locator | None) -> Program:
    """The program that opens a file at a place; raises VnsearchError."""
    found = on_disk(Path(path))
    if found is None:
        raise VnsearchError(_("{path} is gone").format(path=path), "")
    at = place if str(found) == path else None  # else it is the file that holds it
    return Program(*opener.command_line(os.path.abspath(found), type_of(str(found)), at, path))
