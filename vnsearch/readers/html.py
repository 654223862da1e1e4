"""HTML: the page's title and its main text, without menus, scripts and footers."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NEVER_TEXT: Final = "script, style, noscript, template, svg, iframe, object, select, button"
_AROUND_TEXT: Final = (
    "nav, aside, footer, [role=navigation], [role=search], [role=banner], "
    "[role=contentinfo], [role=complementary], [hidden], [aria-hidden=true]"
)
_BLOCKS: Final = (
    "address, article, blockquote, br, caption, dd, details, div, dl, dt, figcaption, figure, "
    "h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, p, pre, section, summary, table, tr, ul"
)
_PARAGRAPHS: Final = "p, h1, h2, h3, h4, li, table, article"
_CELLS: Final = "td, th"
_CONTAINERS: Final = "div, ul, ol, table, section, dl"
_SMALL_PART: Final = 0.3
_LINKS: Final = 3
_LINKED: Final = 0.6
_NAMED_SO: Final = re.compile(
    r"\b(menu|nav|navbar|footer|sidebar|breadcrumbs?|related|share|social|comments?|cookie|"
    r"advert|banner)\b",
    re.IGNORECASE,
)

# Stands for a line end until the white space of the source, which means nothing in
# HTML, is gone. A control character that HTML does not allow in text.
_BREAK: Final = "\x1e"
# Behind `encoding=` in XML, `charset=` in <meta>.
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD: Final = 4096  # bytes
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(rf" *(?:{_BREAK} *)+")


def read(source: Source) -> Iterator[Document]:
    """One document; raises UnusableFileError."""
    title, text = page(source, bytes_of(source.stream, MAX_TEXT_BYTES))
    yield Document("", title, text, None, source.encoding)


def page(source: Source, data: bytes, charset: str = "") -> tuple[str, str]:
    """The title and the text of a page; `charset`: what was declared around it. Raises
    UnusableFileError."""
    from selectolax.lexbor import LexborHTMLParser

    declared = _CHARSET.search(data[:_HEAD])
    name = charset or (declared[1].decode("ascii") if declared else "")
    tree = LexborHTMLParser(source.decoded(data, name))
    _mark_breaks(tree)
    title, text = _title(tree), _text(_main(tree))
    if not text:
        raise UnusableFileError("no text on the page")
    return title, text


def _mark_breaks(page: "LexborHTMLParser") -> None:
    for node in page.css(_NEVER_TEXT):
        node.decompose()
    for block in page.css(_BLOCKS):
        block.insert_before(_BREAK)
        block.insert_after(_BREAK)
    for cell in page.css(_CELLS):
        cell.insert_after(" ")


def _title(page: "LexborHTMLParser") -> str:
    for selector in ("head title", "h1"):
        node = page.css_first(selector)
        if title := _text(node):
            return title
    return ""


def _main(page: "LexborHTMLParser") -> "LexborNode | None":
    """The element with the main text: <main>, a lone <article>, else the whole body."""
    for selector in ("main, [role=main]", "article"):
        nodes = page.css(selector)
        if len(nodes) == 1 and _text(nodes[0]):
            _remove_around(nodes[0], _AROUND_TEXT)
            return nodes[0]
    if page.body is not None:
        _remove_around(page.body, f"{_AROUND_TEXT}, body > header")
        _remove_lists_of_links(page.body)
    return page.body


def _remove_lists_of_links(body: "LexborNode") -> None:
    """Menus and the like of pages that do not call them so: mostly links, and a small part of
    the text, or named so, and a small part."""
    most = _SMALL_PART * len(body.text())
    for node in body.css(_CONTAINERS):
        size = len(node.text())
        if node.parent is None or not 0 < size <= most:
            continue
        links = node.css("a")
        linked = sum(len(link.text()) for link in links)
        names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
        if (len(links) >= _LINKS and linked > _LINKED * size) or _NAMED_SO.search(names):
            node.decompose()


def _remove_around(node: "LexborNode", selector: str) -> None:
    for child in node.css(f"{selector}, form"):
        # Some servers wrap the whole page in a form; one without paragraphs is to type into.
        has_text = child.tag == "form" and child.css_first(_PARAGRAPHS) is not None
        if child.parent is not None and child.mem_id != node.mem_id and not has_text:
            child.decompose()


def _text(node: "LexborNode | None") -> str:
    if node is None:
        return ""
    text = _SPACES.sub(" ", node.text().replace("\xa0", " "))
    return _BREAKS.sub("\n", text).strip()
