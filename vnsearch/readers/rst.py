"""reStructuredText (.rst): the text, on its lines, without its signs."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source

_RULE: Final = re.compile(r"\s*([!-/:-@\[-`{-~])\1{2,}\s*$|\s*[+|][-=+| ]{3,}$|\s*=+(?: +=+)+\s*$")
_LONGEST_RULE: Final = 1_000  # code points
_DIRECTIVE: Final = re.compile(r"(\s*)\.\. +(?:\|[^|\n]{1,100}\| +)?([\w:.+-]+)::\s*")
# Directives whose argument is no text.
_NO_TEXT: Final = frozenset(
    "image figure code code-block sourcecode include literalinclude toctree highlight raw math "
    "csv-table automodule autoclass autofunction module currentmodule contents".split()
)
_OPTION: Final = re.compile(r"\s+:[\w -]{1,40}:(\s|$)")
_COMMENT: Final = re.compile(r"\s*\.\.(\s|$)(?!\s*\[)")
_ROLE: Final = re.compile(r":[\w:+-]{1,60}:`([^`\n]{1,500})`")
_LITERAL: Final = re.compile(r"``([^`\n]{1,500})``")
_LINK: Final = re.compile(r"`([^`<\n]{1,500}?)\s*(?:<[^<>`\n]{1,1000}>)?`_{0,2}")
_EMPHASIS: Final = re.compile(r"(?<!\w)(\*{1,2})(?=\S)([^*\n]{1,500}?)(?<=\S)\1(?!\w)")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    lines = source.text().split("\n")
    shown = "\n".join(map(_shown, lines))
    yield Document("", _title(lines), shown, Locator(1), source.encoding)


def _title(lines: list[str]) -> str:
    """The first line with a rule below it that is as long."""
    for line, below in pairwise(lines):
        rule = _rule(below) if line.strip() and below.strip() else None
        if rule and rule[1] and not _rule(line):
            return _shown(line).strip() if len(below.rstrip()) >= len(line.strip()) else ""
    return ""


def _rule(line: str) -> re.Match[str] | None:
    """The line as a rule, if it is one; longer ones would take much memory."""
    return _RULE.match(line) if len(line) <= _LONGEST_RULE else None


def _shown(line: str) -> str:
    if not line or line.isspace():
        return ""
    if _rule(line) or _OPTION.match(line):
        return ""
    if directive := _DIRECTIVE.match(line):
        return "" if directive[2] in _NO_TEXT else line[directive.end() :]
    if _COMMENT.match(line):
        return ""
    line = _LITERAL.sub(r"\1", _ROLE.sub(r"\1", line))
    line = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line))
    cells = line.strip()
    return cells.strip("| ") if cells.startswith("|") and cells.endswith("|") else line
