"""The text of a hit, with all its matches marked: one goes through its places, or reads on."""

import os
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Key, MouseScrollDown, MouseScrollUp
from textual.message import Message

from vnsearch.interactive.asking import Shown
from vnsearch.interactive.lines import Lines, Position
from vnsearch.interactive.pane import CHOSEN, Pane, Typed, cell, is_typed, wrong
from vnsearch.language import _, translated
from vnsearch.language.writing import day, number
from vnsearch.model import Hit, Locator
from vnsearch.render.marking import BRIGHT, FAINT
from vnsearch.render.safety import safe, visible

_GUTTER: Final = 2  # columns before the text
_HERE: Final = "▸ "
_HEAD: Final = 3  # lines: the path, the place, an empty one
_LOW: Final = 8  # lines of the pane below which the head is a single one
_ABOVE: Final = 4  # lines of the text that are shown above a place, at most
_WIDEST: Final = 100  # columns; longer lines are hard to read
_WHEEL: Final = 3  # lines


_COMMANDS: Final = ("n", "p", "y", "Y", "space")


class Preview(Pane, can_focus=True):
    """The text of the chosen hit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n", "place(1)"),
        Binding("left,p", "place(-1)"),
        Binding("y", "copy(True)"),
        Binding("Y", "copy(False)"),
        Binding("pagedown,space", "page(1)"),
        Binding("pageup", "page(-1)"),
        Binding("home", "end(False)"),
        Binding("end", "end(True)"),
    ]

    class Left(Message):
        """One went left of the first place."""

    class Copied(Message):
        """The passage, or else the path, is to be copied."""

        def __init__(self, *, passage: bool) -> None:
            super().__init__()
            self.passage = passage

    def __init__(self) -> None:
        super().__init__()
        self.hit: Hit | None = None
        self.shown: Shown | None = None
        self.at = 0  # the number of the place
        self._lines: Lines | None = None
        self._top = Position(0, 0)
        self._seen: list[tuple[Text, bool]] = []

    def announce(self, hit: Hit | None) -> None:
        """Show of a hit what is known of it, until its text comes."""
        is_same = hit is not None and self.hit is not None and hit.passage == self.hit.passage
        self.hit = hit
        if not is_same:
            self.shown = None
            self._seen = []
        self.refresh()

    def show(self, shown: Shown) -> None:
        """Show the text of the hit."""
        before, self.shown = self.shown, shown
        own = shown.document.id, shown.places
        is_same = before is not None and own == (before.document.id, before.places)
        if not is_same:
            self.at = shown.at
        self._lay_out(keep=is_same)

    @property
    def place(self) -> Locator | None:
        """The line, page, … of the place."""
        if self.shown is None:
            return self.hit.snippet.match if self.hit else None
        return self.shown.document.locator(self._offset)

    @property
    def passage(self) -> str:
        """The text of the passage with the place."""
        if self.shown is None:
            return self.hit.snippet.text if self.hit else ""
        parts = self.shown.document.passages
        return next((p.text for p in parts if p.start <= self._offset <= p.end), "")

    @property
    def _offset(self) -> int:
        assert self.shown is not None
        return self.shown.places[self.at] if self.shown.places else 0

    def action_place(self, step: int) -> None:
        """Go to another place."""
        if self.shown is None:
            return
        if self.at + step < 0:
            self.post_message(self.Left())
        elif self.at + step < len(self.shown.places):
            self.at += step
            self._lay_out()

    def action_copy(self, passage: bool) -> None:
        """Have the passage or the path copied."""
        self.post_message(self.Copied(passage=passage))

    def action_page(self, step: int) -> None:
        """Read on, or back, by a page."""
        self.scroll_lines(step * max(1, self._height - 1))

    def action_end(self, last: bool) -> None:
        """Go to the end or the beginning of the text."""
        self.scroll_lines(10**9 if last else -(10**9))

    def scroll_lines(self, count: int) -> None:
        """Read on, or back, by some lines."""
        if self._lines is not None:
            lowest = self._lines.last(self._height)
            self._top = min(lowest, self._lines.moved(self._top, count))
            self._look()

    def on_key(self, event: Key) -> None:
        """Whatever is no command here is typed."""
        if is_typed(event) and event.key not in _COMMANDS:
            event.stop()
            self.post_message(Typed(event))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Read on with the wheel."""
        event.stop()
        self.scroll_lines(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Read back with the wheel."""
        event.stop()
        self.scroll_lines(-_WHEEL)

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self.shown is not None:
            self._lay_out()

    def on_focus(self) -> None:
        """Show that keys are commands now."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that they are not."""
        self.refresh()

    @property
    def _head(self) -> int:
        return _HEAD if self.size.height >= _LOW else 1

    @property
    def _height(self) -> int:
        return max(1, self.size.height - self._head)

    def _lay_out(self, *, keep: bool = False) -> None:
        assert self.shown is not None
        text, here = self.shown.document.text, self._offset
        width = min(self.size.width - _GUTTER, _WIDEST)
        marks, weak = self.shown.marks, self.shown.weak
        self._lines = Lines(text, marks, weak, self.looks, width, self.app.console, here)
        if not keep:
            above = min(_ABOVE, self._height // 3)
            top = self._lines.moved(self._lines.of(here), -above)
            self._top = min(top, self._lines.last(self._height))
        self._look()

    def _look(self) -> None:
        assert self._lines is not None
        self._seen = self._lines.shown(self._top, self._height)
        self.refresh()

    def line(self, y: int) -> Text:
        """See `Pane`."""
        if self.hit is None:
            return Text()
        if y == 0:
            return self._path() if self._head > 1 else self._place_of_all()
        if y < self._head:
            return self._place_of_all() if y == 1 else Text()
        number_of_line = y - self._head
        if self.hit.by_name:
            return Text(self._by_name() if number_of_line == 0 else "", FAINT)
        if number_of_line >= len(self._seen):
            return Text()
        text, is_here = self._seen[number_of_line]
        gutter = Text()
        gutter.append(_HERE if is_here else " " * _GUTTER, CHOSEN if self.has_focus else FAINT)
        return gutter.append_text(text)

    def _path(self) -> Text:
        assert self.hit is not None
        folder, name = os.path.split(self.hit.path)
        path = Text().append(safe(os.path.join(folder, "") if folder else ""), FAINT)
        path.append(safe(name), BRIGHT)
        over = len(path) - self.size.width
        return Text().append("…", FAINT).append_text(path[over + 1 :]) if over > 0 else path

    def _place_of_all(self) -> Text:
        """Which place of how many this is, where it is in the file, and what the file is."""
        assert self.hit is not None
        parts = list[str]()
        if self._head == 1:
            name = safe(os.path.basename(self.hit.path))
            parts.append(cell(Text(name), min(len(name), self.size.width // 2)).plain)
        count = len(self.shown.places) if self.shown else self.hit.places
        if count > 1 and self.shown:
            of = _("place {number} of {count}")
            parts.append(of.format(number=number(self.at + 1), count=number(count)))
        if place := self.place:
            name = f" ({visible(place.name)})" if place.name else ""
            parts.append(f"{translated(place.unit)} {number(place.number)}{name}")
        parts += day(self.hit.modified), safe(self.hit.type)
        text = Text().append(" · ".join(parts), BRIGHT if self.has_focus else FAINT)
        if self.hit.stale:
            text.append(" ").append_text(wrong(_("changed or gone since it was indexed")))
        return text

    def _by_name(self) -> str:
        assert self.hit is not None
        if not self.hit.unread:
            return _("found by its name")
        reason = safe(translated(self.hit.unread))
        return _("found by its name; not read: {reason}").format(reason=reason)
