"""Processes on Windows: see `posix_processes`, whose names these are."""

import ctypes
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ctypes import wintypes
from functools import cache
from multiprocessing import get_context
from typing import Any, Final, TypeAlias

assert sys.platform == "win32"

__all__ = (
    "ENDING", "FORKS", "Child", "Process", "end_with_parent", "find_program",
    "interrupts_blocked", "is_out_of_time", "killed_by", "limit_memory", "limit_processor_time",
    "tie", "tied",
)  # fmt: skip

FORKS: Final = False
Process = get_context("spawn").Process
_Environment: TypeAlias = Mapping[str, str] | None
ENDING: Final = (signal.SIGTERM, signal.SIGBREAK)

_OUT_OF_TIME: Final = 1816  # ERROR_NOT_ENOUGH_QUOTA: an exit code
_TICK: Final = 0.1  # seconds between two looks at the processor time of a process
_SECONDS: Final = 1e-7  # in a unit of a FILETIME

# Where installers put programs without telling the system.
_PROGRAMS: Final = {
    "tesseract": r"%ProgramFiles%\Tesseract-OCR\tesseract.exe",
    "bsdtar": r"%SystemRoot%\System32\tar.exe",
}

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateJobObjectW.restype = wintypes.HANDLE
_kernel.OpenProcess.restype = wintypes.HANDLE
_kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
_kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel.TerminateProcess.argtypes = (wintypes.HANDLE, wintypes.UINT)


class _JobLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, of <winnt.h>."""

    _fields_ = (
        ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
        ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
        ("IoInfo", ctypes.c_ulonglong * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


@cache
def _job(memory: int) -> int:
    """A group of processes that the system kills when this process, which alone has its handle,
    ends; `memory`: what each of them may have, in bytes, or 0."""
    kill_on_close, process_memory = 0x2000, 0x100  # JOB_OBJECT_LIMIT_…
    extended_limits = 9  # JobObjectExtendedLimitInformation
    job: int = _kernel.CreateJobObjectW(None, None)
    limits = _JobLimits(LimitFlags=kill_on_close, ProcessMemoryLimit=memory)
    if memory:
        limits.LimitFlags |= process_memory
    size = ctypes.sizeof(limits)
    _kernel.SetInformationJobObject(
        wintypes.HANDLE(job), extended_limits, ctypes.byref(limits), size
    )
    return job


def tie(process: int, memory: int = 0) -> None:
    """Let a process, by its number, end with this one, and have at most so many bytes."""
    set_quota_and_terminate = 0x101  # PROCESS_SET_QUOTA | PROCESS_TERMINATE
    handle = _kernel.OpenProcess(set_quota_and_terminate, False, process)  # noqa: FBT003
    if handle:
        _kernel.AssignProcessToJobObject(_job(memory), handle)
        _kernel.CloseHandle(handle)


class Child(subprocess.Popen[bytes]):
    """A process that gets its work on its stdin and answers on its stdout."""

    def __init__(self, command: Sequence[str], memory: int = 0, env: _Environment = None) -> None:
        """`memory`: at most so many bytes, if not 0."""
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        # Without a window, nor Ctrl-C of that of its parent.
        hidden = subprocess.CREATE_NO_WINDOW
        super().__init__(
            command, stdin=pipe, stdout=pipe, stderr=nowhere, env=env, creationflags=hidden
        )
        tie(self.pid, memory)
        self._until = float("inf")  # the processor time at which it is killed
        self._reader: _Reader | None = None

    def allow(self, seconds: float) -> None:
        """Let it have so many seconds of processor time from now on."""
        self._until = self._processor_time() + seconds

    def answer(self, size: int, seconds: float) -> bytes | None:
        """At most `size` bytes, b"" at the end; None if there are none within so many seconds."""
        if self._reader is None:
            assert self.stdout is not None
            self._reader = _Reader(self.stdout.fileno())
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            found = self._reader.read(size, max(0.0, min(left, _TICK)))
            if found is not None or left <= 0:
                return found
            if self._processor_time() > self._until:
                _kernel.TerminateProcess(int(self._handle), _OUT_OF_TIME)  # type: ignore[attr-defined]

    def end(self) -> None:
        """Kill it, and close what leads to it."""
        self.kill()
        if self._reader is not None:
            self._reader.close()
        self.communicate()

    def _processor_time(self) -> float:
        """What the process has used, in seconds."""
        times = (wintypes.FILETIME * 4)()  # its begin, end, in the system, by itself
        at = [ctypes.byref(times, n * ctypes.sizeof(wintypes.FILETIME)) for n in range(4)]
        if not _kernel.GetProcessTimes(wintypes.HANDLE(int(self._handle)), *at):  # type: ignore[attr-defined]
            return 0.0
        used = ((part.dwHighDateTime << 32) + part.dwLowDateTime for part in times[2:])
        return sum(used) * _SECONDS


class _Reader:
    """A pipe, read with a limit of time: by a thread, for the system has no limit."""

    def __init__(self, file: int) -> None:
        self._wanted: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._is_waiting = False
        self._thread = threading.Thread(target=self._run, args=(file,), daemon=True)
        self._thread.start()

    def _run(self, file: int) -> None:
        while size := self._wanted.get():
            block = b""
            with suppress(OSError):
                block = os.read(file, size)
            self._found.put(block)

    def read(self, size: int, seconds: float) -> bytes | None:
        """At most `size` bytes, b"" at the end; None if there are none within so many seconds."""
        if not self._is_waiting:
            self._wanted.put(size)
        self._is_waiting = True
        try:
            block = self._found.get(timeout=seconds)
        except queue.Empty:
            return None
        self._is_waiting = False
        return block

    def close(self) -> None:
        """Read no more, when the other end of the pipe is closed."""
        self._wanted.put(0)
        self._thread.join()


def limit_processor_time(seconds: float) -> None:
    """Nothing: see `Child.allow`."""
    del seconds


def limit_memory(size: int) -> None:
    """Nothing: see `Child`."""
    del size


def is_out_of_time(code: int) -> bool:
    """Whether a process with this exit code was killed for its processor time."""
    return code == _OUT_OF_TIME


def killed_by(code: int) -> str:
    """Nothing: there are no signals."""
    del code
    return ""


def end_with_parent(parent: int) -> None:
    """Nothing: see `tie`."""
    del parent


def tied(seconds: int = 0) -> dict[str, Any]:
    """Options of `subprocess` for a program that ends with this process: those of a process that
    is tied are tied, too. `seconds` are not limited."""
    del seconds
    return {"creationflags": subprocess.CREATE_NO_WINDOW}


def find_program(name: str) -> str | None:
    """The path of a program; None if it is not installed."""
    known = os.path.expandvars(_PROGRAMS.get(name, name))
    return shutil.which(name) or (known if os.path.isfile(known) else None)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """For processes begun meanwhile, for good: they inherit that Ctrl-C, which reaches all of a
    window, is ignored."""
    _kernel.SetConsoleCtrlHandler(None, True)  # noqa: FBT003
    try:
        yield
    finally:
        _kernel.SetConsoleCtrlHandler(None, False)  # noqa: FBT003
