"""Posting lists of bigrams: what is inverted part by part is what plain counting finds."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.write import bigrams

NONE = 0xFFFF  # no term, or one whose bigrams are not counted


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2, NONE]), max_size=9), max_size=9),
    st.sampled_from([1, 7, 100]),
)
def test_bigrams_have_their_passages(texts: list[list[int]], together: int) -> None:
    groups = [0, 0, 1]  # the first two terms have one folded form
    expected: dict[tuple[int, int], Counter[int]] = {}
    for passage, text in enumerate(texts):
        for at, (one, other) in enumerate(pairwise(text)):
            if one != NONE != other:
                expected.setdefault((one, other), Counter())[passage] += 1 + at % 2
    terms = np.array([term for text in texts for term in text], dtype=np.uint16)
    weights = np.array([1 + at % 2 for text in texts for at in range(len(text))], dtype=np.uint8)
    passages = np.repeat(np.arange(len(texts), dtype=np.uint16), [*map(len, texts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bigrams, "_INVERTED_TOGETHER", together)
        parts = [*bigrams.inverted(terms, passages, weights, np.array(groups))]
    found = bigrams.Bigrams(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    pairs = [divmod(pair, 1 << 16) for pair in found.bigrams.tolist()]
    assert pairs == sorted(expected, key=lambda pair: ([groups[term] for term in pair], pair))
    ends = np.cumsum(found.df).tolist()
    for pair, end, df in zip(pairs, ends, found.df.tolist(), strict=True):
        own = slice(end - df, end)
        tf = dict(zip(found.passages[own].tolist(), found.tf[own].tolist(), strict=True))
        assert list(tf) == sorted(tf)
        assert tf == {passage: min(3, n) for passage, n in expected[pair].items()}
