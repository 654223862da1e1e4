"""The manifest `segments.json`: which segments an index has, and their deleted passages.

It is only ever replaced by a rename: the manifest of the generation before may be a hard link to
the same file. See docs/index-format.md.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from vnsearch.errors import NOT_THERE, DamagedError, says_nothing_of_the_bytes
from vnsearch.language import N_
from vnsearch.platform import replace

NAME: Final = "segments.json"


class SegmentEntry(NamedTuple):
    """A segment."""

    file: str  # its name
    bytes: int  # its size
    passages: int
    terms: int  # exact ones
    deleted: frozenset[int] = frozenset()  # numbers of passages

    @property
    def live(self) -> int:
        """The number of passages that are not deleted."""
        return self.passages - len(self.deleted)


def read(folder: Path) -> list[SegmentEntry]:
    """Read the segments of a folder, in their order.

    Raises DamagedError when the manifest is damaged, or a segment's file is missing or of
    another size.
    """
    try:
        text = (folder / NAME).read_text("utf-8")
        segments = [
            SegmentEntry(**{**entry, "deleted": frozenset(_expand(entry["deleted"]))})
            for entry in json.loads(text)["segments"]
        ]
    except Exception as error:  # damaged JSON may raise anything
        if says_nothing_of_the_bytes(error):
            raise
        raise DamagedError(f"{NAME}: {error}") from error
    for segment in segments:
        try:
            size = os.stat(folder / segment.file).st_size
        except NOT_THERE as error:
            raise DamagedError(f"{segment.file}: {error.strerror}") from error
        if size != segment.bytes:
            raise DamagedError(
                N_("{file} has {size} bytes, not {bytes}").format(
                    file=segment.file, size=size, bytes=segment.bytes
                )
            )
    return segments


def write(folder: Path, segments: Iterable[SegmentEntry]) -> None:
    """Replace the manifest of a folder."""
    entries = [
        {
            "file": segment.file,
            "bytes": segment.bytes,
            "passages": segment.passages,
            "terms": segment.terms,
            "deleted": list(_to_ranges(segment.deleted)),
        }
        for segment in segments
    ]
    draft = folder / f"{NAME}.new"
    draft.write_bytes(json.dumps({"segments": entries}, indent=1).encode())
    replace(draft, folder / NAME)


def _expand(ranges: Iterable[tuple[int, int]]) -> Iterator[int]:
    for begin, end in ranges:
        yield from range(begin, end)


def _to_ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield maximal ranges (begin, end), ascending; `end` is excluded."""
    begin = end = None
    for number in sorted(numbers):
        if number != end:
            if begin is not None and end is not None:
                yield begin, end
            begin = number
        end = number + 1
    if begin is not None and end is not None:
        yield begin, end
