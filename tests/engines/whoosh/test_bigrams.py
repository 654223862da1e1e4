"""Bigram counts: what is counted in chunks is what plain counting finds."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write import array_ops, bigrams

NONE = 0xFFFF  # no term, or one whose bigrams are not counted


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2, NONE]), max_size=9), max_size=9),
    st.sampled_from([1, 7, 100]),
)
def test_bigrams_are_counted_once_a_passage(texts: list[list[int]], chunk: int) -> None:
    expected = Counter(
        pair for text in texts for pair in {*pairwise(text)} if pair[0] != NONE != pair[1]
    )
    terms = np.array([term for text in texts for term in text], dtype=np.uint16)
    passages = np.repeat(np.arange(len(texts), dtype=np.uint16), [*map(len, texts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", chunk)
        pairs, df = bigrams._count(terms, passages)
    found = [divmod(pair, 1 << 16) for pair in pairs.tolist()]
    assert list(zip(found, df.tolist(), strict=True)) == sorted(expected.items())
