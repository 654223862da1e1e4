"""Word (.docx): the text with tables and text boxes, then the notes; not what was deleted.

The format is WordprocessingML, of Office Open XML (ECMA-376).
"""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers.base import Source
from vnsearch.readers.package import Package, text_of

_PARTS: Final = ("word/footnotes.xml", "word/endnotes.xml")
_MARKS: Final = {"p": "\n", "br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-", "tc": "\n"}
_TEXT: Final = ("t",)
# Properties, deleted or moved text, and the fallback for older programs, which repeats the text.
_SKIP: Final = ("pPr", "rPr", "sectPr", "tblPr", "del", "moveFrom", "Fallback")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    package = Package(source)
    parts = ["word/document.xml", *(part for part in _PARTS if part in package)]
    texts = (text_of(package.xml(part), _MARKS, skip=_SKIP, only=_TEXT) for part in parts)
    text = "\n".join(filter(None, texts))
    if not text:
        raise UnusableFileError("no text")
    yield Document("", package.title(), text)
