"""What the panes have in common: each draws its own lines, as rich texts, and reads no markup."""

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Key
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vnsearch.render.marking import BRIGHT, Marks, marks_on

# Signs only have colours: of letters, no theme says whether they could be read in them.
CHOSEN = Style(color="cyan", bold=True)  # the sign beside what is chosen
WRONG = Style(color="red", bold=True)  # that before what is wrong


def wrong(message: str) -> Text:
    """A message that something is wrong."""
    return Text().append("✗ ", WRONG).append(message, BRIGHT)


class Typed(Message):
    """A key that is no command where it was pressed: it goes on with what is typed."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


def is_typed(key: Key) -> bool:
    """Whether a key types, or erases."""
    return key.is_printable or key.key in ("backspace", "ctrl+u")


class Pane(Widget):
    """A part of the screen that is made of lines."""

    def line(self, y: int) -> Text:
        """The text of a line."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """See `Widget`."""
        return strip(self.line(y), self.size.width, self.app.console)

    @property
    def looks(self) -> Marks:
        """How matched words look here."""
        return marks_on(self.app.console, no_color=self.app.no_color)


class Line(Pane):
    """A line of text, or some."""

    def __init__(self, id: str, text: Text | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id)
        self._lines: tuple[Text, ...] = (text or Text(),)

    def show(self, *lines: Text) -> None:
        """Show other lines."""
        self._lines = lines
        self.styles.height = len(lines)
        self.refresh()

    def line(self, y: int) -> Text:
        """See `Pane`."""
        return self._lines[y] if y < len(self._lines) else Text()


def strip(text: Text, width: int, console: Console) -> Strip:
    """A line of so many columns."""
    text = text.copy()
    text.no_wrap, text.end = True, ""
    text.truncate(width, overflow="ellipsis", pad=True)
    segments = [
        Segment(segment.text, segment.style)
        for segment in text.render(console)
        if segment.text and segment.control is None
    ]
    return Strip(segments).adjust_cell_length(width)


def cell(text: Text, width: int) -> Text:
    """A text in just so many columns."""
    text.truncate(width, overflow="ellipsis", pad=True)
    return text
