"""PowerPoint (.pptx): the slides in order, each with its tables, its diagrams and its notes.

The format is PresentationML, of Office Open XML (ECMA-376); diagrams (SmartArt) are DrawingML.
"""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import titles
from vnsearch.readers.base import Source
from vnsearch.readers.embedded import Pictures
from vnsearch.readers.fonts import FontDecoder
from vnsearch.readers.package import Element, Package, text_of
from vnsearch.readers.run_fonts import RunFonts

_PRESENTATION: Final = "ppt/presentation.xml"
_REFERENCE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MARKS: Final = {"p": "\n", "br": "\n", "tab": " "}
_TEXT: Final = ("t",)
# The fallback for older programs, which repeats the text; numbers of slides and dates.
_SKIP: Final = ("Fallback", "fld")
_WITH_SLIDE: Final = ("ppt/diagrams/data", "ppt/notesSlides/")  # in this order


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its slides separated by form feeds; raises UnusableFileError."""
    package = Package(source)
    targets = package.targets(_PRESENTATION)
    slides = [
        targets[identity]
        for item in package.xml(_PRESENTATION).iter("{*}sldId")
        if (identity := item.get(_REFERENCE)) in targets
    ]
    decoder = FontDecoder()
    pictures = Pictures(package, source.recognized)
    text = "\n\f".join(_text(package, slide, decoder, pictures) for slide in slides)
    if not text.strip():
        pictures.check()
        raise UnusableFileError(N_("no text"))
    first = (_title(_part(package, slide, decoder)) for slide in slides[:1] if slide in package)
    stated = [decoder.title(package.title()), *first]
    yield Document("", titles.first_title(stated), text, Locator(1, "slide"), decoder.encoding)
    pictures.check()


def _text(package: Package, slide: str, decoder: FontDecoder, pictures: Pictures) -> str:
    targets = sorted(package.targets(slide).values())
    others = [item for kind in _WITH_SLIDE for item in targets if item.startswith(kind)]
    parts = [part for part in (slide, *others) if part in package]
    roots = (_part(package, part, decoder) for part in parts)
    texts = (text_of(root, _MARKS, skip=_SKIP, only=_TEXT) for root in roots)
    return "\n".join(filter(None, (*texts, pictures.text(targets))))


def _part(package: Package, part: str, decoder: FontDecoder) -> Element:
    root = package.xml(part)
    RunFonts().decode(root, decoder)
    return root


def _title(slide: Element) -> str:
    """The text of the title of a slide; "" if it has none."""
    for shape in slide.iter("{*}sp"):
        holder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        if holder is not None and holder.get("type") in ("title", "ctrTitle"):
            return text_of(shape, _MARKS, skip=_SKIP, only=_TEXT)
    return ""
