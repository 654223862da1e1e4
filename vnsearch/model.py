"""The data that flows through vnsearch, from files to results.

Offsets are code points of NFC text, and ranges half-open; times are UTC; sizes are bytes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple


class Token(NamedTuple):
    """A word of a text: a run of letters and digits, as written and as indexed."""

    text: str  # as written: text[start:end] of the text
    folded: str  # lower case, without marks: what is matched
    exact: str  # lower case, with marks, in canonical spelling
    start: int
    end: int
    position: int  # number of tokens before it in the text


class Interpretation(NamedTuple):
    """A token as a query with it is understood, by an index."""

    token: Token
    exact: str  # the exact form meant: decoded from keystrokes, or with its marks restored
    variants: Mapping[str, int]  # exact forms in the index -> number of passages with it


class Locator(NamedTuple):
    """Where in its file a text begins."""

    number: int  # counted from 1
    unit: str = "line"  # what is counted: line, page, sheet, slide, chapter, cell or message
    step: int = 1  # units per separator in the text; 0 if the whole text is in one unit
    names: str = ""  # of this unit and those behind it, if they have any, form feeds between them

    def after(self, text: str) -> "Locator":
        """Where the text after a text that begins here begins. Lines are separated by newlines,
        all other units by form feeds."""
        count = text.count("\n" if self.unit == "line" else "\f") if self.step else 0
        if not count:
            return self
        names = "\f".join(self.names.split("\f")[count:]) if self.names else ""
        return Locator(self.number + self.step * count, self.unit, self.step, names)

    def of(self, text: str) -> "Locator":
        """The same without the names of units that a text which begins here has nothing of."""
        if not self.names:
            return self
        return self._replace(names="\f".join(self.names.split("\f")[: text.count("\f") + 1]))

    @property
    def name(self) -> str:
        """What the unit is called; "" if that is not known."""
        return self.names.partition("\f")[0]


class Encoding(NamedTuple):
    """The encoding of a text that is not plain UTF-8."""

    name: str
    sure: bool  # declared or detected beyond doubt


class Abbreviation(NamedTuple):
    """A short form and what it stands for."""

    short: str
    long: str  # exact forms separated by spaces
    spelt_out: bool  # whether the query has the long form, not the short one


class Document(NamedTuple):
    """What a search finds: the text of a file, or of one record of a file."""

    key: str  # identifies it in its file; "" if the file is one document
    title: str
    text: str
    locator: Locator | None = None  # of its start; None if the format has no lines or pages
    encoding: Encoding | None = None  # None if plain UTF-8
    # What it is called: its file, and the folders of that inside the root, or "". Records have no
    # name of their own: that of their file is one more document, which has no text.
    name: str = ""
    folders: str = ""


class Passage(NamedTuple):
    """A part of a document, cut at paragraph and sentence ends: the unit that is ranked."""

    text: str
    first: int  # its tokens are those of the document from `first` to before `last`
    last: int
    locator: Locator | None  # of its start
    cut_before: bool  # the document has words before it
    cut_after: bool
    gap: str = ""  # the white space between the passage before it and this one


class Skipped(NamedTuple):
    """A file, or a part of one, that was not indexed, and the reason."""

    path: str
    reason: str


class ScorePart(NamedTuple):
    """What one feature contributes to a score."""

    evidence: str  # the kind of feature, as shown to users
    words: str  # the words it is about
    score: float


class StoredPassage(NamedTuple):
    """The stored fields of a passage: what is needed to show it."""

    source: str  # path of the file, as the catalog writes it
    key: str  # of the document in its file
    title: str
    text: str  # of the passage
    locator: Locator | None  # of its start
    cut_before: bool
    cut_after: bool
    gap: str = ""  # see `Passage`

    @property
    def document_id(self) -> str:
        """The id of its document; see `search.documents`."""
        return f"{self.source}#{self.key}" if self.key else self.source

    def passage_id(self, number: int) -> str:
        """Its id, given its number in the document, from 1."""
        return f"{self.source}#{self.key}~{number}"


class Match(NamedTuple):
    """A document that matches, with its best passage."""

    passage: StoredPassage
    score: float
    parts: tuple[ScorePart, ...] = ()
    matched: int = 0  # wanted clauses of the query that the document matches
    number: int = 1  # of the passage in its document, from 1
    places: int = 1  # passages with at least half of what the best one has of the query
    others: tuple[tuple[int, StoredPassage], ...] = ()  # these, with their numbers, in order
    copies: int = 0  # other documents that match and have the same text


class Matches(NamedTuple):
    """A page of matches, best first."""

    total: int  # documents that match, on all pages, each copy among them
    relaxed: bool  # no document had enough of the words, so any one of them sufficed
    matches: tuple[Match, ...]
    complete: int = 0  # of the total, those that match all wanted clauses
    missing: tuple[int, ...] = ()  # wanted clauses, by number, that no document matches


# Of text recognized in a picture: below this confidence it is in doubt.
DOUBTFUL: Final = 0.8


class Snippet(NamedTuple):
    """An excerpt of a document with the ranges of its matched words."""

    text: str
    highlights: tuple[tuple[int, int], ...]  # in `text`; sorted, disjoint, whole words
    locator: Locator | None  # of its start
    match: Locator | None  # of the first highlight where the most words stand closest together
    weak: tuple[tuple[int, int], ...] = ()  # highlights of other typings than were likely meant
    confidence: float | None = None  # of text recognized in a picture, 0 to 1


class Place(NamedTuple):
    """A passage of a document that matches, ready to be shown."""

    passage: str  # its id
    snippet: Snippet


class Hit(NamedTuple):
    """A match, ready to be shown."""

    rank: int  # from 1, over all pages
    score: float
    id: str  # independent of the current folder
    passage: str  # its id
    path: str  # opens from the current folder
    title: str
    title_highlights: tuple[tuple[int, int], ...]
    snippet: Snippet
    modified: datetime
    stale: bool  # the file changed or is gone since it was indexed
    parts: tuple[ScorePart, ...] = ()
    matched: int = 0  # clauses of the query that the document matches, of `words`
    words: int = 0
    type: str = ""  # of the file, see `files.types`
    places: int = 1  # passages of the document that show the match
    others: tuple[Place, ...] = ()  # those of them that were asked for besides the best one
    copies: int = 0  # other documents that match and have the same text
    by_name: bool = False  # it is the name of a file, and no text
    unread: str = ""  # then, why the file was not read, if it was not


class Facets(NamedTuple):
    """How many of the documents that match are where: what an answer may be narrowed to."""

    types: Mapping[str, int]  # see `files.types`; the most frequent first, as are the next two
    folders: Mapping[str, int]  # paths from here; each counts what is in it at any depth
    years: Mapping[str, int]  # in which the files were modified, local time


class Understood(NamedTuple):
    """How the query was understood."""

    text: str  # the query with its words as understood, and searched
    suggestion: str | None = None  # another query that was likely meant
    relaxed: bool = False  # see `Matches`
    abbreviations: tuple[Abbreviation, ...] = ()
    corrected: bool = False  # other words were searched than the typed ones
    missing: tuple[str, ...] = ()  # words, as typed, that no document has


class Results(NamedTuple):
    """The answer to a query; its JSON is a public format."""

    query: str
    understood: Understood
    total: int
    limit: int
    offset: int
    hits: tuple[Hit, ...]
    paths: tuple[str, ...] = ()  # of the hits, each once
    notices: tuple[str, ...] = ()  # messages for the user, for stderr
    reading: tuple[str, ...] = ()  # how each clause was read, if an explanation was requested
    complete: int = 0  # documents, of the total, with all the words


class FileEncoding(NamedTuple):
    """A file that is not plain UTF-8, and its encoding; see `Encoding`."""

    path: str
    encoding: str
    sure: bool


class Changes(NamedTuple):
    """What an update of the index did; counts are of files."""

    added: int
    changed: int
    removed: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    documents: int  # in the index now
    bytes_read: int  # sizes on disk of the files read
    seconds: float
    encodings: tuple[FileEncoding, ...] = ()
    missing_roots: tuple[Skipped, ...] = ()  # their documents are kept
    seconds_writing: float = 0.0  # of the seconds, after the last file was read
    skipped_before: int = 0  # besides `skipped`, which was not before
    # Files and folders, of the skipped, that cannot be read and whose documents are kept.
    unread: tuple[Skipped, ...] = ()
    not_read: int = 0  # files and folders that the index has no document of, now or before
    with_flaws: int = 0  # files that it has documents of, and of which something was skipped
    forgotten: tuple[str, ...] = ()  # roots inside of those that were to be forgotten


class Damage(NamedTuple):
    """A file of an index that is not as it was written."""

    file: str  # its path in the folder of the index
    what: str  # what is wrong with it


class Check(NamedTuple):
    """The result of comparing every byte of an index with its checksums."""

    folder: str
    files: int
    bytes: int
    damages: tuple[Damage, ...]


class Root(NamedTuple):
    """A file or folder the index covers."""

    path: str
    excludes: tuple[str, ...] = ()  # patterns of files that are left out
    encoding: str = ""  # of its text files; "" if it is detected for each
    gitignore: bool = False  # whether .gitignore files are heeded
    ocr: bool = False  # whether text in pictures is recognized


class IndexSummary(NamedTuple):
    """What one of a user's indexes holds."""

    folder: str
    roots: tuple[str, ...]  # absolute paths
    files: int
    documents: int
    bytes_on_disk: int
    updated: datetime


class Cluster(NamedTuple):
    """Where the passages of an index are, and how that is."""

    address: str
    health: str  # green: all copies are there; yellow: all parts; red: not even these
    nodes: int
    parts: int
    copies: int  # of the parts, themselves among them
    bytes: int  # of all copies


class Status(NamedTuple):
    """What an index holds, and how many files have changed since."""

    folder: str  # of the index
    roots: tuple[Root, ...]
    missing_roots: tuple[str, ...]  # also those that lost all their files, or cannot be read
    files: int
    documents: int
    passages: int
    skipped: tuple[Skipped, ...]
    bytes_on_disk: int
    updated: datetime
    new: int  # files, as are the next two
    changed: int
    removed: int
    versions: dict[str, str]  # of vnsearch, the catalog, the analysis and the engine
    formats: dict[str, int]  # files with documents, by suffix, the most first
    reasons: dict[str, int]  # files without, by the reason, the most first
    encodings: tuple[FileEncoding, ...] = ()
    cluster: Cluster | None = None  # if it is in one
