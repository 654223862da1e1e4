"""The text of a PDF page: what PDFium gives, corrected by where the characters stand."""

import ctypes
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.vietnamese import syllable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdfium2 import PdfTextPage

_LINE_END: Final = re.compile(r"\r\n")
_SPACE: Final = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_LETTERS: Final = re.compile(r"[^\W\d_]{5,}")

# In heights of a character.
_SAME_BASELINE: Final = 0.1  # at most so far apart
_NO_SPACE: Final = 0.06  # a smaller gap is none, whatever PDFium takes it for
_IS_SPACE: Final = 0.12  # a larger gap may be one

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
    parts: list[str] = []
    end = 0
    for begin, stop, new in sorted(changes):
        parts += text[end:begin], new
        end = stop
    return "".join((*parts, text[end:])).replace("\r\n", "\n")


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
    """Where a gap divides what is no syllable into two syllables."""
    for match in _LETTERS.finditer(text):
        word = match[0]
        if word.isascii() or _is_syllable(word):
            continue
        for at in range(1, len(word)):
            if _is_syllable(word[:at]) and _is_syllable(word[at:]):
                gap = places.gap(match.start() + at - 1, match.start() + at)
                if gap is not None and gap > _IS_SPACE:
                    yield match.start() + at, match.start() + at, " "
                    break
