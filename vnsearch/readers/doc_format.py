"""The structure of Word files until 2003: where their text lies, and how each stretch is formatted.

The format is [MS-DOC]. The text is in pieces of the main stream; pages of 512 bytes (FKP) tell the
formatting of stretches of its bytes as exceptions (modifiers, sprms) to styles.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from struct import iter_unpack, unpack_from
from typing import Final, NamedTuple

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.readers.base import MAX_TEXT_BYTES
from vnsearch.readers.doc_lists import lists_of
from vnsearch.readers.list_numbers import Lists
from vnsearch.readers.ole import Container, windows_1252

_FIRST_OF_97: Final = 0xC1  # version of the format
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200  # flags

# Where the offset and length of a structure stand in the header.
_STYLES, _CHARACTER_PAGES, _PARAGRAPH_PAGES = 0xA2, 0xFA, 0x102
_FONTS, _PIECES = 0x112, 0x1A2
_DEFINITIONS, _LISTS = 0x2E2, 0x2EA
_PIECES_OF_95: Final = 0x160
_COUNTS: Final = 0x4C  # of characters in each part of the text, a number each
_COUNT_OF_95: Final = 0x34
_PAGE: Final = 512

# Modifiers, by number.
_FONT_ASCII, _FONT_OTHER, _STYLE = 0x4A4F, 0x4A51, 0x4A30
_DELETED, _HIDDEN, _RAISED, _SYMBOL = 0x0800, 0x083C, 0x2A48, 0x6A09
_IN_TABLE, _ROW_ENDS = 0x2416, {0x2417, 0x244C}
_TABLE: Final = 0xD608
_LEVEL, _LIST = 0x260A, 0x460B  # of a list
_OPERAND: Final = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes, by the class of a modifier; 0: it says
_MOST_BASES: Final = 20  # styles that a style is based on


class Piece(NamedTuple):
    """A stretch of text in one encoding."""

    first: int  # its first character's number in the text
    text: str
    offset: int  # of its first byte in the main stream
    width: int  # bytes of a character


class Character(NamedTuple):
    """How characters differ from their style."""

    ascii_font: int | None = None  # by number
    other_font: int | None = None  # of characters outside ASCII
    style: int | None = None
    dropped: bool = False  # deleted or hidden
    raised: bool = False
    symbol: tuple[int, int] | None = None  # font and character that stand for this one


class Paragraph(NamedTuple):
    """What is needed of a paragraph's formatting."""

    style: int = 0
    in_table: bool = False
    ends_row: bool = False
    list: int | None = None  # by number; 0 is none
    level: int | None = None


class Style(NamedTuple):
    """A style, as it is given and with those it is based on."""

    known_as: int  # number of a built-in style
    base: int
    character: Character
    paragraph: Paragraph = Paragraph()


class Stretch(NamedTuple):
    """Text with one formatting."""

    text: str
    character: Character
    paragraph: Paragraph


class WordFile:
    """A file of Word 97 to 2003, or of 95 and 6 without formatting; raises UnusableFileError."""

    def __init__(self, container: Container) -> None:
        self._main = main = container.needed("WordDocument")
        try:
            version, flags = *unpack_from("<H", main, 2), *unpack_from("<H", main, 10)
            if flags & _ENCRYPTED:
                raise UnusableFileError(N_("encrypted"))
            self.is_97 = version >= _FIRST_OF_97
            if self.is_97:
                self._table = container.needed(f"{int(bool(flags & _SECOND_TABLE))}Table")
                self.counts = unpack_from("<8I", main, _COUNTS)
            else:
                self._table = main
                self.counts = (*unpack_from("<8I", main, _COUNT_OF_95),)
            self._pieces = list(self._all_pieces())
        except struct.error as error:
            raise UnusableFileError(N_("damaged (its header ends early)")) from error
        self.fonts = self._fonts() if self.is_97 else []
        self.default_fonts, self.styles = self._all_styles() if self.is_97 else ((0, 0), [])

    def stretches(self) -> Iterator[tuple[int, Stretch]]:
        """Yield the text in stretches of one formatting, each with its first character's number."""
        characters = _Runs(self._main, self._part(_CHARACTER_PAGES), is_paragraphs=False)
        paragraphs = _Runs(self._main, self._part(_PARAGRAPH_PAGES), is_paragraphs=True)
        if not self.is_97:
            characters = paragraphs = _Runs(b"", b"", is_paragraphs=False)
        for piece in self._pieces:
            at, end = 0, len(piece.text)
            while at < end:
                offset = piece.offset + at * piece.width
                character, end_1 = characters.at(offset)
                paragraph, end_2 = paragraphs.at(offset)
                bytes_left = min(end_1, end_2) - offset
                until = min(end, at + max(1, bytes_left // piece.width))
                yield (
                    piece.first + at,
                    Stretch(
                        piece.text[at:until],
                        _character(character),
                        _paragraph(paragraph),
                    ),
                )
                at = until

    def _part(self, place: int) -> bytes:
        """A structure that the header names; empty if it lies outside of the file."""
        if len(self._main) < place + 8:
            return b""
        offset, size = unpack_from("<2I", self._main, place)
        return self._table[offset : offset + size]

    def lists(self) -> Lists:
        """The lists that number paragraphs."""
        if not self.is_97 or len(self._main) < _LISTS + 8:
            return Lists()
        offset, size = unpack_from("<2I", self._main, _DEFINITIONS)
        return lists_of(self._table[offset:] if size else b"", self._part(_LISTS))

    def list_of(self, paragraph: Paragraph) -> tuple[str, int]:
        """The list of a paragraph or its style, and the level; the number "0" if there is none."""
        number, level, style, seen = paragraph.list, paragraph.level, paragraph.style, 0
        while number is None and 0 <= style < len(self.styles) and seen < _MOST_BASES:
            found, seen = self.styles[style], seen + 1
            number = found.paragraph.list
            level = _first(level, found.paragraph.level)
            style = found.base
        return str(number or 0), level or 0

    def _all_pieces(self) -> Iterator[Piece]:
        places = self._part(_PIECES if self.is_97 else _PIECES_OF_95)
        at = 0
        while at + 3 <= len(places) and places[at] == 1:  # modifiers, which hold no text
            at += 3 + unpack_from("<H", places, at + 1)[0]
        if at + 5 > len(places) or places[at] != 2:
            yield from self._whole()
            return
        size = min(unpack_from("<I", places, at + 1)[0], len(places) - at - 5)
        table, count = places[at + 5 : at + 5 + size], (size - 4) // 12
        firsts = unpack_from(f"<{count + 1}I", table, 0)
        left = MAX_TEXT_BYTES
        for nth in range(count):
            (offset,) = unpack_from("<I", table, 4 * (count + 1) + 8 * nth + 2)
            narrow = not self.is_97 or bool(offset & 0x4000_0000)
            offset = (offset & 0x3FFF_FFFF) // (2 if narrow and self.is_97 else 1)
            length = max(0, firsts[nth + 1] - firsts[nth])
            piece = self._piece(firsts[nth], length, offset, 1 if narrow else 2)
            left -= len(piece.text)
            if left < 0:
                raise UnusableFileError(
                    N_("too large (over {limit} MB of text)").format(
                        limit=MAX_TEXT_BYTES // 1_000_000
                    )
                )
            yield piece

    def _whole(self) -> Iterator[Piece]:
        """The text of a file without a table of pieces: all of it in one."""
        begin, end = unpack_from("<2I", self._main, 0x18)
        wide = self.is_97 and sum(self.counts) * 2 <= max(0, end - begin)
        yield self._piece(0, max(0, end - begin) // (1 + wide), begin, 1 + wide)

    def _piece(self, first: int, length: int, offset: int, width: int) -> Piece:
        data = self._main[offset : offset + length * width]
        text = data.decode("utf-16-le", "replace") if width == 2 else windows_1252(data)
        return Piece(first, text, offset, width)

    def _fonts(self) -> list[str]:
        """The names of the fonts, by number."""
        data, names, at = self._part(_FONTS), list[str](), 4
        while at < len(data) and data[at] >= 40:
            record = data[at + 1 : at + 1 + data[at]]
            names.append(record[39:].decode("utf-16-le", "replace").partition("\0")[0])
            at += 1 + data[at]
        return names

    def _all_styles(self) -> tuple[tuple[int, int], list[Style]]:
        """The fonts of text without a style, and the styles by number."""
        data, styles = self._part(_STYLES), list[Style]()
        if len(data) < 22:
            return (0, 0), []
        size, count, fixed = unpack_from("<3H", data, 0)
        fonts = unpack_from("<3H", data, 14)
        at = 2 + size
        for _ in range(count):
            if at + 2 > len(data):
                break
            (length,) = unpack_from("<H", data, at)
            styles.append(_style(data[at + 2 : at + 2 + length], fixed))
            at += 2 + length
        return (fonts[0], fonts[2]), styles

    def style(self, number: int) -> Character:
        """The formatting of a style with those that it is based on."""
        found, seen = Character(), 0
        while 0 <= number < len(self.styles) and seen < _MOST_BASES:
            style, seen = self.styles[number], seen + 1
            found = found._replace(
                ascii_font=_first(found.ascii_font, style.character.ascii_font),
                other_font=_first(found.other_font, style.character.other_font),
            )
            number = style.base
        return found


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one


def _style(data: bytes, fixed: int) -> Style:
    """A style from its record, whose first part has a `fixed` length; an empty one if it has no
    room for it."""
    if len(data) < fixed + 2 or fixed < 10:
        return Style(0xFFF, 0xFFF, Character())
    first, second, third = unpack_from("<3H", data, 0)
    at = fixed + 2 + 2 * unpack_from("<H", data, fixed)[0] + 2  # behind its name
    parts = list[bytes]()
    for _ in range(third & 0xF):
        if at + 2 > len(data):
            break
        (size,) = unpack_from("<H", data, at)
        parts.append(data[at + 2 : at + 2 + size])
        at += 2 + size + size % 2
    of_paragraphs, of_characters = 1, 2
    nth = {of_paragraphs: 1, of_characters: 0}.get(second & 0xF, len(parts))
    character = _character(parts[nth]) if nth < len(parts) else Character()
    paragraph = _paragraph(parts[0]) if nth == 1 and parts else Paragraph()
    return Style(first & 0xFFF, second >> 4, character, paragraph)


class _Runs:
    """The formatting of stretches of bytes, found by their place."""

    def __init__(self, main: bytes, table: bytes, *, is_paragraphs: bool) -> None:
        """`table`: that of the pages (PlcBte), which are in the stream `main`."""
        self._main, self._is_paragraphs = main, is_paragraphs
        count = max(0, (len(table) - 4) // 8)
        self._firsts = unpack_from(f"<{count + 1}I", table, 0) if count else (0,)
        self._pages = unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ()
        self._page = -1
        self._starts: Sequence[int] = ()
        self._data = b""

    def at(self, offset: int) -> tuple[bytes, int]:
        """The modifiers of the byte at an offset of the stream, and where they end."""
        nth = bisect_right(self._firsts, offset) - 1
        if not 0 <= nth < len(self._pages):
            return b"", max(offset + 1, self._firsts[0]) if nth < 0 else 1 << 32
        if nth != self._page:
            begin = (self._pages[nth] & 0x3FFFFF) * _PAGE
            self._data, self._page = self._main[begin : begin + _PAGE].ljust(_PAGE, b"\0"), nth
            runs = self._data[-1]
            self._starts = unpack_from(f"<{min(runs, 126) + 1}I", self._data, 0)
        run = bisect_right(self._starts, offset) - 1
        if not 0 <= run < len(self._starts) - 1:
            return b"", max(offset + 1, self._firsts[nth + 1])
        return self._modifiers(run), max(offset + 1, self._starts[run + 1])

    def _modifiers(self, run: int) -> bytes:
        width = 13 if self._is_paragraphs else 1
        at = 4 * len(self._starts) + width * run
        begin = 2 * self._data[at] if at < _PAGE else 0
        if not begin:
            return b""
        size = self._data[begin]
        if not self._is_paragraphs:
            return self._data[begin + 1 : begin + 1 + size]
        if size:
            return self._data[begin + 1 : begin + 2 * size]
        return self._data[begin + 2 : begin + 2 + 2 * self._data[begin + 1]]


def _modifiers(data: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """The modifiers in a list of them, with their operands."""
    while at + 2 < len(data):
        (number,) = unpack_from("<H", data, at)
        at, size = at + 2, _OPERAND[number >> 13]
        if number == _TABLE and at + 2 <= len(data):
            at, size = at + 2, unpack_from("<H", data, at)[0] - 1
        elif not size:
            at, size = at + 1, data[at]
        yield number, data[at : at + size]
        at += max(0, size)


def _character(data: bytes) -> Character:
    found: dict[str, object] = {}
    for number, operand in _modifiers(data):
        value = int.from_bytes(operand[:2], "little")
        if number in _FIELDS:
            found[_FIELDS[number]] = value
        elif number in (_DELETED, _HIDDEN) and value in (1, 0x81):
            found["dropped"] = True
        elif number == _RAISED:
            found["raised"] = value == 1
        elif number == _SYMBOL and len(operand) == 4:
            found["symbol"] = next(iter_unpack("<2H", operand))
    return Character(**found) if found else _PLAIN  # type: ignore[arg-type]


def _paragraph(data: bytes) -> Paragraph:
    if len(data) < 2:
        return Paragraph()
    found = {
        number: int.from_bytes(operand[:2], "little") for number, operand in _modifiers(data, 2)
    }
    style = unpack_from("<H", data, 0)[0]
    ends_row = any(found.get(number) == 1 for number in _ROW_ENDS)
    in_table = found.get(_IN_TABLE) == 1
    return Paragraph(style, in_table, ends_row, found.get(_LIST), found.get(_LEVEL))


_PLAIN: Final = Character()
_FIELDS: Final = {_FONT_ASCII: "ascii_font", _FONT_OTHER: "other_font", _STYLE: "style"}
