"""Token strings: a code point a token, in UTF-16."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.building import joined
from tests.engines.whoosh.test_encoding import numbers_of
from vnsearch.engines.whoosh.write import array_ops, token_strings
from vnsearch.engines.whoosh.write.token_strings import (
    MAX_ONE_UNIT_TERMS,
    code_points,
    token_string_arrays,
    two_unit_terms,
)

MODEST = settings(max_examples=60, deadline=None)


@MODEST
@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 40))
def test_the_rarest_terms_need_two_units(df: list[int], kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_strings, "MAX_ONE_UNIT_TERMS", kept)
        rare = two_unit_terms(np.array(df, dtype=np.int64)).tolist()
    assert len(rare) == max(0, len(df) - kept)
    assert rare == sorted(set(rare))
    others = set(range(len(df))) - set(rare)
    assert all(df[r] <= df[o] for r in rare for o in others)


@pytest.mark.parametrize("size", [0, 1, 0xD7FE, 0xD7FF, 0xD800, MAX_ONE_UNIT_TERMS])
def test_code_points_are_of_one_unit_and_ascend(size: int) -> None:
    codes = code_points(size, np.array([], dtype=np.int64)).tolist()
    assert codes == sorted(set(codes))
    assert not codes or (codes[0] >= 1 and codes[-1] <= 0xFFFF)
    assert not any(0xD800 <= code < 0xE000 for code in codes)


def test_the_last_code_point_of_one_unit_is_used() -> None:
    codes = code_points(MAX_ONE_UNIT_TERMS, np.array([], dtype=np.int64))
    assert codes[-1] == 0xFFFF


@MODEST
@given(st.lists(st.booleans(), max_size=60))
def test_code_points_of_rare_terms_lie_beyond_the_others(is_rare: list[bool]) -> None:
    rare = [term for term, yes in enumerate(is_rare) if yes]
    codes = code_points(len(is_rare), np.array(rare, dtype=np.int64)).tolist()
    common = [code for code, yes in zip(codes, is_rare, strict=True) if not yes]
    assert common == list(range(1, 1 + len(common)))
    assert [codes[term] for term in rare] == list(range(0x10000, 0x10000 + len(rare)))


passages_of_codes = st.lists(
    st.lists(st.sampled_from([0, 1, 0x41, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]), max_size=6),
    max_size=6,
)


@MODEST
@given(passages_of_codes)
def test_words_of_passages_are_strings_of_their_code_points(passages: list[list[int]]) -> None:
    code_of, tokens = np.unique(
        np.array([code for passage in passages for code in passage], dtype=np.uint32),
        return_inverse=True,
    )
    sizes = np.array(list(map(len, passages)), dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_ops, "CHUNK", 5)
        arrays = joined(token_string_arrays(code_of, tokens, sizes))
    kind, data = arrays["tokens"]
    assert kind == "H"
    at = numbers_of(arrays["tokens_at"])
    found = [data[2 * begin : 2 * end].decode("utf-16-le") for begin, end in pairwise(at)]
    assert found == ["".join(map(chr, passage)) for passage in passages]
