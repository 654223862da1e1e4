"""Documents in, matches out: what every engine does.

An engine keeps its data in one folder, which it may fill and extend but in which it never
changes a file that is already there: the folder of the next generation of an index begins
as hard links to the files of the current one (see `generations`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vnsearch.model import Document, Encoding, Matches
from vnsearch.query.clauses import Query, Word

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


class IndexReader(Protocol):
    """An index as it was when it was opened."""

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        accepts: Callable[[str], bool] | None = None,
        explain: bool = False,
    ) -> Matches:
        """The documents that match, best first, ties by file and key.

        `accepts` says of a source whether its documents may match. With `explain`,
        matches carry the parts of their scores.
        """

    def count_passages(self) -> int:
        """How many passages can be found."""

    def documents_by_source(self) -> Iterable[tuple[str, int]]:
        """The files that have documents, and how many: what was added and not removed."""

    def words_with_prefix(self, beginning: str) -> Iterable[str]:
        """The folded forms of words that begin so; words of deleted passages may be among
        them."""

    def variants(self, folded: str) -> Mapping[str, int]:
        """The exact forms with a folded form, and in how many passages each occurs."""

    def pairs(self, first: str, second: str) -> Mapping[tuple[str, str], int]:
        """The exact forms of two folded ones that stand side by side, and in how many
        passages they do."""

    def together(self, folded: Sequence[str]) -> bool:
        """Whether a passage has some words in any typing, wherever."""

    def sample_texts(self, word: Word, count: int) -> Iterable[str]:
        """The texts of so many of the passages that have a word, spread over all of them."""

    def close(self) -> None:
        """Let go of the files."""


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
