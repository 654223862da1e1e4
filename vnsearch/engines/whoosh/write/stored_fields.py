"""Stored fields of passages -> arrays of a segment (docs/index-format.md)."""

import os
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.format.compression import Compressor, dictionary_of
from vnsearch.engines.whoosh.format.stored_fields import pack
from vnsearch.engines.whoosh.write.encoding import Array, as_array, as_blobs, blob_pieces
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays
from vnsearch.model import StoredPassage

_BLOCK_CODE_POINTS: Final = 7_000  # of text: about as much is decompressed to show a passage
_FIRST_BLOCKS: Final = 16  # so many of these are one: the dictionary by which others are compressed


class StoredFieldsWriter:
    """Collects stored fields in compressed blocks, and the source file of each passage."""

    def __init__(self) -> None:
        self._sources: list[str] = []  # of each passage
        self._blocks: list[bytes] = []
        self._first: list[int] = []  # passage of each block
        self._compressor = Compressor()
        self._open: list[StoredPassage] = []  # of the block to come
        self._end = -1  # code points so far, from -1: a block begins with the passage that fills it

    def add(self, passages: Sequence[StoredPassage]) -> None:
        """Add the next passages; blocks are the same however many come at a time."""
        ends = np.cumsum([self._end, *(len(passage.text) for passage in passages)])
        self._end, done = int(ends[-1]), 0
        blocks = np.maximum(ends // _BLOCK_CODE_POINTS, _FIRST_BLOCKS - 1)
        for begin in np.flatnonzero(np.diff(blocks)).tolist():
            self._open += passages[done:begin]
            self._close_block()
            done = begin
        self._open += passages[done:]

    def _close_block(self) -> None:
        if self._open:
            self._first.append(len(self._sources))
            self._sources += [passage.source for passage in self._open]
            block, self._open = pack(self._open), []
            self._blocks.append(self._compressor.compress(block))
            if len(self._blocks) == 1:
                self._compressor = Compressor(dictionary=dictionary_of(block))

    def _taken_blocks(self) -> Iterator[bytes]:
        self._blocks.reverse()
        while self._blocks:
            yield self._blocks.pop()

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Yield the arrays of all passages; the blocks are gone then."""
        self._close_block()
        yield "stored.first", as_array("I", self._first)
        yield from blob_pieces(self._taken_blocks(), "stored.blocks")
        names = sorted({os.fsencode(source) for source in self._sources})
        numbers = {os.fsdecode(name): number for number, name in enumerate(names)}
        terms = np.array([numbers[source] for source in self._sources], dtype=np.int64)
        size = len(terms)
        inverted = invert(terms, np.arange(size), len(names))
        groups = np.arange(len(names) + 1)  # of one name each
        yield from as_blobs(names, "source.terms").items()
        yield from posting_arrays("source", groups, inverted, size).items()
