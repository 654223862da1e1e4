"""Bulk operations on numbers: the same as one by one."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write import array_ops
from vnsearch.engines.whoosh.write.array_ops import (
    concatenated_ranges,
    gather,
    passage_slices,
    run_starts,
    sums,
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
@given(st.lists(st.lists(st.integers(0, 255), min_size=1, max_size=5), max_size=9))
def test_sums_are_those_from_start_to_start(runs: list[list[int]]) -> None:
    starts = np.cumsum([0, *map(len, runs)])[:-1]
    numbers = np.array([number for run in runs for number in run], dtype=np.uint8)
    assert sums(numbers, starts).tolist() == [*map(sum, runs)]


@MODEST
@given(st.lists(st.integers(0, 6), max_size=40).map(sorted), st.integers(1, 9))
def test_chunks_are_cut_between_passages(passages: list[int], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", chunk)
        chunks = [passages[part] for part in passage_slices(np.array(passages, dtype=np.int32))]
    assert [passage for part in chunks for passage in part] == passages
    assert sum(len(set(part)) for part in chunks) == len(set(passages))
