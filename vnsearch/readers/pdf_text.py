"""The text of a PDF page: what PDFium gives, corrected by where the characters stand."""

import ctypes
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.vietnamese import syllable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pypdfium2 import PdfTextPage

_LINE_END: Final = re.compile(r"\r\n")
_SPACE: Final = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_LETTERS: Final = re.compile(r"[^\W\d_]{5,}")

# In heights of a character.
_SAME_BASELINE: Final = 0.1  # at most so far apart
_NO_SPACE: Final = 0.06  # a smaller gap is none, whatever PDFium takes it for
_IS_SPACE: Final = 0.12  # a larger gap may be one
_IS_WIDE: Final = 0.9  # and as large a one divides cells of a table

_ENDS: Final = tuple(".!?:;…”\"'")
_FULL: Final = 0.7  # of the length of the longest line; a shorter line ends its paragraph

_LINE: Final = re.compile(r"[^\r\n]+")
_WIDE: Final = re.compile(r"(?<=[^\s]) (?=[^\s])")
CELLS: Final = " | "  # between the cells of a row

# What PDFium has for a hyphen at a line end, and hyphens it did not take for one.
_HYPHEN: Final = re.compile(r"(\S*\w)(?:[\ufffe\x02]\n?|-\n)(?=(\w\S*))")
_LAST_WORD: Final = re.compile(r"[^\W_]+$")
_FIRST_WORD: Final = re.compile(r"[^\W_]+")


class _Box(NamedTuple):
    left: float
    right: float
    baseline: float
    height: float


def text_of(page: "PdfTextPage") -> str:
    """The text of a page, lines separated by newlines.

    Remedies: PDFium breaks lines between any two characters of a page of short lines, which it
    takes for vertical writing; takes a wide ligature for the end of a word; and misses narrow
    spaces.
    """
    text: str = page.get_text_range()
    if len(text) != page.count_chars():
        return text.replace("\r\n", "\n")  # some characters have no place
    places = _Places(page)
    changes = [*_joined_lines(text, places), *_dropped_spaces(text, places)]
    changes += _missing_spaces(text, places)
    changes += _cells(text, places)
    parts: list[str] = []
    end = 0
    for begin, stop, new in sorted(changes):
        parts += text[end:begin], new
        end = stop
    return "".join((*parts, text[end:])).replace("\r\n", "\n")


def paragraphs(text: str) -> str:
    """The text of a page with lines joined where a sentence goes on to the next line."""
    lines = [line.strip() for line in text.split("\n")]
    full = _FULL * max(map(len, lines))
    parts: list[str] = []
    for line in lines:
        goes_on = len(line) >= full and not line.endswith(_ENDS) and CELLS not in line
        parts += line, " " if goes_on else "\n"
    return "".join(parts).strip()


def without_hyphens(text: str) -> str:
    """A text without the hyphens at its line ends that divide a word, the lines joined.

    Hyphens of numbers, names and abbreviations stay, and those between Vietnamese syllables, which
    are never divided.
    """
    return _HYPHEN.sub(_joined_word, text)


def _joined_word(match: re.Match[str]) -> str:
    before, after = match.groups()
    last, first = _LAST_WORD.search(before), _FIRST_WORD.match(after)
    divided = (
        last is not None
        and first is not None
        and last[0] == before.lstrip("([\"'“‘")  # no part of 15/2020/NĐ-CP, a-b-c, a@b.vn
        and last[0].isalpha()
        and first[0].isalpha()
        and first[0].islower()
        and not (len(last[0]) > 1 and last[0].isupper())
        and not (_is_syllable(last[0]) and _is_syllable(first[0]))
    )
    return before if divided else f"{before}-"


def _is_syllable(word: str) -> bool:
    return syllable.parse(word.lower()) is not None


class _Places:
    """Where the characters of a page stand, asked for one by one, which takes a microsecond."""

    def __init__(self, page: "PdfTextPage") -> None:
        from pypdfium2 import raw

        self._page, self._raw = page, raw
        self._numbers = ctypes.c_double(), ctypes.c_double()
        self._rectangle = raw.FS_RECTF()

    def box(self, at: int) -> _Box:
        """The place of a character, as wide as its font has it, whatever its shape."""
        x, y = self._numbers
        self._raw.FPDFText_GetCharOrigin(self._page, at, x, y)
        self._raw.FPDFText_GetLooseCharBox(self._page, at, self._rectangle)
        box = self._rectangle
        return _Box(box.left, box.right, y.value, abs(box.top - box.bottom))

    def is_generated(self, at: int) -> bool:
        """Whether the page has no such character."""
        return bool(self._raw.FPDFText_IsGenerated(self._page, at) == 1)

    def wide(self, spaces: "Iterable[int]") -> "Iterator[int]":
        """Yield the spaces that may be wide by the character before them: of prose hardly one, so
        this is all that most spaces cost."""
        page, box, (x, y) = self._page, self._rectangle, self._numbers
        box_of, origin_of = self._raw.FPDFText_GetLooseCharBox, self._raw.FPDFText_GetCharOrigin
        for at in spaces:
            box_of(page, at - 1, box)
            origin_of(page, at + 1, x, y)
            if x.value - box.right >= _IS_WIDE * abs(box.top - box.bottom):
                yield at

    def between(self, before: int, after: int) -> tuple[float, float] | None:
        """Where the wide gap between two characters of a line begins and ends; None if there is
        none, or there are gaps between all letters."""
        gap = self.gap(before, after)
        if gap is None or gap < _IS_WIDE or (self.gap(before - 1, before) or 0.0) > _IS_SPACE:
            return None
        return self.box(before).right, self.box(after).left

    def gap(self, before: int, after: int) -> float | None:
        """How far apart two characters of a line are, in their height; None if they stand on
        different lines, or in another order."""
        one, two = self.box(before), self.box(after)
        height = max(one.height, two.height)
        if not height or abs(one.baseline - two.baseline) > _SAME_BASELINE * height:
            return None
        return (two.left - one.right) / height if two.left > one.left else None


def _joined_lines(text: str, places: _Places) -> "Iterator[tuple[int, int, str]]":
    """The line ends between characters of one line, with what to put there."""
    for match in _LINE_END.finditer(text):
        begin, end = match.span()
        if begin == 0 or end == len(text) or text[begin - 1] in "\ufffe\x02":
            continue
        gap = places.gap(begin - 1, end)
        if gap is not None:
            near = gap < _IS_SPACE or text[begin - 1].isspace() or text[end].isspace()
            yield begin, end, "" if near else " "


def _dropped_spaces(text: str, places: _Places) -> "Iterator[tuple[int, int, str]]":
    """The spaces that PDFium put where there is no gap."""
    for match in _SPACE.finditer(text):
        at = match.start()
        if places.is_generated(at):
            gap = places.gap(at - 1, at + 1)
            if gap is not None and gap < _NO_SPACE:
                yield at, at + 1, ""


def _missing_spaces(text: str, places: _Places) -> "Iterator[tuple[int, int, str]]":
    """Where gaps divide what is no syllable into syllables; into words, most of them syllables, if
    no other letter of it has any gap before it."""
    for match in _LETTERS.finditer(text):
        word, begin = match[0], match.start()
        if word.isascii() or _is_syllable(word):
            continue
        gaps = [places.gap(at - 1, at) or 0.0 for at in range(begin + 1, match.end())]
        borders = [at for at, gap in enumerate(gaps, 1) if gap > _IS_SPACE]
        words = [word[start:end] for start, end in pairwise((0, *borders, len(word)))]
        strangers = len(words) - sum(map(_is_syllable, words))
        is_clear = not any(_NO_SPACE < gap <= _IS_SPACE for gap in gaps)
        if borders and (2 * strangers < len(words) if is_clear else not strangers):
            yield from ((begin + at, begin + at, " ") for at in borders)


def _cells(text: str, places: _Places) -> "Iterator[tuple[int, int, str]]":
    """The spaces between cells of tables: wide gaps that stand above one another."""
    lines = [line.span() for line in _LINE.finditer(text)]
    # Of two lines of a table one is even, so that pages of prose cost half.
    even = {n: _gaps(text, *lines[n], places) for n in range(0, len(lines), 2)}
    told: set[int] = set()
    for number in range(1, len(lines), 2):
        around = [*even[number - 1], *even.get(number + 1, ())]
        for left, right, at in _gaps(text, *lines[number], places) if around else ():
            for other_left, other_right, other in around:
                if min(right, other_right) - max(left, other_left) > 0:
                    told |= {at, other}
    yield from ((at, at + 1, CELLS) for at in told)


def _gaps(text: str, begin: int, end: int, places: _Places) -> list[tuple[float, float, int]]:
    """The wide gaps of a line: left, right, and the space that the text has there."""
    spaces = (space.start() for space in _WIDE.finditer(text, begin, end))
    return [
        (*found, at)
        for at in places.wide(spaces)
        if (found := places.between(at - 1, at + 1)) is not None
    ]
