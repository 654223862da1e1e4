"""Another engine through the same door: index, status and search work on it as on the embedded."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_files
from tests.engines.memory import MemoryBuilder, MemoryEngine
from vnsearch.engines import Engine, embedded
from vnsearch.errors import IndexUnusableError
from vnsearch.index.check import check
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

QUERIES = ("đảng bộ", "dang bo", '"hà nội"', "mưa -nắng", "ho*", "hội nghij", "cá OR mưa")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write_files(
        tmp_path / "docs",
        {
            "a.txt": "Đảng bộ Hà Nội họp hội nghị.",
            "b.md": "# Dáng bò\n\nBò ăn cỏ, trời mưa.",
            "c.html": "<title>Cá</title><p>Cá hồi, trời nắng có mưa.",
            "r.jsonl": '{"id": "1", "text": "Hội nghị"}\n{"id": "1", "text": "mưa"}\n'
            '{"text": "cá"}',
        },
    )
    return tmp_path / "docs"


def answers(index: Path, engine: Engine) -> list[object]:
    with closing(Searcher(index, engine)) as searcher:
        found = [searcher.search(query) for query in QUERIES]
    return [
        (r.total, r.complete, r.understood, [(hit.id, hit.title, hit.snippet) for hit in r.hits])
        for r in found
    ]


def changed(docs: Path) -> None:
    (docs / "a.txt").unlink()
    write_files(docs, {"d.txt": "Đảng bộ Huế không họp.", "b.md": "Bò không ăn cỏ khi mưa."})


@pytest.mark.parametrize("change", [lambda _: None, changed], ids=["first run", "update"])
def test_index_status_and_search(
    docs: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    memory, found = MemoryEngine(), []
    for name, engine in (("memory", memory), ("embedded", embedded())):
        index = tmp_path / name
        update(index, [str(docs)], engine=engine)
        found.append((index, engine))
    change(docs)
    for index, engine in found:
        update(index, engine=engine)
        assert not check(index, engine).damages
    of_memory, of_embedded = (answers(index, engine) for index, engine in found)
    assert of_memory == of_embedded
    one, other = (status(index, engine) for index, engine in found)
    assert one.versions != other.versions
    assert one == other._replace(
        folder=one.folder,
        bytes_on_disk=one.bytes_on_disk,
        versions=one.versions,
        updated=one.updated,
    )


def test_an_engine_is_told_of_the_life_of_generations(docs: Path, tmp_path: Path) -> None:
    engine, index = MemoryEngine(), tmp_path / "index"
    update(index, [str(docs)], engine=engine)
    assert engine.lives == [("fork", "generation-1"), ("publish", "generation-1")]
    engine.lives.clear()
    changed(docs)
    update(index, engine=engine)
    assert engine.lives == [
        ("fork", "generation-2"),
        ("publish", "generation-2"),
        ("drop", "generation-1"),
    ]


def test_an_engine_is_told_of_a_run_that_came_to_nothing(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, index = MemoryEngine(), tmp_path / "index"
    update(index, [str(docs)], engine=engine)
    engine.lives.clear()
    changed(docs)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MemoryBuilder, "add", full)
    with pytest.raises(Exception, match="No space left"):
        update(index, engine=engine)
    assert engine.lives == [("fork", "generation-2"), ("drop", "generation-2")]


def test_an_index_of_another_engine_says_so(docs: Path, tmp_path: Path) -> None:
    update(tmp_path / "index", [str(docs)], engine=MemoryEngine())
    with pytest.raises(IndexUnusableError, match="of another engine, memory, not whoosh"):
        Searcher(tmp_path / "index")
