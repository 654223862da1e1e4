"""A command -> an exit code: every error becomes a message and a code here."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

from vnsearch.errors import (
    EXIT_BROKEN_PIPE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    VnsearchError,
    explain,
)
from vnsearch.language import N_, _
from vnsearch.platform import on_bus_error
from vnsearch.render import streams


def run(command: Callable[[], int], *, as_json: bool = False) -> NoReturn:
    """Run a command and exit with the code it returns, or with that of its error, which is an
    object on stdout too where the output is JSON."""
    streams.prepare()
    on_bus_error(lambda: _failed(_DISK_FAILED, as_json))
    try:
        code = command()
        streams.flush()
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        code = EXIT_BROKEN_PIPE
    except Exception as error:
        code = _failed(_told(error), as_json)
    streams.note("end", code=code)
    streams.close()
    sys.exit(code)


# A page of a file in memory that cannot be had from the disk.
_DISK_FAILED: Final = (
    N_("a part of the index cannot be read from the disk, or was cut off just now"),
    N_("the disk may be failing: check it, then run: vnsearch check"),
    EXIT_ERROR,
)


def _failed(about: tuple[str, str, int], as_json: bool) -> int:
    """Tell an error: what it is, what to do about it, and the exit code, which is returned."""
    streams.say(*about[:2], is_error=True)
    if as_json:
        from vnsearch.render import jsonform

        with suppress(OSError):  # it may be stdout that cannot be written
            streams.write([jsonform.dump(jsonform.error(*about))])
            streams.flush()
    return about[2]


def _told(error: Exception) -> tuple[str, str, int]:
    """What an error is, what to do about it, and the exit code."""
    if isinstance(error, VnsearchError):
        return error.message, error.advice, error.code
    if isinstance(error, OSError):
        return *explain(error), EXIT_ERROR
    if isinstance(error, MemoryError):
        advice = _("close other programs, or index with --jobs 1")
        return _("there is not enough memory"), advice, EXIT_ERROR
    what = _("a fault of vnsearch: {error}").format(error=_described(error))
    return what, _("please report this line"), EXIT_ERROR


def _described(error: Exception) -> str:
    """What happened, and where."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    where = f" ({code.co_filename}, line {trace.tb_lineno})" if code and trace else ""
    return f"{type(error).__name__}: {error}{where}"


def end_as_interrupted() -> None:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does, with what it began removed."""
    import signal  # takes long to import, and searching has nothing to remove

    from vnsearch.platform.processes import ENDING

    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, signal.default_int_handler)


def fail(message: str, advice: str) -> int:
    """Say what went wrong, and what to do about it; returns the exit code."""
    streams.say(message, advice, is_error=True)
    return EXIT_ERROR
