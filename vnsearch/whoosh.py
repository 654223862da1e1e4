"""For users of Whoosh: its analyzers for Vietnamese, and its view of an index of vnsearch.

`FoldingAnalyzer` and `ExactAnalyzer` are for the fields of any Whoosh index. docs/python.md has
examples.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vnsearch.engines.whoosh.bridge.schema import SourceTokenizer
from vnsearch.index import location
from vnsearch.index.generations import ENGINE, Generations

if TYPE_CHECKING:
    from vnsearch.engines.whoosh.bridge.index import PassageIndex

__all__ = ["ExactAnalyzer", "FoldingAnalyzer", "open_index"]


class FoldingAnalyzer(SourceTokenizer):
    """Words in lower case and without marks, so that any typing matches: `Đảng uỷ` -> `dang`, `uy`.

    `startchar` and `endchar` of the tokens are those of the text as it is given, composed or not.
    """

    def __init__(self) -> None:
        super().__init__("folded")


class ExactAnalyzer(SourceTokenizer):
    """Words in lower case with their marks, in canonical spelling: `Đảng uỷ` -> `đảng`, `ủy`.

    Its tokens are at the same places as those of `FoldingAnalyzer`.
    """

    def __init__(self) -> None:
        super().__init__("exact")


def open_index(folder: str | Path) -> "PassageIndex":
    """Open an index of vnsearch, by its folder or the one that holds its `.vnsearch`, for Whoosh to
    search.

    It is read-only, and stays as it was when it was opened. Its documents are passages; the fields
    `folded` and `exact` can be searched, `source`, `key`, `title` and `text` are stored. Raises
    NoIndexError, IndexUnusableError, OSError.
    """
    from vnsearch.engines.whoosh.bridge.index import open_index as open_engine

    named = Path(os.path.abspath(folder))
    inside = named / location.FOLDER
    generations = Generations(inside if inside.is_dir() else named)
    return generations.reading(lambda pointer: open_engine(pointer.folder / ENGINE))
