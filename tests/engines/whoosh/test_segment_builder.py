"""Arrays of passages."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.slices import row_of
from tests.engines.whoosh.test_encoding import numbers_of
from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS
from vnsearch.engines.whoosh.write.segment_builder import _passage_arrays

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(st.lists(st.integers(0, 1050), max_size=20))
def test_length_buckets_begin_at_or_below_the_length(lengths: list[int]) -> None:
    size = len(lengths)
    ones, edges = np.ones(size, dtype=bool), np.zeros(2 * size, dtype=np.int64)
    arrays = _passage_arrays(np.array(lengths, dtype=np.int64), ones, edges)
    assert numbers_of(arrays["lengths"]) == lengths
    assert numbers_of(arrays["last"]) == [1] * size
    octets = (size + 7) // 8
    slices = [arrays["length_buckets"][1][n * octets : (n + 1) * octets] for n in range(4)]
    for length, number in zip(lengths, row_of(slices, size), strict=True):
        assert LENGTH_BUCKETS[number] <= length
        assert number == 15 or length < LENGTH_BUCKETS[number + 1]
