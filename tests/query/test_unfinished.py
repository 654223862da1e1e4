"""Queries that are still being typed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsearch.query.parser import parse
from vnsearch.query.unfinished import closed
from vnsearch.search.searcher import Searcher

CLOSED = [
    ("dang bo", "dang bo", "plain words stay"),
    ("dang bo ", "dang bo ", "so does a space, which ends a word"),
    ('"dang bo', '"dang bo*"', "an open quotation mark is closed, behind a beginning"),
    ('"dang b', '"dang b"', "of one letter, too many words begin so"),
    ('"dang ', '"dang "', "nothing is begun behind a space"),
    ("“dang bo", '“dang bo*"', "typographic marks open, too"),
    ('dang "', "dang ", "a quotation mark with nothing in it"),
    ("dang (bo OR", "dang (bo )", "an operator that has nothing on its right side"),
    ("dang (bo", "dang (bo)", "an open parenthesis is closed"),
    ("dang (", "dang ", "unless nothing is in it"),
    ("dang -(bo", "dang -(bo)", "also one behind a sign"),
    ("((a b", "((a b))", "each of several"),
    ('"(" a', '"(" a', "a quoted parenthesis is text"),
    ("dang -", "dang ", "a sign without its word"),
    ("dang NOT ", "dang ", "an operator without its word"),
    ("dang and", "dang and", "an operator in lower case is a word"),
    ("title:", "", "a field without its word"),
    ("dang name:bo", "dang name:bo", "a field with its word"),
    ("covid-", "covid-", "a sign within a word"),
]


@pytest.mark.parametrize(("typed", "whole", "why"), CLOSED, ids=[row[2] for row in CLOSED])
def test_what_is_open_is_closed(typed: str, whole: str, why: str) -> None:
    assert closed(typed) == whole, why


@given(st.text(alphabet='ab ("-ORANDT:tile*“', max_size=30))
def test_what_is_closed_is_a_query(text: str) -> None:
    notices = parse(closed(text)).notices
    assert not [n for n in notices if "unbalanced" in n or "is missing" in n], notices


TEXTS = {
    "ngoai.txt": "Đảng bộ Bộ Ngoại giao họp",
    "nguoi.txt": "Người Việt Nam ở nước ngoài",
    "nguoc.txt": "Đi ngược dòng sông",
    "so.txt": "Kết luận số 12-KL/TW của Ban Bí thư",
    "vien.txt": "Viện nghiên cứu viết báo cáo",
}

FOUND = [
    ("ngoa", "ngoai nguoi", "a beginning"),
    ("ngoa ", "", "a space ends the word"),
    ("Ngoạ", "ngoai", "marks that were typed decide"),
    ("nguowi", "nguoi", "keystrokes whose tone is not typed yet"),
    ("nguoif", "nguoi", "keystrokes"),
    ("ddangr boo", "ngoai", "keystrokes before it, and half of a mark"),
    ("viêt", "nguoi vien", "half of the marks, as no word begins so: any marks"),
    ("viện ngh", "vien", "a word that is whole before it"),
    ('"bo ngoai', "ngoai", "the last word of a phrase"),
    ('"bo ngo', "ngoai", "which is not whole yet"),
    ("nguoi v", "nguoi", "a single letter is not asked for"),
    ("12-KL/T", "so", "of what is one thing"),
    ("title:ngư", "nguoc nguoi", "in a field"),
    ("viet -ngo", "nguoi vien", "what is left out is not begun"),
    ("nam ngh", "", "all words are needed"),
]


@pytest.mark.parametrize(("typed", "names", "why"), FOUND, ids=[row[2] for row in FOUND])
def test_the_last_word_is_a_beginning(
    typed: str, names: str, why: str, searcher: Callable[..., Searcher]
) -> None:
    found = searcher(TEXTS).search(typed, relax=False, unfinished=True)
    assert sorted(hit.path.split("/")[-1][:-4] for hit in found.hits) == names.split(), why


def test_a_whole_word_comes_before_what_begins_with_it(searcher: Callable[..., Searcher]) -> None:
    texts = {"a.txt": "giao thông, giao thông", "b.txt": "gia đình", "c.txt": "giao lưu, gia hạn"}
    found = searcher(texts).search("gia", unfinished=True)
    assert [hit.path.split("/")[-1] for hit in found.hits][-1] == "a.txt"
    assert found.total == 3
    assert found.notices == ()


def test_a_single_letter_is_no_more_than_a_word(searcher: Callable[..., Searcher]) -> None:
    texts = {"a.txt": "vitamin tan trong nước", "b.txt": "vitamin C", "c.txt": "calci"}
    found = searcher(texts).search("vitamin c", unfinished=True)
    assert [hit.path.split("/")[-1] for hit in found.hits] == ["b.txt", "a.txt"]
    assert found.notices == ()


def test_marks_and_facets_see_the_same(searcher: Callable[..., Searcher]) -> None:
    index = searcher(TEXTS)
    (hit, _) = index.search("ngoa", unfinished=True).hits
    document = index.document(hit.id)
    marks, _ = index.marks(document, "ngoa", unfinished=True)
    assert [document.text[a:b] for a, b in marks] in (["Ngoại"], ["ngoài"])
    assert index.facets("ngoa", unfinished=True).types == {"text": 2}
