"""Zstandard frames: what was compressed comes back, or an error does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.format.compression import compress, decompress
from vnsearch.errors import IndexUnusableError


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_frames_give_back_what_went_in(data: bytes) -> None:
    assert decompress(compress(data)) == data
    assert decompress(memoryview(compress(data))) == data


def test_a_flipped_bit_is_an_error() -> None:
    frame = compress(bytes(range(100)) * 3)
    for at in range(len(frame)):
        for bit in range(8):
            damaged = bytearray(frame)
            damaged[at] ^= 1 << bit
            try:
                data = decompress(bytes(damaged))
            except IndexUnusableError:
                continue
            assert data == bytes(range(100)) * 3


@pytest.mark.parametrize("frame", [b"", b"\0", b"not a frame"])
def test_what_is_no_frame_is_an_error(frame: bytes) -> None:
    with pytest.raises(IndexUnusableError):
        decompress(frame)
