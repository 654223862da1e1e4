"""Where the index is found, and how files are named in it and from the current folder."""

import os
from pathlib import Path
from unicodedata import normalize

import pytest

from tests.conftest import write_files
from vnsearch.errors import NoIndexError
from vnsearch.files.paths import FileNames, as_spelled, is_below
from vnsearch.index.location import FOLDER, VARIABLE, existing_index, index_folder, index_to_write

BASE = FileNames("/a/docs")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, three below the temporary one."""
    folder = tmp_path / "one" / "two" / "three"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv(VARIABLE, raising=False)
    return folder


def test_no_index_anywhere(here: Path) -> None:
    assert index_folder(None) is None
    assert index_to_write(None) == here / FOLDER
    with pytest.raises(NoIndexError) as error:
        existing_index(None)
    assert "vnsearch index" in error.value.advice


@pytest.mark.parametrize("above", [0, 1, 2, 3], ids="here one two three".split())
def test_index_here_or_above(here: Path, above: int) -> None:
    folder = (here, *here.parents)[above] / FOLDER
    folder.mkdir()
    assert index_folder(None) == existing_index(None) == index_to_write(None) == folder


def test_the_nearest_index_wins(here: Path, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (here.parent / FOLDER).mkdir()
    assert index_folder(None) == here.parent / FOLDER


def test_a_file_of_that_name_is_no_index(here: Path, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (here / FOLDER).touch()
    assert index_folder(None) == tmp_path / FOLDER


def test_option_before_variable_before_nearest(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / FOLDER).mkdir()
    monkeypatch.setenv(VARIABLE, "../of-variable")
    assert index_folder(None) == here.parent / "of-variable"
    assert index_folder("of-option") == here / "of-option"
    assert index_folder(str(tmp_path / "x" / ".." / "y")) == tmp_path / "y"


def test_an_empty_variable_is_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / FOLDER).mkdir()
    monkeypatch.setenv(VARIABLE, "")
    assert index_folder(None) == here / FOLDER


def test_names_are_of_the_folder_that_holds_the_index() -> None:
    assert FileNames.of(Path("/a/docs/.vnsearch")) == BASE


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/docs/x.txt", "x.txt"),
        ("/a/docs/sub/x.txt", "sub/x.txt"),
        ("/a/docs", "."),
        ("/a/docs2/x.txt", "/a/docs2/x.txt"),
        ("/a/x.txt", "/a/x.txt"),
        ("/a/docs/l\udce1 #.txt", "l\udce1 #.txt"),
    ],
    ids=ascii,
)
def test_name_and_path_are_inverse(path: str, name: str) -> None:
    assert BASE.name(path) == name
    assert BASE.path(name) == path


def test_an_index_at_the_root_of_the_file_system() -> None:
    places = FileNames.of(Path("/.vnsearch"))
    assert places.name("/x/a.txt") == "x/a.txt"
    assert places.path("x/a.txt") == "/x/a.txt"


def test_names_move_with_the_index() -> None:
    name = BASE.name("/a/docs/sub/x.txt")
    assert FileNames("/elsewhere").path(name) == "/elsewhere/sub/x.txt"


def test_path_from_here_opens(tmp_path: Path) -> None:
    places = FileNames.of(tmp_path / "one" / FOLDER)
    for name in ("two/three/a.txt", "two/three/x/a.txt", "b.txt", str(tmp_path / "c.txt")):
        path = Path(places.path(name))
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        assert Path(places.from_here(name)).read_text() == name
    assert places.from_here("two/three/a.txt") == "a.txt"
    assert places.from_here("two/three/x/a.txt") == "x/a.txt"
    assert places.from_here("b.txt") == str(tmp_path / "one" / "b.txt")
    assert places.from_here(str(tmp_path / "c.txt")) == str(tmp_path / "c.txt")


def test_path_from_the_root_of_the_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(os.sep)
    assert BASE.from_here("x.txt") == "a/docs/x.txt"


@pytest.mark.parametrize(
    ("path", "folder", "below"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/a/b/c", "/a", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/a", "/", True),
        ("/", "/", True),
    ],
)
def test_is_below(path: str, folder: str, below: bool) -> None:
    assert is_below(path, folder) is below


def test_a_path_is_spelled_as_the_system_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system that ignores case and composition, which here is played."""
    write_files(tmp_path, {"Docs/Tài liệu/a.txt": ""})
    lstat = os.lstat

    def found(path: str) -> str:
        folder, name = os.path.split(path)
        if not name or not folder.startswith(str(tmp_path)):
            return path
        folder = found(folder)
        names = [n for n in listdir(folder) if normalize("NFC", n).lower() == name_of(name)]
        return os.path.join(folder, *(names or [name]))

    def name_of(name: str) -> str:
        return normalize("NFC", name).lower()

    listdir = os.listdir
    monkeypatch.setattr(os, "lstat", lambda path: lstat(found(path)))
    monkeypatch.setattr(os, "listdir", lambda path: listdir(found(path)))
    monkeypatch.setattr(os.path, "lexists", lambda path: os.access(found(path), os.F_OK))
    true = str(tmp_path / "Docs/Tài liệu/a.txt")
    for spelling in ("docs/TÀI LIỆU/A.txt", "DOCS/tài liệu/a.TXT", "Docs/Tài liệu/a.txt"):
        for form in ("NFC", "NFD"):
            assert as_spelled(f"{tmp_path}/{normalize(form, spelling)}") == true
    assert as_spelled(f"{tmp_path}/docs/new.txt") == f"{tmp_path}/Docs/new.txt"


def test_where_case_counts_a_path_stays(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "", "DOCS/a.txt": ""})
    for name in ("docs/a.txt", "DOCS/a.txt", "Docs/a.txt", "docs/A.txt"):
        assert as_spelled(f"{tmp_path}/{name}") == f"{tmp_path}/{name}"
