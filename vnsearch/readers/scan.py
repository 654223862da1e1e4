"""Pictures (.png, .jpg, .tif, .webp, .bmp): the text that was recognized in them."""

from collections.abc import Iterator

from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source
from vnsearch.readers.pdf_text import paragraphs


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its pages separated by form feeds; raises UnusableFileError."""
    pages = source.recognized
    if not pages:
        raise GivenUpError(N_("the text in the picture was not recognized"))
    if reason := pages.get(0):
        raise UnusableFileError(reason)
    if not any(pages.values()):
        raise UnusableFileError(N_("no text in the picture"))
    texts = (paragraphs(pages.get(number, "")) for number in range(1, max(pages) + 1))
    yield Document("", "", "\n\f".join(texts), Locator(1, "page"))
