"""New and changed pictures, and PDF with pages that are pictures, also in other files -> recognized
pages, kept for when the files are read.

This comes before reading. Each thread has a sandbox of its own, in which Tesseract runs; a page
takes seconds, so each one is kept at once, and an interrupted run goes on where it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from typing import Final, NamedTuple
from zlib import crc32

from vnsearch import readers
from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.files.regular import open_regular
from vnsearch.index.recognized import Recognized, identity, is_whole
from vnsearch.indexing.hashing import HashingReader
from vnsearch.indexing.reading import Inside
from vnsearch.model import Document
from vnsearch.readers.base import Done, Flaw, Member, bytes_of
from vnsearch.readers.compression import decompressed, told
from vnsearch.readers.ocr import Page, unpacked
from vnsearch.readers.sandbox import Sandbox

_READER: Final = "ocr"
_POLL: Final = 0.5  # seconds, after which an interrupt is noticed at the latest


class Picture(NamedTuple):
    """A file that may have pages to be recognized."""

    path: str
    size: int  # bytes
    inside: Inside | None = None  # what is left out of the files in it, if others may be


class _Share(NamedTuple):
    """A part of the pages of a file, or of the files in it."""

    picture: Picture
    nth: int
    shares: int


class _Sandboxes:
    """The sandboxes of all threads, which may be told to stop."""

    def __init__(self) -> None:
        self.are_stopped = False
        self._all: list[Sandbox] = []
        self._free: list[Sandbox] = []

    @contextmanager
    def one(self) -> Iterator[Sandbox]:
        """One that no other thread uses meanwhile."""
        try:
            sandbox = self._free.pop()
        except IndexError:
            sandbox = Sandbox()
            self._all.append(sandbox)
        try:
            yield sandbox
        finally:
            self._free.append(sandbox)

    def stop(self) -> None:
        """Let all end what they are doing."""
        self.are_stopped = True
        for sandbox in self._all:
            sandbox.kill()

    def close(self) -> None:
        """Let go of them, when no thread uses one."""
        for sandbox in self._all:
            sandbox.close()


def recognize(
    pictures: Sequence[Picture], kept: Recognized, jobs: int, advance: Callable[[int], None]
) -> None:
    """Recognize what is not yet `kept` of some files, with so many processes.

    `advance` is called with the number of bytes done since the last call: a page counts for its
    share of its file. Raises VnsearchError when no process can be started, and OSError when
    pages cannot be kept.
    """
    shares = max(1, jobs // max(1, len(pictures)))  # of a file, when there are few
    work = [_Share(picture, nth, shares) for picture in pictures for nth in range(shares)]
    with closing(_Sandboxes()) as sandboxes, ThreadPoolExecutor(jobs) as pool:
        try:
            waiting = {pool.submit(_recognize, share, kept, advance, sandboxes) for share in work}
            while waiting:
                done, waiting = wait(waiting, _POLL, FIRST_COMPLETED)
                _raise_first(done)
        except BaseException:
            sandboxes.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _raise_first(done: set["Future[None]"]) -> None:
    for future in done:
        future.result()


def _recognize(
    share: _Share, kept: Recognized, advance: Callable[[int], None], sandboxes: _Sandboxes
) -> None:
    """Recognize the pages of a share."""
    picture, left = share.picture, share.picture.size // share.shares
    pages = _pages if picture.inside is None else _pages_inside
    # Whatever is wrong with a file, reading it will tell.
    with suppress(UnusableFileError), sandboxes.one() as sandbox:
        for size in pages(share, kept, sandbox, lambda: sandboxes.are_stopped):
            done = min(left, size)
            left -= done
            advance(done)
    if not sandboxes.are_stopped:
        advance(left)


def _data(path: str) -> tuple[bytes, bytes]:
    """The bytes of a file, decompressed, and the digest of the file; raises UnusableFileError."""
    try:
        with open_regular(path) as file, told(path):
            hashing = HashingReader(file)
            data = bytes_of(decompressed(path, hashing.stream()))
            return data, hashing.digest()
    except OSError as error:
        raise UnusableFileError(str(error)) from error


def _pages(
    share: _Share, kept: Recognized, sandbox: Sandbox, is_stopped: Callable[[], bool]
) -> Iterator[int]:
    """Recognize the pages of a file until there are no more; yield the size of each, in bytes of
    the file, when it is kept. Raises UnusableFileError."""
    data, digest = _data(share.picture.path)
    found = True
    while found and not is_stopped() and not is_whole(pages := kept.pages(digest)):
        known = dict.fromkeys(pages, "")
        found = False
        try:
            for answer in sandbox.read(
                _READER, data, recognized=known, share=(share.nth, share.shares)
            ):
                page = unpacked(answer)
                kept.add(digest, page)
                found = True
                yield share.picture.size // max(1, page.of)
        except GivenUpError:  # the next run tries again
            return
        except UnusableFileError as error:
            kept.add(digest, Page(0, str(error), 0.0))


def _pages_inside(
    share: _Share, kept: Recognized, sandbox: Sandbox, is_stopped: Callable[[], bool]
) -> Iterator[int]:
    """Recognize the pages of the pictures in a file, as `_pages` does."""
    path = share.picture.path
    found = readers.format_of(path)
    assert found is not None
    work = _Inside(share, kept)
    data = path if found.in_place else _data(path)[0]
    while work.has_more and not is_stopped():
        work.has_more = False
        for item in sandbox.read(
            found.module, data, wanted=work.is_wanted, recognized={}, recognized_in=work.known,
            only_pictures=True,
        ):  # fmt: skip
            if is_stopped():
                return
            yield work.take(item)


class _Inside:
    """What is done of the pictures in a file."""

    def __init__(self, share: _Share, kept: Recognized) -> None:
        assert share.picture.inside is not None
        self.has_more = True
        self._share, self._kept = share, kept
        self._is_left_out = share.picture.inside.leaves_out(share.picture.path)
        self._members: list[Member] = []  # in one another, being read
        self._finished: set[str] = set()  # names of those that have no more pages

    def is_wanted(self, member: Member) -> bool:
        """Whether a file is to be read, for its own pages or for pictures in it."""
        name = member.name
        if self._is_left_out(member) or name in self._finished:
            return False
        if readers.may_nest(name):
            return True
        at = crc32(name.encode("utf-8", "replace")) % self._share.shares
        if at != self._share.nth or not readers.has_pictures(name):
            return False
        return bool(identity(member)) and not is_whole(self._kept.pages(identity(member)))

    def known(self, member: Member) -> Mapping[int, str]:
        """The pages of a file that are not to be recognized again."""
        return dict.fromkeys(self._kept.pages(identity(member)), "")

    def take(self, item: Document | Flaw | Member | Done) -> int:
        """Take in what a reader says; return the size of a picture that is done, in bytes."""
        if isinstance(item, Member):
            self._members.append(item)
            self._finished.add(item.name)
        elif isinstance(item, Done):
            member = self._members.pop()
            return member.size * readers.has_pictures(member.name)
        elif isinstance(item, Document) and self._members:
            member = self._members[-1]
            if readers.has_pictures(member.name):
                self._kept.add(identity(member), unpacked(item))
                self._finished.discard(member.name)
                self.has_more = True
        return 0
