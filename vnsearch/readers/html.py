"""HTML: the page's title and its main text, without menus, scripts and footers."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import superscripts, titles
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of
from vnsearch.readers.tag_limits import within_limits
from vnsearch.vietnamese.letters import fold

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
_ALONE_IN_CELL: Final = ("p", "div")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS: Final = ("ul", "ol", "dl", "table")
_MOST_BLANK: Final = 50  # nodes without text between a heading and its list
_HEADING_LOOKED_AT: Final = 300  # code points
# Headings, folded, of links to other pages.
_ELSEWHERE: Final = re.compile(
    r"((cac )?(tin|bai)( viet)? )?(lien quan|cung chuyen muc|khac|moi( nhat)?|doc nhieu( nhat)?|"
    r"xem nhieu( nhat)?|noi bat|xem them)|(chuyen|danh) muc.*|menu|lien ket.*|related.*|see also|"
    r"(recent|latest|popular|more).*|links?|tags?|categories|trang chu"
)
_CONTAINERS: Final = ("div", "ul", "ol", "table", "section", "dl")
# What a container must be to be taken for a menu (see `_remove_menus`).
_MAX_MENU_SHARE: Final = 0.3  # of the text of the page
_MIN_LINKS: Final = 3
_MIN_LINKED_SHARE: Final = 0.6  # of its own text
_MENU_NAMES: Final = re.compile(
    r"\b(menu|nav|navbar|footer|sidebar|breadcrumbs?|related|share|social|comments?|cookie|"
    r"advert|banner)\b",
    re.IGNORECASE,
)

# Stands for the end of a cell; like _BREAK, below.
_CELL_END: Final = "\x1f"
# Stands for a line end while the line ends of the source, which are only spaces in HTML, are
# collapsed. A control character that HTML does not allow in text.
_BREAK: Final = "\x1e"
# Declared by `encoding=` in XML, by `charset=` in <meta>.
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD: Final = 4096  # bytes in which a declaration is looked for
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BREAKS = re.compile(rf" *{_BREAK}[ {_BREAK}]*")
_CELL_ENDS = re.compile(rf" *{_CELL_END}[ {_CELL_END}]*")
_NO_CELL_ENDS = re.compile(
    rf"(?<={_BREAK}){_CELL_ENDS.pattern}|"
    rf"(?<![ {_CELL_END}]){_CELL_ENDS.pattern}(?={_BREAK}|$)"
)


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    title, text = page(source, bytes_of(source.stream, MAX_TEXT_BYTES))
    yield Document("", title, text, None, source.encoding)


def page(
    source: Source, data: bytes, charset: str = "", *, around: str = _AROUND_TEXT
) -> tuple[str, str]:
    """The title and the text of a page.

    `charset`: the encoding declared for it elsewhere, as by the headers of a message, or "".
    `around`: what is not of its text, as a selector. Raises UnusableFileError if there is no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    declared = _CHARSET.search(data[:_HEAD])
    name = charset or (declared[1].decode("ascii") if declared else "")
    tree = LexborHTMLParser(within_limits(source.decoded(data, name), _BREAK))
    _mark_breaks(tree)
    title, text = _title(tree), _text(_main(tree, around))
    if not text:
        raise UnusableFileError(N_("no text on the page"))
    return title, text


def _mark_breaks(page: "LexborHTMLParser") -> None:
    """Remove what is never text, and mark where blocks and cells end."""
    for node in page.css(_NEVER_TEXT):
        node.decompose()
    for raised in page.css("sup, a[href^='#']"):
        before = raised.prev
        text = before.text() if before is not None else ""
        if gap := superscripts.gap(text or "", raised.text()):
            raised.insert_before(gap)
    alone = {_alone_in_cell(cell) for cell in page.css(_CELLS)}
    for block in page.css(_BLOCKS):
        if block.mem_id not in alone:
            block.insert_before(_BREAK)
            block.insert_after(_BREAK)
    for cell in page.css(_CELLS):
        cell.insert_after(_CELL_END)


def _alone_in_cell(cell: "LexborNode") -> int | None:
    """The paragraph that a cell consists of, as programs of offices write cells; None if none."""
    shown = [
        child
        for child in cell.iter(include_text=True)
        if not child.is_comment_node and (child.text() or "").strip()
    ]
    alone = len(shown) == 1 and shown[0].tag in _ALONE_IN_CELL
    return shown[0].mem_id if alone else None


def _title(page: "LexborHTMLParser") -> str:
    nodes = (page.css_first(selector) for selector in ("head title", "h1"))
    return titles.first_title(map(_text, nodes))


def _main(page: "LexborHTMLParser", around: str) -> "LexborNode | None":
    """The element with the main text: <main>, a lone <article>, else the whole body."""
    for selector in ("main, [role=main]", "article"):
        nodes = page.css(selector)
        if len(nodes) == 1 and _text(nodes[0]):
            _remove_around(nodes[0], around)
            return nodes[0]
    if page.body is not None:
        if around == _AROUND_TEXT:
            _remove_around(page.body, f"{around}, body > header")
            _remove_menus(page.body)
        else:
            _remove_around(page.body, around)
    return page.body


def _remove_menus(body: "LexborNode") -> None:
    """Remove menus and the like that have no element of their own: containers with a small share
    of the text that consist mostly of links, or whose id or class says so."""
    texts: dict[int, str] = {}
    removed = -1
    for menu in sorted(_like_menus(body), key=lambda menu: menu.first):
        is_inside = menu.first <= removed  # of one that was removed
        if not is_inside and (menu.is_named or not _has_heading(menu.node, texts)):
            menu.node.decompose()
            removed = menu.last


class _Menu(NamedTuple):
    """A container that may be a menu."""

    node: "LexborNode"
    is_named: bool  # by its id or class; else it consists of links
    first: int  # of its elements, in the order of the page: itself
    last: int


class _Open(NamedTuple):
    """An element that the walk through a page is in, and what came before it."""

    node: "LexborNode"
    mem_id: int
    number: int
    size: int  # code points of text
    links: int
    linked: int  # code points of links


def _like_menus(body: "LexborNode") -> Iterator[_Menu]:
    """The containers small enough for a menu that have the name or the links of one.

    In one walk, since containers may be in one another by the hundred."""
    max_size = _MAX_MENU_SHARE * len(body.text())
    path: list[_Open] = []
    number = size = links = linked = 0
    walk = chain(((node, node.parent) for node in body.traverse()), [(None, None)])
    for number, (node, parent) in enumerate(walk):
        inside = parent.mem_id if parent is not None else 0
        while path and path[-1].mem_id != inside:
            end = path.pop()
            own_size, tag = size - end.size, end.node.tag
            if tag == "a":
                links, linked = links + 1, linked + own_size
            elif tag in _CONTAINERS and 0 < own_size <= max_size:
                of_links = linked - end.linked > _MIN_LINKED_SHARE * own_size
                is_named = _is_named_menu(end.node)
                if is_named or (of_links and links - end.links >= _MIN_LINKS):
                    yield _Menu(end.node, is_named, end.number, number - 1)
        if node is not None:
            path.append(_Open(node, node.mem_id, number, size, links, linked))
            size += len(node.text(deep=False))


def _is_named_menu(node: "LexborNode") -> bool:
    attributes = node.attributes
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    return _MENU_NAMES.search(names) is not None


def _has_heading(node: "LexborNode", texts: dict[int, str]) -> bool:
    """Whether a list stands behind a heading, and so is content, such as the works of a writer.

    `texts`: how the texts begin that were looked at before, for the next of many lists."""
    if node.tag not in _LISTS:
        return False
    before = node.prev
    for _ in range(_MOST_BLANK):
        if before is None:
            return False
        if before.mem_id not in texts:
            texts[before.mem_id] = _text(before)[:_HEADING_LOOKED_AT]
        if text := texts[before.mem_id]:
            is_heading = before.tag in _HEADINGS
            return is_heading and not _ELSEWHERE.fullmatch(fold(text.lower()).strip(" :"))
        before = before.prev
    return False


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
    text = _CELL_ENDS.sub(" | ", _NO_CELL_ENDS.sub("", text))
    return _BREAKS.sub("\n", text).strip()
