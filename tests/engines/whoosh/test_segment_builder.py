"""Arrays of passages."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.whoosh.test_encoding import numbers_of
from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS
from vnsearch.engines.whoosh.write.segment_builder import _passage_arrays

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(st.lists(st.integers(0, 1050), max_size=20))
def test_length_buckets_begin_at_or_below_the_length(lengths: list[int]) -> None:
    arrays = _passage_arrays(np.array(lengths, dtype=np.int64), np.ones(len(lengths), dtype=bool))
    assert numbers_of(arrays["lengths"]) == lengths
    assert numbers_of(arrays["last"]) == [1] * len(lengths)
    for length, times_16 in zip(lengths, numbers_of(arrays["length_buckets"]), strict=True):
        number, rest = divmod(times_16, 16)
        assert rest == 0
        assert LENGTH_BUCKETS[number] <= length
        assert number == 15 or length < LENGTH_BUCKETS[number + 1]
