"""PDF: the text of its pages."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import ocr, pdf_title, titles
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of
from vnsearch.readers.pdf_text import paragraphs, text_of, without_hyphens

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_MOST_NAMED: Final = 10  # pages, in a reason


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its pages separated by form feeds; raises UnusableFileError."""
    from pypdfium2 import PdfDocument, PdfiumError

    data = bytes_of(source.stream)
    if not data:
        raise UnusableFileError(N_("empty file"))
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        secret = "password" in str(error).lower() or "security" in str(error).lower()
        raise UnusableFileError(N_("encrypted") if secret else N_("damaged, or no PDF")) from error
    left_out: list[int] = []
    pages = list(_pages(document, source.recognized, left_out))
    if not "".join(pages).strip() and not left_out:
        scan = N_("no text, only pictures of it (a scan)")
        raise UnusableFileError(
            scan if source.recognized is None else N_("no text, in pictures too")
        )
    if "".join(pages).strip():
        yield Document("", _title(document), "\n\f".join(pages), Locator(1, "page"))
    if left_out:
        numbers = ", ".join(map(str, left_out[:_MOST_NAMED])) + ", …" * (
            len(left_out) > _MOST_NAMED
        )
        raise GivenUpError(
            N_("pages that are pictures were not recognized ({numbers})").format(numbers=numbers)
        )


def _title(document: "PdfDocument") -> str:
    stated = str(document.get_metadata_dict().get("Title", ""))
    largest = pdf_title.largest_texts(document[0].get_textpage())
    shown = (text for text in largest if not titles.is_generic(text))
    return titles.first_title((stated, *shown))


def _pages(
    document: "PdfDocument", recognized: Mapping[int, str] | None, left_out: list[int]
) -> Iterator[str]:
    """The texts of the pages, or what was `recognized` in them; the numbers of pages that are
    to be, and were not, go to `left_out`. Raises UnusableFileError if they are too long together.
    """
    left = MAX_TEXT_BYTES
    for number in range(len(document)):
        page = document[number]
        text = text_of(page.get_textpage())
        if recognized is not None:
            if (known := recognized.get(number + 1)) is not None:
                text = known
            elif ocr.is_scan(page, text):
                left_out.append(number + 1)
        page.close()
        left -= len(text)
        if left < 0:
            raise UnusableFileError(
                N_("too large (over {limit} MB of text)").format(limit=MAX_TEXT_BYTES // 1_000_000)
            )
        yield paragraphs(without_hyphens(text.replace("\f", " ")))
