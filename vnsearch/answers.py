"""What the Python interface gives: results with their hits, documents and passages, as data."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, overload

from vnsearch.model import Hit as FoundHit
from vnsearch.model import Locator, Understood

if TYPE_CHECKING:
    from vnsearch.search.documents import DocumentText


class Place(NamedTuple):
    """Where in a file something is, as in `page 3`."""

    unit: str  # line, page, sheet, slide, chapter or message
    number: int  # from 1

    def __str__(self) -> str:
        return f"{self.unit} {self.number}"


class Excerpt(NamedTuple):
    """A passage that matches, besides the best one of its document."""

    passage: str  # its id
    place: Place | None
    text: str
    highlights: tuple[tuple[int, int], ...]


class Hit(NamedTuple):
    """A document that matches, shown by its best passage."""

    id: str  # of the document, for `Index.document`; the same from every current folder
    passage: str  # id of the passage, for `Index.passage`; good until the file changes
    path: str  # opens from the current folder; bytes that are not UTF-8 as in `os.fsdecode`
    title: str
    type: str  # of the file: pdf, word, sheet, mail, page, text, …, or its suffix
    place: Place | None  # of the densest match; None if the format has no lines or pages
    text: str  # the document's own characters around the match, NFC
    highlights: tuple[tuple[int, int], ...]  # matched words: ranges of `text`, sorted, disjoint
    title_highlights: tuple[tuple[int, int], ...]  # the same of `title`
    rank: int  # from 1
    score: float  # comparable only within one answer
    matched: int  # words of the query that the document has, of `words`
    words: int
    modified: datetime  # UTC
    stale: bool  # the file changed or is gone since it was indexed
    others: tuple[Excerpt, ...]  # other places of the document, if several were asked for
    copies: int  # other documents with the same text, which are no hits of their own
    by_name: bool  # the file is found by its name, and has no text
    unread: str  # then, why it was not read; "" if nothing reads such files


class Results(Sequence[Hit]):
    """Hits, best first, and how the query was understood."""

    def __init__(
        self,
        hits: Sequence[Hit],
        *,
        total: int,
        complete: int,
        understood: Understood,
        notices: Sequence[str],
    ) -> None:
        self.total: Final = total  # documents that match, on all pages
        self.complete: Final = complete  # those of them that have all the words
        self.understood: Final = understood
        self.notices: Final = tuple(notices)  # what was not used, or no file meets, to be told
        self._hits = tuple(hits)

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self._hits[index]

    def __repr__(self) -> str:
        return f"<Results: {len(self)} of {self.total} for {self.understood.text!r}>"


class Document(NamedTuple):
    """A document, as it was indexed."""

    id: str
    path: str  # as in `Hit`
    title: str
    text: str  # NFC, without white space around it
    place: Place | None  # of its start
    passages: tuple[str, ...]  # their ids, in order
    modified: datetime  # UTC
    stale: bool  # the file changed or is gone since it was indexed


class Passage(NamedTuple):
    """A passage: `passage.document.text[passage.start : passage.end] == passage.text`."""

    id: str
    text: str
    start: int
    end: int
    place: Place | None  # of its start
    before: str | None  # id of the passage before it in the document, if any
    after: str | None
    document: Document


def place_of(locator: Locator | None) -> Place | None:
    """Where something that was found is."""
    return None if locator is None else Place(locator.unit, locator.number)


def hit_of(found: FoundHit) -> Hit:
    """The hit that was found."""
    return Hit(
        id=found.id,
        passage=found.passage,
        path=found.path,
        title=found.title,
        type=found.type,
        place=place_of(found.snippet.match),
        text=found.snippet.text,
        highlights=found.snippet.highlights,
        title_highlights=found.title_highlights,
        rank=found.rank,
        score=found.score,
        matched=found.matched,
        words=found.words,
        modified=found.modified,
        stale=found.stale,
        others=tuple(
            Excerpt(passage, place_of(shown.match), shown.text, shown.highlights)
            for passage, shown in found.others
        ),
        copies=found.copies,
        by_name=found.by_name,
        unread=found.unread,
    )


def document_of(found: "DocumentText") -> Document:
    """The document that was found."""
    return Document(
        id=found.id,
        path=found.path,
        title=found.title,
        text=found.text,
        place=place_of(found.locator()),
        passages=tuple(passage.id for passage in found.passages),
        modified=found.modified,
        stale=found.stale,
    )
