"""OpenDocument presentations (.odp): the slides in order, each with its tables and its notes."""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import titles
from vnsearch.readers.base import Source
from vnsearch.readers.embedded import Pictures
from vnsearch.readers.package import Element, open_document, text_of

_MARKS: Final = {"p": "\n", "h": "\n", "line-break": "\n", "tab": " ", "s": " "}
# Numbers of slides and dates are fields; `declarations` are those of headers and footers.
_SKIP: Final = ("annotation", "forms", "page-number", "date", "time", "settings")
_TARGET: Final = "{http://www.w3.org/1999/xlink}href"
_CLASS: Final = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}class"


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its slides separated by form feeds; raises UnusableFileError."""
    package = open_document(source)
    slides = list(package.xml("content.xml").iterfind("{*}body/{*}presentation/{*}page"))
    pictures = Pictures(package, source.recognized)
    text = "\n\f".join(_text(slide, pictures) for slide in slides)
    if not text.strip():
        pictures.check()
        raise UnusableFileError(N_("no text"))
    stated = [package.title("meta.xml"), *map(_title, slides[:1])]
    yield Document("", titles.first_title(stated), text, Locator(1, "slide"))
    pictures.check()


def _text(slide: Element, pictures: Pictures) -> str:
    shown = {str(image.get(_TARGET)) for image in slide.iter("{*}image")}
    return "\n".join(filter(None, (text_of(slide, _MARKS, skip=_SKIP), pictures.text(shown))))


def _title(slide: Element) -> str:
    """The text of the title of a slide; "" if it has none."""
    frames = (frame for frame in slide.iter("{*}frame") if frame.get(_CLASS) == "title")
    return next((text_of(frame, _MARKS, skip=_SKIP) for frame in frames), "")
