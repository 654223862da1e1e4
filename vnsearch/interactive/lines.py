"""A text -> the lines of a pane: broken at words, marked, and only as many as are shown.

A text of any length costs no more than what is seen of it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rich.console import Console
from rich.style import Style
from rich.text import Text

from vnsearch.render.marking import Marks, Ranges, inside, marked

_LONGEST: Final = 2000  # code points of a line of the text that are broken into lines at once
_ENDS: Final = re.compile(r"[ \t]*(?:\n[ \t]*){3,}|\n|\f")  # of several empty lines one is shown
_HERE: Final = Style(meta={"here": True})
_KEPT: Final = 500


class Position(NamedTuple):
    """A line on the screen: a piece of the text, and a line of that."""

    piece: int
    line: int


class Lines:
    """The lines of a text in so many columns."""

    def __init__(
        self,
        text: str,
        marks: Ranges,
        weak: Ranges,
        looks: Marks,
        width: int,
        console: Console,
        here: int,
    ) -> None:
        """`here`: a place in the text, whose line is told apart."""
        self._text, self._marks, self._weak, self._looks = text, marks, weak, looks
        self._width, self._console, self._here = max(1, width), console, here
        self._pieces = list(_pieces(text))
        self._starts = [begin for begin, _ in self._pieces]
        self._lines = lru_cache(_KEPT)(self._broken)

    def of(self, offset: int) -> Position:
        """The line with a place in the text, which must be `here` to be found within its piece."""
        piece = max(0, bisect_right(self._starts, offset) - 1)
        lines = self._lines(piece)
        return Position(piece, next((n for n, (_, here) in enumerate(lines) if here), 0))

    def moved(self, position: Position, count: int) -> Position:
        """The line so many lines below (or above, if negative), within the text."""
        piece, line = position
        piece = min(max(0, piece), len(self._pieces) - 1)
        line += count
        while line < 0 and piece:
            piece -= 1
            line += len(self._lines(piece))
        while line >= len(self._lines(piece)) and piece + 1 < len(self._pieces):
            line -= len(self._lines(piece))
            piece += 1
        return Position(piece, min(max(0, line), len(self._lines(piece)) - 1))

    def shown(self, position: Position, count: int) -> list[tuple[Text, bool]]:
        """So many lines from one on, each with whether `here` is in it."""
        found: list[tuple[Text, bool]] = []
        for piece in range(position.piece, len(self._pieces)):
            lines = self._lines(piece)
            found += lines[position.line :] if piece == position.piece else lines
            if len(found) >= count:
                break
        return found[:count]

    def last(self, count: int) -> Position:
        """The line that is first when the last one is at the bottom of so many."""
        piece = len(self._pieces) - 1
        return self.moved(Position(piece, len(self._lines(piece)) - 1), 1 - count)

    def _broken(self, piece: int) -> list[tuple[Text, bool]]:
        begin, end = self._pieces[piece]
        line = self._text[begin:end]
        marks, weak = inside(self._marks, begin, end), inside(self._weak, begin, end)
        if not begin <= self._here < max(end, begin + 1):
            shown = marked(line, self._looks, marks, weak)
        else:
            at = self._here - begin
            before = tuple((a, b) for a, b in marks if b <= at)
            shown = marked(line[:at], self._looks, before, weak)
            behind = inside(marks, at, len(line)), inside(weak, at, len(line))
            rest = marked(line[at:], self._looks, *behind) if line[at:] else Text(" ")
            rest.stylize(_HERE, 0, 1)
            shown.append_text(rest)
        broken = shown.wrap(self._console, self._width, tab_size=1)
        return [(line, _is_here(line)) for line in broken] or [(Text(), False)]


def _is_here(line: Text) -> bool:
    return any(isinstance(span.style, Style) and span.style.meta for span in line.spans)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text are, long ones in several pieces."""
    begin = 0
    for end, behind in [*(match.span() for match in _ENDS.finditer(text)), (len(text), len(text))]:
        if behind - end > 1 and end:
            yield from _cut(text, begin, end)
            yield end, end
        else:
            yield from _cut(text, begin, end)
        begin = behind


def _cut(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while end - begin > _LONGEST:
        cut = text.rfind(" ", begin + 1, begin + _LONGEST) + 1 or begin + _LONGEST
        yield begin, cut
        begin = cut
    yield begin, end
