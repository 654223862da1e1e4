"""Which segments an index has, and which of their passages are deleted: `segments.json`.

Replaced as a whole by a rename, so that the one of an older generation, a hard link to the
same file, stays what it was.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from vnsearch.errors import REPAIR, IndexUnusableError

NAME: Final = "segments.json"


class SegmentEntry(NamedTuple):
    """A segment's file, and what is deleted of it."""

    file: str
    bytes: int
    passages: int
    deleted: frozenset[int] = frozenset()

    @property
    def live(self) -> int:
        """How many passages can be found."""
        return self.passages - len(self.deleted)


def described(path: Path, passages: int) -> SegmentEntry:
    """What the manifest says of a segment just written."""
    return SegmentEntry(path.name, path.stat().st_size, passages)


def read(folder: Path) -> list[SegmentEntry]:
    """The segments in a folder, in their order; raises IndexUnusableError when a file is
    missing or not as it was written.
    """
    try:
        text = (folder / NAME).read_text("utf-8")
        segments = [
            SegmentEntry(**{**entry, "deleted": frozenset(_numbers(entry["deleted"]))})
            for entry in json.loads(text)["segments"]
        ]
    except Exception as error:  # of damaged JSON anything may come
        raise IndexUnusableError(f"the index is damaged: {NAME}: {error}", REPAIR) from error
    for segment in segments:
        try:
            size = os.stat(folder / segment.file).st_size
        except OSError as error:
            why = f"the index is damaged: {segment.file}: {error.strerror}"
            raise IndexUnusableError(why, REPAIR) from error
        if size != segment.bytes:
            why = f"the index is damaged: {segment.file} has {size} bytes, not {segment.bytes}"
            raise IndexUnusableError(why, REPAIR)
    return segments


def write(folder: Path, segments: Iterable[SegmentEntry]) -> None:
    """Replace the manifest."""
    entries = [
        {
            "file": segment.file,
            "bytes": segment.bytes,
            "passages": segment.passages,
            "deleted": list(_ranges(segment.deleted)),
        }
        for segment in segments
    ]
    draft = folder / f"{NAME}.new"
    draft.write_text(json.dumps({"segments": entries}, indent=1), "utf-8")
    os.replace(draft, folder / NAME)


def _numbers(ranges: Iterable[tuple[int, int]]) -> Iterator[int]:
    for begin, end in ranges:
        yield from range(begin, end)


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    begin = end = None
    for number in sorted(numbers):
        if number != end:
            if begin is not None and end is not None:
                yield begin, end
            begin = number
        end = number + 1
    if begin is not None and end is not None:
        yield begin, end
