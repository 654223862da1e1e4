"""New and changed files -> parts to be read; reports of these -> the index and its catalog."""

import os
import time
from bisect import bisect
from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from vnsearch import readers
from vnsearch.engines import Batch, Writer
from vnsearch.errors import UnusableFileError, exhausted
from vnsearch.files.paths import FileNames
from vnsearch.files.regular import open_regular
from vnsearch.index.catalog import Catalog
from vnsearch.index.file_state import FileState
from vnsearch.indexing import nested
from vnsearch.indexing.plan import MAY_NOT, STAYS, Plan
from vnsearch.indexing.pool import Result
from vnsearch.indexing.reading import (
    DIGEST_SIZE,
    HashingReader,
    Part,
    PartReport,
    WholeFile,
    folders_inside,
    is_unchanged,
    stable_stat,
)
from vnsearch.model import Document, Encoding, Skipped
from vnsearch.readers.base import LineChunk

if TYPE_CHECKING:
    from vnsearch.readers.base import Member

# Larger files, compressed or not, are cut into parts where their format allows it. Bytes.
_CUT: Final = 1 << 20

# What a file costs, in bytes of text, besides its size.
_COST: Final = 1 << 12
_SANDBOX_COST: Final = 1 << 17  # of a format that takes longer than text

_TRIED_AGAIN: Final = "the next run tries again"
_FLAWS_REPORTED: Final = 100  # of one file, one by one


class LoadProgress(Protocol):
    """What is told while files are loaded: see `update.Progress`."""

    def advance(self, read_bytes: int) -> None:
        """So many more bytes have been read."""

    def built(self, read_bytes: int) -> None:
        """The documents of so many of them are ready."""


class Load:
    """New and changed files on their way into an index.

    Yields their parts, takes in what was read of them, and brings the catalog up to date with each
    file that is read whole; then the index with all of them.
    """

    def __init__(
        self,
        names: FileNames,
        plan: Plan,
        catalog: Catalog,
        writer: Writer,
        progress: "LoadProgress",
        recognized: str = "",
    ) -> None:
        """`progress` is told of the bytes read, and of those whose documents are ready;
        `recognized` is the folder of recognized pages."""
        self.as_before: set[str] = set()  # new times but the known bytes, or not to be read
        self.refused: dict[str, str] = {}  # files that the system does not let be read, and why
        self.skipped: list[Skipped] = []
        self.unread: list[Skipped] = []  # those of them whose documents are kept
        self.members: set[str] = set()  # in new and changed files: known, or met
        self.bytes_read = 0
        self._names, self._plan, self._catalog, self._writer = names, plan, catalog, writer
        self._progress, self._recognized = progress, recognized
        self._not_built: Counter[int] = Counter()  # bytes that each process has read
        self.read_until = time.monotonic()  # when the last of them was read
        self._files: dict[str, _File] = {}  # being read
        self._by_name: list[tuple[str, str]] = []  # what is indexed by name and folders alone
        self._documents: Counter[int] = Counter()  # given to the builder of each process
        self._rejected: defaultdict[int, list[int]] = defaultdict(list)  # of these, by number
        self._batches: defaultdict[int, list[Batch]] = defaultdict(list)  # of each process

    def cost(self) -> int:
        """How much there is to read: about as long as a text of that many bytes takes."""
        plan = self._plan
        return sum(
            _cost(name, stat, name in plan.ocr)
            for name, stat in chain(plan.new.items(), plan.changed.items())
        )

    def parts(self) -> Iterator[Part]:
        """Yield the parts of all files. Files of lines are opened for that, others are not."""
        for name, stat in self._plan.refused.items():
            file = self._files[name] = _File(self._names.path(name), "", None)
            file.seen, file.folders = stat, self._plan.folders[name]
            file.refused, file.parts = MAY_NOT, 0
            self._finish_file(name, file)
        todo = {**self._plan.new, **self._plan.changed}
        for name in sorted(todo):
            encoding = self._plan.encodings.get(name, "")
            known = self._catalog.file(name) if name in self._plan.changed else None
            nesting = self._plan.nests.get(name)
            ocr = name in self._plan.ocr
            reader = readers.reader_of(name, encoding, nesting.excludes if nesting else (), ocr=ocr)
            file = self._files[name] = _File(self._names.path(name), reader, known)
            file.seen, file.folders = todo[name], self._plan.folders.get(name, "")
            if not reader:
                file.parts, file.stat = 0, file.seen
                file.last_flaw = readers.not_supported(name)
                self._finish_file(name, file)
                continue
            if todo[name].st_size > _CUT and readers.has_chunks(name):
                yield from self._cut(name, file, encoding)
            if file.parts is None:
                file.parts, inside = 1, None
                if nesting is not None:
                    inside, file.same_inside = nested.inside(
                        nesting, encoding, self._catalog, name, file.folders
                    )
                recognized = self._recognized if ocr else ""
                content = WholeFile(file.path, file.same_reader(), inside, recognized)
                cost = _cost(name, todo[name], ocr)
                yield Part(name, 0, content, encoding, cost, folders=file.folders)

    def _cut(self, name: str, file: "_File", encoding: str) -> Iterator[Part]:
        """Yield the parts of a file, unless it cannot be cut."""
        number = 0
        known = self._catalog.lines(name) if file.same_reader() else b""
        try:
            with open_regular(file.path) as opened:
                file.stat = stable_stat(opened)
                file.unchanged = is_unchanged(opened, file.stat, file.same_reader())
                if not file.unchanged:
                    hashing, size = HashingReader(opened), 0
                    try:
                        chunks = readers.chunks(name, hashing.stream())
                        if chunks is None:
                            return
                        for number, chunk in enumerate(chunks, 1):
                            self._count(hashing.size - size)
                            size = hashing.size
                            before = known[slice(*_digests(chunk))] if known else b""
                            cost = len(chunk.data)
                            yield Part(name, number - 1, chunk, encoding, cost, known=before)
                    except UnusableFileError as error:
                        file.last_flaw = str(error)
                    file.digest = hashing.digest()
        except OSError as error:
            if ended := exhausted(error):
                raise ended from error
            if number:
                file.last_flaw = f"cannot be read to its end: {error.strerror}"
            else:
                file.refused = f"cannot be read: {error.strerror}"
        file.parts = number
        self._finish_file(name, file)

    def take(self, result: Result) -> None:
        """Take in what a process has read."""
        inside: defaultdict[str, list[PartReport]] = defaultdict(list)
        for report in result.reports:
            if report.container:
                inside[report.container].append(report)
        for report in result.reports:
            self._count(report.bytes_read)
            self._not_built[result.process] += report.bytes_read
            first = self._documents[result.process]
            self._documents[result.process] += len(report.keys) - len(report.kept)
            file = self._files.get(report.source) or self._file_inside(report)
            file.early[report.number] = result.process, first, report
            while (number := file.taken) in file.early:
                process, first, report = file.early.pop(number)
                self._rejected[process] += (first + nth for nth in file.take(report))
            file.take_inside(inside[report.source])
            self._drop_gone(report, {each.source for each in inside[report.source]})
            self._finish_file(report.source, file)
        self._batches[result.process] += result.batches
        if result.batches:
            self._progress.built(self._not_built.pop(result.process, 0))

    def _file_inside(self, report: PartReport) -> "_File":
        """A file in a file, of which there is only one report, after that on the file it is in."""
        name, container = report.source, report.container
        nesting = self._plan.nests.get(container)
        encoding = self._plan.encodings.get(container, "")
        reader = readers.reader_of(name, encoding, nesting.excludes if nesting else ())
        file = self._files[name] = _File("", reader, self._catalog.file(name))
        file.folders = folders_inside(name, container, self._plan.folders[container])
        file.parts = 1
        self.members.add(name)
        return file

    def _drop_gone(self, report: PartReport, met: set[str]) -> None:
        """Drop the known files that are no longer in the file of a report."""
        nesting = self._plan.nests.get(report.source)
        if nesting is None or report.number:
            return
        self.members |= {*nesting.members}
        dropped = {*nested.gone(nesting.members, report, met)}
        for name in dropped:
            self._writer.remove(name)
            self._catalog.remove(name)
        self.as_before |= {*nesting.members} - dropped - met

    def finish(self) -> None:
        """Give all batches to the index, and then the names of what has no other document."""
        for process, batches in sorted(self._batches.items()):
            rejected = sorted(self._rejected[process])
            begin = 0
            for batch in batches:
                end = begin + batch.documents
                self._writer.add(
                    batch, [number - begin for number in rejected if begin <= number < end]
                )
                begin = end
        builder = self._writer.builder(len(self._batches))
        for name, folders in self._by_name:
            own = os.path.basename(name)
            builder.add(name, Document("", "", "", name=own, folders=folders))
        for batch in builder.finish():
            self._writer.add(batch)

    def _finish_file(self, name: str, file: "_File") -> None:
        """Write what became of a file, if all its parts are there."""
        if file.taken != file.parts:
            return
        del self._files[name]
        if file.unchanged and file.known is not None and file.stat is not None:
            self._catalog.put(name, file.known.seen_as(file.stat))
            self.as_before.add(name)
            return
        if reason := file.why_not_read():
            if file.refused:
                self.refused[name] = file.refused
            has_documents = file.known is not None and file.known.documents > 0
            if has_documents or not os.path.lexists(file.path):
                item = Skipped(self._names.from_here(name), reason)
                self.skipped.append(item)
                self.as_before.add(name)
                self.unread += [item] * (bool(file.refused) and has_documents)
                return
            state = file.unread_state(reason)
        else:
            state = file.state()
            if file.known and state.documents and _same(file.known, state):
                self.as_before.add(name)  # only its folders are others
        if file.known is not None:
            self._writer.remove(name, file.kept)
        self._catalog.put(name, state)
        self._catalog.put_lines(name, file.lines)
        if state.by_name:
            self._by_name.append((name, file.folders))

    def _count(self, read_bytes: int) -> None:
        self.bytes_read += read_bytes
        self.read_until = time.monotonic() if read_bytes else self.read_until
        self._progress.advance(read_bytes)


def _digests(chunk: LineChunk) -> tuple[int, int]:
    """Where the digests of the lines of a chunk are, among those of its file."""
    lines = chunk.data.count(b"\n") + 1
    return DIGEST_SIZE * (chunk.number - 1), DIGEST_SIZE * (chunk.number - 1 + lines)


def _cost(name: str, stat: os.stat_result, ocr: bool) -> int:
    found = readers.format_of(name, ocr=ocr)
    if found is None:
        return 0
    return stat.st_size + (_SANDBOX_COST if found.sandboxed else _COST)


def _same(one: FileState, other: FileState) -> bool:
    return (one.digest, one.reader) == (other.digest, other.reader)


class _Keys(Container[str]):
    """Keys of documents, of which there may be more than fit in memory: their hashes."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def add(self, key: str) -> None:
        """Add a key."""
        self._hashes.add(hash(key))

    def __contains__(self, key: object) -> bool:
        return hash(key) in self._hashes

    def __bool__(self) -> bool:
        return bool(self._hashes)


class _File:
    """A file whose parts are being read."""

    def __init__(self, path: str, reader: str, known: FileState | None) -> None:
        self.path, self.reader, self.known = path, reader, known
        self.parts: int | None = None  # their number, when it is known
        self.same_inside = True  # whether files in it would be read as they were
        self._inside: list[PartReport] = []  # on the files in it
        self._member: Member | None = None  # if it is one itself,
        self._container = ""  # in this file
        self.taken = 0  # parts, in their order
        self.early: dict[int, tuple[int, int, PartReport]] = {}  # those after others not there yet
        self.seen: os.stat_result | None = None  # as it was when the run began
        self.folders = ""  # in its root
        self.stat: os.stat_result | None = None
        self.digest = b""
        self.unchanged = False
        self.refused = ""
        self.given_up = ""
        self.last_flaw = ""
        self.lines = bytearray()  # the digest of the document of each: see `digest_of_line`
        self.kept = _Keys()  # of the documents that are as they were
        self._flaws: list[str] = []
        self._encodings: dict[str, bool] = {}  # whether all documents in it are surely in it
        self._keys: set[int] = set()  # hashes: a file may have more keys than fit in memory
        self._documents = 0

    def same_reader(self) -> FileState | None:
        """The known state, if the file would be read as it was."""
        known = self.known
        known = self.known
        alike = (
            known is not None
            and (known.reader, known.folders) == (self.reader, self.folders)
            and self.same_inside
        )
        return known if alike else None

    def take_inside(self, reports: list[PartReport]) -> None:
        """Take in the reports on the files in it, after its own."""
        self._inside = reports
        for report in reports:
            report.stat = report.stat or self.stat

    def take(self, report: PartReport) -> list[int]:
        """Take in the next part; return the numbers of its documents that are not to be indexed,
        since others have their keys, among those that the builder has."""
        rejected = self._rejected(report)
        if report.digests:
            left_out, kept = {*rejected}, {*report.kept}
            for nth, number in enumerate(report.numbers):
                missing = DIGEST_SIZE * (number - 1) - len(self.lines)
                if nth not in left_out and missing >= 0:  # else another part of the same line
                    self.lines += bytes(missing) + report.digests[nth]
                    if nth in kept:
                        self.kept.add(report.keys[nth])
            rejected = [n - bisect(report.kept, n) for n in rejected if n not in kept]
        return rejected

    def _rejected(self, report: PartReport) -> list[int]:
        """Take in the keys and flaws of a part; return the numbers of its documents whose keys
        others have."""
        self.taken += 1
        self._member, self._container = report.member, report.container
        if report.stat is not None or report.refused:
            self.stat, self.digest = report.stat, report.digest
            self.unchanged, self.refused = report.unchanged, report.refused
        self.given_up = self.given_up or report.given_up
        for name, sure in report.encodings:
            self._encodings[name] = self._encodings.get(name, True) and sure
        keys = {*map(hash, report.keys)}
        if not report.flaws and len(keys) == len(report.keys) and keys.isdisjoint(self._keys):
            self._keys |= keys  # as nearly always
            self._documents += len(keys)
            return []
        flaws, rejected = deque(report.flaws), []
        for nth in range(len(report.keys) + 1):
            while flaws and flaws[0][0] == nth:
                self._flaws.append(flaws.popleft()[1])
            if nth < len(report.keys) and not self._is_new(report.keys[nth], report.numbers[nth]):
                rejected.append(nth)
        return rejected

    def _is_new(self, key: str, number: int) -> bool:
        if key and hash(key) in self._keys:
            self._flaws.append(f"line {number}: another document has the id {key!r}")
            return False
        self._keys.add(hash(key))
        self._documents += 1
        return True

    def why_not_read(self) -> str:
        """Why nothing was read of the file, which stays in the index as it is known; or ""."""
        if not self.refused and (self._documents or self._inside or not self.given_up):
            return ""
        if self.known is not None and self.known.documents:
            return f"{self.refused or self.given_up}; {STAYS}"
        return self.refused or f"{self.given_up}; {_TRIED_AGAIN}"

    def unread_state(self, reason: str) -> FileState:
        """The state of a file of which only the name is indexed, for it was not to be read now: it
        looks changed to the next run."""
        stat = self.stat or self.seen
        assert stat is not None
        state = FileState(-1, 0, b"", 0, (reason,), by_name=True, folders=self.folders)
        return state.seen_as(stat)

    def state(self) -> FileState:
        """The state of the file as it was read."""
        assert self.stat is not None
        flaws = self._flaws + [self.last_flaw] * bool(self.last_flaw)
        if self.given_up:
            flaws.append(f"{self.given_up}; {_TRIED_AGAIN}")
        if len(flaws) > _FLAWS_REPORTED:
            flaws[_FLAWS_REPORTED:] = [f"and {len(flaws) - _FLAWS_REPORTED} more lines"]
        # A mailbox may have several encodings.
        encoding = Encoding(", ".join(self._encodings), all(self._encodings.values()))
        # A file that was not read to its end looks changed to the next run.
        given_up = self.given_up or any(report.given_up for report in self._inside)
        was_read = (self.digest or not self.reader) and not given_up
        size = self.stat.st_size if was_read else -1
        by_name = hash("") not in self._keys
        state = FileState(
            size, 0, self.digest, self._documents, tuple(flaws), self.reader, *encoding,
            by_name=by_name, folders=self.folders,
        )  # fmt: skip
        state = state.seen_as(self.stat)
        if self._member is None:
            return state
        version = "" if self.given_up else self._member.version
        modified = int(self._member.modified * 1e9) or state.mtime_ns
        return state._replace(
            size=self._member.size, mtime_ns=modified, ctime_ns=0, inode=0,
            digest=version.encode(), container=self._container,
        )  # fmt: skip
