"""Generations of an index: one current, each whole, leftovers removed."""

from pathlib import Path

import pytest

from vnsearch.errors import IndexUnusableError, NoIndexError, VnsearchError
from vnsearch.index import checksums
from vnsearch.index.generations import CATALOG, Generations


def publish(
    generations: Generations, files: dict[str, str] | None = None, *, fresh: bool = False
) -> Path:
    with generations.writing(0):
        draft = generations.draft(fresh=fresh)
        for name, text in (files or {}).items():
            (draft / name).write_text(text)
        generations.publish(draft)
    return draft


def test_a_draft_is_not_seen_until_it_is_published(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "ix")
    with generations.writing(0):
        draft = generations.draft(fresh=True)
        assert not generations.exists()
        generations.publish(draft)
    assert generations.current() == draft


def test_the_next_generation_begins_with_the_files_of_the_last(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "ix")
    first = publish(generations, {"a": "one"})
    inode = (first / "a").stat().st_ino
    second = publish(generations, {"b": "two"})
    files = {p.name: p.read_text() for p in second.iterdir() if p.name != checksums.NAME}
    assert files == {"a": "one", "b": "two"}
    assert (second / "a").stat().st_ino == inode
    assert not first.exists()
    third = publish(generations, {"c": "three"}, fresh=True)
    assert {p.name for p in third.iterdir()} == {"c", checksums.NAME}


def test_the_catalog_is_copied_since_it_is_changed_in_place(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "ix")
    publish(generations, {CATALOG: "old"})
    with generations.writing(0):
        draft = generations.draft(fresh=False)
        (draft / CATALOG).write_text("new")
        assert (generations.current() / CATALOG).read_text() == "old"


def test_leftovers_are_removed_by_the_next_writer(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "ix")
    current = publish(generations, {"a": "one"})
    with generations.writing(0):
        leftover = generations.draft(fresh=True)
    assert leftover.exists()
    with generations.writing(0):
        assert not leftover.exists()
        assert current.exists()


def test_no_index_and_damaged_pointer(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "ix")
    with pytest.raises(NoIndexError):
        generations.current()
    publish(generations)
    (tmp_path / "ix" / "current").write_text("../../etc\n")
    with pytest.raises(IndexUnusableError):
        generations.current()


def test_a_folder_of_other_files_is_not_taken_for_an_index(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(VnsearchError, match="not an index"), Generations(tmp_path).writing(0):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["precious.txt"]


def test_the_index_keeps_itself_out_of_git(tmp_path: Path) -> None:
    publish(Generations(tmp_path / "ix"))
    assert (tmp_path / "ix" / ".gitignore").read_text() == "*\n"
