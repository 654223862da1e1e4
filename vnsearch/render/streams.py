"""Lines and messages -> stdout and stderr, whatever is behind them.

A stream may be closed, of a narrow encoding, a pipe whose reader has gone, or a terminal
that a document must not drive.
"""

import io
import os
import sys
from collections.abc import Iterable


def prepare() -> None:
    """Let every text be written: a stream may be closed, or of a narrow encoding."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def close() -> None:
    """Flush stdout. A reader that closed the pipe is no error, not even when Python
    flushes again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(lines: Iterable[str]) -> None:
    """Lines to stdout as UTF-8 whatever the locale. A lone surrogate, which stands for a
    byte of a file name, becomes its JSON escape."""
    for line in lines:
        sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def write_now(line: str) -> None:
    """A line for a reader that waits for it."""
    write([line])
    sys.stdout.buffer.flush()


def write_paths(paths: Iterable[str], end: str) -> None:
    """Paths as the system knows them, byte by byte."""
    for path in paths:
        sys.stdout.buffer.write(os.fsencode(path + end))


def say(message: str, advice: str = "") -> None:
    """A message for the user, and what to do about it, on stderr."""
    from vnsearch.render.safety import safe  # most runs have nothing to say

    for line in filter(None, (f"vnsearch: {message}", advice)):
        sys.stderr.write(safe(line) + "\n")
