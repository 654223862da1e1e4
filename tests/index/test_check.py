"""What `check` finds besides wrong bytes, and what keeps a new generation from becoming current."""

import errno
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from vnsearch.engines.whoosh.write.writer import WhooshWriter
from vnsearch.errors import VnsearchError
from vnsearch.index import checksums
from vnsearch.index.check import check
from vnsearch.index.generations import Generations
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher


@pytest.fixture
def index(tmp_path: Path) -> Path:
    write_files(
        tmp_path,
        {"docs/a.txt": "Đảng bộ", "docs/r.jsonl": '{"text": "một"}\n{"text": "hai"}\n'},
    )
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    write_files(tmp_path, {"docs/b.txt": "Biển Đông"})
    update(tmp_path / ".vnsearch")
    return tmp_path / ".vnsearch"


def change_catalog(index: Path, sql: str) -> None:
    with closing(sqlite3.connect(Generations(index).current() / "catalog.db")) as database:
        database.execute(sql)
        database.commit()


def change_manifest(index: Path, deleted: list[list[int]]) -> None:
    path = Generations(index).current() / "engine/segments.json"
    manifest = json.loads(path.read_text())
    manifest["segments"][0]["deleted"] = deleted
    path.write_text(json.dumps(manifest))


def lose_a_segment(index: Path) -> None:
    path = Generations(index).current() / "engine/segments.json"
    manifest = json.loads(path.read_text())
    (path.parent / manifest["segments"].pop()["file"]).unlink()
    path.write_text(json.dumps(manifest))


def garble_a_segment(index: Path) -> None:
    path = Generations(index).current() / "engine/1.segment"
    path.write_bytes(b"vnseg000" + path.read_bytes()[8:])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(str, "", id="none"),
        pytest.param(lose_a_segment, "0 documents of docs/b.txt, not 1", id="a segment lost"),
        pytest.param(
            lambda i: change_manifest(i, [[0, 1]]),
            "0 documents of docs/a.txt, not 1",
            id="a document deleted",
        ),
        pytest.param(
            lambda i: change_catalog(i, "delete from files where documents = 2"),
            "3 documents of docs/r.jsonl, which is not in the catalog",
            id="a file forgotten",
        ),
        pytest.param(
            lambda i: change_catalog(i, "update files set documents = 3 where documents = 2"),
            "3 documents of docs/r.jsonl, not 4",
            id="a document too few",
        ),
        pytest.param(garble_a_segment, "not the file that was written", id="no segment"),
    ],
)
def test_catalog_and_engine_are_compared(index: Path, damage: Any, told: str) -> None:
    damage(index)
    generation = Generations(index).folder / "generation-2"
    checksum = checksums.write(generation)  # every byte is as it was written
    (index / "current").write_text(f"{generation.name} {checksum}\n")
    damages = check(index).damages
    assert [told] * bool(told) == [told for damage in damages if told in damage.what]
    assert bool(damages) == bool(told)


def test_a_generation_that_lost_something_does_not_become_current(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: Any, *arguments: Any) -> None:
        begin(self, *arguments)
        self._old = []  # as when the segments are not seen

    begin = WhooshWriter.__init__
    write_files(index.parent, {"docs/c.txt": "thêm"})
    monkeypatch.setattr(WhooshWriter, "__init__", forgetful)
    with pytest.raises(VnsearchError, match="the new index would not be whole"):
        update(index)
    monkeypatch.undo()
    assert [path.name for path in index.glob("generation-*")] == ["generation-2"]
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").total == 1
    update(index)
    assert not check(index).damages


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.ENOMEM, errno.ESTALE])
@pytest.mark.parametrize("folder", [".", "generation-2", "generation-2/engine", "generation-3"])
def test_a_folder_of_the_index_that_cannot_be_listed_loses_nothing(
    index: Path, monkeypatch: pytest.MonkeyPatch, folder: str, error: int
) -> None:
    refused = index / folder
    calls = {name: getattr(os, name) for name in ("scandir", "listdir")}

    def refusing(name: str) -> Any:
        def call(path: Any = ".") -> Any:
            name_of = os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else path
            if os.path.normpath(os.fspath(name_of)).startswith(str(refused)):
                raise OSError(error, os.strerror(error), str(path))
            return calls[name](path)

        return call

    for name in calls:
        monkeypatch.setattr(os, name, refusing(name))
    write_files(index.parent, {"docs/c.txt": "Đảng bộ"})
    try:
        update(index)
        found = 2
    except (OSError, VnsearchError):
        found = 1
    monkeypatch.undo()
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").total == found
    update(index)
    with closing(Searcher(index)) as searcher:
        assert searcher.search("đảng bộ").total == 2
    assert not check(index).damages
    assert len(list(index.glob("generation-*"))) == 1
