"""Stored fields: blocks give back all of them."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.building import joined
from tests.engines.whoosh.test_encoding import numbers_of
from vnsearch.engines.whoosh.format.compression import decompress, dictionary_of
from vnsearch.engines.whoosh.format.stored_fields import pack, unpack
from vnsearch.engines.whoosh.write import stored_fields
from vnsearch.engines.whoosh.write.stored_fields import StoredFieldsWriter
from vnsearch.model import Locator, StoredPassage

MODEST = settings(max_examples=60, deadline=None)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# Names of files are bytes: those that are no UTF-8 are lone surrogates.
UNITS = ["line", "page", "sheet"]
names = st.binary(max_size=20).map(lambda name: name.decode("utf-8", "surrogateescape"))
stored_passages = st.builds(
    StoredPassage,
    source=st.one_of(names, texts),
    key=texts,
    title=texts,
    text=texts,
    locator=st.one_of(
        st.none(),
        st.builds(Locator, st.integers(0, 1 << 40), st.sampled_from(UNITS), st.integers(0, 1)),
    ),
    cut_before=st.booleans(),
    cut_after=st.booleans(),
    gap=st.text(" \n\f\u3000", max_size=3),
)


@MODEST
@given(st.lists(stored_passages, max_size=6))
def test_blocks_give_back_what_was_packed(passages: list[StoredPassage]) -> None:
    assert unpack(pack(passages)) == passages


@pytest.mark.parametrize(
    "text",
    ["", "\n", "\n\n[]\n", "\0", "a\0b\n", "đảng\r\n\u2028", "😀", "\\", '"', "\ufeff", "[[1]]\n"],
    ids=ascii,
)
def test_blocks_of_hard_texts(text: str) -> None:
    found = [
        StoredPassage(text, text, text, text, None, cut_before=True, cut_after=False),
        StoredPassage(
            "\udcff\udc80/\n", "", "", text, Locator(7), cut_before=False, cut_after=True
        ),
        StoredPassage("", "", "", "", Locator(0), cut_before=False, cut_after=False),
    ]
    again = unpack(pack(found))
    assert again == found
    assert [type(field) for field in again[0]] == [type(field) for field in found[0]]


def test_no_passages() -> None:
    assert unpack(pack([])) == []
    assert json.loads(pack([]).partition(b"\n")[0]) == [[]]


def test_a_column_that_is_the_same_everywhere_is_one_value() -> None:
    def found(key: str) -> StoredPassage:
        return StoredPassage("a.txt", key, "", "ăn", Locator(1), cut_before=False, cut_after=False)

    head = pack([found("1"), found("2")]).partition(b"\n")[0]
    assert json.loads(head) == [[3, 3], "a.txt", ["1", "2"], "", 1, "line", 1, False, False, "", ""]


@MODEST
@given(
    st.lists(st.integers(0, 30), max_size=20),
    st.sampled_from([1, 7, 40, 12_000]),
    st.integers(1, 20),
    st.integers(1, 3),
)
def test_blocks_hold_all_passages_in_order(
    sizes: Sequence[int], block: int, together: int, first: int
) -> None:
    passages = [
        StoredPassage(f"{n}.txt", "", "", "ă" * size, Locator(1), cut_before=False, cut_after=False)
        for n, size in enumerate(sizes)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_fields, "_BLOCK_CODE_POINTS", block)
        patch.setattr(stored_fields, "_FIRST_BLOCKS", first)
        kept, at_once = StoredFieldsWriter(), StoredFieldsWriter()
        for begin in range(0, len(passages), together):
            kept.add(passages[begin : begin + together])
        at_once.add(passages)
        arrays = joined(kept.arrays())
        assert arrays == joined(at_once.arrays())
    at, firsts = numbers_of(arrays["stored.blocks_at"]), numbers_of(arrays["stored.first"])
    data, read, dictionary = arrays["stored.blocks"][1], list[StoredPassage](), None
    assert len(firsts) == len(at) - 1
    for number, (begin, end) in zip(firsts, pairwise(at), strict=True):
        assert len(read) == number
        found = decompress(data[begin:end], dictionary)
        dictionary = dictionary or dictionary_of(found)
        read += unpack(found)
    assert read == passages
