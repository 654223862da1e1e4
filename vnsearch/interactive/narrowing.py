"""Folders, types and years that an answer can be narrowed to, each with its documents."""

import os
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import ClassVar, Final, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.message import Message

from vnsearch.errors import VnsearchError
from vnsearch.files.types import suffixes_of
from vnsearch.interactive.pane import CHOSEN, Pane, Typed, cell, is_typed
from vnsearch.language import _, ngettext
from vnsearch.language.writing import number
from vnsearch.model import Facets
from vnsearch.render.marking import BRIGHT, FAINT
from vnsearch.render.safety import safe
from vnsearch.search.file_filter import FileFilter

_FEW: Final = 5  # values of a kind, or two more, until all are asked for
_MOST: Final = 200
_COUNTS: Final = 10  # columns


class Value(NamedTuple):
    """Something that an answer can be narrowed to."""

    kind: str  # folder, type or year
    value: str
    documents: int | None  # with it; None if that is not known
    is_chosen: bool = False

    def toggled(self, files: FileFilter) -> FileFilter:
        """The filter with this, or without it if it is there."""
        value = "" if self.is_chosen else self.value
        if self.kind == "type":
            return files._replace(types=value)
        if self.kind == "year":
            return files._replace(since=value, until=value)
        return files._replace(within=(os.path.abspath(value),) if value else ())


def chosen(files: FileFilter) -> Iterator[Value]:
    """What a filter narrows an answer to."""
    for folder in files.within:
        shown = os.path.relpath(folder) if os.path.isabs(folder) else folder
        yield Value("folder", folder if shown.startswith("..") else shown, None, is_chosen=True)
    if files.types:
        yield Value("type", files.types, None, is_chosen=True)
    if files.since or files.until:
        since, until = files.since, files.until
        time = since if since == until else f"{since}–{until}"
        yield Value("year", time, None, is_chosen=True)


class More(NamedTuple):
    """That there are more values of a kind, which are not shown."""

    kind: str
    left: int


def values(facets: Facets, files: FileFilter) -> Iterator[Value]:
    """What is chosen, and what there is to choose: all that would leave fewer documents."""
    total = sum(facets.types.values())
    kinds: tuple[tuple[str, Mapping[str, int]], ...] = (
        ("folder", facets.folders),
        ("type", {name: count for name, count in facets.types.items() if _is_type(name)}),
        ("year", dict(sorted(facets.years.items(), reverse=True))),
    )
    for kind, counts in kinds:
        own = [value for value in chosen(files) if value.kind == kind]
        for value in own:
            yield value._replace(documents=total)
        known = {value.value for value in own}
        left = [item for item in counts.items() if item[0] not in known and item[1] < total]
        yield from (Value(kind, value, count) for value, count in left[:_MOST])


def _is_type(name: str) -> bool:
    """Whether it can be asked for: there are files with any suffix, found by their names."""
    try:
        return bool(suffixes_of(name))
    except VnsearchError:
        return False


class Narrowing(Pane, can_focus=True):
    """The values, one of which is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose"),
    ]

    class Chosen(Message):
        """A value was chosen, or is no longer."""

        def __init__(self, files: FileFilter) -> None:
            super().__init__()
            self.files = files

    def __init__(self) -> None:
        super().__init__()
        self.values: list[Value] = []
        self._files = FileFilter()
        # With the name of its kind above the first of each.
        self._rows: list[str | Value | More] = []
        self._unfolded = set[str]()  # kinds of which all values are shown
        self._at = 0  # the row under the cursor
        self._top = 0

    def show(self, facets: Facets, files: FileFilter) -> None:
        """Show what an answer with this filter may be narrowed to."""
        under = self._rows[self._at] if self._rows else None
        self._files, self.values = files, list(values(facets, files))
        self._lay_out()
        same = (n for n, row in enumerate(self._rows) if _is_same(row, under))
        self._at = next(same, 1 if self._rows else 0)
        self._keep_in_sight()

    def _lay_out(self) -> None:
        self._rows = []
        for kind, found in groupby(self.values, lambda value: value.kind):
            rows = [*found]
            count = len(rows) - _FEW
            self._rows.append(kind)
            if count <= 2 or kind in self._unfolded:
                self._rows += rows
            else:
                self._rows += (*rows[:_FEW], More(kind, count))

    def move(self, count: int) -> None:
        """Go to another value."""
        step = 1 if count > 0 else -1
        for _step in range(abs(count)):
            at = self._at + step
            while 0 <= at < len(self._rows) and isinstance(self._rows[at], str):
                at += step
            if 0 <= at < len(self._rows):
                self._at = at
        self._keep_in_sight()

    def action_choose(self) -> None:
        """Narrow to the value under the cursor, or no longer; or show more values."""
        row = self._rows[self._at] if self._rows else ""
        if isinstance(row, More):
            self._unfolded.add(row.kind)
            self._lay_out()
            self._keep_in_sight()
        elif isinstance(row, Value):
            self.post_message(self.Chosen(row.toggled(self._files)))

    def on_key(self, event: Key) -> None:
        """Whatever is no command here is typed."""
        if is_typed(event) and event.key != "space":
            event.stop()
            self.post_message(Typed(event))

    def on_click(self, event: Click) -> None:
        """Choose a value."""
        at = self._top + event.y
        if at < len(self._rows) and not isinstance(self._rows[at], str):
            self._at = at
            self.action_choose()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        height = max(1, self.size.height)
        least = self._at - height + 1
        most = self._at - 1 if self._at == 1 else self._at  # the first with what is above it
        self._top = max(0, min(max(self._top, least), most))
        self.refresh()

    def line(self, y: int) -> Text:
        """See `Pane`."""
        at = self._top + y
        if not self._rows:
            return Text(_("nothing to narrow it down by") if y == 0 else "", FAINT)
        if at >= len(self._rows):
            return Text()
        row = self._rows[at]
        if isinstance(row, str):
            names = {"folder": _("Folder"), "type": _("Type"), "year": _("Year")}
            return Text(names[row], FAINT)
        style = BRIGHT if at == self._at else None
        if isinstance(row, More):
            more = ngettext("{count} more", "{count} more", row.left)
            line = Text().append("▌" if at == self._at else " ", CHOSEN)
            return line.append(f"  … {more.format(count=number(row.left))}", style or FAINT)
        line = Text().append("▌" if at == self._at else " ", CHOSEN)
        line.append("✓ " if row.is_chosen else "  ", CHOSEN)
        room = self.size.width - len(line) - _COUNTS
        line.append_text(cell(Text().append(safe(row.value), style), max(8, room)))
        count = "" if row.documents is None else number(row.documents)
        return line.append(f"{count:>{_COUNTS}}", FAINT)


def _is_same(row: str | Value | More, other: str | Value | More | None) -> bool:
    if not (isinstance(row, Value) and isinstance(other, Value)):
        return False
    return (row.kind, row.value) == (other.kind, other.value)
