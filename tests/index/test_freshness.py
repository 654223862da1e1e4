"""Whether files have changed since an index was made."""

import os
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import write_files
from vnsearch.files.paths import FileNames
from vnsearch.index.catalog import Catalog
from vnsearch.index.freshness import has_changed
from vnsearch.index.generations import CATALOG, Generations
from vnsearch.indexing.roots import RootOptions
from vnsearch.indexing.update import update


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write_files(tmp_path, {"docs/a.txt": "một", "docs/sub/b.md": "hai", "docs/.hidden": "x"})
    (tmp_path / "docs/link").symlink_to("a.txt")
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    return tmp_path / "docs"


def told(docs: Path, budget: float = 60.0) -> bool | None:
    index = docs.parent / ".vnsearch"
    with closing(Catalog(Generations(index).current() / CATALOG)) as catalog:
        return has_changed(catalog, FileNames.of(index), budget)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is written": lambda docs: (docs / "a.txt").write_text("khác"),
    "a file has another time": lambda docs: os.utime(docs / "a.txt", (1, 1)),
    "a file is gone": lambda docs: (docs / "sub/b.md").unlink(),
    "a new file": lambda docs: (docs / "new.txt").write_text("ba"),
    "a new file in a folder": lambda docs: (docs / "sub/new.txt").write_text("ba"),
    "a folder is renamed": lambda docs: (docs / "sub").rename(docs / "other"),
}
NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda docs: docs,
    "a hidden file": lambda docs: (docs / ".swp").write_text("ba"),
    "a file beside the root": lambda docs: (docs.parent / "x.txt").write_text("ba"),
    "what rules may leave out": lambda docs: write_files(docs, {".gitignore": "x", "x": "x"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changes_are_told(docs: Path, change: Callable[[Path], object]) -> None:
    change(docs)
    assert told(docs) is True


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES.keys())
def test_what_is_no_change_is_not_told(docs: Path, change: Callable[[Path], object]) -> None:
    change(docs)
    assert told(docs) is False


def test_files_in_files_are_as_new_as_those(docs: Path) -> None:
    with zipfile.ZipFile(docs / "x.zip", "w") as archive:
        archive.writestr("y.txt", "năm")
    update(docs.parent / ".vnsearch")
    assert told(docs) is False
    os.utime(docs / "x.zip", (1, 1))
    assert told(docs) is True


def test_what_takes_too_long_is_not_known(docs: Path) -> None:
    assert told(docs, budget=-1.0) is None


def test_with_excludes_new_files_are_not_known(docs: Path) -> None:
    update(docs.parent / ".vnsearch", [str(docs)], options=RootOptions(["*.foo"]))
    (docs / "new.foo").write_text("x")
    assert told(docs) is None
    (docs / "a.txt").unlink()
    assert told(docs) is True
