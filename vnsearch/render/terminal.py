"""Search results and progress on a terminal, with rich."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.style import Style
from rich.text import Text

from vnsearch.model import Hit, Results
from vnsearch.render import links, plain
from vnsearch.render.safety import safe, visible

Ranges = tuple[tuple[int, int], ...]

_RANK_WIDTH: Final = 3
_INDENT: Final = _RANK_WIDTH + 1
_MAX_WIDTH: Final = 100  # columns; longer lines are hard to read

_TITLE: Final = Style(bold=True)
_RANK: Final = Style(dim=True)
_PATH: Final = Style(color="cyan")
_MATCH: Final = Style(color="yellow", bold=True, underline=True)
_WEAK_MATCH: Final = Style(underline=True)
_STALE: Final = Style(color="red")
_FAINT: Final = Style(dim=True)


def show(found: Results, color: str, link_format: str = links.DEFAULT) -> None:
    """Print results on stdout, a block for each hit, then a summary.

    `color` is "auto", "always" or "never"; `link_format` is one that `links.problem` finds right.
    """
    console = _console(color, stderr=False)
    for line in found.reading:
        console.print(Text(visible(f"read as: {line}"), _FAINT))
    if found.reading:
        console.print()
    for hit in found.hits:
        width = min(console.width, _MAX_WIDTH)
        console.print(_block(hit, width, link_format), width=width)
        console.print()
    console.print(Text(plain.summary(found), _FAINT))


def _block(hit: Hit, width: int, link_format: str) -> RenderableType:
    title = Text().append(f"{hit.rank:>{_RANK_WIDTH}} ", _RANK)
    title.append_text(_marked(hit.title, hit.title_highlights, _TITLE))
    title.truncate(width, overflow="ellipsis")
    explanation = (Text(line, _FAINT) for line in plain.explanation(hit))
    snippet = _marked(hit.snippet.text, hit.snippet.highlights, weak=hit.snippet.weak)
    body = Group(_place(hit, link_format), snippet, *explanation)
    return Group(title, Padding(body, (0, 0, 0, _INDENT), expand=False, style=""))


def _place(hit: Hit, link_format: str) -> Text:
    link = links.link(link_format, hit.path, hit.snippet.match)
    place = Text(overflow="fold").append(safe(hit.path), _PATH + Style(link=link or None))
    place.append(plain.position(hit), _FAINT)
    if hit.stale:
        place.append("  changed or gone since it was indexed", _STALE)
    return place


def _marked(prose: str, highlights: Ranges, style: Style | None = None, weak: Ranges = ()) -> Text:
    """A text with its highlights, those in `weak` weaker.

    Each part is escaped by itself, as escaping changes lengths.
    """
    text, end = Text(), 0
    for start, stop in highlights:
        text.append(visible(prose[end:start]), style)
        is_weak = (start, stop) in weak
        text.append(visible(prose[start:stop]), _WEAK_MATCH if is_weak else _MATCH)
        end = stop
    return text.append(visible(prose[end:]), style)


class Bar:
    """A progress bar on stderr, with rate and time left: an implementation of the protocol
    `Progress` of indexing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None)

    def start(self, total_bytes: int) -> None:
        """Set the bytes that will be read."""
        self._progress.update(self._task, total=total_bytes)

    def advance(self, read_bytes: int) -> None:
        """Add to the bytes read."""
        self._progress.advance(self._task, read_bytes)

    def finishing(self) -> None:
        """Show that all is read and the index is being written."""
        self._progress.update(self._task, total=None, description="writing the index")


@contextmanager
def progress(color: str) -> Iterator[Bar]:
    """Show a bar, and remove it on exit."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_console(color, stderr=True), transient=True) as bars:
        yield Bar(bars)


def _console(color: str, *, stderr: bool) -> Console:
    return Console(
        file=sys.stderr if stderr else sys.stdout,
        force_terminal=True if color == "always" else None,
        color_system=None if color == "never" else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )
