"""The keys: all of them, as help, and those that are of use now, at the bottom."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from vnsearch.interactive.pane import Pane, wrong
from vnsearch.language import _
from vnsearch.render.marking import BRIGHT, FAINT

_KEYS: Final = 12  # columns


def _all() -> Sequence[tuple[str, str]]:
    return (
        (_("letters"), _("search; the last word may be a beginning")),
        ("↑ ↓", _("go through the hits, also while typing")),
        ("→ ←", _("go through the places of a hit; back to typing")),
        ("n p", _("the same, in the text")),
        ("Enter", _("open the file at the place")),
        ("Tab", _("narrow down by folder, type, year")),
        ("y Y", _("copy the passage or the path, in the text")),
        ("Ctrl-Y", _("copy the path")),
        ("PgUp PgDn", _("a page of hits; in the text, of that")),
        ("Shift-↑ ↓", _("read in the text")),
        ("Ctrl-U", _("erase what was typed")),
        ("Esc", _("leave")),
    )


def _queries() -> Sequence[tuple[str, str]]:
    return (
        ("dang bo", _("words, with marks or without")),
        ("đảng bộ", _("marks that are typed decide")),
        ('"biển đông"', _("a phrase")),
        ("-bão", _("not this word")),
        ("title:luật", _("in the title; name: in the name")),
        ("a OR b", _("one of two")),
    )


class Keys(Pane):
    """The line at the bottom: a message for a while, else keys."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: Sequence[tuple[str, str]] = ()
        self._message = ""
        self._is_wrong = False

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show keys and what they do, as many as there is room for."""
        self._keys = keys
        self.refresh()

    def say(self, message: str, *, is_wrong: bool = False) -> None:
        """Show a message in place of the keys; none if it is empty."""
        self._message, self._is_wrong = message, is_wrong
        self.refresh()

    def line(self, y: int) -> Text:  # noqa: ARG002
        """See `Pane`."""
        if self._message:
            message = Text(self._message)
            return Text(" ").append_text(wrong(self._message) if self._is_wrong else message)
        line, help_ = Text(" "), _shown("F1", _("help"))
        for key, what in self._keys:
            shown = _shown(key, what)
            if cell_len(line.plain + shown.plain + help_.plain) > self.size.width + len(_GAP):
                break
            line.append_text(shown)
        line.append_text(help_).rstrip()
        return line


_GAP: Final = "   "


def _shown(key: str, what: str) -> Text:
    return Text().append(key, BRIGHT).append(f" {what}", FAINT).append(_GAP)


class Guide(ModalScreen[None]):
    """All keys, and what can be typed."""

    CSS = """
    Guide { align: center middle; background: ansi_default; }
    Guide Lines { width: 100%; max-width: 76; height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter,tab", "dismiss"),
        Binding("ctrl+c", "app.leave", priority=True),
        Binding("down,pagedown,space", "scroll(1)"),
        Binding("up,pageup", "scroll(-1)"),
    ]

    def compose(self) -> "list[Pane]":
        """See `Screen`."""
        return [_Help()]

    def action_scroll(self, step: int) -> None:
        """Show what does not fit."""
        self.query_one(_Help).scroll_by(step)


class _Help(Pane):
    DEFAULT_CSS = "_Help { width: 100%; max-width: 76; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        rows = [(Text(key, BRIGHT), what) for key, what in _all()]
        queries = [(Text(key, BRIGHT), what) for key, what in _queries()]
        self._rows = [
            (Text(_("Keys"), FAINT), ""),
            *rows,
            (Text(), ""),
            (Text(_("What can be typed"), FAINT), ""),
            *queries,
            (Text(), ""),
            (Text(_("Esc closes this help"), FAINT), ""),
        ]
        self._top = 0

    def scroll_by(self, step: int) -> None:
        hidden = max(0, len(self._rows) + 1 - self.size.height)
        self._top = min(max(0, self._top + step), hidden)
        self.refresh()

    def line(self, y: int) -> Text:
        number = y + self._top - 1
        if not 0 <= number < len(self._rows):
            return Text()
        key, what = self._rows[number]
        line = Text("  ").append_text(key)
        if what:
            line.append(" " * max(2, _KEYS + 2 - cell_len(key.plain))).append(what)
        return line
