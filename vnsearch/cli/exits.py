"""A command -> an exit code: every error becomes a message and a code here."""

import sys
from collections.abc import Callable
from typing import NoReturn

from vnsearch.errors import (
    CHECK_DISK,
    EXIT_BROKEN_PIPE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    VnsearchError,
)
from vnsearch.render import streams


def run(command: Callable[[], int]) -> NoReturn:
    """Run a command and exit with the code it returns, or with that of its error."""
    streams.prepare()
    try:
        code = command()
        sys.stdout.flush()
    except VnsearchError as error:
        code = fail(str(error), error.advice)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        code = EXIT_BROKEN_PIPE
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        code = fail(str(message or error), CHECK_DISK)
    streams.close()
    sys.exit(code)


def end_as_interrupted() -> None:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does, with what it began removed."""
    import signal  # takes long to import, and searching has nothing to remove

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, signal.default_int_handler)


def fail(message: str, advice: str) -> int:
    """Say what went wrong, and what to do about it."""
    streams.say(message, advice)
    return EXIT_ERROR
