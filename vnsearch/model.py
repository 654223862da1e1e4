"""The data that flows through vnsearch, from files to results.

All offsets are code points of NFC text, half-open; all times are UTC; sizes are bytes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class Token(NamedTuple):
    """A run of letters and digits, as it stands in a text and as it is indexed."""

    text: str  # the surface: exactly text[start:end] of what was tokenized
    folded: str  # lower case, no marks: what is matched
    exact: str  # lower case, marks kept, canonical spelling: what decides between readings
    start: int
    end: int
    position: int  # tokens before this one


class Interpretation(NamedTuple):
    """A token as a query would mean it."""

    token: Token
    exact: str  # with its marks restored, or decoded
    variants: Mapping[str, int]  # exact forms in the index, and in how many passages each occurs


class Locator(NamedTuple):
    """Where in its file a text begins."""

    number: int  # counted from 1
    unit: str = "line"  # what is counted: lines, or page, sheet, slide, chapter, message
    step: int = 1  # units of the file per mark between units in the text; 0 inside a record

    def after(self, text: str) -> "Locator":
        """Where the text behind this one begins. Lines end in newlines, all else in form
        feeds."""
        marks = text.count("\n" if self.unit == "line" else "\f") if self.step else 0
        return self if not marks else Locator(self.number + self.step * marks, self.unit, self.step)


class Encoding(NamedTuple):
    """What a text was encoded in, where that is not UTF-8 or was not said."""

    name: str
    sure: bool


class Abbreviation(NamedTuple):
    """A short form and what it stands for."""

    short: str
    long: str  # exact forms, with spaces between
    spelt_out: bool  # in the query, which lacks the short form


class Document(NamedTuple):
    """One text to be found: a file, or one record of a file."""

    key: str  # names it inside its file; "" when the file is one document
    title: str
    text: str
    locator: Locator | None = None  # None: the format has none
    encoding: Encoding | None = None


class Passage(NamedTuple):
    """A stretch of a document, cut at paragraph and sentence ends: what is ranked."""

    text: str
    first: int  # its tokens, counted in the document: from `first` to before `last`
    last: int
    locator: Locator | None
    cut_before: bool  # the document's text goes on before it
    cut_after: bool


class Skipped(NamedTuple):
    """A file, or a part of one, that was not indexed, and why."""

    path: str
    reason: str


class ScorePart(NamedTuple):
    """One piece of evidence in a score: what it is, for which words, and its worth."""

    evidence: str
    words: str
    score: float


class StoredPassage(NamedTuple):
    """What an index keeps of a passage to show it."""

    source: str  # path of the file, as the catalog writes it
    key: str  # of the document inside its file
    title: str
    text: str  # of the passage
    locator: Locator | None  # of its start
    cut_before: bool
    cut_after: bool


class Match(NamedTuple):
    """A document that matches, by its best passage."""

    passage: StoredPassage
    score: float
    parts: tuple[ScorePart, ...] = ()


class Matches(NamedTuple):
    """The page of matches an engine found, best first."""

    total: int  # documents that match, on all pages
    relaxed: bool  # no document had enough of the words, so any word was enough
    matches: tuple[Match, ...]


class Snippet(NamedTuple):
    """A piece of a document's own text with the ranges of its matched words."""

    text: str
    highlights: tuple[tuple[int, int], ...]  # sorted, disjoint, whole words
    locator: Locator | None  # of its start


class Hit(NamedTuple):
    """A match made ready to show."""

    rank: int
    score: float
    id: str  # the same from every current folder
    path: str  # opens from the current folder
    title: str
    title_highlights: tuple[tuple[int, int], ...]
    snippet: Snippet
    modified: datetime
    stale: bool  # the file changed or vanished since it was indexed
    parts: tuple[ScorePart, ...] = ()


class Understood(NamedTuple):
    """How the query was read."""

    text: str
    suggestion: str | None = None
    relaxed: bool = False
    abbreviations: tuple[Abbreviation, ...] = ()


class Results(NamedTuple):
    """What a search answers; its JSON is the public format."""

    query: str
    understood: Understood
    total: int
    limit: int
    offset: int
    hits: tuple[Hit, ...]
    paths: tuple[str, ...] = ()  # of the hits, each once
    notices: tuple[str, ...] = ()  # what the user should know, for stderr
    reading: tuple[str, ...] = ()  # clause by clause, when an explanation was asked for


class FileEncoding(NamedTuple):
    """A file that is not plain UTF-8, and how it was read."""

    path: str
    encoding: str
    sure: bool


class Changes(NamedTuple):
    """What an update of the index did, counted in files."""

    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    documents: int  # in the index now
    bytes_read: int  # of the files read, as they lie on disk
    seconds: float
    encodings: tuple[FileEncoding, ...] = ()


class Damage(NamedTuple):
    """A file of an index that is not as it was written."""

    file: str  # in the folder of the index
    what: str


class Check(NamedTuple):
    """What a look at every byte of an index found."""

    folder: str
    files: int
    bytes: int
    damages: tuple[Damage, ...]


class Root(NamedTuple):
    """A file or folder the index covers."""

    path: str
    excludes: tuple[str, ...] = ()
    encoding: str = ""  # of its text files; "": told from each


class Status(NamedTuple):
    """What an index holds and how far the files have moved on since."""

    folder: str  # of the index
    roots: tuple[Root, ...]
    missing_roots: tuple[str, ...]
    files: int
    documents: int
    passages: int
    skipped: tuple[Skipped, ...]
    bytes_on_disk: int
    updated: datetime
    new: int
    changed: int
    removed: int
    versions: dict[str, str]
    encodings: tuple[FileEncoding, ...] = ()
