"""Search results and progress on a terminal, with rich."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Final

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.style import Style
from rich.text import Text

from vnsearch.language import _
from vnsearch.language.writing import day, megabytes, number
from vnsearch.model import Hit, Results, Snippet
from vnsearch.render import links, plain
from vnsearch.render.marking import BRIGHT, FAINT, Ranges, inside, marked, marks_on
from vnsearch.render.safety import safe, visible

if TYPE_CHECKING:
    from vnsearch.search.documents import DocumentText

_RANK_WIDTH: Final = 3
_INDENT: Final = _RANK_WIDTH + 1
_MAX_WIDTH: Final = 100  # columns; longer lines are hard to read
_CELLS: Final = " | "  # between the cells of a row, as readers write them

_STALE: Final = Style(color="red")


def results(found: Results, color: str, link_format: str = links.DEFAULT) -> str:
    """Results for a terminal, a block for each hit, then a summary.

    `color` is "auto", "always" or "never"; `link_format` is one that `links.problem` finds right.
    """
    page = _Page(color, link_format)
    for line in found.reading:
        page.add(Text(visible(_("read as: {text}").format(text=line)), FAINT))
    if found.reading:
        page.add()
    for hit in found.hits:
        page.add_hit(hit)
        page.add()
    page.add(Text(plain.summary(found), FAINT))
    return page.text()


def document(
    found: "DocumentText",
    part: tuple[int, int],
    highlights: Ranges,
    weak: Ranges,
    color: str,
    at: int,
) -> tuple[str, int]:
    """A part of a document for a terminal, below its title and path, and the line of that where
    `at` is, from 1."""
    page = _Page(color, links.DEFAULT)
    text = found.text[slice(*part)]
    if not text.startswith(found.title):
        page.add(Text(visible(found.title), BRIGHT))
    page.add(Text(safe(found.path), FAINT))
    page.add()
    begin, line = 0, 1
    for paragraph in text.split("\n"):
        if begin <= at:
            line = page.height + 1
        page.add(page.part(paragraph.replace("\f", ""), begin, highlights, weak))
        begin += len(paragraph) + 1
    return page.text(), line


class _Page:
    """Lines for a terminal."""

    def __init__(self, color: str, link_format: str) -> None:
        self._console = _console(color, stderr=False)
        self._link_format = link_format
        self._width = min(self._console.width, _MAX_WIDTH)
        self._marks = marks_on(self._console)
        self._lines: list[Text] = []

    def text(self) -> str:
        """All of them, as the terminal gets them."""
        with self._console.capture() as output:
            for line in self._lines:
                self._console.print(line, soft_wrap=True)
        return output.get()

    def add(self, text: Text | str = "", indent: int = 0) -> None:
        """Add a text, broken at words."""
        text = Text(text) if isinstance(text, str) else text
        for line in text.wrap(self._console, max(1, self._width - indent), tab_size=1):
            line.rstrip()
            self._lines.append(Text(" " * indent).append_text(line))

    @property
    def height(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def part(self, line: str, begin: int, highlights: Ranges, weak: Ranges) -> Text:
        """A line of a text, which begins there, with its share of the highlights of that."""

        end = begin + len(line)
        own, faint = inside(highlights, begin, end), inside(weak, begin, end)
        return marked(line, self._marks, own, faint)

    def add_hit(self, hit: Hit) -> None:
        """Add a block: title, where it is, its places."""
        title = Text().append(f"{hit.rank:>{_RANK_WIDTH}} ", FAINT)
        title.append_text(marked(hit.title, self._marks, hit.title_highlights, style=BRIGHT))
        title.truncate(self._width, overflow="ellipsis")
        self._lines.append(title)
        self.add(self._place(hit), _INDENT)
        if hit.by_name:
            self.add(Text(plain.by_name(hit), FAINT), _INDENT)
        self._add_snippet(hit.snippet)
        for other in hit.others:
            where = plain.position(other.snippet).strip(":, ")
            self.add(Text(f"{where}:", FAINT), _INDENT)
            self._add_snippet(other.snippet)
        for line in filter(None, (plain.more_places(hit), *plain.explanation(hit))):
            self.add(Text(line, FAINT), _INDENT)

    def _add_snippet(self, snippet: Snippet) -> None:
        """Add a snippet as prose, or line by line if it has rows of a table."""
        text, begin = snippet.text, 0
        lines = text.split("\n") if _CELLS in text else [text]
        for line in lines:
            own = line.lstrip()
            indent = len(line) - len(own)
            if own:
                marked = self.part(own, begin + indent, snippet.highlights, snippet.weak)
                self.add(marked, _INDENT)
            begin += len(line) + 1

    def _place(self, hit: Hit) -> Text:
        """The path with its folders dim, the position, date and type."""
        link = Style(link=links.link(self._link_format, hit.path, hit.snippet.match) or None)
        folder, name = os.path.split(hit.path)
        folder = os.path.join(folder, "") if folder else ""
        place = Text(overflow="fold").append(safe(folder), FAINT + link)
        place.append(safe(name), BRIGHT + link).append(plain.position(hit.snippet), FAINT)
        place.append(f"  {day(hit.modified)} · {safe(hit.type)}", FAINT)
        place.append(plain.copies(hit), FAINT)
        if hit.stale:
            place.append(f"  {plain.stale(hit)}", _STALE)
        return place


class Bar:
    """A progress bar on stderr, with rate and time left: an implementation of the protocol
    `Progress` of indexing.

    One bar for all: to make what was read ready takes half as long as to read it, and to complete
    the index a little more. Between two reports it goes on at the rate so far, at most up to what
    the next one can tell.
    """

    _BUILDING = 0.5
    _COMPLETING = 0.05

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task(_("reading"), total=None, read=0)
        self._bytes = self._read = 0
        self._built = 0.0
        self._started = self._last = time.monotonic()

    def start(self, total_bytes: int) -> None:
        """Set the bytes that will be read."""
        self._bytes = total_bytes
        self._started = self._last = time.monotonic()
        total = total_bytes * (1 + self._BUILDING + self._COMPLETING)
        self._progress.update(self._task, total=total or None)

    def advance(self, read_bytes: int) -> None:
        """Add to the bytes read."""
        self._read += read_bytes
        self._report(_("reading") if self._read < self._bytes else _("building the index"))

    def built(self, read_bytes: int) -> None:
        """Add to the bytes whose documents are ready."""
        self._built += read_bytes
        self._report()

    def finishing(self) -> None:
        """Show that all is ready and the index is being completed."""
        self._built = self._bytes
        self._report(_("writing the index"))

    def move(self) -> None:
        """Go on between two reports."""
        done = self._done()
        if done and self._bytes:
            passed = time.monotonic() - self._last
            step = passed * done / max(self._last - self._started, 0.1)
            left = self._bytes * (1 + self._BUILDING + self._COMPLETING) - done
            self._progress.update(self._task, completed=done + min(step, left * 0.9))

    def _done(self) -> float:
        return self._read + self._built * self._BUILDING

    def _report(self, description: str | None = None) -> None:
        self._last = time.monotonic()
        self._progress.update(
            self._task, description=description, completed=self._done(), read=self._read
        )


class _Bytes(ProgressColumn):
    """The bytes read, and how fast."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        read, passed = task.fields["read"], task.elapsed or 0.0
        rate = f", {number(read / 1e6 / passed, 1)} MB/s" if passed > 0.5 else ""
        return Text(f"{megabytes(read)} MB{rate}")


class _Moving(Progress):
    """A progress that goes on between two reports."""

    bar: Bar | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        """See `Progress`."""
        if self.bar is not None:
            self.bar.move()
        yield from super().get_renderables()


@contextmanager
def progress(color: str) -> Iterator[Bar]:
    """Show a bar, and remove it on exit."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Bytes(),
        TimeRemainingColumn(),
    )
    with _Moving(*columns, console=_console(color, stderr=True), transient=True) as bars:
        bars.bar = Bar(bars)
        yield bars.bar


def _console(color: str, *, stderr: bool) -> Console:
    return Console(
        file=sys.stderr if stderr else StringIO(),
        force_terminal=True if color == "always" or not stderr else None,
        color_system=None if color == "never" else "auto",
        legacy_windows=False,  # `prepare_terminal` has it understand the codes of others
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )
