"""Arrays of a segment: what is kept of tokens is what plain counting finds."""

from collections import Counter
from itertools import pairwise
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.format.segment_file import LENGTH_BUCKETS, MAX_TF
from vnsearch.engines.whoosh.write import inverter
from vnsearch.engines.whoosh.write.inverter import (
    Inverted,
    as_array,
    as_blob,
    characters,
    invert,
    looked_up,
    passage_arrays,
    rarest,
    word_arrays,
)

MODEST = settings(max_examples=60, deadline=None)

tokens = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=60)


def numbers_of(array: tuple[str, bytes]) -> list[int]:
    kind, data = array
    return [int(number) for number in memoryview(data).cast(kind)]  # type: ignore[call-overload]


def postings_of(found: Inverted) -> list[tuple[tuple[int, int], int]]:
    """The postings, each as its term and passage, and how often."""
    terms = np.repeat(np.arange(len(found.frequencies)), found.frequencies)
    of = zip(terms.tolist(), found.passages.tolist(), strict=True)
    return list(zip(of, found.counts.tolist(), strict=True))


@MODEST
@given(tokens, st.integers(0, 8), st.sampled_from([1, 2, 5, 100]))
def test_postings_are_counts_by_term_and_passage(
    pairs: list[tuple[int, int]], size: int, piece: int
) -> None:
    pairs.sort(key=itemgetter(1))
    terms, passages = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "_PIECE", piece)
        found = invert(terms, passages, size)
    expected = Counter((term, passage) for term, passage in pairs if term < size)
    assert postings_of(found) == [
        (of, min(count, MAX_TF)) for of, count in sorted(expected.items())
    ]
    of_terms = Counter(term for term, _ in expected)
    assert found.frequencies.tolist() == [of_terms[term] for term in range(size)]


@MODEST
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 3)), max_size=30))
def test_a_token_counts_as_many_times_as_it_weighs(tokens: list[tuple[int, int, int]]) -> None:
    tokens.sort(key=itemgetter(1))
    terms, passages, weights = np.array(tokens, dtype=np.int32).reshape(-1, 3).T
    found = invert(terms, passages, 4, weights.astype(np.uint8))
    expected: Counter[tuple[int, int]] = Counter()
    for term, passage, weight in tokens:
        expected[term, passage] += weight
    assert postings_of(found) == [
        (of, min(count, MAX_TF)) for of, count in sorted(expected.items())
    ]


@pytest.mark.parametrize(
    ("term", "passage", "size"),
    [
        pytest.param(65_535, 65_535, 65_536, id="16 bits, all of them"),
        pytest.param(65_536, 65_535, 65_537, id="17 bits"),
        pytest.param(3, 70_000, 4, id="many passages"),
        pytest.param(2_000_000, 1_000_000, 2_000_001, id="much of both"),
        pytest.param(0, 0, 1, id="nothing of either"),
    ],
)
def test_large_numbers_of_terms_and_passages(term: int, passage: int, size: int) -> None:
    found = invert(np.array([term, 0, term]), np.array([passage, passage, passage]), size)
    expected = Counter([(term, passage), (0, passage), (term, passage)])
    assert postings_of(found) == sorted(expected.items())


@MODEST
@given(st.lists(st.integers(-1, 5), max_size=30), st.sampled_from([1, 4, 100]))
def test_numbers_are_looked_up_as_in_brackets(numbers: list[int], piece: int) -> None:
    table = np.array([3, 1, 4, 1, 5, 9], dtype=np.uint16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "_PIECE", piece)
        found = looked_up(table, np.array(numbers, dtype=np.int32))
    assert found.tolist() == [table[number] for number in numbers]
    assert found.dtype == table.dtype


@MODEST
@given(st.lists(st.binary(max_size=9), max_size=9))
def test_pieces_and_where_they_begin(pieces: list[bytes]) -> None:
    arrays = as_blob(pieces, "x")
    assert arrays.keys() == {"x", "x_at"}
    data, at = arrays["x"][1], numbers_of(arrays["x_at"])
    assert [data[begin:end] for begin, end in pairwise(at)] == pieces


@pytest.mark.parametrize("kind", ["B", "H", "I", "Q"])
def test_numbers_are_little_endian_in_their_type(kind: str) -> None:
    assert numbers_of(as_array(kind, [0, 1, 255])) == [0, 1, 255]
    assert as_array(kind, [1])[1][:1] == b"\1"
    assert as_array(kind, np.array([], dtype=np.int64)) == (kind, b"")
    assert as_array(kind, iter([7])) == as_array(kind, np.array([7.0]))


@MODEST
@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 40))
def test_the_rarest_terms_are_those_left_over(frequencies: list[int], kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "CHARACTERS", kept)
        rare = rarest(np.array(frequencies, dtype=np.int64)).tolist()
    assert len(rare) == max(0, len(frequencies) - kept)
    assert rare == sorted(set(rare))
    others = set(range(len(frequencies))) - set(rare)
    assert all(frequencies[r] <= frequencies[o] for r in rare for o in others)


@pytest.mark.parametrize("size", [0, 1, 0xD7FE, 0xD7FF, 0xD800, inverter.CHARACTERS])
def test_characters_are_of_one_code_unit_and_ascend(size: int) -> None:
    codes = characters(size, np.array([], dtype=np.int64)).tolist()
    assert codes == sorted(set(codes))
    assert not codes or (codes[0] >= 1 and codes[-1] <= 0xFFFF)
    assert not any(0xD800 <= code < 0xE000 for code in codes)


def test_there_are_as_many_characters_as_said() -> None:
    codes = characters(inverter.CHARACTERS, np.array([], dtype=np.int64))
    assert codes[-1] == 0xFFFF


@MODEST
@given(st.lists(st.booleans(), max_size=60))
def test_characters_of_rare_terms_lie_beyond_the_others(is_rare: list[bool]) -> None:
    rare = [term for term, yes in enumerate(is_rare) if yes]
    codes = characters(len(is_rare), np.array(rare, dtype=np.int64)).tolist()
    common = [code for code, yes in zip(codes, is_rare, strict=True) if not yes]
    assert common == list(range(1, 1 + len(common)))
    assert [codes[term] for term in rare] == list(range(0x10000, 0x10000 + len(rare)))


passages_of_codes = st.lists(
    st.lists(st.sampled_from([0, 1, 0x41, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]), max_size=6),
    max_size=6,
)


@MODEST
@given(passages_of_codes)
def test_words_of_passages_are_strings_of_their_characters(passages: list[list[int]]) -> None:
    codes = np.array([code for passage in passages for code in passage], dtype=np.uint32)
    counts = np.array(list(map(len, passages)), dtype=np.int64)
    arrays = word_arrays("x", codes, counts)
    kind, data = arrays["x.words"]
    assert kind == "H"
    at = numbers_of(arrays["x.words_at"])
    found = [data[2 * begin : 2 * end].decode("utf-16-le") for begin, end in pairwise(at)]
    assert found == ["".join(map(chr, passage)) for passage in passages]


@MODEST
@given(st.lists(st.integers(0, 1050), max_size=20))
def test_length_classes_begin_at_or_below_the_length(lengths: list[int]) -> None:
    arrays = passage_arrays(np.array(lengths, dtype=np.int64), np.ones(len(lengths), dtype=bool))
    assert numbers_of(arrays["lengths"]) == lengths
    assert numbers_of(arrays["last"]) == [1] * len(lengths)
    for length, times_16 in zip(lengths, numbers_of(arrays["classes"]), strict=True):
        number, rest = divmod(times_16, 16)
        assert rest == 0
        assert LENGTH_BUCKETS[number] <= length
        assert number == 15 or length < LENGTH_BUCKETS[number + 1]
