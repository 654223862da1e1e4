"""What names are found by, and what their words mean."""

import pytest

from vnsearch.analysis.names import ends_with_suffix, readings, typings
from vnsearch.analysis.tokenizer import tokenize


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", ()),
        ("hop.txt", ("hop.txt",)),
        (
            "BaoCao_Q3-2025.final.docx",
            ("BaoCao_Q3-2025.final.docx", "Bao Cao_Q 3-2025.final.docx"),
        ),
        ("l\udce1.txt", ("l\ufffd.txt",)),
    ],
)
def test_typings(name: str, expected: tuple[str, ...]) -> None:
    assert tuple(typings(name)) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("dang bo", "Ký họa dáng bò", ["dáng", "bò"]),
        # The commonest beside a neighbour, before the commonest.
        ("dang bo", "đang họp, đang bàn: đảng bộ", ["đảng", "bộ"]),
        ("dang", "đang họp, đang bàn: đảng bộ", ["đang"]),
        ("hop dong", "họp giao ban", ["họp", None]),
        ("hop dong", "", [None, None]),
        ("bo", "bo mạch", ["bo"]),
    ],
)
def test_readings(name: str, text: str, expected: list[str | None]) -> None:
    words = name.split()
    found = ((place, token.folded, token.exact) for place, token in enumerate(tokenize(text)))
    known = readings(words, (form for form in found if form[1] in words))
    assert [known.get(word) for word in words] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.doc", True), ("a.DOC", True), ("doc", False), ("a doc", False), ("a.docx", False)],
)
def test_suffixes_that_are_syllables(name: str, expected: bool) -> None:
    assert ends_with_suffix(name) is expected
