"""Bit-sliced posting lists -> the tf of each passage."""

from collections.abc import Sequence

from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import members


def row_of(slices: Sequence[bytes], size: int) -> bytes:
    """The tf of each passage, up to MAX_TF, by the slices of a segment."""
    row = bytearray(size)
    for bit, octets in enumerate(slices):
        for passage in members(int.from_bytes(octets, "little")):
            row[passage] |= 1 << bit
    return bytes(min(tf, MAX_TF) for tf in row)
