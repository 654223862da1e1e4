"""Patterns for files, as in .gitignore."""

import unicodedata

import pytest

from vnsearch.errors import VnsearchError
from vnsearch.files.globs import matcher


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        pytest.param(["*.md"], "a/b.md", True, id="a suffix at any depth"),
        pytest.param(["/*.md"], "a/b.md", False, id="anchored"),
        pytest.param(["a/"], "a/", True, id="a folder"),
        pytest.param(["a/"], "a", False, id="a file of that name"),
        pytest.param(["a/"], "x/a/b.txt", True, id="what is in a folder"),
        pytest.param(["*", "!b.txt"], "b.txt", False, id="but not this"),
        pytest.param(["Đảng/"], unicodedata.normalize("NFD", "Đảng/a.txt"), True, id="NFD name"),
        pytest.param([unicodedata.normalize("NFD", "Đảng/")], "Đảng/a.txt", True, id="NFD glob"),
        pytest.param(["*.txt"], "\udcff.txt", True, id="a name that is not UTF-8"),
    ],
)
def test_matches(patterns: list[str], path: str, expected: bool) -> None:
    assert matcher(patterns)(path) is expected


@pytest.mark.parametrize("pattern", ["!", "\\"])
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(VnsearchError, match="not a pattern"):
        matcher([pattern])
