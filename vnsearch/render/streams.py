"""Lines and messages -> stdout and stderr, whatever these are.

A stream may be closed, of an encoding that lacks letters, a pipe whose reader has gone, or a
terminal that no document may control.
"""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from vnsearch.language import english, translated
from vnsearch.platform import TEXT_STREAM, is_broken_pipe, prepare_terminal

_STDERR: Final = 2  # its number

_listener: "Callable[[str, dict[str, Any]], None] | None" = None
_color = "auto"  # see `use_color`
_held: list[str] | None = None  # lines for stderr, see `holding`


def prepare() -> None:
    """Make stdout and stderr accept any text, even if closed or of an encoding that lacks it."""
    # A file of an index must not get the number of a closed stream.
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(number)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", **TEXT_STREAM)
    prepare_terminal()


def close() -> None:
    """Flush stdout. If its reader has closed the pipe, that is no error, here or when Python
    flushes again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def naming_stdout() -> Iterator[None]:
    """Let an error say that stdout is what cannot be written."""
    try:
        yield
    except OSError as error:
        if is_broken_pipe(error):
            raise BrokenPipeError(error.errno, error.strerror, "stdout") from error
        raise OSError(error.errno, error.strerror, "stdout") from error


def flush() -> None:
    """Let all be written to stdout that was given to it."""
    with naming_stdout():
        sys.stdout.flush()


def write(lines: Iterable[str]) -> None:
    """Write lines to stdout, in UTF-8 whatever the locale. A lone surrogate, which stands for a
    byte of a file name (PEP 383), becomes its JSON escape."""
    for line in lines:
        release()
        with naming_stdout():
            sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def write_text(text: str) -> None:
    """Write text to stdout as `write` does."""
    release()
    with naming_stdout():
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


def write_now(line: str) -> None:
    """Write a line and flush, for a reader that waits for it."""
    write([line])
    with naming_stdout():
        sys.stdout.buffer.flush()


def write_paths(paths: Iterable[str], end: str) -> None:
    """Write paths, each followed by `end`, in the bytes the file system has for them."""
    release()
    for path in paths:
        with naming_stdout():
            sys.stdout.buffer.write(os.fsencode(path + end))


def listen(listener: Callable[[str, dict[str, Any]], None] | None) -> None:
    """Let a log have all that is noted, and said, from now on."""
    global _listener
    _listener = listener


def note(event: str, **values: Any) -> None:
    """Tell the log of an event, if there is a log."""
    if _listener is not None:
        _listener(event, values)


def use_color(color: str) -> None:
    """Whether messages on a terminal are styled: auto, always or never."""
    global _color
    _color = color


def say(message: str, advice: str = "", *, is_error: bool = False) -> None:
    """Write a message for the user, and one line on what to do about it, to stderr. That it
    cannot be written is no reason to fail.

    On a terminal the name of the program is dim, or red before an error, and advice is dim.
    """
    from vnsearch.render.safety import safe  # most runs have nothing to say

    note("message", message=english(message), advice=english(advice))
    message, advice = translated(message), translated(advice)
    name = _styled("vnsearch:", "1;31" if is_error else "2")
    lines = [f"{name} {safe(message)}"] + [_styled(safe(advice), "2")] * bool(advice)
    if _held is not None and not is_error:
        _held.extend(lines)
    else:
        _say_now(lines)


def _say_now(lines: Iterable[str]) -> None:
    for line in lines:
        with suppress(OSError):
            sys.stderr.write(line + "\n")


@contextmanager
def holding() -> Iterator[None]:
    """On a terminal, hold back what is said until something is written, or `release` or the end:
    a pager that fills the screen would hide it, and shows it itself."""
    global _held
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield
        return
    _held = []
    try:
        yield
    finally:
        release()
        _held = None


def held() -> list[str]:
    """The lines that are held back."""
    return _held or []


def release(*, drop: bool = False) -> None:
    """Say what is held back, unless it has been shown."""
    if _held:
        lines = _held[:]
        _held.clear()
        _say_now(() if drop else lines)


def _styled(text: str, style: str) -> str:
    """A text for stderr in a style (SGR), if that is a terminal that may have it."""
    dull = _color == "never" or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if dull or not sys.stderr.isatty() else f"\x1b[{style}m{text}\x1b[0m"
