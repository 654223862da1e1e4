"""Inverted tokens: the postings are those that plain counting finds."""

from collections import Counter
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.write import array_ops
from vnsearch.engines.whoosh.write.inverter import Inverted, invert

MODEST = settings(max_examples=60, deadline=None)

tokens = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=60)


def postings_of(inverted: Inverted) -> list[tuple[tuple[int, int], int]]:
    """The postings, each as its term and passage, and its tf."""
    terms = np.repeat(np.arange(len(inverted.df)), inverted.df)
    of = zip(terms.tolist(), inverted.passages.tolist(), strict=True)
    return list(zip(of, inverted.tf.tolist(), strict=True))


@MODEST
@given(tokens, st.integers(0, 8), st.sampled_from([1, 2, 5, 100]))
def test_postings_are_counts_by_term_and_passage(
    pairs: list[tuple[int, int]], size: int, chunk: int
) -> None:
    pairs.sort(key=itemgetter(1))
    terms, passages = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", chunk)
        inverted = invert(terms, passages, size)
    expected = Counter((term, passage) for term, passage in pairs if term < size)
    assert postings_of(inverted) == [
        (of, min(count, MAX_TF)) for of, count in sorted(expected.items())
    ]
    of_terms = Counter(term for term, _ in expected)
    assert inverted.df.tolist() == [of_terms[term] for term in range(size)]


@MODEST
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 3)), max_size=30))
def test_a_token_counts_as_many_times_as_it_weighs(tokens: list[tuple[int, int, int]]) -> None:
    tokens.sort(key=itemgetter(1))
    terms, passages, weights = np.array(tokens, dtype=np.int32).reshape(-1, 3).T
    inverted = invert(terms, passages, 4, weights.astype(np.uint8))
    expected: Counter[tuple[int, int]] = Counter()
    for term, passage, weight in tokens:
        expected[term, passage] += weight
    assert postings_of(inverted) == [
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
    inverted = invert(np.array([term, 0, term]), np.array([passage, passage, passage]), size)
    expected = Counter([(term, passage), (0, passage), (term, passage)])
    assert postings_of(inverted) == sorted(expected.items())
