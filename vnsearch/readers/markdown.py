"""Markdown (CommonMark): the source as text, the title from front matter or the first heading.

The text keeps its markup, so that snippets and line numbers are those of the file.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source

if TYPE_CHECKING:
    from markdown_it.token import Token

_TITLE_LINE = re.compile(r"^title:[ \t]*(.*)$", re.MULTILINE)
# Code points of front matter, or of a text before its first heading, that are parsed at most: the
# parsers take a thousand times as much memory.
_MAX_PARSED = 50_000
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def read(source: Source) -> Iterator[Document]:
    """Yield one document, without its front matter; raises UnusableFileError."""
    text = source.text()
    matter = _FRONT_MATTER.match(text)
    title = _front_title(matter[1] or "") if matter else None
    if matter is None or title is None:
        yield Document("", _first_heading(text), text, Locator(1), source.encoding)
        return
    body, line = text[matter.end() :], 1 + matter[0].count("\n")
    yield Document("", title or _first_heading(body), body, Locator(line), source.encoding)


def _front_title(source: str) -> str | None:
    """The title in YAML front matter, "" if it has none; None if it is no mapping, and so the
    text between the two rules no front matter."""
    import yaml

    try:
        if len(source) > _MAX_PARSED:
            raise yaml.YAMLError
        # The loader that makes nothing but strings, lists and dictionaries is safe.
        fields = yaml.load(source, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        # Often the only error is a colon in a value without quotation marks.
        line = _TITLE_LINE.search(source)
        return line[1].strip() if line else None
    if not isinstance(fields, dict):
        return None
    title = fields.get("title")
    return title if isinstance(title, str) else ""


def _first_heading(source: str) -> str:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(source[:_MAX_PARSED])
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            return "".join(map(_shown, inline.children or ()))
    return ""


def _shown(part: "Token") -> str:
    """The text of an inline token as rendered."""
    if part.type in ("softbreak", "hardbreak"):
        return " "
    return part.content if part.type in ("text", "code_inline", "image") else ""
