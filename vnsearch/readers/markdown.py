"""Markdown: the title from the front matter or the first heading, the source as text.

The text stays as written, marks of Markdown included, so that snippets and line numbers
are those of the file.
"""

import itertools
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from vnsearch.model import Document
from vnsearch.readers.base import read_text

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def read(stream: BufferedReader) -> Iterator[Document]:
    """One document; raises UnusableFileError."""
    text = read_text(stream)
    matter = _FRONT_MATTER.match(text)
    fields = _front_matter(matter.group(1) or "") if matter else None
    if matter and fields is not None:
        body, line = text[matter.end() :], 1 + matter.group().count("\n")
    else:
        body, line = text, 1
    title = str((fields or {}).get("title") or "") or _first_heading(body)
    yield Document(key="", title=title, text=body, line=line)


def _front_matter(source: str) -> dict[str, Any] | None:
    """The fields of YAML front matter; None when it is something else between rules."""
    import yaml

    try:
        fields = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _first_heading(source: str) -> str:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(source)
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            return "".join(part.content or " " for part in inline.children or ())
    return ""
