"""File -> documents: a table of suffixes, and one small module per format.

A reader takes an open binary stream (of the decompressed file) and yields documents, or
`Flaw`s for the parts it cannot read; it raises `UnusableFileError` when the file as a
whole holds no text it can read.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import PurePath
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers import html, jsonl, markdown, text
from vnsearch.readers.base import Flaw
from vnsearch.vietnamese.letters import nfc

Reader = Callable[[BufferedReader], Iterator[Document | Flaw]]

READERS: Final[dict[str, Reader]] = {
    ".txt": text.read,
    ".md": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".jsonl": jsonl.read,
}

_TITLE_CODE_POINTS = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def reader_for(path: str) -> Reader | None:
    """The reader for a file by its name, or None when its format is not supported."""
    return READERS.get(_format_suffix(path))


def read(path: str, stream: BufferedReader) -> Iterator[Document | Flaw]:
    """The documents of the file `path`, open as `stream`, in NFC and each with a title.

    Raises UnusableFileError; `path` only decides the format.
    """
    reader = reader_for(path)
    if reader is None:
        raise UnusableFileError(f"format not supported ({PurePath(path).suffix or 'no suffix'})")
    if path.lower().endswith(".gz"):
        stream = BufferedReader(gzip.GzipFile(fileobj=stream))
    try:
        for item in reader(stream):
            yield _finished(item) if isinstance(item, Document) else item
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnusableFileError(f"damaged gzip file ({error})") from error


def _format_suffix(path: str) -> str:
    name = PurePath(path.lower())
    return PurePath(name.stem).suffix if name.suffix == ".gz" else name.suffix


def _finished(document: Document) -> Document:
    """Normalized, and with the first line for a title when the format gave none."""
    key, title, text, line, line_step = document
    text = _clean(text)
    title = " ".join(_clean(title).split()) or _first_line(text)
    return Document(_clean(key), _shortened(title), text, line, line_step)


def _clean(text: str) -> str:
    try:
        text.encode()  # much faster than to look for lone surrogates, which are rare
    except UnicodeEncodeError:
        text = _LONE_SURROGATE.sub("\ufffd", text)
    return nfc(text)


def _first_line(text: str) -> str:
    return " ".join(text.lstrip().partition("\n")[0].split())


def _shortened(title: str) -> str:
    if len(title) <= _TITLE_CODE_POINTS:
        return title
    return title[: _TITLE_CODE_POINTS + 1].rpartition(" ")[0] or title[:_TITLE_CODE_POINTS]
