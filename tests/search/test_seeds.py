"""The whole path on five long articles, where the shared data is present."""

import json
import os
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command


@pytest.fixture
def seeds(shared: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "seeds"
    shutil.copytree(shared / "data/seeds", copy, copy_function=shutil.copy)
    copy.chmod(0o755)
    for file in copy.iterdir():
        file.chmod(0o644)
        os.utime(file, (1, 1))
    return copy


def hits(run: Command, query: str, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("search", "--json", *options, query).stdout)[
        "hits"
    ]
    return found


def marked(hit: dict[str, Any]) -> set[str]:
    text = hit["snippet"]["text"]
    spans = hit["snippet"]["highlights"]
    return {word for start, end in spans for word in re.findall(r"\w+", text[start:end].lower())}


def test_bare_words_find_and_mark_marked_text(run: Command, seeds: Path) -> None:
    run("index", str(seeds))
    found = hits(run, "dang bo ngoai giao")
    assert len(found) == 5
    for hit in found[:4]:  # the fifth has the words in different passages
        assert marked(hit) >= {"đảng", "bộ", "ngoại", "giao"}


def test_composed_and_decomposed_queries_are_one(run: Command, seeds: Path) -> None:
    run("index", str(seeds))
    query = '"Đảng bộ Bộ Ngoại giao"'
    composed = hits(run, query)
    assert composed == hits(run, unicodedata.normalize("NFD", query))
    assert len(composed) == 4
    assert all(marked(hit) == {"đảng", "bộ", "ngoại", "giao"} for hit in composed)


def test_a_document_number_typed_without_marks(run: Command, seeds: Path) -> None:
    run("index", str(seeds))
    (hit,) = hits(run, "43-QD/TW")
    assert "43-QĐ/TW" in hit["snippet"]["text"]
    assert marked(hit) == {"43", "qđ", "tw"}


def test_a_long_phrase_typed_without_marks(run: Command, seeds: Path) -> None:
    run("index", str(seeds))
    for hit in hits(run, '"nguoi viet nam o nuoc ngoai"'):
        assert marked(hit) == {"người", "việt", "nam", "ở", "nước", "ngoài"}


def test_one_edited_file_is_read_again_and_answers_as_a_rebuild(run: Command, seeds: Path) -> None:
    run("index", str(seeds))
    edited = sorted(seeds.iterdir())[2]
    edited.write_text(edited.read_text("utf-8") + "\nĐảng bộ họp ở Biển Đông.\n", "utf-8")
    changes = json.loads(run("index", "--json").stdout)
    assert (changes["changed"], changes["unchanged"]) == (1, 4)
    assert changes["bytes_read"] == edited.stat().st_size
    run("index", "--index", "fresh", str(seeds))
    for query in ("dang bo ngoai giao", "bien dong", "43-QD/TW", '"đảng bộ họp"'):
        assert hits(run, query) == hits(run, query, "--index", "fresh")
