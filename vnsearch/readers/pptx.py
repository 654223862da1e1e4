"""PowerPoint (.pptx): the slides in order, each with its notes.

The format is PresentationML, of Office Open XML (ECMA-376).
"""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source
from vnsearch.readers.package import Package, text_of

_PRESENTATION: Final = "ppt/presentation.xml"
_REFERENCE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MARKS: Final = {"p": "\n", "br": "\n", "tab": " "}
_TEXT: Final = ("t",)
# The fallback for older programs, which repeats the text; numbers of slides and dates.
_SKIP: Final = ("Fallback", "fld")


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its slides separated by form feeds; raises UnusableFileError."""
    package = Package(source)
    targets = package.targets(_PRESENTATION)
    slides = [
        targets[identity]
        for item in package.xml(_PRESENTATION).iter("{*}sldId")
        if (identity := item.get(_REFERENCE)) in targets
    ]
    text = "\n\f".join(_text(package, slide) for slide in slides)
    if not text.strip():
        raise UnusableFileError("no text")
    yield Document("", package.title(), text, Locator(1, "slide"))


def _text(package: Package, slide: str) -> str:
    targets = package.targets(slide).values()
    notes = [target for target in targets if target.startswith("ppt/notesSlides/")]
    parts = [part for part in (slide, *notes) if part in package]
    return "\n".join(text_of(package.xml(part), _MARKS, skip=_SKIP, only=_TEXT) for part in parts)
