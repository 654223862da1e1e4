"""The module for users of Whoosh."""

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.analysis import StopFilter
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import QueryParser

from tests.conftest import write_files
from vnsearch.errors import NoIndexError
from vnsearch.indexing.update import update
from vnsearch.vietnamese.letters import nfc
from vnsearch.whoosh import ExactAnalyzer, FoldingAnalyzer, open_index

TEXTS = {
    "a": "Đảng bộ Bộ Ngoại giao họp",
    "b": "Dáng bò trên đồng cỏ, hoà bình",
    "c": normalize("NFD", "Đảng uỷ và đảng bộ"),
}


@pytest.mark.parametrize(
    ("text", "folded", "exact"),
    [
        ("Đảng uỷ, số 12-KL/TW", "dang uy so 12 kl tw", "đảng ủy số 12 kl tw"),
        ("kĩ thuật hoà bình", "ky thuat hoa binh", "kỹ thuật hòa bình"),
        ("C++ 5kg", "c++ 5kg", "c++ 5kg"),
        ("", "", ""),
    ],
)
def test_words_of_a_text(text: str, folded: str, exact: str) -> None:
    for form in ("NFC", "NFD"):
        given_text = normalize(form, text)
        assert [t.text for t in FoldingAnalyzer()(given_text)] == folded.split()
        assert [t.text for t in ExactAnalyzer()(given_text)] == exact.split()


def test_places_are_those_of_the_text_as_given() -> None:
    text = normalize("NFD", "Số: Đảng uỷ")
    found = [text[t.startchar : t.endchar] for t in FoldingAnalyzer()(text, chars=True)]
    assert found == [normalize("NFD", word) for word in ("Số", "Đảng", "uỷ")]


LETTERS = (
    "aeơưđĐ ,5\u0301\u0323\u0302\u031b\u0300ộ\u1100\u1161\u11a8\u09c7\u09be\u0b47\u0b57\u212b\ufb01"
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(LETTERS, max_size=12),
        st.text(max_size=8).map(lambda text: normalize("NFD", text)),
        st.integers(28, 70).map(lambda count: f"đa{chr(0x301) * count}ng bo{chr(0x323)} va"),
    )
)
def test_the_part_of_a_text_that_a_token_is_of_is_that_token(text: str) -> None:
    for analyzer in (FoldingAnalyzer(), ExactAnalyzer()):
        composed = list(analyzer(nfc(text), chars=True, positions=True))
        words = [nfc(text)[t.startchar : t.endchar] for t in composed]
        tokens = [
            (t.text, t.pos, text[t.startchar : t.endchar])
            for t in analyzer(text, chars=True, positions=True)
        ]
        assert len(tokens) == len(words)
        for (_, position, part), (number, word) in zip(tokens, enumerate(words), strict=True):
            assert position == number
            assert word in nfc(part)


def test_on_a_plain_whoosh_index() -> None:
    schema = Schema(
        id=ID(stored=True),
        any=TEXT(analyzer=FoldingAnalyzer(), stored=True, chars=True),
        just=TEXT(analyzer=ExactAnalyzer()),
    )
    index = RamStorage().create_index(schema)
    with index.writer() as writer:
        for name, text in TEXTS.items():
            writer.add_document(id=name, any=text, just=text)

    def found(field: str, query: str) -> str:
        with index.searcher() as searcher:
            hits = searcher.search(QueryParser(field, schema).parse(query))
            return "".join(sorted(hit["id"] for hit in hits))

    assert found("any", "dang bo") == "abc"
    assert found("any", '"dang bo"') == "abc"
    assert found("just", '"đảng bộ"') == "ac"
    assert found("just", "hòa") == found("any", "hoà") == "b"
    assert found("any", "ngo*") == found("any", "Ngoạ*") == "a"
    with index.searcher() as searcher:
        (hit,) = searcher.search(QueryParser("any", schema).parse('"dang uy"'))
        shown = normalize("NFC", hit.highlights("any"))
        assert re.sub("<b [^>]*>", "<b>", shown) == "<b>Đảng</b> <b>uỷ</b> và <b>đảng</b> bộ"


def test_filters_can_follow() -> None:
    chain = FoldingAnalyzer() | StopFilter(["la", "va"])
    assert [token.text for token in chain("Đảng và Đoàn là")] == ["dang", "doan"]


def test_on_an_index_of_vnsearch(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {f"{name}.txt": text for name, text in TEXTS.items()})
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    for folder in (tmp_path, str(tmp_path / ".vnsearch")):
        index = open_index(folder)
        with index.searcher() as searcher:
            hits = searcher.search(QueryParser("folded", index.schema).parse("hoa"))
            assert [hit["source"] for hit in hits] == ["docs/b.txt"]
        index.close()
    with pytest.raises(NoIndexError):
        open_index(tmp_path / "docs")
