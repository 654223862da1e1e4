"""An office's folder by the real command: every file is found first by its name, its title and a
phrase, in full and bare typing, in its place."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests import office
from vnsearch.model import Hit
from vnsearch.search.searcher import Searcher
from vnsearch.vietnamese.letters import fold

THERE = office.programs()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Hit]]:
    """The first hit of a query in an index of the folder, which was made without a message."""
    folder = tmp_path_factory.mktemp("office")
    office.make(folder / "docs", THERE)
    command = [sys.executable, "-m", "vnsearch", "index", "docs"]
    command += ["--ocr"] if "tesseract" in THERE else []
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "skipped" not in done.stdout
    searcher = Searcher(folder / ".vnsearch")
    yield lambda query: searcher.search(query, limit=1).hits[0]
    searcher.close()


@pytest.mark.parametrize("file", office.FILES, ids=[file.path for file in office.FILES])
def test_each_file_is_found_first(file: office.File, first: Callable[[str], Hit]) -> None:
    if file.needs and file.needs not in THERE:
        pytest.skip(f"needs {file.needs}")
    for query in (file.named, file.title, file.phrase):
        for typed in (query, fold(query)):
            assert first(typed).id.partition("#")[0] == f"docs/{file.path}", typed
    hit = first(file.phrase)
    match = hit.snippet.match
    assert (f"{match.unit} {match.number}" if match else "") == file.place
    if file.is_scan:  # a letter may be read wrongly
        assert SequenceMatcher(None, hit.title, file.title).ratio() > 0.95
    else:
        assert hit.title == file.title


def test_the_folder_is_an_offices() -> None:
    """As many files of each kind as there should be."""
    kinds = [file.kind for file in office.FILES]
    assert len(office.FILES) >= 95
    assert min(map(kinds.count, ("unicode", "nfd", "tcvn3", "vni", "300", "150"))) >= 2
    assert len({Path(file.path).suffix for file in office.FILES}) >= 35
