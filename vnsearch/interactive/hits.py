"""The list of hits: rank, title, name of the file, date and type; on one line each, or two."""

import os
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from vnsearch.interactive.pane import CHOSEN, WRONG, Pane, cell
from vnsearch.language.writing import day
from vnsearch.model import Hit
from vnsearch.render.marking import BRIGHT, FAINT, marked
from vnsearch.render.safety import safe

_ONE_LINE: Final = 76  # columns in which a hit has one line
_LEAST_TITLE: Final = 28  # columns of that are kept for the title
_LEAST_HITS: Final = 6  # so many lines are needed for two a hit
_BAR: Final = "▌"


class Hits(Pane):
    """The hits, one of which is chosen."""

    class Chosen(Message):
        """Another hit was chosen."""

    class Opened(Message):
        """The chosen hit is to be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Hit] = []
        self.at = 0  # the chosen one
        self._top = 0

    @property
    def hit(self) -> Hit | None:
        """The chosen hit."""
        return self.hits[self.at] if self.at < len(self.hits) else None

    def show(self, hits: list[Hit], at: int = 0) -> None:
        """Show other hits."""
        self.hits, self.at = hits, min(at, max(0, len(hits) - 1))
        self._top = min(self._top, self.at) if at else 0
        self._keep_in_sight()

    def move(self, count: int) -> None:
        """Choose another hit, so many below."""
        at = min(max(0, self.at + count), max(0, len(self.hits) - 1))
        if at != self.at:
            self.at = at
            self._keep_in_sight()
            self.post_message(self.Chosen())

    @property
    def fitting(self) -> int:
        """How many hits can be seen at once."""
        return max(1, self.size.height // self._height)

    @property
    def _height(self) -> int:
        """The lines of a hit."""
        is_wide = self.size.width >= _ONE_LINE
        return 1 if is_wide or self.size.height < 2 * _LEAST_HITS else 2

    def _keep_in_sight(self) -> None:
        self._top = min(max(self._top, self.at - self.fitting + 1), self.at)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the chosen hit in sight."""
        self._keep_in_sight()

    def on_click(self, event: Click) -> None:
        """Choose a hit; open it at the second click."""
        at = self._top + event.y // self._height
        if at < len(self.hits):
            self.move(at - self.at)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Go on with the wheel."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Go back with the wheel."""
        event.stop()
        self.move(-1)

    def line(self, y: int) -> Text:
        """See `Pane`."""
        number, part = divmod(y, self._height)
        number += self._top
        if number >= len(self.hits):
            return Text()
        hit, is_chosen = self.hits[number], number == self.at
        line = Text().append(_BAR if is_chosen else " ", CHOSEN)
        if part:
            return line.append("     ").append_text(_details(hit))
        line.append(f"{hit.rank:>3}  ", FAINT)
        title = marked(hit.title, self.looks, hit.title_highlights)
        if is_chosen:
            title.stylize_before(BRIGHT)
        if self._height == 2 or self.size.width < _LEAST_TITLE * 2:
            return line.append_text(title)
        return line.append_text(self._row(hit, title, self.size.width - cell_len(line.plain)))

    def _row(self, hit: Hit, title: Text, width: int) -> Text:
        """Title, name, date and type in columns; the last ones where there is room."""
        dates, types = 10, 8
        columns = [Text().append(day(hit.modified), FAINT)]
        used = dates + 2
        if width >= 2 * _LEAST_TITLE + used + types:
            columns.append(cell(Text().append(safe(hit.type), FAINT), types))
            used += types + 2
        names = max(12, (width - used) * 2 // 5)
        name = cell(Text().append(_name(hit), FAINT), names)
        row = cell(title, width - used - names - 2)
        row.append("  ").append_text(name)
        for gap, column in zip((_stale(hit), "  "), columns, strict=False):
            row.append(gap, WRONG).append_text(column)
        return row


def _details(hit: Hit) -> Text:
    """Name, date and type on one line."""
    details = Text().append(f"{_name(hit)} ·", FAINT)
    details.append(_stale(hit)[1], WRONG)
    return details.append(f"{day(hit.modified)} · {safe(hit.type)}", FAINT)


def _stale(hit: Hit) -> str:
    """The two columns before the date: whether the file changed or is gone since."""
    return " ✗" if hit.stale else "  "


def _name(hit: Hit) -> str:
    return safe(os.path.basename(hit.path))
