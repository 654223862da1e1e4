"""A file and a place in it -> the command line that opens it there.

Never by a shell: a path is one argument, and an absolute one, so that it is no option.
"""

import os
import subprocess
from pathlib import PurePath
from shutil import which
from typing import Final

from vnsearch.errors import VnsearchError
from vnsearch.language import _
from vnsearch.model import Locator
from vnsearch.platform import OPENER, quoted, runnable, split_command, start, viewer

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
    "sumatrapdf.exe": ("-page", "{page}", "{path}"),
    "acrobat.exe": ("/A", "page={page}", "{path}"),
    "acrord32.exe": ("/A", "page={page}", "{path}"),
    "foxitpdfreader.exe": ("/A", "page={page}", "{path}"),
    "msedge.exe": ("{address}#page={page}",),
    "chrome.exe": ("{address}#page={page}",),
    "firefox.exe": ("{address}#page={page}",),
}


def open_file(path: str, kind: str, place: Locator | None, shown: str = "") -> int:
    """Open a file; return an exit code. An editor runs in this terminal until it ends, all else by
    itself. Raises VnsearchError when no program is found."""
    return run(*command_line(os.path.abspath(path), kind, place, shown))


def run(command: list[str], in_terminal: bool) -> int:
    """Run a command line that `command_line` gave; return an exit code."""
    if in_terminal:
        return subprocess.call(command)
    if len(command) == 1:
        start(command[0])
        return 0
    quiet = subprocess.DEVNULL
    subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return 0


def command_line(
    path: str, kind: str, place: Locator | None, shown: str = ""
) -> tuple[list[str], bool]:
    """The command line that opens a file (an absolute path) at a place, and whether it is that of
    an editor; the path alone where the system opens it itself. `kind`: its type, see
    `files.types`; `shown`: the path that `vnsearch show` takes, if it is another one."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor and (place is None or place.unit == "line") and kind in _EDITED:
        words = split_command(editor)
        name = os.path.basename(words[0]).removesuffix(".exe").removesuffix(".cmd")
        options = _AT_LINE.get(name, _PLUS_LINE) if place else ("{path}",)
        if command := runnable([*words, *_filled(options, path, place)]):
            return command, True
    if place is not None and place.unit == "page" and OPENER != "open":
        program = default_viewer()
        name = viewer_in(os.path.basename(program))
        if name and which(program):
            return [program, *_filled(_AT_PAGE[name], path, place)], False
    if not OPENER:
        return [path], False
    if which(OPENER) is None:
        what = _("no program opens {path}: {opener} is missing").format(path=path, opener=OPENER)
        ways = [_("install xdg-utils")] * (OPENER == "xdg-open")
        ways += [_("set $EDITOR")] * (kind in _EDITED)
        show = f"vnsearch show {quoted(shown or path)}"
        ways.append(_("read its text: {command}").format(command=show))
        raise VnsearchError(what, _(", or ").join(ways))
    return [OPENER, path], False


def _filled(options: tuple[str, ...], path: str, place: Locator | None) -> list[str]:
    number = str(1 if place is None else place.number)
    values = {"{line}": number, "{page}": number, "{address}": PurePath(path).as_uri()}
    filled = []
    for option in options:
        for sign, value in values.items():
            option = option.replace(sign, value)
        filled.append(option.replace("{path}", path))
    return filled


def default_viewer() -> str:
    """The program that the desktop opens PDF files with, if it takes a page; else ""."""
    found = viewer()
    return found if os.path.isabs(found) else viewer_in(found)


def viewer_in(entry: str) -> str:
    """The known program that a desktop entry is of; "" if it is of none."""
    return next((name for name in _AT_PAGE if name in entry.lower()), "")
