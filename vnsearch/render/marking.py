"""Text with its matched words marked, for rich: the same in all that is shown on a terminal."""

from bisect import bisect_left
from typing import Final, NamedTuple

from rich.console import Console
from rich.style import Style
from rich.text import Text

from vnsearch.render.safety import visible

Ranges = tuple[tuple[int, int], ...]

FAINT: Final = Style(dim=True)
BRIGHT: Final = Style(bold=True)


class Marks(NamedTuple):
    """How matched words look: as with a marker, for the colour of the letters and that behind them
    are ours, so that they can be read in every theme (contrast 11 and more). No underline, which
    the dot of ạ would touch."""

    sure: Style  # what was meant for sure
    weak: Style  # what only folds the same


_MARKS: Final = Marks(
    Style(color="color(16)", bgcolor="color(222)", bold=True),
    Style(color="color(16)", bgcolor="color(250)"),
)
# Of 16 colours no theme says which it has.
_PLAIN_MARKS: Final = Marks(Style(reverse=True, bold=True), Style(bold=True))


def marks_on(console: Console, *, no_color: bool = False) -> Marks:
    """How they look on a terminal."""
    has_palette = console.color_system in ("256", "truecolor")
    return _MARKS if has_palette and not (console.no_color or no_color) else _PLAIN_MARKS


def inside(ranges: Ranges, begin: int, end: int) -> Ranges:
    """The share that a part of a text has of ranges in it, counted from where the part begins."""
    first = bisect_left(ranges, (begin, 0))
    cut = []
    for a, b in ranges[max(0, first - 1) :]:
        if a >= end:
            break
        cut.append((max(a, begin) - begin, min(b, end) - begin))
    return tuple((a, b) for a, b in cut if a < b)


def marked(
    prose: str, marks: Marks, highlights: Ranges, weak: Ranges = (), style: Style | None = None
) -> Text:
    """A text on one line with its highlights, those in `weak` weaker.

    Each part is escaped by itself, as escaping changes lengths.
    """
    text, end = Text(), 0
    for start, stop in highlights:
        text.append(visible(prose[end:start]), style)
        mark = marks.weak if (start, stop) in weak else marks.sure
        text.append(visible(prose[start:stop]), mark)
        end = stop
    return text.append(visible(prose[end:]), style)
