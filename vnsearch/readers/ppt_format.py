"""The records of PowerPoint files until 2003, and the texts with their fonts in them.

The format is [MS-PPT], its drawings are [MS-ODRAW]. A file is a tree of records; what was saved
last is found by a directory of the objects that persist.
"""

import struct
from collections.abc import Iterator, Sequence
from struct import unpack_from
from typing import Final, NamedTuple

from vnsearch.readers import superscripts
from vnsearch.readers.fonts import FontDecoder

# Kinds of records.
DOCUMENT, SLIDE, NOTES, MASTER = 0x03E8, 0x03EE, 0x03F0, 0x03F8
SLIDE_ATOM, SLIDE_PERSIST, SLIDE_LIST = 0x03EF, 0x03F3, 0x0FF0
ENVIRONMENT, FONTS, FONT = 0x03F2, 0x07D5, 0x0FB7
TEXT_TYPE, WIDE_TEXT, NARROW_TEXT, TEXT_LOOK, MASTER_LOOK = 0x0F9F, 0x0FA0, 0x0FA8, 0x0FA1, 0x0FA3
OUTLINE_TEXT: Final = 0x0F9E
DRAWING, GROUP, SHAPE, TEXT_BOX = 0x040C, 0xF003, 0xF004, 0xF00D
CHILD_ANCHOR, MORE_PROPERTIES = 0xF00F, 0xF122
USER_EDIT, DIRECTORY = 0x0FF5, 0x1772
TITLE_TYPES: Final = (0, 6)  # of texts

_TABLE_PROPERTY: Final = 0x039F
_PARAGRAPH_FIELDS: Final = (
    (0x0F, 2), (0x80, 2), (0x10, 2), (0x40, 2), (0x20, 4), (0x800, 2), (0x1000, 2), (0x2000, 2),
    (0x4000, 2), (0x100, 2), (0x400, 2), (0x8000, 2), (0x100000, 0), (0x10000, 2), (0xE0000, 2),
    (0x200000, 2),
)  # fmt: skip
_TABS: Final = 0x100000  # a number of them, and 4 bytes each
_FONT_FIELD, _POSITION_FIELD = 0x10000, 0x80000
_CHARACTER_FIELDS: Final = (
    (0xFFFF, 2), (_FONT_FIELD, 2), (0x200000, 2), (0x400000, 2), (0x800000, 2), (0x20000, 2),
    (0x40000, 4), (_POSITION_FIELD, 2),
)  # fmt: skip


class Record(NamedTuple):
    """A record, as a range of the stream that it is in."""

    data: bytes  # the stream
    kind: int
    instance: int
    is_container: bool
    begin: int  # of its content
    end: int

    @property
    def content(self) -> bytes:
        """The bytes in the record."""
        return self.data[self.begin : self.end]

    def children(self) -> Iterator["Record"]:
        """Yield the records in a container."""
        return records(self.data, self.begin, self.end) if self.is_container else iter(())

    def all(self, kind: int) -> Iterator["Record"]:
        """Yield the records of a kind in a container, at any depth."""
        for child in self.children():
            if child.kind == kind:
                yield child
            elif child.is_container:
                yield from child.all(kind)

    def number(self, at: int = 0) -> int:
        """A number of four bytes in the record; 0 if it is too short."""
        begin = self.begin + at
        return int.from_bytes(self.data[begin : min(begin + 4, self.end)], "little")


def records(data: bytes, at: int, end: int) -> Iterator[Record]:
    """Yield the records of a range of a stream; what does not fit in it ends it."""
    end = min(end, len(data))
    while at + 8 <= end:
        first, kind, size = unpack_from("<HHI", data, at)
        if at + 8 + size > end:
            size = end - at - 8
        yield Record(data, kind, first >> 4, first & 0xF == 0xF, at + 8, at + 8 + size)
        at += 8 + size


def persistent(data: bytes, edit: int) -> tuple[dict[int, int], int]:
    """Where the objects that persist begin, by number, and the number of the document, from the
    last of the edits at the offset `edit`."""
    places: dict[int, int] = {}
    document, seen = 0, set[int]()
    while edit not in seen:
        seen.add(edit)
        record = next(records(data, edit, len(data)), None)
        if record is None or record.kind != USER_EDIT:
            break
        document = document or record.number(16)
        directory = next(records(data, record.number(12), len(data)), None)
        if directory is not None and directory.kind == DIRECTORY:
            _add_places(directory, places)
        edit = record.number(8)
    return places, document


def _add_places(directory: Record, places: dict[int, int]) -> None:
    content, at = directory.content, 0
    while at + 4 <= len(content):
        (first,) = unpack_from("<I", content, at)
        number, count = first & 0xFFFFF, min(first >> 20, (len(content) - at - 4) // 4)
        for nth, place in enumerate(unpack_from(f"<{count}I", content, at + 4)):
            places.setdefault(number + nth, place)
        at += 4 + 4 * count


def font_names(environment: Record) -> list[str]:
    """The names of the fonts of a document, by number."""
    return [
        record.content[:64].decode("utf-16-le", "replace").partition("\0")[0]
        for record in environment.all(FONT)
    ]


def master_font(record: Record) -> int | None:
    """The font of the first level of the texts that a master describes."""
    try:
        at = 2 if record.instance < 5 else 4
        at, _ = _fields(record.content, at, _PARAGRAPH_FIELDS)
        return _fields(record.content, at, _CHARACTER_FIELDS)[1].get(_FONT_FIELD)
    except struct.error:
        return None


def is_table(group: Record) -> bool:
    """Whether a group of shapes is a table."""
    first = next(group.children(), None)
    for record in first.children() if first is not None else ():
        if record.kind == MORE_PROPERTIES:
            content = record.content[: 6 * record.instance]
            found = (unpack_from("<H", content, at)[0] for at in range(0, len(content) - 5, 6))
            return any(number & 0x3FFF == _TABLE_PROPERTY for number in found)
    return False


class Text(NamedTuple):
    """A text with the fonts of its runs."""

    kind: int  # of TITLE_TYPES, if a title
    text: str
    look: bytes  # of paragraphs, then of characters

    def decoded(self, decoder: FontDecoder, fonts: Sequence[str], default: int | None) -> str:
        """The lines of the text; `fonts` by number, `default` where the text names none."""
        runs = list[tuple[str, str]]()
        for text, font, raised in self._runs():
            number = default if font is None else font
            name = fonts[number] if number is not None and number < len(fonts) else ""
            before = runs[-1][0] if runs else ""
            runs.append((superscripts.gap(before, text) + text if raised else text, name))
        lines = (" ".join(decoder.paragraph(line).split()) for line in _lines(runs))
        return "\n".join(line for line in lines if line and line != "*")  # * stands for a number

    def _runs(self) -> Iterator[tuple[str, int | None, bool]]:
        """Yield the runs, each with its font, and whether it is raised."""
        at = begin = 0
        try:
            covered = 0
            while covered <= len(self.text) and at + 6 <= len(self.look):
                covered += max(1, unpack_from("<I", self.look, at)[0])
                at, _ = _fields(self.look, at + 6, _PARAGRAPH_FIELDS)
            while begin < len(self.text) and at + 8 <= len(self.look):
                (count,) = unpack_from("<I", self.look, at)
                at, found = _fields(self.look, at + 4, _CHARACTER_FIELDS)
                raised = 0 < found.get(_POSITION_FIELD, 0) < 0x8000
                yield self.text[begin : begin + count], found.get(_FONT_FIELD), raised
                begin += count
        except struct.error:  # the rest is in the default font
            pass
        if begin < len(self.text):
            yield self.text[begin:], None, False


def texts(atoms: Iterator[Record]) -> Iterator[Text]:
    """Yield the texts of a row of atoms: kind, characters, look."""
    kind, text, look = 4, None, b""
    for atom in atoms:
        if atom.kind in (TEXT_TYPE, WIDE_TEXT, NARROW_TEXT) and text is not None:
            yield Text(kind, text, look)
            text, look = None, b""
        if atom.kind == TEXT_TYPE:
            kind = atom.number()
        elif atom.kind == WIDE_TEXT:
            text = atom.content.decode("utf-16-le", "replace")
        elif atom.kind == NARROW_TEXT:
            text = atom.content.decode("latin-1")
        elif atom.kind == TEXT_LOOK:
            look = atom.content
    if text is not None:
        yield Text(kind, text, look)


def _fields(data: bytes, at: int, layout: Sequence[tuple[int, int]]) -> tuple[int, dict[int, int]]:
    """Where the fields behind a mask end, and those of two bytes by their bits in the mask."""
    (mask,) = unpack_from("<I", data, at)
    at, found = at + 4, dict[int, int]()
    for bits, size in layout:
        if not mask & bits:
            continue
        if size != 4:
            (found[bits],) = unpack_from("<H", data, at)
        at += size if bits != _TABS else 2 + 4 * found[bits]
    return at, found


def _lines(runs: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    line: list[tuple[str, str]] = []
    for text, font in runs:
        first, *others = text.replace("\x0b", "\r").replace("\n", "\r").split("\r")
        line.append((first, font))
        for other in others:
            yield line
            line = [(other, font)]
    yield line
