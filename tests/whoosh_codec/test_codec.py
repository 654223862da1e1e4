"""Whoosh's writers write with the codec for any schema what they write with their own."""

import pickle
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from whoosh import fields, formats
from whoosh import query as q
from whoosh.index import Index, create_in

from tests.whoosh_codec.codec import GenericCodec

WORDS = "đảng đang dang dáng bộ bò bo ma má mã mai nước nuoc nươc kĩ kỹ ngoài ngoại hà hạ".split()

SCHEMA = fields.Schema(
    key=fields.ID(stored=True, unique=True),
    text=fields.TEXT(chars=True, stored=True, vector=True, sortable=True),
    boosted=fields.FieldType(
        formats.CharacterBoosts(), fields.TEXT().analyzer, scorable=True, stored=True
    ),
    tags=fields.KEYWORD(stored=True),
    number=fields.NUMERIC(stored=True, sortable=True),
    time=fields.DATETIME(stored=True),
)

QUERIES = [
    q.Term("text", "bộ"),
    q.Phrase("text", ["ma", "bo"], slop=4),
    q.Prefix("text", "n"),
]


@pytest.fixture
def written(tmp_path: Path) -> tuple[Index, Index]:
    """Three segments written with the codec, and with Whoosh's own."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "stock").mkdir()
    ours, stock = (
        create_in(str(tmp_path / "ours"), SCHEMA),
        create_in(str(tmp_path / "stock"), SCHEMA),
    )
    for first in (0, 20, 40):
        for writer in (ours.writer(codec=GenericCodec()), stock.writer()):
            for number in range(first, first + 20):
                writer.update_document(**_document(number))
            writer.commit(merge=False)
    return ours, stock


def _document(number: int) -> dict[str, Any]:
    text = " ".join(Random(number).choices(WORDS, k=10))
    return {
        "key": str(number % 33),
        "text": text,
        "boosted": text,
        "tags": "a b",
        "number": number,
        "time": datetime(2020, 1, 1 + number % 28),
    }


def _contents(index: Index) -> dict[str, Any]:
    with index.searcher() as searcher:
        reader = searcher.reader()
        keys = {n: stored["key"] for n, stored in reader.iter_docs()}
        by_number = searcher.search(q.Every(), sortedby="number", limit=None)
        return {
            "stored": sorted(
                (stored["number"], stored["text"], stored["time"])
                for stored in reader.all_stored_fields()
            ),
            "postings": sorted(
                (field, text, keys[document], weight, value or b"")
                for field, text, document, weight, value in reader.iter_postings()
            ),
            "vectors": sorted(
                (keys[n], tuple(reader.vector_as("positions", n, "text")))
                for n in reader.all_doc_ids()
            ),
            "sorted by a column": [hit["number"] for hit in by_number],
            "hits": [
                {hit["key"] for hit in searcher.search(query, limit=None)} for query in QUERIES
            ],
        }


def test_three_segments(written: tuple[Index, Index]) -> None:
    ours, stock = map(_contents, written)
    assert ours == stock
    assert all(ours["hits"])


def test_segments_merged_without_the_deleted(written: tuple[Index, Index], tmp_path: Path) -> None:
    ours, stock = written
    for writer in (ours.writer(codec=GenericCodec()), stock.writer()):
        writer.delete_by_term("key", "7")
        writer.commit(optimize=True)
    assert len(list((tmp_path / "ours").glob("*.segment"))) == 1
    assert _contents(ours) == _contents(stock)


@pytest.mark.usefixtures("written")
def test_segments_hold_no_pickles(tmp_path: Path) -> None:
    segments = list((tmp_path / "ours").glob("*.segment"))
    assert len(segments) == 3
    for segment in segments:
        assert pickle.dumps([1], 2)[:4] not in segment.read_bytes()
