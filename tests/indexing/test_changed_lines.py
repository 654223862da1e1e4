"""A large file of JSON lines that changes: what is indexed anew; answers as if all of it were."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import write_files
from vnsearch.engines.whoosh.write.batches import BatchBuilder
from vnsearch.index.catalog import Catalog
from vnsearch.index.check import check
from vnsearch.index.generations import CATALOG, Generations
from vnsearch.indexing import load, status, update
from vnsearch.indexing.roots import RootOptions
from vnsearch.model import Document
from vnsearch.readers import jsonl
from vnsearch.search.searcher import Searcher

WORDS = "đảng bộ họp hội nghị biển đông mưa nắng".split()


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the documents that builders get; files are cut from the first line on."""
    keys: list[str] = []
    add = BatchBuilder.add

    def noting(self: BatchBuilder, source: str, document: Document) -> None:
        keys.extend(filter(None, [document.key]))  # not that by which a file is found by its name
        add(self, source, document)

    monkeypatch.setattr(BatchBuilder, "add", noting)
    monkeypatch.setattr(load, "_CUT", 0)
    monkeypatch.setattr(jsonl, "_CHUNK", 100)
    return keys


def write(docs: Path, lines: Sequence[str]) -> None:
    write_files(docs, {"r.jsonl": "".join(f"{line}\n" for line in lines)})


def record(key: object, text: str) -> str:
    return json.dumps({"id": key, "text": text}, ensure_ascii=False)


def answers(index: Path) -> list[Any]:
    found = []
    with closing(Searcher(index)) as searcher:
        for query in (*WORDS, "đảng bộ", '"hội nghị"', "-mưa"):
            results = searcher.search(query, limit=1000)
            hits = [(h.id, h.score, h.snippet.text, h.snippet.locator) for h in results.hits]
            found.append((query, results.total, hits))
    return found


def test_only_changed_lines_are_indexed(tmp_path: Path, indexed: list[str]) -> None:
    docs, index = tmp_path / "docs", tmp_path / ".vnsearch"
    lines = [record(f"k{n}", f"đảng bộ số {n}") for n in range(200)]
    write(docs, lines)
    update.update(index, [str(docs)], jobs=1)
    indexed.clear()
    lines[70] = record("k70", "biển đông có mưa")
    lines[150] = record("khác", "hội nghị")
    lines += [record("k200", "nắng")]
    write(docs, lines)
    done = update.update(index, jobs=1)
    assert (indexed, done.changed, done.documents) == (["k70", "khác", "k200"], 1, 201)
    found = answers(index)
    update.update(index, jobs=1, rebuild=True)
    assert answers(index) == found
    indexed.clear()
    write(docs, [line for line in lines if "k199" not in line])  # the last one moves up
    update.update(index, jobs=1)
    assert indexed == ["k200"]
    assert not check(index).damages


def test_another_encoding_or_reader_reads_all(tmp_path: Path, indexed: list[str]) -> None:
    docs, index = tmp_path / "docs", tmp_path / ".vnsearch"
    lines = [record(n, f"đảng bộ {n}") for n in range(9)]
    write(docs, lines)
    update.update(index, [str(docs)], jobs=1)
    indexed.clear()
    update.update(index, [str(docs)], options=RootOptions(encoding="utf-8"), jobs=1)
    assert len(indexed) == 9


def test_what_is_known_of_lines_goes_with_the_file(tmp_path: Path, indexed: list[str]) -> None:
    docs, index = tmp_path / "docs", tmp_path / ".vnsearch"
    write(docs, [record(1, "đảng"), "", record(2, "bộ")])
    write_files(docs, {"other.txt": "khác"})
    update.update(index, [str(docs)], jobs=1)

    def known() -> bytes:
        with closing(Catalog(Generations(index).current() / CATALOG)) as catalog:
            return catalog.lines("docs/r.jsonl")

    before = known()
    assert len(before) == 24
    assert before[8:16] == bytes(8)
    (docs / "r.jsonl").touch()
    update.update(index, jobs=1)
    assert known() == before
    (docs / "r.jsonl").unlink()
    update.update(index, jobs=1)
    assert known() == b""
    assert indexed == ["1", "2"]


KEYS = st.sampled_from(["a", "b", "c", "d", None, ""])
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
LINES = st.lists(
    st.one_of(st.builds(record, KEYS, TEXTS), st.sampled_from(["", "no JSON"])), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(states=st.lists(LINES, min_size=2, max_size=4))
def test_an_updated_index_answers_as_a_new_one(
    tmp_path_factory: pytest.TempPathFactory, states: Sequence[Sequence[str]]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    docs, index = folder / "docs", folder / ".vnsearch"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "_CUT", 0)
        patch.setattr(jsonl, "_CHUNK", 60)
        for lines in states:
            write(docs, ["# first", *lines])
            done = update.update(index, [str(docs)], jobs=1)
        found = answers(index)
        anew = update.update(folder / "anew", [str(docs)], jobs=1)
        assert found == answers(folder / "anew")
        assert done.documents == anew.documents
        skipped = (status.status(place).skipped for place in (index, folder / "anew"))
        assert next(skipped) == next(skipped)
        assert not check(index).damages
