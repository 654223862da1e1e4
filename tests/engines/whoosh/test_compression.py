"""Zstandard frames: what was compressed comes back, or an error does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.format.compression import (
    Compressor,
    compress,
    decompress,
    dictionary_of,
)
from vnsearch.errors import IndexUnusableError


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_frames_give_back_what_went_in(data: bytes) -> None:
    assert decompress(compress(data)) == data
    assert decompress(memoryview(compress(data))) == data


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=8, max_size=2000), st.binary(max_size=2000))
def test_frames_with_a_dictionary_need_it(known: bytes, new: bytes) -> None:
    dictionary, data = dictionary_of(known), new + known
    frame = Compressor(dictionary=dictionary).compress(data)
    assert decompress(frame, dictionary) == data
    assert dictionary_of(known[:7]) is None


def test_another_dictionary_is_an_error() -> None:
    known = bytes(range(256))
    frame = Compressor(dictionary=dictionary_of(known)).compress(known)
    for other in (None, dictionary_of(known[::-1])):
        with pytest.raises(IndexUnusableError):
            decompress(frame, other)


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
