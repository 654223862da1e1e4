"""Documents in, matches out: what every engine does.

An engine keeps its data in one folder, which it may fill and extend but in which it never
changes a file that is already there: the folder of the next generation of an index begins
as hard links to the files of the current one (see `generations`).
"""

import os
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from vnsearch.files.globs import folding_matcher
from vnsearch.files.types import suffix_of
from vnsearch.model import Cluster, Document, Matches, StoredPassage
from vnsearch.query.clauses import Query
from vnsearch.query.lexicon import Lexicon


class Batch(Protocol):
    """Documents that a builder has made ready; can be sent to another process."""

    @property
    def documents(self) -> int:
        """Their number."""


class Builder(Protocol):
    """Makes documents ready to be indexed, in any process."""

    def add(self, source: str, document: Document) -> None:
        """Take in a document of the file `source`, which has words to find in its text or name.

        Raises TooManyWordsError when it must come in parts.
        """

    def batches(self) -> Sequence[Batch]:
        """The batches finished since the last call, of documents in the order they came in."""

    def finish(self) -> Sequence[Batch]:
        """All the rest."""


class Writer(Protocol):
    """Changes to an index, all of them kept by `commit` or none."""

    def builder(self, number: int) -> Builder:
        """A builder for one of several processes, by its number."""

    def add(self, batch: Any, without: Collection[int] = ()) -> None:
        """Index the documents of a batch, without those with some numbers, from 0."""

    def remove(self, source: str, kept: Container[str] = ()) -> None:
        """Delete the documents of a file that were in the index when it was opened, without those
        whose keys are `kept`."""

    def commit(self) -> None:
        """Write everything to the folder."""

    def cancel(self) -> None:
        """Stop, and close all files; what is in the folder is of no use then."""


class Filters(NamedTuple):
    """Which documents may match, whatever their words: those of the sources that pass each test
    there is. Globs and folders are one test: of either, one is enough."""

    globs: tuple[str, ...] = ()  # as in .gitignore, but without marks and in any case if typed so
    folders: tuple[str, ...] = ()  # names of files, and of folders for all that is in them
    suffixes: tuple[str, ...] = ()  # of names; see `files.types.suffix_of`
    sources: frozenset[str] | None = None  # names

    def accepts(self) -> Callable[[str], bool] | None:
        """A test for sources; None when all may match. Raises VnsearchError for what is no glob."""
        if self == Filters():
            return None
        by_glob = folding_matcher(self.globs) if self.globs else None

        def accepts(source: str) -> bool:
            if self.sources is not None and source not in self.sources:
                return False
            if self.suffixes and suffix_of(source) not in self.suffixes:
                return False
            if any(_is_in(source, folder) for folder in self.folders):
                return True
            return by_glob(source) if by_glob else not self.folders

        return accepts


def _is_in(source: str, folder: str) -> bool:
    if folder == os.curdir:
        return not os.path.isabs(source)
    return source == folder or source.startswith(folder.rstrip("/") + "/")


class IndexReader(Lexicon, Protocol):
    """An index as it was when it was opened."""

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
        order: Sequence[str] | None = None,
        places: int = 1,
        explain: bool = False,
        copies: bool = False,
    ) -> Matches:
        """Return the documents that match, best first, ties by source and key.

        Of files with the same text, and of records with the same text and title, the first
        stands for all, unless `copies` or an `order` are asked for; the total counts each.
        With `order`, the names of all sources, their documents come in that order, those of one
        source best first. Matches carry up to `places` passages, and with `explain` the parts of
        their scores. Raises VnsearchError for filters that say nothing.
        """

    def matches_by_source(
        self,
        query: Query,
        filters: Filters = Filters(),  # noqa: B008
    ) -> Mapping[str, int]:
        """Return of how many documents of each source the whole answer to a query is."""

    def passages(self, source: str, key: str) -> Sequence[StoredPassage]:
        """Return the passages of a document, in order; none when there is no such document."""

    def count_passages(self) -> int:
        """Return how many passages with words there are."""

    def documents_by_source(self) -> Iterable[tuple[str, int]]:
        """Yield the files that have documents, and how many: what was added and not removed."""

    def faults(self) -> Iterable[str]:
        """Yield where the parts of the data disagree, if they can."""

    def cluster(self) -> Cluster | None:
        """Return where the data are, if they are not in files here."""

    def close(self) -> None:
        """Close the files."""


class Engine(Protocol):
    """A way of keeping an index in a folder."""

    version: str  # of what lies in the folder; another one means it must be rebuilt

    def reader(self, folder: Path) -> IndexReader:
        """Open the index in the folder; raises IndexUnusableError."""

    def writer(self, folder: Path) -> Writer:
        """Change the index in the folder, or begin one there."""

    def newer(self, folder: Path) -> "Callable[[Path], None] | None":
        """What fills the folder of a new generation, when data elsewhere have one that is newer
        than that in `folder`, which may be missing; None when there is none."""

    def fork(self, folder: Path) -> None:
        """A new generation begins, whose folder has links to all files of the current one, or
        nothing; data elsewhere get a copy of their own, named in a new file of the folder."""

    def publish(self, folder: Path) -> None:
        """All is written and synced, and the generation becomes current in the next step."""

    def drop(self, folder: Path) -> None:
        """The generation is removed, which was current or came to nothing; the folder may be
        missing. Data elsewhere go, if no reader can have them open."""


def embedded() -> Engine:
    """The engine of this release."""
    from vnsearch.engines.whoosh import WhooshEngine

    return WhooshEngine()
