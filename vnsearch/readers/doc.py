"""Word until 2003 (.doc): the text with its tables; then notes, text boxes, headers and footers;
not what was deleted, and of fields what they show.

Word 95 and 6 are read without their fonts, so old encodings are told by the text. What other
programs name so is often RTF, HTML or newer Word.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from io import BufferedReader, BytesIO
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import content, superscripts, titles
from vnsearch.readers.base import Flaw, Held, Source, bytes_of
from vnsearch.readers.doc_format import Character, Stretch, WordFile
from vnsearch.readers.fonts import FontDecoder, is_old
from vnsearch.readers.ole import Container
from vnsearch.readers.paragraphs import Paragraphs, of_headers

# The parts of the text in their order, as the header counts them.
_MAIN, _NOTES, _AROUND, _MACROS, _COMMENTS, _END_NOTES, _BOXES, _AROUND_BOXES = range(8)
_SHOWN: Final = (_MAIN, _NOTES, _END_NOTES, _BOXES, _AROUND, _AROUND_BOXES)

_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13\x14\x15"
_CELL_END: Final = "\x07"
_SIGNS: Final = {"\t": " ", "\x1e": "-", "\x1f": "\u00ad"}
_LINE_ENDS: Final = "\r\x0b\x0c\x0e"
_TITLE: Final = 62  # the number of the built-in style; those of headings are 1 to 9
_HEADINGS: Final = range(1, 10)
_MOST_HEADINGS: Final = 5  # looked at for a title

_NO_TEXT: Final = re.compile(rb"[\0-\x08\x0e-\x1f]")  # bytes of what is no text, but damaged


def read(source: Source) -> Iterator[Document | Flaw | Held]:
    """Yield one document; raises UnusableFileError."""
    data = bytes_of(source.stream)
    module = "" if data.startswith(content.OLE) else content.module_of(data)
    if module and (module != "text" or (data and not _NO_TEXT.search(data))):
        source.stream = BufferedReader(BytesIO(data))
        yield from import_module(f"vnsearch.readers.{module}").read(source)
        return
    container = Container(data)
    text = _Text(WordFile(container))
    lines = text.lines()
    if not lines:
        raise UnusableFileError(N_("no text"))
    stated = [text.decoder.title(container.title()), *text.titles, *text.headings]
    yield Document("", titles.first_title(stated), "\n".join(lines), None, text.decoder.encoding)


class _Text:
    """The text of a file on its way into lines."""

    def __init__(self, file: WordFile) -> None:
        self.decoder = FontDecoder()
        self.titles: list[str] = []  # paragraphs in the style of titles
        self.headings: list[str] = []
        self._file = file
        self._fields: list[bool] = []  # around this place; whether it is in their codes
        self._paragraphs = Paragraphs(self.decoder)
        self._lists = file.lists()
        self._part = _MAIN

    def lines(self) -> list[str]:
        """The lines of all parts that are shown; those of headers and footers once."""
        parts: list[list[str]] = [[] for _ in self._file.counts]
        end = self._file.counts[0]  # of this part
        for first, stretch in self._file.stretches():
            at, size = 0, len(stretch.text)
            while first + size > end and self._part + 1 < len(parts):
                cut = max(at, end - first)
                self._take(stretch, stretch.text[at:cut])
                parts[self._part] = self._finished()
                at, self._part = cut, self._part + 1
                end += self._file.counts[self._part]
            self._take(stretch, stretch.text[at:])
        parts[self._part] = self._finished()
        for around in (_AROUND, _AROUND_BOXES):
            parts[around] = of_headers(parts[around])
        return [line for part in _SHOWN for line in parts[part]]

    def _finished(self) -> list[str]:
        self._fields.clear()
        return self._paragraphs.finish()

    def _take(self, stretch: Stretch, text: str) -> None:
        """Take in a stretch, or a piece of its text."""
        begin = 0
        for at, char in enumerate(text):
            if char >= " ":
                continue
            self._add(text[begin:at], stretch)
            begin = at + 1
            if char in (_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END):
                self._pass_field(char)
            elif char == _CELL_END:
                self._end_cell(stretch)
            elif char in _LINE_ENDS:
                self._end_paragraph(stretch)
            elif char in _SIGNS:
                self._add(_SIGNS[char], stretch)
        self._add(text[begin:], stretch)

    def _pass_field(self, char: str) -> None:
        if char == _FIELD_BEGIN:
            self._fields.append(True)
        elif self._fields:
            self._fields.pop()
            if char == _FIELD_RESULT:
                self._fields.append(False)

    def _add(self, text: str, stretch: Stretch) -> None:
        look = stretch.character
        if not text or look.dropped or any(self._fields):
            return
        if look.symbol is not None:
            number, code = look.symbol
            self._paragraphs.add(chr(code) * len(text), self._font_name(number))
            return
        if look.raised:
            text = superscripts.gap(self._paragraphs.last, text) + text
        self._paragraphs.add(text, self._font(stretch))

    def _font(self, stretch: Stretch) -> str:
        """The name of the font of characters outside ASCII, or that of ASCII if only that is
        an old one."""
        look = stretch.character
        found: list[str] = []
        levels = [look, *self._styles(look, stretch)]
        for nth, default in enumerate(self._file.default_fonts):
            numbers = ((each.ascii_font, each.other_font)[nth] for each in levels)
            found.append(self._font_name(next((n for n in numbers if n is not None), default)))
        of_ascii, of_others = found
        return of_ascii if is_old(of_ascii) else of_others

    def _styles(self, look: Character, stretch: Stretch) -> Iterator[Character]:
        if look.style is not None:
            yield self._file.style(look.style)
        yield self._file.style(stretch.paragraph.style)

    def _font_name(self, number: int) -> str:
        return self._file.fonts[number] if number < len(self._file.fonts) else ""

    def _number(self, stretch: Stretch) -> str:
        """The automatic number of the paragraph that ends; "" if it has none."""
        if self._part != _MAIN or stretch.character.dropped:
            return ""
        return self._lists.next(*self._file.list_of(stretch.paragraph))

    def _end_paragraph(self, stretch: Stretch) -> None:
        in_table, number = stretch.paragraph.in_table, self._number(stretch)
        line = self._paragraphs.end(in_table=in_table, number=number).removeprefix(number)
        style, styles = stretch.paragraph.style, self._file.styles
        known_as = styles[style].known_as if style < len(styles) else 0
        if line and known_as == _TITLE:
            self.titles.append(line)
        elif line and known_as in _HEADINGS and len(self.headings) < _MOST_HEADINGS:
            self.headings += [line] if not titles.is_generic(line) else []

    def _end_cell(self, stretch: Stretch) -> None:
        has_text = self._paragraphs.end_cell(self._number(stretch))
        # Word 95 is read without the marks of rows, whose ends look like one empty cell more.
        if stretch.paragraph.ends_row if self._file.is_97 else not has_text:
            self._paragraphs.end_row()
