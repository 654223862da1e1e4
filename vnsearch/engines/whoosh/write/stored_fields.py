"""What is kept of passages -> the arrays of a segment: see `layout` for what they are."""

import os
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.format.segment_file import packed
from vnsearch.engines.whoosh.write.inverter import (
    Array,
    as_array,
    as_blob,
    compressed,
    field_arrays,
    invert,
)
from vnsearch.model import StoredPassage

_FRAME_CODE_POINTS: Final = 7_000  # of text that is compressed together


class StoredFieldsWriter:
    """What is kept of passages, in frames of some _FRAME_CODE_POINTS, and the files they are of."""

    def __init__(self) -> None:
        self._sources: list[str] = []  # of each passage
        self._frames: list[bytes] = []
        self._begins: list[int] = []  # the first passage of each
        self._open: list[StoredPassage] = []  # those of the frame to come
        self._end = -1  # code points so far, counted from -1, so that a frame begins at the first

    def add(self, records: Sequence[StoredPassage]) -> None:
        """Take in those of further passages."""
        ends = np.cumsum([self._end, *(len(record.text) for record in records)])
        self._end, done = int(ends[-1]), 0
        for begin in np.flatnonzero(np.diff(ends // _FRAME_CODE_POINTS)).tolist():
            self._open += records[done:begin]
            self._close()
            done = begin
        self._open += records[done:]

    def _close(self) -> None:
        if self._open:
            self._begins.append(len(self._sources))
            self._sources += [record.source for record in self._open]
            self._frames.append(compressed(packed(self._open)))
            self._open = []

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """The arrays of all of them, which are forgotten."""
        self._close()
        yield "frames", as_array("I", self._begins)
        yield from as_blob(self._frames, "records").items()
        self._frames.clear()
        names = sorted({os.fsencode(source) for source in self._sources})
        numbers = {os.fsdecode(name): number for number, name in enumerate(names)}
        of = np.array([numbers[source] for source in self._sources], dtype=np.int64)
        found = invert(of, np.arange(len(of)), len(names))
        yield from field_arrays("source", names, np.arange(len(names) + 1), found, len(of)).items()
