"""Plain text: the whole file is the text, its first line the title."""

from collections.abc import Iterator
from io import BufferedReader

from vnsearch.model import Document
from vnsearch.readers.base import read_text


def read(stream: BufferedReader) -> Iterator[Document]:
    """One document; raises UnusableFileError."""
    yield Document(key="", title="", text=read_text(stream), line=1)
