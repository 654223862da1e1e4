"""Opening the file of a hit: what the command gives, and what is told of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from vnsearch.errors import VnsearchError, explain
from vnsearch.language import _
from vnsearch.model import Locator


class Program(Protocol):
    """A program that is about to open a file."""

    @property
    def in_terminal(self) -> bool:
        """Whether it runs in this terminal."""

    def start(self) -> int:
        """Start it, and if it runs in this terminal, wait for it; return its exit code."""


# The program for a file, at a place; raises VnsearchError.
Finder = Callable[[str, Locator | None], Program]


def open_file(
    find: Finder,
    path: str,
    place: Locator | None,
    suspended: Callable[[], AbstractContextManager[None]],
) -> tuple[str, bool]:
    """Open a file, with the screen away while a program needs the terminal; return what is to be
    told, and whether something went wrong."""
    try:
        program = find(path, place)
        if not program.in_terminal:
            program.start()
            return _("opening {path}").format(path=path), False
        with suspended():
            code = program.start()
    except VnsearchError as error:
        return " – ".join(filter(None, (str(error), error.advice))), True
    except OSError as error:
        return " – ".join(explain(error)), True
    if code:
        return _("the program ended with exit code {code}").format(code=code), True
    return "", False
