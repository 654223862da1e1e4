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
# What a container must be to be taken for a menu (see `_remove_menus`).
_MAX_MENU_SHARE: Final = 0.3  # of the text of the page
_MIN_LINKS: Final = 3
_MIN_LINKED_SHARE: Final = 0.6  # of its own text
_MENU_NAMES: Final = re.compile(
    r"\b(menu|nav|navbar|footer|sidebar|breadcrumbs?|related|share|social|comments?|cookie|"
    r"advert|banner)\b",
    re.IGNORECASE,
)

# Stands for a line end while the line ends of the source, which are only spaces in HTML, are
# collapsed. A control character that HTML does not allow in text.
_BREAK: Final = "\x1e"
# Declared by `encoding=` in XML, by `charset=` in <meta>.
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD: Final = 4096  # bytes in which a declaration is looked for
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(rf" *(?:{_BREAK} *)+")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    title, text = page(source, bytes_of(source.stream, MAX_TEXT_BYTES))
    yield Document("", title, text, None, source.encoding)


def page(source: Source, data: bytes, charset: str = "") -> tuple[str, str]:
    """The title and the text of a page.

    `charset`: the encoding declared for it elsewhere, as by the headers of a message, or "". Raises
    UnusableFileError if there is no text.
    """
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
    """Remove what is never text, and mark where blocks and cells end."""
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
        _remove_menus(page.body)
    return page.body


def _remove_menus(body: "LexborNode") -> None:
    """Remove menus and the like that have no element of their own: containers with a small share
    of the text that consist mostly of links, or whose id or class says so."""
    max_size = _MAX_MENU_SHARE * len(body.text())
    for node in body.css(_CONTAINERS):
        size = len(node.text())
        if node.parent is None or not 0 < size <= max_size:
            continue
        links = node.css("a")
        linked = sum(len(link.text()) for link in links)
        names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
        mostly_links = len(links) >= _MIN_LINKS and linked > _MIN_LINKED_SHARE * size
        if mostly_links or _MENU_NAMES.search(names):
            node.decompose()


def _remove_around(node: "LexborNode", selector: str) -> None:
    """Remove what a selector matches inside a node, and forms to type into."""
    for child in node.css(f"{selector}, form"):
        # Some servers wrap the whole page in a form, which then has paragraphs.
        has_text = child.tag == "form" and child.css_first(_PARAGRAPHS) is not None
        if child.parent is not None and child.mem_id != node.mem_id and not has_text:
            child.decompose()


def _text(node: "LexborNode | None") -> str:
    if node is None:
        return ""
    text = _SPACES.sub(" ", node.text().replace("\xa0", " "))
    return _BREAKS.sub("\n", text).strip()
