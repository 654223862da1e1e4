"""PDF: the text of its pages."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Locator
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_ENDS: Final = tuple(".!?:;…”\"'")
_FULL: Final = 0.7  # of the longest line: a shorter one ends its paragraph
_HYPHEN: Final = re.compile("[\ufffe\x02]\n?")  # PDFium's sign for one at a line end
# Programs that print to PDF name the file for a title.
_NO_TITLE: Final = re.compile(
    r"untitled|microsoft|.*\.(docx?|xlsx?|pptx?|indd|qxd|rtf|txt|cdr)", re.IGNORECASE
)


def read(source: Source) -> Iterator[Document]:
    """One document, its pages apart by form feeds; raises UnusableFileError."""
    from pypdfium2 import PdfDocument, PdfiumError

    data = bytes_of(source.stream)
    if not data:
        raise UnusableFileError("empty file")
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        secret = "password" in str(error).lower() or "security" in str(error).lower()
        raise UnusableFileError("encrypted" if secret else "damaged, or no PDF") from error
    pages = list(_pages(document))
    if not "".join(pages).strip():
        raise UnusableFileError("no text, only pictures of it (a scan)")
    title = str(document.get_metadata_dict().get("Title", "")).strip()
    if _NO_TITLE.match(title):
        title = ""
    yield Document("", title, "\n\f".join(pages), Locator(1, "page"))


def _pages(document: "PdfDocument") -> Iterator[str]:
    left = MAX_TEXT_BYTES
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_range()
        page.close()
        left -= len(text)
        if left < 0:
            raise UnusableFileError(f"too large (over {MAX_TEXT_BYTES // 1_000_000} MB of text)")
        yield _paragraphs(_HYPHEN.sub("", text.replace("\r\n", "\n").replace("\f", " ")))


def _paragraphs(text: str) -> str:
    """Lines of a page, joined where a sentence goes on from one to the next."""
    lines = [line.strip() for line in text.split("\n")]
    full = _FULL * max(map(len, lines))
    pieces: list[str] = []
    for line in lines:
        goes_on = len(line) >= full and not line.endswith(_ENDS)
        pieces += line, " " if goes_on else "\n"
    return "".join(pieces).strip()
