"""Word (.docx): the text as it is shown, with automatic numbers, tables and text boxes; then notes,
diagrams, headers and footers; not what was deleted.

The format is WordprocessingML, of Office Open XML (ECMA-376).
"""

import re
from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import superscripts, titles
from vnsearch.readers.base import Source
from vnsearch.readers.embedded import Pictures
from vnsearch.readers.fonts import FontDecoder
from vnsearch.readers.numbering import Numbering
from vnsearch.readers.package import Element, Package, text_of
from vnsearch.readers.run_fonts import RunFonts

_DOCUMENT: Final = "word/document.xml"
_STYLES: Final = "word/styles.xml"
_NOTES: Final = ("word/footnotes.xml", "word/endnotes.xml")
_AROUND: Final = re.compile(r"word/((diagrams/data|header|footer)\d*)\.xml")
_MARKS: Final = {"p": "\n", "br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}
_TEXT: Final = ("t",)
# Properties, deleted or moved text, and the fallback for older programs, which repeats the text.
_SKIP: Final = ("pPr", "rPr", "sectPr", "tblPr", "del", "moveFrom", "Fallback")
_HEADING: Final = re.compile(r"heading \d", re.IGNORECASE)
_MOST_HEADINGS: Final = 5  # looked at for a title


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    package = Package(source)
    root = package.xml(_DOCUMENT)
    fonts, decoder = RunFonts(package.part(_STYLES)), FontDecoder()

    def shown(root: Element, numbering: Numbering | None = None) -> str:
        fonts.decode(root, decoder)
        return _text(root, numbering)

    texts = [shown(root, Numbering(package))]
    texts += [shown(package.xml(part)) for part in _NOTES if part in package]
    around = sorted({*filter(_AROUND.fullmatch, package.targets(_DOCUMENT).values())})
    for part in around:
        text = shown(package.xml(part)) if part in package else ""
        # Most headers and footers are those of other sections again, or the number of a page.
        if any(map(str.isalpha, text)) and text not in texts:
            texts.append(text)
    pictures = Pictures(package, source.recognized)
    texts.append(pictures.text())
    if not any(texts):
        pictures.check()
        raise UnusableFileError(N_("no text"))
    title = titles.first_title([decoder.title(package.title()), *_titles(package, root)])
    yield Document("", title, "\n".join(filter(None, texts)), None, decoder.encoding)
    pictures.check()


def _text(root: Element, numbering: Numbering | None = None) -> str:
    def before(element: Element, name: str, text: str) -> str:
        match name:
            case "p" if numbering is not None:
                return numbering.before(element)
            case "txbxContent":
                return "\n"
            # Where a word may be divided. In documents in the fonts of TCVN3, it is the letter ư.
            case "softHyphen":
                return "\u00ad"
            case "r" if _is_raised(element):
                return superscripts.gap(text, "".join(element.itertext("{*}t")))
        return ""

    return text_of(root, _MARKS, skip=_SKIP, only=_TEXT, before=before)


def _is_raised(run: Element) -> bool:
    align = run.find("{*}rPr/{*}vertAlign")
    return align is not None and "superscript" in align.values()


def _titles(package: Package, root: Element) -> Iterator[str]:
    """The paragraphs in the style of titles, then the first headings that are not of a section."""
    styles = package.part(_STYLES)
    if styles is None:
        return
    of_titles, of_headings = set[str](), set[str]()
    for style in styles.iterfind("{*}style"):
        name = style.find("{*}name")
        shown = str(next(iter(name.values()), "")) if name is not None else ""
        identity = str(next((v for k, v in style.items() if str(k).endswith("styleId")), ""))
        if shown.lower() == "title":
            of_titles.add(identity)
        elif _HEADING.fullmatch(shown):
            of_headings.add(identity)
    headings: list[str] = []
    for style in root.iter("{*}pStyle"):
        identity = str(next(iter(style.values()), ""))
        if identity not in of_titles and identity not in of_headings:
            continue
        paragraph = style.getparent().getparent()
        text = " ".join("".join(paragraph.itertext("{*}t")).split())
        if identity in of_titles:
            yield text
        else:
            headings.append(text)
        if len(headings) > _MOST_HEADINGS:
            break
    yield from (text for text in headings if not titles.is_generic(text))
