"""New and changed files -> parts to be read; reports of these -> the index and its catalog."""

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Final

from vnsearch import readers
from vnsearch.engines import Batch, Writer
from vnsearch.errors import UnusableFileError, exhausted
from vnsearch.files.paths import FileNames
from vnsearch.files.regular import open_regular
from vnsearch.index.catalog import Catalog
from vnsearch.index.file_state import FileState
from vnsearch.indexing import nested
from vnsearch.indexing.file_in_parts import FileInParts
from vnsearch.indexing.hashing import HashingReader, is_unchanged, stable_stat
from vnsearch.indexing.line_digests import DIGEST_SIZE
from vnsearch.indexing.plan import MAY_NOT, Plan
from vnsearch.indexing.pool import Result
from vnsearch.indexing.progress import Progress
from vnsearch.indexing.reading import Part, PartReport, WholeFile, folders_inside
from vnsearch.language import N_
from vnsearch.model import Document, Skipped
from vnsearch.readers.base import LineChunk

# Larger files, compressed or not, are cut into parts where their format allows it. Bytes.
_CUT: Final = 1 << 20

# What a file costs, in bytes of text, besides its size.
_COST: Final = 1 << 12
_SANDBOX_COST: Final = 1 << 17  # of a format that takes longer than text


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
        progress: Progress,
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
        self._files: dict[str, FileInParts] = {}  # being read
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
            file = self._files[name] = FileInParts(self._names.path(name), "", None)
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
            file = self._files[name] = FileInParts(self._names.path(name), reader, known)
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
                        nesting, encoding, self._catalog, name, file.folders, ocr=ocr
                    )
                recognized = self._recognized if ocr else ""
                content = WholeFile(file.path, file.same_reader(), inside, recognized)
                cost = _cost(name, todo[name], ocr)
                yield Part(name, 0, content, encoding, cost, folders=file.folders)

    def _cut(self, name: str, file: FileInParts, encoding: str) -> Iterator[Part]:
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
                file.last_flaw = N_("cannot be read to its end: {why}").format(why=error.strerror)
            else:
                file.refused = N_("cannot be read: {why}").format(why=error.strerror)
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

    def _file_inside(self, report: PartReport) -> FileInParts:
        """A file in a file, of which there is only one report, after that on the file it is in."""
        name, container = report.source, report.container
        nesting = self._plan.nests.get(container)
        encoding = self._plan.encodings.get(container, "")
        excludes, ocr = nesting.excludes if nesting else (), container in self._plan.ocr
        reader = readers.reader_of(name, encoding, excludes, ocr=ocr)
        file = self._files[name] = FileInParts("", reader, self._catalog.file(name))
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

    def _finish_file(self, name: str, file: FileInParts) -> None:
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
                self.as_before.add(name)  # only its folders are others, or what is left out of it
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
    own, others = (re.sub(r" without \w+", "", state.reader) for state in (one, other))
    return (one.digest, own) == (other.digest, others)
