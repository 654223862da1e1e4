"""What was recognized in pictures and in pages that are pictures, by the digest of their file, or
the version of a file in a file.

One file for each such file of the disk, with a page a line (JSON), written as soon as a page is
read: an interrupted run loses at most the page it is at, and --rebuild reads none again. They are
beside the generations, with the modes of the index, and are no part of its checksums: a line that
is damaged costs its page, which is read again.
"""

import json
from collections.abc import Container, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final

from vnsearch.readers.base import Member
from vnsearch.readers.ocr import Page

_LONGEST_VERSION: Final = 64  # of those that readers give
_VERSION: Final = "1"  # to be raised when pages are recognized otherwise


class Recognized:
    """The recognized pages of an index."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the recognized pages, in the folder of the index."""
        self._folder = folder
        self._lock = Lock()

    def pages(self, digest: bytes) -> dict[int, Page]:
        """The pages of the file with a digest, by number; page 0 says in its text why there are
        none."""
        pages = {}
        lines: list[bytes] = []
        with suppress(OSError):
            lines = self._path(digest).read_bytes().split(b"\n")
        for line in lines:
            with suppress(ValueError, TypeError):
                page = Page(*json.loads(line))
                pages[int(page.number)] = page
        return pages

    def texts(self, digest: bytes) -> Mapping[int, str]:
        """The texts of the pages of the file with a digest, by number."""
        found = self.pages(digest)
        return {number: str(page.text) for number, page in found.items()}

    def add(self, digest: bytes, page: Page) -> None:
        """Keep a page; raises OSError."""
        line = b"\n" + json.dumps(page, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            self._folder.mkdir(exist_ok=True)
            with self._path(digest).open("ab") as file:
                file.write(line)

    def keep(self, digests: Container[bytes]) -> None:
        """Drop the pages of all other files."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            name, _, version = path.name.partition("-")
            with suppress(ValueError, OSError):
                if version != _VERSION or bytes.fromhex(name) not in digests:
                    path.unlink()

    def _path(self, digest: bytes) -> Path:
        return self._folder / f"{digest.hex()}-{_VERSION}"


def is_whole(pages: Mapping[int, Page]) -> bool:
    """Whether these are all pages of a file, as far as they tell."""
    return 0 in pages or any(0 < page.of <= len(pages) for page in pages.values())


def identity(member: Member) -> bytes:
    """What stands for the digest of a file in a file, as in its state; empty if it has none."""
    version = member.version.encode()
    return version if len(version) <= _LONGEST_VERSION else b""
