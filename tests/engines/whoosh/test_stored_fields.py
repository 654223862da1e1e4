"""What is kept of passages: frames give back all of it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.whoosh.test_inverter import numbers_of
from vnsearch.engines.whoosh.format.segment_file import decompressed, unpacked
from vnsearch.engines.whoosh.write import stored_fields
from vnsearch.engines.whoosh.write.stored_fields import StoredFieldsWriter
from vnsearch.model import Locator, StoredPassage

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(
    st.lists(st.integers(0, 30), max_size=20),
    st.sampled_from([1, 7, 40, 12_000]),
    st.integers(1, 20),
)
def test_records_in_frames_are_all_there_in_order(
    sizes: Sequence[int], frame: int, together: int
) -> None:
    records = [
        StoredPassage(f"{n}.txt", "", "", "ă" * size, Locator(1), cut_before=False, cut_after=False)
        for n, size in enumerate(sizes)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_fields, "_FRAME_CODE_POINTS", frame)
        kept, at_once = StoredFieldsWriter(), StoredFieldsWriter()
        for begin in range(0, len(records), together):
            kept.add(records[begin : begin + together])
        at_once.add(records)
        arrays = dict(kept.arrays())
        assert arrays == dict(at_once.arrays())
    at, firsts = numbers_of(arrays["records_at"]), numbers_of(arrays["frames"])
    data, read = arrays["records"][1], list[StoredPassage]()
    assert len(firsts) == len(at) - 1
    for first, (begin, end) in zip(firsts, pairwise(at), strict=True):
        assert len(read) == first
        read += unpacked(decompressed(data[begin:end]))
    assert read == records
