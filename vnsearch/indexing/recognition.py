"""New and changed pictures, and PDF with pages that are pictures -> recognized pages, kept for when
the files are read.

This comes before reading. Each thread has a sandbox of its own, in which Tesseract runs; a page
takes seconds, so each one is kept at once, and an interrupted run goes on where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from typing import Final, NamedTuple

from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.files.regular import open_regular
from vnsearch.index.recognized import Recognized
from vnsearch.readers.base import MAX_FILE_BYTES
from vnsearch.readers.ocr import MANY_PAGES, Page, unpacked
from vnsearch.readers.sandbox import Sandbox

_READER: Final = "ocr"
_POLL: Final = 0.5  # seconds, after which an interrupt is noticed at the latest


class Picture(NamedTuple):
    """A file that may have pages to be recognized."""

    path: str
    size: int  # bytes


class _Share(NamedTuple):
    """A part of the pages of a file."""

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
        yield sandbox
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
    data = b""
    with suppress(OSError), open_regular(picture.path) as file:  # reading it will tell
        data = file.read(MAX_FILE_BYTES + 1) or b""
    if len(data) <= MAX_FILE_BYTES:
        for page in _pages(data, share, kept, sandboxes):
            done = min(left, picture.size // max(1, page.of))
            left -= done
            advance(done)
    if not sandboxes.are_stopped:
        advance(left)


def _pages(data: bytes, share: _Share, kept: Recognized, sandboxes: _Sandboxes) -> Iterator[Page]:
    """Recognize pages until there are no more, and yield each when it is kept."""
    digest = sha256(data).digest()
    if kept.pages(digest) and not data.startswith(MANY_PAGES):
        return  # a picture is read at once
    found = True
    with sandboxes.one() as sandbox:
        while found and not sandboxes.are_stopped:
            known = dict.fromkeys(kept.pages(digest), "")
            found = False
            try:
                for answer in sandbox.read(
                    _READER, data, recognized=known, share=(share.nth, share.shares)
                ):
                    page = unpacked(answer)
                    kept.add(digest, page)
                    found = True
                    yield page
            except GivenUpError:  # the next run tries again
                return
            except UnusableFileError as error:
                kept.add(digest, Page(0, str(error), 0.0))
                return
