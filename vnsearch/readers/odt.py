"""OpenDocument text (.odt): the text with its notes; not comments or deleted text."""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers.base import Source
from vnsearch.readers.package import Package, text_of, title_in

_MARKS: Final = {"p": "\n", "h": "\n", "line-break": "\n", "tab": " ", "s": " "}
_SKIP: Final = ("tracked-changes", "annotation", "note-citation", "forms", "scripts")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    package = Package(source)
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.data(
        "META-INF/manifest.xml"
    ):
        raise UnusableFileError("encrypted")
    text = text_of(package.xml("content.xml"), _MARKS, skip=_SKIP)
    if not text:
        raise UnusableFileError("no text")
    title = title_in(package.xml("meta.xml")) if "meta.xml" in package else ""
    yield Document("", title, text)
