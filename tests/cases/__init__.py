r"""Tables of test cases: tab-separated, a header line, each row's reason in its last column.

`\u00ad` and the like stand for characters that would be invisible or ambiguous in a table,
`\n` for a line end.
"""

import re
from pathlib import Path

import pytest

FILES = Path(__file__).with_name("files")  # small files, with a table of what is right
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|n)")


def rows(name: str) -> list[list[str]]:
    """The rows of a table, without its header."""
    return _read(name)[1:]


def table(name: str) -> pytest.MarkDecorator:
    """Runs a test once for each row of a table; its columns but the last are arguments."""
    header, *cells = _read(name)
    ids = [f"{row[0]!a}: {row[-1]}" for row in cells]
    return pytest.mark.parametrize(header[:-1], [row[:-1] for row in cells], ids=ids)


def _read(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    table = [[_plain(cell) for cell in line.split("\t")] for line in lines]
    for row in table:
        assert len(row) == len(table[0]), f"{name}: {row}"
    return table


def _plain(cell: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", cell)
