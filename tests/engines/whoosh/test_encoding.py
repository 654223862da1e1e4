"""Numbers and bytes as arrays of a segment."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write.encoding import as_array, as_blobs

MODEST = settings(max_examples=60, deadline=None)


def numbers_of(array: tuple[str, bytes]) -> list[int]:
    kind, data = array
    return [int(number) for number in memoryview(data).cast(kind)]  # type: ignore[call-overload]


@MODEST
@given(st.lists(st.binary(max_size=9), max_size=9))
def test_blobs_and_where_they_begin(blobs: list[bytes]) -> None:
    arrays = as_blobs(blobs, "x")
    assert arrays.keys() == {"x", "x_at"}
    data, at = arrays["x"][1], numbers_of(arrays["x_at"])
    assert [data[begin:end] for begin, end in pairwise(at)] == blobs


@pytest.mark.parametrize("kind", ["B", "H", "I", "Q"])
def test_numbers_are_little_endian_in_their_type(kind: str) -> None:
    assert numbers_of(as_array(kind, [0, 1, 255])) == [0, 1, 255]
    assert as_array(kind, [1])[1][:1] == b"\1"
    assert as_array(kind, np.array([], dtype=np.int64)) == (kind, b"")
    assert as_array(kind, iter([7])) == as_array(kind, np.array([7.0]))
