"""A file and a place in it -> the command line that opens it there.

Never by a shell: a path is one argument, and an absolute one, so that it is no option.
"""

import os
import subprocess
from shutil import which
from typing import Final

from vnsearch.errors import VnsearchError
from vnsearch.model import Locator
from vnsearch.platform import OPENER, quoted, split_command, viewer

_EDITED: Final = ("text", "markdown", "data")  # types of files

# What shows a text file at a line: the options of editors that do not take `+LINE FILE`.
_AT_LINE: Final[dict[str, tuple[str, ...]]] = {
    "code": ("--goto", "{path}:{line}"),
    "codium": ("--goto", "{path}:{line}"),
    "cursor": ("--goto", "{path}:{line}"),
    "subl": ("{path}:{line}",),
    "hx": ("{path}:{line}",),
    "zed": ("{path}:{line}",),
    "kate": ("--line", "{line}", "{path}"),
    "kwrite": ("--line", "{line}", "{path}"),
    "mate": ("--line", "{line}", "{path}"),
    "idea": ("--line", "{line}", "{path}"),
}
_PLUS_LINE: Final = ("+{line}", "{path}")

# Of programs that show PDF at a page.
_AT_PAGE: Final[dict[str, tuple[str, ...]]] = {
    "evince": ("--page-index={page}", "{path}"),
    "papers": ("--page-index={page}", "{path}"),
    "atril": ("--page-index={page}", "{path}"),
    "xreader": ("--page-index={page}", "{path}"),
    "okular": ("--page", "{page}", "{path}"),
    "zathura": ("--page={page}", "{path}"),
    "sioyek": ("--page", "{page}", "{path}"),
    "qpdfview": ("{path}#{page}",),
    "mupdf": ("{path}", "{page}"),
    "xpdf": ("{path}", "{page}"),
}


def open_file(path: str, kind: str, place: Locator | None) -> int:
    """Open a file; return an exit code. An editor runs in this terminal until it ends, all else by
    itself. Raises VnsearchError when no program is found."""
    command, in_terminal = command_line(os.path.abspath(path), kind, place)
    if in_terminal:
        return subprocess.call(command)
    quiet = subprocess.DEVNULL
    subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return 0


def command_line(path: str, kind: str, place: Locator | None) -> tuple[list[str], bool]:
    """The command line that opens a file (an absolute path) at a place, and whether it is that of
    an editor. `kind` is its type, see `files.types`."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and (place is None or place.unit == "line") and kind in _EDITED:
        words = split_command(editor)
        options = _AT_LINE.get(os.path.basename(words[0]), _PLUS_LINE) if place else ("{path}",)
        return [*words, *_filled(options, path, place)], True
    if place is not None and place.unit == "page" and OPENER != "open":
        program = default_viewer()
        if program in _AT_PAGE and which(program):
            return [program, *_filled(_AT_PAGE[program], path, place)], False
    if which(OPENER) is None:
        install = "install xdg-utils, or " * (OPENER == "xdg-open")
        edit = "set $EDITOR, or " * (kind in _EDITED)
        raise VnsearchError(
            f"no program opens {path}: {OPENER} is missing",
            f"{install}{edit}read its text: vnsearch show {quoted(path)}",
        )
    return [OPENER, path], False


def _filled(options: tuple[str, ...], path: str, place: Locator | None) -> list[str]:
    number = 1 if place is None else place.number
    return [
        option.replace("{line}", str(number)).replace("{page}", str(number)).replace("{path}", path)
        for option in options
    ]


def default_viewer() -> str:
    """The program that the desktop opens PDF files with, if it takes a page; else ""."""
    return viewer_in(viewer())


def viewer_in(entry: str) -> str:
    """The known program that a desktop entry is of; "" if it is of none."""
    return next((name for name in _AT_PAGE if name in entry.lower()), "")
