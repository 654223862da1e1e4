"""Reports of what was read of the parts of a file, in any order -> the state of the file."""

from bisect import bisect
from collections import deque
from collections.abc import Container
from typing import TYPE_CHECKING, Final

from vnsearch.index.file_state import FileState
from vnsearch.indexing.line_digests import DIGEST_SIZE
from vnsearch.indexing.plan import STAYING
from vnsearch.indexing.reading import PartReport
from vnsearch.language import N_
from vnsearch.model import Encoding

if TYPE_CHECKING:
    import os

    from vnsearch.readers.base import Member

_TRIED_AGAIN: Final = N_("{reason}; the next run tries again")
_FLAWS_REPORTED: Final = 100  # of one file, one by one


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


class FileInParts:
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
        self.lines = bytearray()  # the digest of the document of each: see `line_digests`
        self.kept = _Keys()  # of the documents that are as they were
        self._flaws: list[str] = []
        self._encodings: dict[str, bool] = {}  # whether all documents in it are surely in it
        self._keys: set[int] = set()  # hashes: a file may have more keys than fit in memory
        self._documents = 0

    def same_reader(self) -> FileState | None:
        """The known state, if the file would be read as it was."""
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
            told = N_("line {number}: another document has the id {id}")
            self._flaws.append(told.format(number=number, id=repr(key)))
            return False
        self._keys.add(hash(key))
        self._documents += 1
        return True

    def why_not_read(self) -> str:
        """Why nothing was read of the file, which stays in the index as it is known; or ""."""
        if not self.refused and (self._documents or self._inside or not self.given_up):
            return ""
        if self.known is not None and self.known.documents:
            return STAYING.format(reason=self.refused or self.given_up)
        return self.refused or _TRIED_AGAIN.format(reason=self.given_up)

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
            flaws.append(_TRIED_AGAIN.format(reason=self.given_up))
        if len(flaws) > _FLAWS_REPORTED:
            more = N_("and {count} more lines")
            flaws[_FLAWS_REPORTED:] = [more.format(count=len(flaws) - _FLAWS_REPORTED)]
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
