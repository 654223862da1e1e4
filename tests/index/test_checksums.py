"""Damage of an index: all of it found by `check`, none of it a traceback, no code run."""

import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Command, write_files
from vnsearch.errors import IndexUnusableError, VnsearchError
from vnsearch.index import checksums
from vnsearch.index.check import check
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

FILES = {
    f"docs/{n}.txt": f"Số {n}\n\nĐảng bộ ngoại giao họp lần thứ {n}. Trời mưa ở biển đông."
    for n in range(6)
}
NO_PART_OF_IT = {"lock", ".gitignore"}  # they hold nothing of the index


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_files(folder, FILES)
    update(folder / ".vnsearch", [str(folder / "docs")])
    (folder / "docs/3.txt").unlink()  # so that the index has deletions
    update(folder / ".vnsearch")
    return folder


@pytest.fixture
def shelf(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def files(shelf: Path) -> list[Path]:
    found = sorted(p for p in (shelf / ".vnsearch").rglob("*") if p.is_file())
    return [path for path in found if path.name not in NO_PART_OF_IT]


def damaged(shelf: Path) -> str:
    """What `check` says; nothing when all is well."""
    try:
        return "\n".join(d.file for d in check(shelf / ".vnsearch").damages)
    except VnsearchError as error:
        return str(error)


def test_a_whole_index_is_whole(shelf: Path) -> None:
    assert len(files(shelf)) >= 5
    assert damaged(shelf) == ""
    update(shelf / ".vnsearch")
    update(shelf / ".vnsearch", rebuild=True)
    assert damaged(shelf) == ""


def test_every_changed_byte_is_found_and_its_file_named(shelf: Path) -> None:
    for path in files(shelf):
        data = bytearray(path.read_bytes())
        with open(path, "r+b", buffering=0) as file:
            for place in range(len(data)):
                os.pwrite(file.fileno(), bytes([data[place] ^ 1 << place % 8]), place)
                told = damaged(shelf)
                # What the pointer should say is not known: then it may be the checksums.
                assert path.name in told or (path.name == "current" and told), place
                os.pwrite(file.fileno(), data[place : place + 1], place)
    assert damaged(shelf) == ""


def test_every_cut_and_every_loss_is_found(shelf: Path) -> None:
    for path in files(shelf):
        data = path.read_bytes()
        for size in {0, 1, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:size])
            assert damaged(shelf), (path.name, size)
        path.write_bytes(data + b"\0")
        assert damaged(shelf), path.name
        path.unlink()
        assert damaged(shelf), path.name
        path.write_bytes(data)
    assert damaged(shelf) == ""


def test_a_strange_file_is_found(shelf: Path) -> None:
    (generation,) = (shelf / ".vnsearch").glob("generation-*")
    (generation / "engine" / "9.segment").write_bytes(b"x")
    assert "engine/9.segment" in damaged(shelf)


def answers(shelf: Path) -> list[str]:
    with closing(Searcher(shelf / ".vnsearch")) as searcher:
        queries = ("dang bo", '"bien dong"', "thu*", "đảng bộ ngoại giao họp", "mưa -trời")
        return [hit.id for query in queries for hit in searcher.search(query).hits]


def rechecked(shelf: Path) -> None:
    """Make the checksums right for what the files are now, as someone with bad intent can."""
    from vnsearch.index import checksums

    (generation,) = (shelf / ".vnsearch").glob("generation-*")
    checksum = checksums.write(generation)
    (shelf / ".vnsearch/current").write_text(f"{generation.name} {checksum}\n")


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_searching_a_damaged_index_is_right_or_an_error(shelf: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(shelf)))
    before, right = path.read_bytes(), answers(shelf)
    changed = bytearray(before)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(before) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        assert answers(shelf) == right
        status(shelf / ".vnsearch")
    except IndexUnusableError:
        pass
    finally:
        path.write_bytes(before)


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return open, (str(self.path), "w")


@pytest.fixture
def hostile(shelf: Path) -> Iterator[bytes]:
    yield pickle.dumps(Bomb(shelf / "bomb"))
    assert not (shelf / "bomb").exists()


def test_hostile_pickles_run_nothing(run: Command, shelf: Path, hostile: bytes) -> None:
    for path in files(shelf):
        before = path.read_bytes()
        path.write_bytes(hostile)
        if path.name not in ("current", "checksums"):
            pointer = (shelf / ".vnsearch/current").read_bytes()
            rechecked(shelf)
        for command in (["search", "dang bo"], ["status"], ["index"]):
            done = run(*command, cwd=shelf)
            # With nothing to do, `index` does not look into the segments.
            fine = command == ["index"] and "5 unchanged" in done.stdout
            assert done.returncode == 2 or fine, (path.name, command, done.stdout)
            assert "Traceback" not in done.stderr
        assert not (shelf / "bomb").exists()
        path.write_bytes(before)
        if path.name not in ("current", "checksums"):
            rechecked(shelf)
            assert (shelf / ".vnsearch/current").read_bytes() == pointer


def test_nothing_is_unpickled_by_our_own_code() -> None:
    package = Path(__file__).parents[2] / "vnsearch"
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        if path.match("indexing/process.py"):  # what a process tells the one that began it
            text = text.replace("import pickle", "")
        for word in ("import pickle", "import marshal", "import shelve", "eval(", "exec("):
            assert word not in text, path


def test_check_tells_and_a_rebuild_repairs(run: Command, shelf: Path) -> None:
    whole = run("check", cwd=shelf)
    assert whole.returncode == 0
    assert whole.stdout.startswith("the index is whole: ")
    (segment,) = [path for path in files(shelf) if path.suffix == ".segment"]
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    done = run("check", cwd=shelf)
    assert (done.returncode, done.stdout) == (2, "")
    assert "engine/1.segment: other bytes than were written" in done.stderr
    assert "vnsearch index --rebuild" in done.stderr
    assert run("index", "--rebuild", cwd=shelf).returncode == 0
    assert run("check", cwd=shelf).returncode == 0


def test_an_index_without_its_pointer_generation_is_told(shelf: Path) -> None:
    pointer = shelf / ".vnsearch/current"
    pointer.write_text(pointer.read_text().replace("generation-2", "generation-7"))
    with pytest.raises(IndexUnusableError):
        Searcher(shelf / ".vnsearch")
    with pytest.raises(IndexUnusableError):
        update(shelf / ".vnsearch")
    assert (shelf / ".vnsearch/generation-2").exists()  # nothing is removed meanwhile


def test_a_folder_that_cannot_be_listed_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "engine").mkdir()

    def refusing(path: object = ".") -> None:
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr("os.scandir", refusing)
    with pytest.raises(OSError, match="Input/output error"):
        checksums.files(tmp_path)
