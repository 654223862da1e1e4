"""Bulk operations on numbers: the same as one by one."""

from itertools import groupby
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write import array_ops
from vnsearch.engines.whoosh.write.array_ops import (
    concatenated_ranges,
    gather,
    passage_slices,
    radix_argsort,
    run_starts,
)

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(st.lists(st.integers(-1, 5), max_size=30), st.sampled_from([1, 4, 100]))
def test_gather_is_indexing(indices: list[int], chunk: int) -> None:
    table = np.array([3, 1, 4, 1, 5, 9], dtype=np.uint16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", chunk)
        gathered = gather(table, np.array(indices, dtype=np.int32))
    assert gathered.tolist() == [table[index] for index in indices]
    assert gathered.dtype == table.dtype


@MODEST
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_run_starts_are_where_rows_change(rows: list[tuple[int, int]]) -> None:
    starts = run_starts(*np.array(rows).T).tolist()
    assert [row for row, is_start in zip(rows, starts, strict=True) if is_start] == [
        row for row, _ in groupby(rows)
    ]


@MODEST
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=9))
def test_ranges_follow_one_another(ranges: list[tuple[int, int]]) -> None:
    begins, sizes = np.array(ranges, dtype=np.int64).reshape(-1, 2).T
    expected = [number for begin, size in ranges for number in range(begin, begin + size)]
    assert concatenated_ranges(begins, sizes).tolist() == expected


@MODEST
@given(st.lists(st.sampled_from([0, 1, 7, 0xFFFF, 0x10000, 0x10001, 1 << 20]), max_size=20))
def test_sorting_by_digits_is_stable(numbers: list[int]) -> None:
    order = radix_argsort(np.array(numbers, dtype=np.int32), (1 << 20) + 1).tolist()
    assert order == [n for n, _ in sorted(enumerate(numbers), key=itemgetter(1))]


@MODEST
@given(st.lists(st.integers(0, 6), max_size=40).map(sorted), st.integers(1, 9))
def test_chunks_are_cut_between_passages(passages: list[int], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", chunk)
        chunks = [passages[part] for part in passage_slices(np.array(passages, dtype=np.int32))]
    assert [passage for part in chunks for passage in part] == passages
    assert sum(len(set(part)) for part in chunks) == len(set(passages))
