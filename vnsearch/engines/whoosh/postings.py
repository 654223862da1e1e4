"""Whoosh -> where words occur, as plain sets of integers.

An occurrence is one integer: `passage * POSITIONS + position`. So a phrase is an
intersection of shifted sets, a prefix is a union, and the passage of an occurrence is a
division; and nothing of Whoosh is seen outside this module when searching.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Final, Literal

from whoosh import index

from vnsearch.engines.whoosh.fields import POSITIONS, TITLE_AT
from vnsearch.errors import REPAIR, IndexUnusableError
from vnsearch.model import Found
from vnsearch.ranking import TITLE_WEIGHT

View = Literal["folded", "exact"]
Occurrences = frozenset[int]

NONE: Final[Occurrences] = frozenset()

# Terms whose occurrences are kept in memory, for the many queries of a batch.
_CACHED_TERMS: Final = 2000


class Postings:
    """A Whoosh index opened for reading; passages and documents are numbered from 0."""

    def __init__(self, folder: Path) -> None:
        try:
            self._reader = index.open_dir(str(folder)).reader()
        except Exception as error:  # damaged files make Whoosh raise anything
            raise IndexUnusableError("the index is damaged: it cannot be opened", REPAIR) from error
        size = self._reader.doc_count_all()
        self.passages: int = self._reader.doc_count()
        self.lengths = self._column("length", size)
        live = (self.lengths[p] for p in range(size) if not self._reader.is_deleted(p))
        self.average_length = sum(live) / self.passages if self.passages else 0.0
        # The document of each passage: a passage marked `first` begins a new one.
        self.document = [n - 1 for n in accumulate(self._column("first", size))]
        self.occurrences = lru_cache(_CACHED_TERMS)(self._occurrences)

    def _column(self, name: str, size: int) -> list[int]:
        values = self._reader.column_reader(name) if size else ()
        return [values[passage] for passage in range(size)]

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def _occurrences(self, view: View, term: str) -> Occurrences:
        """Where a term occurs, in passages that are not deleted."""
        if (view, term) not in self._reader:
            return NONE
        matcher = self._reader.postings(view, term)
        found: list[int] = []
        while matcher.is_active():
            base = matcher.id() * POSITIONS
            found.extend(base + position for position in matcher.value_as("positions"))
            matcher.next()
        return frozenset(found)

    def beginning_with(self, view: View, stem: str) -> list[str]:
        """The terms that begin with `stem`."""
        return [term.decode() for term in self._reader.expand_prefix(view, stem)]

    def terms(self, view: View) -> Iterator[str]:
        """All terms, sorted by their UTF-8."""
        return (term.decode() for term in self._reader.lexicon(view))

    def sources(self) -> Iterator[str]:
        """The paths of all files."""
        field = self._reader.schema["source"]
        return (field.from_bytes(term) for term in self._reader.lexicon("source"))

    def documents_of(self, source: str) -> set[int]:
        """The documents of one file."""
        matcher = self._reader.postings("source", source)
        return {self.document[passage] for passage in matcher.all_ids()}

    def all_documents(self) -> set[int]:
        """Every document that is not deleted."""
        return {self.document[passage] for passage in self._reader.all_doc_ids()}

    def documents(self, occurrences: Iterable[int]) -> set[int]:
        """The documents that occurrences lie in."""
        document = self.document
        return {document[occurrence // POSITIONS] for occurrence in occurrences}

    def siblings(self, passage: int) -> range:
        """The passages of the document that a passage belongs to."""
        document = self.document[passage]
        return range(bisect_left(self.document, document), bisect_right(self.document, document))

    def passage(self, number: int) -> Found:
        """What is kept of a passage."""
        return Found(*self._reader.stored_fields(number)["passage"])


def in_title(occurrences: Occurrences) -> Occurrences:
    """Those that lie in titles."""
    return frozenset(o for o in occurrences if o % POSITIONS >= TITLE_AT)


def in_text(occurrences: Occurrences) -> Occurrences:
    """Those that lie in the texts of passages."""
    return frozenset(o for o in occurrences if o % POSITIONS < TITLE_AT)


def frequencies(occurrences: Occurrences) -> dict[int, int]:
    """How often each passage has it, words of the title counted TITLE_WEIGHT times."""
    counts = Counter(occurrence // POSITIONS for occurrence in occurrences)
    for occurrence in occurrences:
        if occurrence % POSITIONS >= TITLE_AT:
            counts[occurrence // POSITIONS] += TITLE_WEIGHT - 1
    return counts


def following(occurrences: Iterable[Occurrences]) -> Occurrences:
    """Where the first of a row of words occurs with all the others right behind it."""
    starts: Occurrences | None = None
    for place, where in enumerate(occurrences):
        shifted = where if place == 0 else frozenset(o - place for o in where)
        starts = shifted if starts is None else starts & shifted
    return starts or NONE
