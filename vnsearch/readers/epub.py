"""Books (.epub): the chapters in reading order."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import html, titles
from vnsearch.readers.base import Source
from vnsearch.readers.package import Package, resolved, title_in

_CONTAINER: Final = "META-INF/container.xml"
# Notes stand in <aside> and the like, and are text.
_NAVIGATION: Final = "nav, [hidden]"
_ENCRYPTION: Final = "META-INF/encryption.xml"


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its chapters separated by form feeds; raises UnusableFileError."""
    package = Package(source)
    rootfile = next(package.xml(_CONTAINER).iter("{*}rootfile"), None)
    if rootfile is None:
        raise UnusableFileError(N_("damaged ({what})").format(what=_CONTAINER))
    name = str(rootfile.get("full-path"))
    book = package.xml(name)
    hrefs = {item.get("id"): item.get("href") for item in book.iter("{*}item")}
    spine = (hrefs.get(item.get("idref")) for item in book.iter("{*}itemref"))
    folder = name.rpartition("/")[0]
    files = [resolved(folder, unquote(str(href))) for href in spine if href]
    locked = package.data(_ENCRYPTION) if _ENCRYPTION in package else b""
    if any(file.encode() in locked for file in files):
        raise UnusableFileError(N_("encrypted"))
    chapters = [_chapter(source, package.data(file)) for file in files if file in package]
    if not any(chapters):
        raise UnusableFileError(N_("no text"))
    title = titles.first_title([title_in(book)])
    yield Document("", title, "\n\f".join(chapters), Locator(1, "chapter"))


def _chapter(source: Source, data: bytes) -> str:
    try:
        return html.page(source, data, around=_NAVIGATION)[1]
    except UnusableFileError:  # such as a cover, which is only a picture
        return ""
