"""Sets as large numbers: each does what the same thing does with plain sets."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.read.bitset import (
    DocumentMap,
    cardinality,
    members,
    minimum,
    quantized_sums,
    with_tf,
)

MODEST = settings(max_examples=100, deadline=None)

# How many passages each document has; mostly one or a few, sometimes many.
sizes_of_documents = st.lists(st.one_of(st.integers(1, 4), st.integers(1, 40)), max_size=30)


def last_of(sizes: Sequence[int]) -> bytes:
    return b"".join(bytes(size - 1) + b"\1" for size in sizes)


def bitset_of(passages: set[int]) -> int:
    return sum(1 << 8 * passage for passage in passages)


def ranges_of(sizes: Sequence[int]) -> list[range]:
    """The passages of each document."""
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    return [range(end - size, end) for size, end in zip(sizes, ends, strict=True)]


@st.composite
def collections(draw: st.DrawFn) -> tuple[list[int], set[int]]:
    """DocumentMap by their sizes, and some of all their passages."""
    sizes = draw(sizes_of_documents)
    rest = st.sets(st.integers(0, max(0, sum(sizes) - 1))) if sizes else st.just(set[int]())
    some = st.one_of(rest, st.just(set(range(sum(sizes)))))
    return sizes, draw(some)


rows = st.lists(st.integers(0, 15), max_size=300).map(bytes)


@MODEST
@given(rows)
def test_present_are_the_bytes_that_are_not_0(row: bytes) -> None:
    assert with_tf(row) == bitset_of({passage for passage, count in enumerate(row) if count})


@MODEST
@given(rows, st.integers(1, 2))
def test_present_are_the_bytes_not_below_the_least(row: bytes, least_of_it: int) -> None:
    expected = {passage for passage, count in enumerate(row) if count >= least_of_it}
    assert with_tf(row, least_of_it) == bitset_of(expected)


@MODEST
@given(
    st.integers(0, 40).flatmap(
        lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=256)
    ),
    st.integers(0, 0xFFFF),
)
def test_sums_are_rounded_up_and_as_fine_as_can_be(rows: list[bytes], more: int) -> None:
    """0 stays 0, and nothing else becomes it; up to the largest number of two bytes."""
    numbers = list(map(sum, zip(*rows, strict=True)))
    highest = min(0xFF00, max(numbers, default=0) + more)
    found, unit = quantized_sums(rows, highest, len(numbers))
    assert list(found.to_bytes(len(numbers), "little")) == [-(-n // unit) for n in numbers]
    assert unit == 1 or -(-highest // (unit // 2)) > 0xFF


@pytest.mark.parametrize("highest", [0, 1, 254, 255, 256, 510, 511, 0x8000, 0xFEFF, 0xFF00])
def test_sums_of_the_highest(highest: int) -> None:
    numbers = [highest, 0, highest, max(0, highest - 1)]
    rows = [bytes(max(0, min(0xFF, n - 0xFF * row)) for n in numbers) for row in range(256)]
    found, unit = quantized_sums(rows, highest, len(numbers))
    assert list(found.to_bytes(len(numbers), "little")) == [-(-n // unit) for n in numbers]


@MODEST
@given(st.sets(st.integers(0, 299)), st.integers(0, 3))
def test_count_of_a_set(passages: set[int], more: int) -> None:
    size = max(passages, default=-1) + 1 + more
    assert cardinality(bitset_of(passages), size) == len(passages)
    assert cardinality(bitset_of(set(range(size))), size) == size


@MODEST
@given(st.sets(st.integers(0, 299)), st.integers(0, 3))
def test_passages_in_a_set_ascend(passages: set[int], more: int) -> None:
    size = max(passages, default=-1) + 1 + more
    assert members(bitset_of(passages), size) == sorted(passages)


@MODEST
@given(st.lists(st.tuples(st.integers(0, 127), st.integers(0, 127)), max_size=60))
def test_least_of_each_byte(pairs: list[tuple[int, int]]) -> None:
    one, other = (bytes(pair[side] for pair in pairs) for side in (0, 1))
    found = minimum(int.from_bytes(one, "little"), int.from_bytes(other, "little"), len(pairs))
    assert found.to_bytes(len(pairs), "little") == bytes(map(min, pairs))


def test_least_of_all_pairs_of_bytes() -> None:
    pairs = [(a, b) for a in range(128) for b in range(128)]
    one, other = (int.from_bytes(bytes(p[side] for p in pairs), "little") for side in (0, 1))
    assert minimum(one, other, len(pairs)).to_bytes(len(pairs), "little") == bytes(map(min, pairs))


@pytest.mark.parametrize("sizes", [[], [1], [3], [1, 1], [2, 1, 300, 1]], ids=str)
def test_documents_all_and_none(sizes: list[int]) -> None:
    documents, ranges = DocumentMap(last_of(sizes)), ranges_of(sizes)
    lasts = bitset_of({own[-1] for own in ranges})
    everything = bitset_of(set(range(sum(sizes))))
    assert documents.all == lasts
    assert documents.to_documents(everything) == lasts
    assert documents.to_passages(lasts) == everything
    assert documents.to_documents(0) == documents.to_passages(0) == 0


@MODEST
@given(sizes_of_documents)
def test_documents_and_their_passages(sizes: list[int]) -> None:
    documents = DocumentMap(last_of(sizes))
    for own in ranges_of(sizes):
        assert documents.passages_of(own[-1]) == own
        assert [documents.document_of(passage) for passage in own] == [own[-1]] * len(own)


@MODEST
@given(collections())
def test_documents_having_a_passage_of_a_set(collection: tuple[list[int], set[int]]) -> None:
    sizes, passages = collection
    expected = {own[-1] for own in ranges_of(sizes) if passages & set(own)}
    assert DocumentMap(last_of(sizes)).to_documents(bitset_of(passages)) == bitset_of(expected)


@MODEST
@given(collections())
def test_all_passages_of_documents(collection: tuple[list[int], set[int]]) -> None:
    sizes, passages = collection
    chosen = [own for own in ranges_of(sizes) if own[0] in passages]
    found = DocumentMap(last_of(sizes)).to_passages(bitset_of({own[-1] for own in chosen}))
    assert found == bitset_of({passage for own in chosen for passage in own})


@MODEST
@given(collections())
def test_all_passages_of_the_documents_having_some(
    collection: tuple[list[int], set[int]],
) -> None:
    sizes, passages = collection
    documents = DocumentMap(last_of(sizes))
    found = documents.to_passages(documents.to_documents(bitset_of(passages)))
    expected = {p for own in ranges_of(sizes) if passages & set(own) for p in own}
    assert members(found, sum(sizes)) == sorted(expected)
