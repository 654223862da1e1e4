"""Plain text: the whole file is the text; its first line becomes the title."""

from collections.abc import Iterator

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    yield Document("", "", source.text(), Locator(1), source.encoding)
