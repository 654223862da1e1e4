"""Ids and the texts they name."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Files
from vnsearch.errors import UnknownIdError
from vnsearch.indexing.update import update
from vnsearch.model import Locator
from vnsearch.search.searcher import Searcher

Make = Callable[[Files], Searcher]

# Long enough for several passages, cut at paragraphs, at sentences, and where neither is.
PARAGRAPHS = "\n\n".join(f"Đoạn {n}. " + "việt nam " * 90 for n in range(8))
SENTENCES = " ".join(f"Câu {n} có mấy từ thôi." for n in range(200))
ENDLESS = "từ  \t" * 1000

RECORDS = (
    '{"id": "k1", "title": "Một", "text": "đảng bộ"}\n'
    '{"text": "chi bộ"}\n'
    '{"id": "a#b~2", "text": "công đoàn"}\n'
)


@pytest.mark.parametrize(
    ("text", "least"),
    [(PARAGRAPHS, 6), (SENTENCES, 4), (ENDLESS, 3), ("một\n\n hai", 1), ("一" * 900, 3)],
)
def test_passages_are_the_text_of_their_document(searcher: Make, text: str, least: int) -> None:
    document = searcher({"a.txt": f"\n {text}\n\n"}).document("docs/a.txt")
    assert document.text == text.strip()
    assert len(document.passages) >= least
    assert [passage.number for passage in document.passages] == [
        *range(1, len(document.passages) + 1)
    ]
    for passage in document.passages:
        assert document.text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert passage.locator == document.locator(passage.start)
    for one, other in pairwise(document.passages):
        assert not document.text[one.end : other.start].strip()


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("docs/a.txt", "chi bộ một"),
        ("docs/n.jsonl#k1", "đảng bộ"),
        ("docs/n.jsonl#2", "chi bộ"),
        ("docs/n.jsonl#a#b~2", "công đoàn"),
        ("docs/b#1.txt", "tên có dấu thăng"),
        ("docs/c.txt#~1.txt", "tên như một đoạn"),
        ("docs/caf\udce9.txt", "cà phê"),
        ("docs/caf\\xe9.txt", "cà phê"),
    ],
)
def test_every_document_has_its_id(searcher: Make, id: str, text: str) -> None:  # noqa: A002
    opened = searcher(
        {
            "a.txt": "chi bộ một",
            "n.jsonl": RECORDS,
            "b#1.txt": "tên có dấu thăng",
            "c.txt": "c",
            "c.txt#~1.txt": "tên như một đoạn",
            "caf\udce9.txt": "cà phê",
        }
    )
    document = opened.document(id)
    assert document.text == text
    (passage,) = document.passages
    assert opened.passage(passage.id) == (document, passage)
    hits = {hit.id: hit.passage for hit in opened.search(f'"{text}"').hits}
    assert hits[document.id] == passage.id


@pytest.mark.parametrize(
    "id",
    [
        "", "#", "~", "a.txt", "docs/a.txt#", "docs/a.txt#k",
        "docs/a.txt~1", "docs/a.txt#~0", "docs/a.txt#~2", "docs/a.txt#~99999999999", "docs",
        "docs/n.jsonl#k1~2", "docs/n.jsonl#k9", "../docs/a.txt", "/etc/passwd", "docs/a.txt\0",
        "\ud800", "docs/a.txt#~1\n", "#" * 20_000, "đ" * 20_000,
    ],
)  # fmt: skip
def test_nothing_else_has_an_id(searcher: Make, id: str) -> None:  # noqa: A002
    opened = searcher({"a.txt": "chi bộ", "n.jsonl": RECORDS, "b.txt": "   "})
    with pytest.raises(UnknownIdError):
        opened.document(id)
    with pytest.raises(UnknownIdError):
        opened.passage(id)


def test_a_hit_names_the_passage_it_shows(searcher: Make) -> None:
    opened = searcher({"a.txt": f"{PARAGRAPHS}\n\ncái kim\n\n{PARAGRAPHS}"})
    (hit,) = opened.search("cai kim").hits
    document, passage = opened.passage(hit.passage)
    assert "cái kim" in passage.text
    assert 1 < passage.number < len(document.passages)
    assert hit.id == document.id == "docs/a.txt"
    assert document.locator(document.text.index("cái kim")) == hit.snippet.match == Locator(17)


def test_the_text_of_a_changed_file_is_the_indexed_one(searcher: Make) -> None:
    opened = searcher({"a.txt": "chi bộ"})
    path = Path(opened._places.base, "docs/a.txt")
    path.write_text("đảng bộ khác")
    document = opened.document("docs/a.txt")
    assert document.text == "chi bộ"
    assert document.stale
    path.unlink()
    assert opened.document("docs/a.txt").stale


def test_records_of_a_file_that_was_changed_are_found(searcher: Make) -> None:
    """Also those that were deleted from a segment, and added in another."""
    lines = [f'{{"id": "k{n}", "text": "văn bản {n} {"x" * (n % 50)}"}}\n' for n in range(3000)]
    opened = searcher({"n.jsonl": "".join(lines), "z.txt": "khác"})
    assert opened.document("docs/n.jsonl#k2999").text.startswith("văn bản 2999")
    Path(opened._places.base, "docs/n.jsonl").write_text("".join(lines[::-1][:-1]))
    index = Path(opened._places.base, ".vnsearch")
    update(index)
    again = Searcher(index)
    try:
        assert (
            again.document("docs/n.jsonl#k1700").text == opened.document("docs/n.jsonl#k1700").text
        )
        with pytest.raises(UnknownIdError):
            again.document("docs/n.jsonl#k0")
    finally:
        again.close()


@pytest.mark.parametrize("name", ["docs/n.jsonl", "docs/b.txt", "docs/c.jpg"])
def test_what_is_found_by_its_name_alone_has_no_text(searcher: Make, name: str) -> None:
    opened = searcher({"n.jsonl": RECORDS, "b.txt": "   ", "c.jpg": "x"})
    document = opened.document(name)
    assert (document.id, document.text) == (name, "")
    assert opened.passage(document.passages[0].id)[1].text == ""
