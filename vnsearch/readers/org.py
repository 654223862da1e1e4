"""Org mode (.org): the text, on its lines, without its signs."""

import re
from collections.abc import Iterator
from typing import Final

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source

_TITLE: Final = re.compile(r"#\+title:\s*(.+)", re.IGNORECASE)
_HEADING: Final = re.compile(r"^\*+\s+(?:(?:TODO|DONE)\s+)?(?:\[#\w\]\s+)?")
_KEYWORD: Final = re.compile(r"\s*#\+(\w+):?\s*", re.IGNORECASE)
_TEXT_KEYWORDS: Final = frozenset("title subtitle author caption description keywords".split())
_COMMENT: Final = re.compile(r"\s*#(\s|$)")
_DRAWER: Final = re.compile(r"\s*:(\w+):\s*$")
_RULE: Final = re.compile(r"\s*(-{5,}|\|-[-+|]*)\s*$")
_LINK: Final = re.compile(r"\[\[(?:[^\[\]\n]{1,500}\]\[)?([^\[\]\n]{1,500})\]\]")
_EMPHASIS: Final = re.compile(r"(?<!\S)([*/_=~+])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?![\w*/=~+])")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    lines = source.text().split("\n")
    stated = next((found[1] for found in map(_TITLE.match, lines) if found), "")
    heading = next((line for line in lines if _HEADING.match(line)), "")
    shown = "\n".join(_shown_lines(lines))
    yield Document("", stated or _shown(heading), shown, Locator(1), source.encoding)


def _shown_lines(lines: list[str]) -> Iterator[str]:
    in_drawer = False
    for line in lines:
        drawer = _DRAWER.match(line) if ":" in line else None
        if drawer:
            in_drawer = drawer[1].upper() != "END"
        elif not line.strip() or line.startswith("*"):
            in_drawer = False  # one without an end
        yield "" if drawer or in_drawer else _shown(line)


def _shown(line: str) -> str:
    if not line or line.isspace():
        return ""
    if keyword := _KEYWORD.match(line):
        return line[keyword.end() :].strip() if keyword[1].lower() in _TEXT_KEYWORDS else ""
    if _COMMENT.match(line) or _RULE.match(line):
        return ""
    line = _HEADING.sub("", line, count=1) if line.startswith("*") else line
    line = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line))
    cells = line.strip()
    return cells.strip("| ") if cells.startswith("|") else line
