"""What the panes have in common: each draws its own lines, as rich texts, and reads no markup."""

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Key
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vnsearch.render.marking import Marks, marks_on

CHOSEN = Style(color="cyan", bold=True)  # beside the line that is chosen
FAINT = Style(dim=True)
BRIGHT = Style(bold=True)
WRONG = Style(color="red", bold=True)


class Typed(Message):
    """A key that is no command where it was pressed: it goes on with what is typed."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


def is_typed(key: Key) -> bool:
    """Whether a key types, or erases."""
    return key.is_printable or key.key == "backspace"


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
    """One line of text."""

    def __init__(self, id: str, text: Text | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id)
        self._text = text or Text()

    def show(self, text: Text) -> None:
        """Show another text."""
        self._text = text
        self.refresh()

    def line(self, y: int) -> Text:  # noqa: ARG002
        """See `Pane`."""
        return self._text


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
