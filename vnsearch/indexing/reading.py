"""A file, or a part of one -> a builder of the engine: what is done in every process."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from vnsearch import readers
from vnsearch.engines import Batch, Builder
from vnsearch.errors import (
    GivenUpError,
    TooManyWordsError,
    UnusableFileError,
    WriteError,
    exhausted,
)
from vnsearch.files.globs import matcher
from vnsearch.files.paths import relative_to
from vnsearch.files.regular import open_regular
from vnsearch.files.scan import is_hidden
from vnsearch.index.file_state import FileState
from vnsearch.indexing.hashing import HashingReader, is_unchanged, stable_stat
from vnsearch.indexing.line_digests import NO_DIGEST, KnownLines, digest_of_line
from vnsearch.language import N_
from vnsearch.model import Document, Encoding
from vnsearch.readers.base import Done, Flaw, LineChunk, Member
from vnsearch.readers.sandbox import Sandbox


class Inside(NamedTuple):
    """What is known of the files that may be in a file, and what is wanted of them."""

    base: str  # what paths of `excludes` are relative to, absolute
    excludes: tuple[str, ...]  # patterns
    # Names of those to be read only if their bytes are others: see `Member.version`.
    versions: Mapping[str, str]

    def leaves_out(self, path: str) -> Callable[[Member], bool]:
        """What tells whether one in the file at a path is hidden, or excluded."""
        excluded = matcher(self.excludes) if self.excludes else None

        def is_left_out(member: Member) -> bool:
            inside = relative_to(self.base, os.path.join(path, member.name))
            return any(map(is_hidden, member.name.split("/"))) or (
                excluded is not None and bool(excluded(inside))
            )

        return is_left_out


class WholeFile(NamedTuple):
    """A file to be opened and read to its end, unless its bytes are still the known ones."""

    path: str
    known: FileState | None
    inside: Inside | None = None  # if other files may be in it
    recognized: str = ""  # the folder of recognized pages, if it may have some


class Part(NamedTuple):
    """A part of a file, or all of it, to be read in any process."""

    source: str  # the name of the file
    number: int  # of the part, from 0
    content: WholeFile | LineChunk
    encoding: str  # the one the user set, or ""
    cost: int  # about as long as a text of that many bytes takes
    folders: str = ""  # in its root, see `model.Document`
    known: bytes = b""  # of a chunk of lines, the digest of what each was: see `line_digests`


@dataclass(slots=True)
class PartReport:
    """What was read of a part, whose documents the builder has."""

    source: str
    number: int  # of the part
    keys: list[str] = field(default_factory=list)  # of its documents
    numbers: list[int] = field(default_factory=list)  # where in the file they are
    digests: list[bytes] = field(default_factory=list)  # of the documents of a chunk of lines
    # Those of them, by number from 0, that are as they were, which the builder has not.
    kept: list[int] = field(default_factory=list)
    # What was not read, and the number of documents before that.
    flaws: list[tuple[int, str]] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)
    given_up: str = ""  # for which limit of time or memory the reading ended early
    # Of a whole file:
    stat: os.stat_result | None = None
    digest: bytes = b""  # empty when it was not read to its end
    bytes_read: int = 0
    unchanged: bool = False  # its bytes are the known ones
    refused: str = ""  # why the system did not let it be read at all
    # Files in it that are as they were known, with all that is in them, by their names.
    same: set[str] = field(default_factory=set)
    # Of a file in another one:
    container: str = ""  # the name of the file of the disk that it is in
    member: Member | None = None

    def note(self, document: Document, digest: bytes) -> None:
        """Take in a document; `digest`: as a line of a chunk."""
        self.keys.append(document.key)
        self.numbers.append(document.locator.number if document.locator else 0)
        self.digests += [digest] * bool(digest)


class PartReader:
    """Reads parts of files into a builder; to be closed."""

    def __init__(self, builder: Builder) -> None:
        self._builder, self._sandbox = builder, Sandbox()

    def read(self, part: Part) -> list[PartReport]:
        """Read a part; return its report and those of the files in it, in the order of their
        documents. Raises WriteError when the index cannot be written."""
        reports = [PartReport(part.source, part.number)]
        if isinstance(part.content, LineChunk):
            lines = KnownLines(part.content.number, part.known)
            items = readers.read_chunk(part.content, part.encoding)
            self._index(part, items, reports, lines)
        else:
            self._read_file(part, part.content, reports)
        return reports

    def batches(self) -> list[Batch]:
        """The batches finished since the last call."""
        return [*self._builder.batches()]

    def finish(self) -> list[Batch]:
        """The batches of all the rest; raises WriteError when they cannot be written."""
        with _writing():
            return [*self._builder.finish()]

    def close(self) -> None:
        """End the process that reads hostile formats."""
        self._sandbox.close()

    def _read_file(self, part: Part, file: WholeFile, reports: list[PartReport]) -> None:
        report = reports[0]
        try:
            with open_regular(file.path) as opened:
                report.stat = stable_stat(opened)
                if is_unchanged(opened, report.stat, file.known):
                    report.unchanged = True
                    return
                hashing = HashingReader(opened)
                stream = hashing.stream()
                try:
                    items = readers.read(
                        part.source, stream, self._sandbox, part.encoding,
                        file=file.path, wanted=_wanted(part, file, reports),
                        recognized=_recognized(file, hashing),
                    )  # fmt: skip
                    self._index(part, items, reports)
                    if not report.given_up:
                        report.digest = hashing.digest()
                finally:
                    report.bytes_read = hashing.size
        except OSError as error:
            if ended := exhausted(error):
                raise ended from error
            if report.keys:
                reason = N_("cannot be read to its end: {why}").format(why=error.strerror)
                report.flaws.append((len(report.keys), reason))
            else:
                report.refused = N_("cannot be read: {why}").format(why=error.strerror)

    def _index(
        self,
        part: Part,
        items: Iterable[Document | Flaw | Member | Done],
        reports: list[PartReport],
        lines: KnownLines | None = None,
    ) -> None:
        """Index documents, and tell of them and of what else there is in reports: the first one,
        and one more for each file inside. `lines`: if they are of a chunk, what these were."""
        report, outer = reports[0], list[PartReport]()
        try:
            for item in items:
                if isinstance(item, Document):
                    self._add(_named(item, part, report), report, lines)
                elif isinstance(item, Flaw):
                    report.flaws.append((len(report.keys), item.reason))
                elif isinstance(item, Member):
                    outer.append(report)
                    report = _report_of(reports[0].source, item)
                    reports.append(report)
                else:
                    report.given_up = item.given_up
                    report = outer.pop()
        except GivenUpError as error:
            reports[0].given_up = str(error)
        except UnusableFileError as error:
            reports[0].flaws.append((len(reports[0].keys), str(error)))

    def _add(self, item: Document, report: PartReport, lines: KnownLines | None) -> None:
        digest = b"" if lines is None else digest_of_line(item)
        if lines is not None and lines.has(item, digest):
            report.kept.append(len(report.keys))
            report.note(item, digest)
        else:
            for document in self._added(report.source, item):
                report.note(document, digest if document is item else NO_DIGEST[: len(digest)])
        if item.encoding is not None:
            report.encodings.append(item.encoding)

    def _added(self, source: str, document: Document) -> Iterable[Document]:
        """Add a document and return it, or its parts if there must be several."""
        try:
            self._builder.add(source, document)
        except TooManyWordsError as error:
            parts = _parts(document, error.fits)
            return chain.from_iterable(self._added(source, part) for part in parts)
        except OSError as error:
            raise WriteError(error) from error
        return (document,)


def _named(document: Document, part: Part, report: PartReport) -> Document:
    """A document with the name of its file, which may be in that of the part; a record as it is."""
    if document.key:
        return document
    own = os.path.basename(report.source)
    folders = part.folders
    if report.member is not None:
        folders = folders_inside(report.source, part.source, part.folders)
    return document._replace(name=own, folders=folders)


def folders_inside(name: str, container: str, outer: str) -> str:
    """Where in its root a file is that is in a container, itself in the folders `outer`."""
    inside = os.path.basename(container) + name[len(container) :]
    return os.path.dirname(f"{outer}/{inside}" if outer else inside)


def _recognized(
    file: WholeFile, hashing: HashingReader
) -> Callable[[Member | None], Mapping[int, str] | None] | None:
    """What gives the recognized pages of a file in a file, or of that when it was read; None if
    none are wanted, or none are looked for in such a file."""
    if not file.recognized:
        return None
    from vnsearch.index.recognized import Recognized, identity

    kept = Recognized(Path(file.recognized))

    def recognized(member: Member | None) -> Mapping[int, str] | None:
        if member is None:
            return kept.texts(hashing.digest())
        name = member.name
        is_looked_at = readers.has_pictures(name) or readers.may_nest(name)
        return kept.texts(identity(member)) if is_looked_at else None

    return recognized


def _report_of(container: str, member: Member) -> PartReport:
    name = f"{container}/{member.name}"
    return PartReport(name, 0, container=container, member=member)


def _wanted(part: Part, file: WholeFile, reports: list[PartReport]) -> Callable[[Member], bool]:
    """Whether a file in a file is to be read; what else is to be told of it goes into reports."""
    inside = file.inside or Inside("", (), {})
    is_left_out = inside.leaves_out(file.path)

    def wanted(member: Member) -> bool:
        if is_left_out(member):
            return False
        name = f"{part.source}/{member.name}"
        if member.version and inside.versions.get(name) == member.version:
            reports[0].same.add(name)
            return False
        if readers.format_of(name, ocr=bool(file.recognized)) is None:
            report = _report_of(part.source, member)
            report.flaws.append((0, readers.not_supported(name)))
            reports.append(report)
            return False
        return True

    return wanted


def _parts(document: Document, size: int) -> Iterator[Document]:
    """Cut a document, each time behind `size` code points, or else in its middle, at the line end,
    or else the space, that follows.

    The keys of parts but the first tell where in the text they begin, in code points.
    """
    text, begin = document.text, 0
    size = size if 0 < size < len(text) else len(text) // 2
    while begin < len(text):
        least = begin + size
        ends = (text.find(sign, least) + 1 for sign in "\n ")
        at = next((end for end in ends if 0 < end < len(text)), least)
        part = document._replace(text=text[begin:at])
        if begin:
            locator = document.locator and document.locator.after(text[:begin])
            key = f"{document.key}+{begin}"
            part = part._replace(key=key, locator=locator, name="", folders="")
        yield part
        begin = at


@contextmanager
def _writing() -> Iterator[None]:
    """A fault of the index must not be taken for one of the file."""
    try:
        yield
    except OSError as error:
        raise WriteError(error) from error
