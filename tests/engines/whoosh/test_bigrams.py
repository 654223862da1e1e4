"""Pairs of words: what is counted in pieces is what plain counting finds."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write import bigrams, inverter

NONE = 0xFFFF  # no term, or one whose pairs are not counted


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2, NONE]), max_size=9), max_size=9),
    st.sampled_from([1, 7, 100]),
)
def test_pairs_are_counted_once_for_each_passage(texts: list[list[int]], piece: int) -> None:
    expected = Counter(
        pair for text in texts for pair in {*pairwise(text)} if pair[0] != NONE != pair[1]
    )
    terms = np.array([term for text in texts for term in text], dtype=np.uint16)
    passages = np.repeat(np.arange(len(texts), dtype=np.uint16), [*map(len, texts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "_PIECE", piece)
        pairs, often = bigrams._counted(terms, passages)
    found = [divmod(pair, 1 << 16) for pair in pairs.tolist()]
    assert list(zip(found, often.tolist(), strict=True)) == sorted(expected.items())
