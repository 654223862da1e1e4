"""Stops a process at one of its calls to the file system."""

import builtins
import io
import os
import signal
from collections.abc import Callable
from typing import Any
from unittest import mock

CALLS = "open replace rename link mkdir rmdir unlink remove fsync truncate".split()

KILL = 0  # in place of an errno


def stopped_at(step: int, fault: int, work: Callable[[], object], apart: str = "\0") -> int | None:
    """Do some work in a forked process, stopped at its so-manieth call (from 1): killed when
    `fault` is KILL, else by an OSError with that errno. Returns the errno, KILL, or None when
    the work has no such step. Calls on files in the folder `apart` are no steps."""
    child = os.fork()
    if child == 0:
        try:
            code = _stopped(step, fault, work, apart)
        except OSError as error:
            code = 1 if error.errno == fault else 2
        except BaseException as error:  # as told to users, else a bug
            code = 1 if type(error).__module__ == "vnsearch.errors" else 2
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 1, -signal.SIGKILL), f"step {step}: exit code {code}"
    return None if code == 0 else fault


def _stopped(step: int, fault: int, work: Callable[[], object], apart: str) -> int:
    count = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += not str(arguments[0]).startswith(apart)
            if count == step and not str(arguments[0]).startswith(apart):
                if fault == KILL:
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError(fault, os.strerror(fault), str(arguments[0]))
            return function(*arguments, **options)

        return called

    opened = counted(builtins.open)
    with mock.patch.object(builtins, "open", opened), mock.patch.object(io, "open", opened):
        patches = [mock.patch.object(os, name, counted(getattr(os, name))) for name in CALLS]
        for patch in patches:
            patch.start()
        work()
    # A step that was reached but made no difference is a step all the same.
    return 0 if count < step else 1
