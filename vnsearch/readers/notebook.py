"""Notebooks of Jupyter (.ipynb): Markdown, code, and the texts that it gave, cell by cell.

Format: nbformat 4, and 3, whose cells are in worksheets.
"""

import json
from collections.abc import Iterator
from typing import Any

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import markdown, titles
from vnsearch.readers.base import Source
from vnsearch.readers.records import strings


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its cells separated by form feeds; raises UnusableFileError."""
    try:
        book = json.loads(source.text())
    except ValueError as error:
        raise UnusableFileError(N_("damaged (no JSON: {what})").format(what=error)) from error
    cells = list(_cells(book))
    texts = [_text(cell) for cell in cells]
    if not any(texts):
        raise UnusableFileError(N_("no text"))
    told = (text for cell, text in zip(cells, texts, strict=True) if _is_prose(cell))
    title = titles.line_title(next(told, ""))
    yield Document("", title, "\n\f".join(texts), Locator(1, "cell"), source.encoding)


def _cells(book: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(book, dict):
        return
    sheets = [sheet for sheet in _list(book.get("worksheets")) if isinstance(sheet, dict)]
    for holder in (book, *sheets):
        yield from (cell for cell in _list(holder.get("cells")) if isinstance(cell, dict))


def _text(cell: dict[str, Any]) -> str:
    own = _joined(cell.get("source", cell.get("input")))
    if _is_prose(cell):
        return markdown.shown(own).strip()
    return "\n".join(filter(None, (own.strip(), *map(_output, _list(cell.get("outputs"))))))


def _is_prose(cell: dict[str, Any]) -> bool:
    return cell.get("cell_type") in ("markdown", "heading")


def _output(output: Any) -> str:
    """The text of an output: printed, or that of a value; the message of an error."""
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    value = data.get("text/plain") if isinstance(data, dict) else output.get("text")
    return (_joined(value) or _joined(output.get("evalue"))).strip()


def _joined(value: Any) -> str:
    """A text, or a list of its lines with their ends; without encoded data."""
    return "".join(strings(value)).replace("\f", " ")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
