"""Rich Text Format (.rtf): the text with its tables and automatic numbers; then notes, text boxes,
headers and footers; not what was deleted, and of fields what they show.

The format is that of Microsoft's specification, version 1.9.1. A group in braces has its
formatting; a control word at its beginning may make it a destination, which is no running text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import superscripts, titles
from vnsearch.readers.base import Source, bytes_of
from vnsearch.readers.fonts import FontDecoder, is_old
from vnsearch.readers.ole import in_code_page, windows_1252
from vnsearch.readers.paragraphs import Paragraphs, of_headers

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]+)(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_DEPTH: Final = 10_000  # of groups
_LONGEST_NAME: Final = 1_000  # code points of a title or of the name of a font
_LINE_ENDS: Final = frozenset((b"par", b"line", b"sect", b"page", b"column", b"nestcell"))
_SIGNS: Final = {
    b"tab": " ", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ",
    b"qmspace": " ", b"~": " ", b"_": "-", b"-": "\u00ad",
}  # fmt: skip
# Groups that are left out, besides those marked as to be ignored when not known.
_SKIPPED: Final = frozenset(
    b"colortbl pict nonesttables xe tc objdata shprslt nonshppict fldinst filetbl revtbl mmathPict"
    b" objclass objname rxe txe".split()
)
# Groups of properties, of which some groups inside are text.
_INERT: Final = frozenset((b"info", b"shpinst", b"shp", b"do", b"upr", b"object", b"shpgrp"))
# Groups of text outside of the running text, and where they go.
_PARTS: Final = {
    **dict.fromkeys((b"footnote",), "notes"),
    **dict.fromkeys((b"shptxt", b"dptxbxtext"), "boxes"),
    **{b"head" + side: "around" for side in (b"er", b"erl", b"err", b"erf")},
    **{b"foot" + side: "around" for side in (b"er", b"erl", b"err", b"erf")},
}
_CODE_PAGES: Final = {  # of fonts, by character set
    77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
    177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250,
}  # fmt: skip


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    data = bytes_of(source.stream)
    if not data.strip():
        raise UnusableFileError(N_("empty file"))
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise UnusableFileError(N_("damaged, or not what its name says (no RTF)"))
    parser = _Parser()
    parser.parse(data)
    lines = parser.lines()
    if not lines:
        raise UnusableFileError(N_("no text"))
    title = titles.first_title([parser.decoder.title(parser.title), *parser.titles])
    text = "\n".join(lines)
    if _SURROGATE.search(text):  # each half of a pair came by itself
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    yield Document("", title, text, None, parser.decoder.encoding)


@dataclass(slots=True)
class _State:
    """What a group is, and the formatting in it."""

    destination: str = "text"  # or fonts, styles, title, inert, skip
    outer: str = "text"  # the destination around inert groups
    part: str = "main"  # of the text
    font: int = -1
    fallback: int = 1  # characters behind one of Unicode that stand for it
    raised: bool = False
    hidden: bool = False
    in_table: bool = False
    style: int = 0


class _Parser:
    """Parses a file into the lines of its parts."""

    def __init__(self) -> None:
        self.decoder = FontDecoder()
        self.title = ""
        self.titles: list[str] = []  # paragraphs in the style of titles
        self._parts = {
            name: Paragraphs(self.decoder) for name in ("main", "notes", "boxes", "around")
        }
        self._state, self._stack = _State(), list[_State]()
        self._fonts: dict[int, str] = {}
        self._pages: dict[int, int] = {}  # code pages of fonts
        self._titles: set[int] = set()  # styles of titles
        self._default_font, self._page = -1, 1252
        self._bytes = bytearray()  # not decoded yet, in the font of the state
        self._skip = 0  # characters that stand for the last one of Unicode
        self._is_new = False  # whether the group has just begun
        self._is_optional = False  # whether it is to be ignored when not known

    def lines(self) -> list[str]:
        """The lines of the parts in order; those of headers and footers once."""
        main, notes, boxes, around = (part.finish() for part in self._parts.values())
        return [*main, *notes, *boxes, *of_headers(around)]

    def parse(self, data: bytes) -> None:
        """Take in a file."""
        at = 0
        while (match := _TOKEN.search(data, at)) is not None:
            at = match.end()
            word, number, code, sign, brace, text = match.groups()
            if text is not None:
                self._literal(text)
            elif code is not None:
                self._literal(bytes.fromhex(code.decode()))
            elif brace == b"{":
                self._open()
                continue
            elif brace is not None:
                self._close()
            elif sign is not None:
                self._sign(sign)
                continue
            elif word == b"bin":
                at += max(0, int(number or 0))
            else:
                self._word(word, None if number is None else int(number))
                continue
            self._is_new = self._is_optional = False
        self._flush()

    def _open(self) -> None:
        self._flush()
        if len(self._stack) >= _MAX_DEPTH:
            raise UnusableFileError(N_("nested too deeply"))
        self._stack.append(self._state)
        self._state = replace(self._state)
        self._is_new, self._is_optional, self._skip = True, False, 0

    def _close(self) -> None:
        self._flush()
        if not self._stack:
            return
        state, self._state, self._skip = self._state, self._stack.pop(), 0
        if state.part != self._state.part:
            self._parts[state.part].end(in_table=False)

    def _literal(self, data: bytes) -> None:
        if self._state.destination in ("skip", "inert"):
            return
        if self._skip:
            self._skip, data = max(0, self._skip - len(data)), data[self._skip :]
        self._bytes += data

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._is_optional = self._is_new
            return
        self._is_new = False
        if sign in (b"\n", b"\r"):
            self._end_paragraph()
        elif sign in _SIGNS:
            self._add(_SIGNS[sign])
        elif sign in b"\\{}":
            self._literal(sign)

    def _word(self, word: bytes, number: int | None) -> None:
        state, is_new, is_optional = self._state, self._is_new, self._is_optional
        self._is_new = self._is_optional = False
        if is_new and self._enter(word, is_optional=is_optional):
            return
        if state.destination == "skip":
            return
        if word == b"u":
            self._add(chr((number or 0) & 0xFFFF))
            self._skip = state.fallback
        elif word in _SIGNS:
            self._add(_SIGNS[word])
        elif word in _LINE_ENDS:
            self._end_paragraph()
        elif word in (b"cell", b"row", b"nestrow"):
            self._end_cell(word)
        elif (change := _CHANGES.get(word)) is not None:
            self._flush()
            change(state, number)
        elif word in (b"ansicpg", b"deff", b"fcharset", b"plain"):
            self._declare(word, number or 0)

    def _enter(self, word: bytes, *, is_optional: bool) -> bool:
        """Begin the destination of a control word, if it is one."""
        state = self._state
        if state.destination == "skip":
            return True
        if word in _PARTS:
            state.destination, state.part, state.in_table = "text", _PARTS[word], False
        elif word in (b"fonttbl", b"stylesheet"):
            state.destination = "fonts" if word == b"fonttbl" else "styles"
        elif word in _INERT:
            if word == b"info":
                state.outer = "inert"
            elif state.destination != "inert":
                state.outer = state.destination
            state.destination = "inert"
        elif word == b"title" and state.destination == "inert":
            state.destination, self.title = "title", ""  # the last one is that in Unicode
        elif word in (b"ud", b"result"):
            state.destination = state.outer
        elif word in _SKIPPED or (is_optional and word not in (b"cs", b"ds", b"ts", b"s")):
            state.destination = "skip"
        else:
            return False
        return True

    def _declare(self, word: bytes, number: int) -> None:
        self._flush()
        state = self._state
        if word == b"ansicpg":
            self._page = number
        elif word == b"deff":
            self._default_font = number
        elif word == b"fcharset":
            self._pages[state.font] = _CODE_PAGES.get(number, 0)
        else:
            state.font, state.raised, state.hidden = -1, False, False

    def _flush(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._add(self._decoded(data))

    def _decoded(self, data: bytes) -> str:
        if data.isascii():
            return data.decode()
        font = self._font()
        if is_old(self._fonts.get(font, "")):
            return windows_1252(data)
        return in_code_page(data, self._pages.get(font, 0) or self._page)

    def _font(self) -> int:
        return self._state.font if self._state.font >= 0 else self._default_font

    def _add(self, text: str) -> None:
        if self._bytes:
            self._flush()
        state = self._state
        if state.destination == "fonts":
            name = self._fonts.get(state.font, "")
            self._fonts[state.font] = (name + text.partition(";")[0])[:_LONGEST_NAME]
        elif state.destination == "styles":
            if text.strip(" ;").lower() == "title":
                self._titles.add(state.style)
        elif state.destination == "title":
            self.title = (self.title + text)[:_LONGEST_NAME]
        elif state.destination == "text" and not state.hidden:
            paragraphs = self._parts[state.part]
            if state.raised:
                text = superscripts.gap(paragraphs.last, text) + text
            paragraphs.add(text, self._fonts.get(self._font(), ""))

    def _end_paragraph(self) -> None:
        self._flush()
        state = self._state
        if state.destination == "text":
            line = self._parts[state.part].end(in_table=state.in_table)
            if line and state.style in self._titles:
                self.titles.append(line)

    def _end_cell(self, word: bytes) -> None:
        self._flush()
        paragraphs = self._parts[self._state.part]
        if self._state.destination != "text":
            return
        if word == b"cell":
            paragraphs.end_cell()
        elif word == b"row":
            paragraphs.end_row()
        else:
            paragraphs.end(in_table=True)


def _set(name: str) -> Callable[[_State, int | None], None]:
    return lambda state, number: setattr(state, name, number != 0)


def _end_formatting(state: _State, _number: int | None) -> None:
    state.in_table, state.style = False, 0


_CHANGES: Final[dict[bytes, Callable[[_State, int | None], None]]] = {
    b"f": lambda state, number: setattr(state, "font", number or 0),
    b"s": lambda state, number: setattr(state, "style", number or 0),
    b"uc": lambda state, number: setattr(state, "fallback", min(number or 0, 100)),
    b"v": _set("hidden"),
    b"deleted": _set("hidden"),
    b"htmlrtf": _set("hidden"),  # what a page in RTF (of Outlook) has besides
    b"super": _set("raised"),
    b"nosupersub": lambda state, _number: setattr(state, "raised", False),
    b"intbl": _set("in_table"),
    b"pard": _end_formatting,
}
