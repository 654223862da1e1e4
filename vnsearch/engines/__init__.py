"""Documents in, matches out: what every engine does.

An engine keeps its data in one folder, which it may fill and extend but in which it never
changes a file that is already there: the folder of the next generation of an index begins
as hard links to the files of the current one (see `generations`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vnsearch.model import Document, Encoding, Matches
from vnsearch.query.clauses import Query
from vnsearch.query.lexicon import Lexicon

if TYPE_CHECKING:
    from vnsearch.readers import Unread


class Report(NamedTuple):
    """What was read of something unread."""

    keys: list[str]  # of its documents
    numbers: list[int]  # where in the file they are
    flaws: list[tuple[int, str]]  # what was not read, and how many documents are before that
    encodings: list[Encoding]


class Writer(Protocol):
    """Changes to an index, all of them kept by `commit` or none."""

    def add(self, source: str, document: Document) -> None:
        """Index a document of the file `source`, which has words to find."""

    def add_unread(self, source: str, unread: "Unread") -> int:
        """Index documents that are still to be read; returns the place of their report in what
        `settle` returns."""

    def settle(self) -> Sequence[Report]:
        """Let all be read that was added."""

    def drop(self, unread: int, document: int) -> None:
        """Take back one of the documents (from 0) of what is settled, by the place of its
        report."""

    def remove(self, source: str) -> None:
        """Drop the documents of a file that were in the index when it was opened."""

    def commit(self) -> None:
        """Write everything to the folder."""

    def cancel(self) -> None:
        """Stop and let go; what is in the folder is of no use then."""


class Filters(NamedTuple):
    """Which documents may match, whatever their words."""

    globs: tuple[str, ...] = ()  # as in .gitignore, one of which the source matches; () for all


class IndexReader(Lexicon, Protocol):
    """An index as it was when it was opened."""

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
        explain: bool = False,
    ) -> Matches:
        """Return the documents that match, best first, ties by source and key.

        With `explain`, matches carry the parts of their scores. Raises VnsearchError for filters
        that say nothing.
        """

    def count_passages(self) -> int:
        """Return how many passages can be found."""

    def close(self) -> None:
        """Close the files."""


class Engine(Protocol):
    """A way of keeping an index in a folder."""

    version: str  # of what lies in the folder; another one means it must be rebuilt

    def reader(self, folder: Path) -> IndexReader:
        """Open the index in the folder; raises IndexUnusableError."""

    def writer(self, folder: Path, jobs: int = 1, size: int = 0) -> Writer:
        """Change the index in the folder, or begin one there; with so many processes, when
        about `size` bytes of documents will come."""


def embedded() -> Engine:
    """The engine of this release."""
    from vnsearch.engines.whoosh import WhooshEngine

    return WhooshEngine()
