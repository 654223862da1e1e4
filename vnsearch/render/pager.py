"""Long output on a terminal -> a pager, as git does it."""

import os
import sys
from contextlib import suppress

from vnsearch.platform import TERMINAL, split_command
from vnsearch.render import streams

# For less, unless the user says otherwise: leave when all fits on the screen, let colours and links
# through, and leave the text on the screen at the end.
_LESS = "FRX"


def show(text: str, *, wanted: bool = True, line: int = 1) -> None:
    """Write text to stdout, through a pager if that is a terminal with fewer lines, which less
    begins to show at `line`.

    What `streams` holds back stands above the text, or where that is not shown first, comes after
    the pager. The pager is $VNSEARCH_PAGER, else $PAGER, else less; none if that is empty or `cat`.
    """
    said = "\n".join([*streams.held(), "", ""]) if streams.held() and line == 1 else ""
    command = _pager() if wanted and _is_longer_than_the_screen(said + text) else []
    if command and line > 1 and os.path.basename(command[0]) == "less":
        command.append(f"+{line}g")
    if command and _through(command, said + text):
        streams.release(drop=bool(said))
    else:
        streams.write_text(text)


def _is_longer_than_the_screen(text: str) -> bool:
    try:
        if not sys.stdout.isatty() or os.environ.get("TERM", TERMINAL) == "dumb":
            return False
        return 0 < os.get_terminal_size(sys.stdout.fileno()).lines <= text.count("\n")
    except OSError:
        return False


def _pager() -> list[str]:
    """The command line of the pager; none if there is to be none."""
    named = os.environ.get("VNSEARCH_PAGER", os.environ.get("PAGER", "less"))
    try:
        command = split_command(named)
    except ValueError:
        return []
    return [] if command in ([], ["cat"]) else command


def _through(command: list[str], text: str) -> bool:
    """Let a pager show a text; return whether it could be started."""
    import signal
    import subprocess  # takes long to import, and few outputs are long

    environment = {"LESS": _LESS, "LESSCHARSET": "utf-8", **os.environ}
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    assert pager.stdin is not None
    interrupts = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the pager's
    try:
        with suppress(BrokenPipeError), pager.stdin:
            pager.stdin.write(text.encode("utf-8", "backslashreplace"))
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, interrupts)
    return True
