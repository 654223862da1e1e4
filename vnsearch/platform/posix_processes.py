"""Processes on Linux, macOS and other POSIX systems: see `processes`."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import Any, Final, TypeAlias

assert sys.platform != "win32"

__all__ = (
    "ENDING", "FORKS", "Child", "Process", "end_with_parent", "find_program",
    "interrupts_blocked", "is_out_of_time", "killed_by", "limit_memory", "limit_processor_time",
    "tie", "tied",
)  # fmt: skip

# Whether processes begin as a copy of this one, with all that it has open. They need not import
# everything again, and touch neither the terminal nor the thread that may be drawing on it.
FORKS: Final = sys.platform == "linux"
if sys.platform == "linux":
    Process = get_context("fork").Process
else:
    Process = get_context("spawn").Process
_Environment: TypeAlias = Mapping[str, str] | None

# The signals that ask a process to end.
ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


class Child(subprocess.Popen[bytes]):
    """A process that gets its work on its stdin and answers on its stdout."""

    def __init__(self, command: Sequence[str], memory: int = 0, env: _Environment = None) -> None:
        """`memory`: at most so many bytes, if it does not see to that itself; the same is so of
        ending with this process: see `limit_memory`, `end_with_parent`."""
        del memory
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        super().__init__(command, stdin=pipe, stdout=pipe, stderr=nowhere, env=env)
        assert self.stdout is not None
        self._answers = self.stdout.fileno()

    def allow(self, seconds: float) -> None:
        """Let it have so many seconds of processor time from now on, if it does not see to that
        itself: see `limit_processor_time`."""

    def answer(self, size: int, seconds: float) -> bytes | None:
        """At most `size` bytes, b"" at the end; None if there are none within so many seconds."""
        return os.read(self._answers, size) if wait([self._answers], seconds) else None

    def end(self) -> None:
        """Kill it, and close what leads to it."""
        self.kill()
        self.communicate()


def limit_processor_time(seconds: float) -> None:
    """End this process when it has used so many seconds more; 0 for no limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def limit_memory(size: int) -> None:
    """Let this process have at most so many bytes, and leave no dump when it crashes."""
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_out_of_time(code: int) -> bool:
    """Whether a process with this exit code ended by `limit_processor_time`."""
    return code == -signal.SIGPROF


def killed_by(code: int) -> str:
    """The name of the signal that ended a process with this exit code; "" if none did."""
    with suppress(ValueError):
        return signal.Signals(-code).name
    return ""


def tie(process: int) -> None:
    """Let a process, by its number, end with this one, if it does not see to that itself."""


def end_with_parent(parent: int) -> None:
    """Let the system kill this process when its parent ends, which has this process number.

    Without Linux it goes on until it misses its parent, which is after the file it reads.
    """
    kill_on_death_of_parent = 1  # PR_SET_PDEATHSIG, of <linux/prctl.h>
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(kill_on_death_of_parent, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended before
            sys.exit()


def tied(seconds: int = 0) -> dict[str, Any]:
    """Options of `subprocess` for a program that ends with this process, and has so many seconds of
    processor time, if there is a limit."""

    def begin() -> None:
        end_with_parent(parent)
        if seconds:
            import resource

            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    parent = os.getpid()
    return {"preexec_fn": begin}


def find_program(name: str) -> str | None:
    """The path of a program; None if it is not installed."""
    return shutil.which(name)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """For processes begun meanwhile, for good: Ctrl-C reaches the whole group, and it is
    for the one that began them to stop them. To that one it comes when this is over."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
