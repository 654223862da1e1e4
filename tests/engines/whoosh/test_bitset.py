"""Sets as large numbers: each does what the same thing does with plain sets."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.read.bitset import (
    DocumentMap,
    added_up,
    at_least,
    bitset_of,
    capped_sum,
    highest,
    is_in,
    maximum,
    members,
    numbers_of,
    packed,
    present,
    to_bytes,
    weighted_sums,
)

MODEST = settings(max_examples=100, deadline=None)

# How many passages each document has; mostly one or a few, sometimes many.
sizes_of_documents = st.lists(st.one_of(st.integers(1, 4), st.integers(1, 40)), max_size=30)


def last_of(sizes: Sequence[int]) -> int:
    return as_bitset({own[-1] for own in ranges_of(sizes)})


def as_bitset(passages: Iterable[int]) -> int:
    return sum(1 << passage for passage in passages)


def map_of(sizes: Sequence[int]) -> DocumentMap:
    return DocumentMap(last_of(sizes), 0)


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


numbers = st.lists(st.integers(0, 15), max_size=90)
sets = st.sets(st.integers(0, 299))


def sliced(values: Sequence[int], bits: int = 4) -> list[int]:
    return [as_bitset(n for n, v in enumerate(values) if v >> bit & 1) for bit in range(bits)]


def unsliced(slices: Sequence[int], size: int) -> list[int]:
    return [sum((bits >> n & 1) << bit for bit, bits in enumerate(slices)) for n in range(size)]


@MODEST
@given(sets)
def test_members_ascend(passages: set[int]) -> None:
    bitset = bitset_of(passages, 300)
    assert bitset == as_bitset(passages)
    assert members(bitset) == sorted(passages)
    octets = to_bytes(bitset)
    assert {n for n in range(320) if is_in(octets, n)} == passages
    ones = bytes(n in passages for n in range(300))
    assert packed(ones) == packed(bytearray(ones)) == bitset


@MODEST
@given(numbers, sets, st.integers(0, 20), st.integers(0, 50))
def test_numbers_of_passages_are_compared(
    values: list[int], among: set[int], least: int, count: int
) -> None:
    slices, size = sliced(values), len(values)
    assert unsliced(slices, size) == values
    assert members(present(slices)) == [n for n, value in enumerate(values) if value]
    of = {n: values[n] if n < size else 0 for n in among}
    chosen = as_bitset(among)
    assert members(at_least(slices, least, chosen)) == sorted(n for n in of if of[n] >= least)
    assert maximum(slices, chosen) == max(of.values(), default=0)
    ordered = sorted(of.values(), reverse=True)
    last = ordered[count - 1] if 0 < count <= len(ordered) else -1 if count else 16
    found = members(highest(slices, chosen, count))
    if count:
        assert found == sorted(n for n in of if of[n] >= last)


@MODEST
@given(st.lists(numbers, max_size=40))
def test_numbers_are_added_up(lists: list[list[int]]) -> None:
    size = max(map(len, lists), default=0)
    totals = [sum(v[n] for v in lists if n < len(v)) for n in range(size)]
    columns = [[sliced(values)[bit] for values in lists] for bit in range(4)]
    assert unsliced(added_up(columns), size) == totals
    capped = capped_sum(list(map(sliced, lists)), 4)
    assert len(capped) == 4
    assert unsliced(capped, size) == [min(15, total) for total in totals]


@MODEST
@given(st.lists(st.tuples(sets, st.integers(0, 30_000_000)), max_size=20))
def test_weights_of_sets_are_added_up(weighted: list[tuple[set[int], int]]) -> None:
    sums = weighted_sums((as_bitset(passages), weight) for passages, weight in weighted)
    expected = [sum(w for passages, w in weighted if n in passages) for n in range(300)]
    assert unsliced(sums, 300) == expected


@pytest.mark.parametrize("sizes", [[], [1], [3], [1, 1], [2, 1, 300, 1]], ids=str)
def test_documents_all_and_none(sizes: list[int]) -> None:
    documents, ranges = map_of(sizes), ranges_of(sizes)
    lasts = as_bitset({own[-1] for own in ranges})
    everything = as_bitset(set(range(sum(sizes))))
    assert documents.all == lasts
    assert documents.to_documents(everything) == lasts
    assert documents.to_passages(lasts) == everything
    assert documents.to_documents(0) == documents.to_passages(0) == 0


@MODEST
@given(sizes_of_documents)
def test_documents_and_their_passages(sizes: list[int]) -> None:
    documents = map_of(sizes)
    for own in ranges_of(sizes):
        assert documents.passages_of(own[-1]) == own
        assert [documents.document_of(passage) for passage in own] == [own[-1]] * len(own)


def test_documents_of_segments_with_gaps_between() -> None:
    documents = DocumentMap(0b1_0000_0001_0110, 0b1110_0000)  # passages 0 to 4, and 8 to 12
    found = [documents.passages_of(document) for document in (1, 2, 4, 12)]
    assert found == [range(2), range(2, 3), range(3, 5), range(8, 13)]
    assert [documents.document_of(passage) for passage in (0, 2, 3, 8, 12)] == [1, 2, 4, 12, 12]
    assert members(documents.to_passages(1 << 12)) == [8, 9, 10, 11, 12]
    assert members(documents.to_documents(0b1_0000_1000)) == [4, 12]


@MODEST
@given(collections())
def test_documents_having_a_passage_of_a_set(collection: tuple[list[int], set[int]]) -> None:
    sizes, passages = collection
    expected = {own[-1] for own in ranges_of(sizes) if passages & set(own)}
    assert map_of(sizes).to_documents(as_bitset(passages)) == as_bitset(expected)


@MODEST
@given(collections())
def test_all_passages_of_documents(collection: tuple[list[int], set[int]]) -> None:
    sizes, passages = collection
    chosen = [own for own in ranges_of(sizes) if own[0] in passages]
    found = map_of(sizes).to_passages(as_bitset({own[-1] for own in chosen}))
    assert found == as_bitset({passage for own in chosen for passage in own})


@MODEST
@given(collections())
def test_all_passages_of_the_documents_having_some(
    collection: tuple[list[int], set[int]],
) -> None:
    sizes, passages = collection
    documents = map_of(sizes)
    found = documents.to_passages(documents.to_documents(as_bitset(passages)))
    expected = {p for own in ranges_of(sizes) if passages & set(own) for p in own}
    assert members(found) == sorted(expected)


@MODEST
@given(
    st.lists(st.integers(0, 127), min_size=1, max_size=200),
    st.sampled_from([1, 3, 50]),
)
def test_numbers_are_those_of_their_passages(numbers: list[int], step: int) -> None:
    slices = [
        bitset_of((p for p, n in enumerate(numbers) if n >> bit & 1), 200) for bit in range(7)
    ]
    passages = range(0, len(numbers), step)
    assert numbers_of(slices, passages) == numbers[::step]
    assert numbers_of(slices, []) == []
