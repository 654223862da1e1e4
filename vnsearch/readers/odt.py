"""OpenDocument text (.odt): the text with tables and notes, then headers and footers; not comments
or deleted text."""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import superscripts, titles
from vnsearch.readers.base import Source
from vnsearch.readers.embedded import Pictures
from vnsearch.readers.package import Element, local_name, open_document, text_of

_CONTENT: Final = "content.xml"
_STYLES: Final = "styles.xml"
_META: Final = "meta.xml"
_MARKS: Final = {"p": "\n", "h": "\n", "line-break": "\n", "tab": " ", "s": " "}
_SKIP: Final = ("tracked-changes", "annotation", "note-citation", "forms", "scripts")
_AROUND: Final = ("{*}header", "{*}footer", "{*}header-first", "{*}footer-first")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    package = open_document(source)
    root = package.xml(_CONTENT)
    texts = [_text(root)]
    if _STYLES in package:
        for part in package.xml(_STYLES).iter(*_AROUND):
            text = _text(part)
            if any(map(str.isalpha, text)) and text not in texts:
                texts.append(text)
    pictures = Pictures(package, source.recognized)
    texts.append(pictures.text())
    if not any(texts):
        pictures.check()
        raise UnusableFileError(N_("no text"))
    stated = package.title(_META)
    title = titles.first_title([stated, *_titles(root)])
    yield Document("", title, "\n".join(filter(None, texts)))
    pictures.check()


def _text(root: Element) -> str:
    raised = {
        _attribute(properties.getparent(), "name")
        for properties in root.iter("{*}text-properties")
        if _attribute(properties, "text-position").startswith("super")
    }

    def before(element: Element, name: str, text: str) -> str:
        if name == "span" and raised and _attribute(element, "style-name") in raised:
            return superscripts.gap(text, "".join(element.itertext()))
        return "\n" if name == "text-box" else ""

    return text_of(root, _MARKS, skip=_SKIP, before=before)


def _titles(root: Element) -> Iterator[str]:
    """The paragraphs in the style of titles, then the first headings that are not of a section."""
    headings: list[str] = []
    parents = {
        _attribute(style, "name"): _attribute(style, "parent-style-name")
        for style in root.iter("{*}style")
    }
    for item in root.iter("{*}p", "{*}h"):
        style = _attribute(item, "style-name")
        if "Title" in (style, parents.get(style)):
            yield "".join(item.itertext())
        elif local_name(item) == "h" and len(headings) < 5:
            headings.append("".join(item.itertext()))
    yield from (text for text in headings if not titles.is_generic(text))


def _attribute(element: Element, name: str) -> str:
    found = (value for key, value in element.items() if str(key).rpartition("}")[2] == name)
    return str(next(found, ""))
