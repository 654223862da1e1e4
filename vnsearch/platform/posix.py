"""Files, paths, streams and programs on Linux, macOS and other POSIX systems.

Imported by each search, so what that does not need is imported where it is used.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import IO, Any, Final, TypeVar

from vnsearch.language import _

assert sys.platform != "win32"

__all__ = (
    "HAS_MODES",
    "INODE",
    "OPENER",
    "READ",
    "READ_AT_ONCE",
    "TERMINAL",
    "TEXT_STREAM",
    "broken_pipe_ignored",
    "changed_ns",
    "config_home",
    "has_ended",
    "is_broken_pipe",
    "is_link",
    "is_marked_hidden",
    "lock",
    "native",
    "on_bus_error",
    "patiently",
    "prepare_terminal",
    "quoted",
    "read_at",
    "remove",
    "replace",
    "runnable",
    "slashed",
    "split_command",
    "start",
    "state_home",
    "sync",
    "terminal",
    "terminal_is_gone",
    "viewer",
    "whose",
)  # fmt: skip

T = TypeVar("T")

# Flags to open a file for reading its bytes.
READ: Final = os.O_RDONLY
# The same without waiting for what may have taken the place of a file, such as a FIFO.
READ_AT_ONCE: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY

# Whether the mode of a file says who may read it.
HAS_MODES: Final = True
# The bits that count of the number of a file (inode): as many as SQLite can hold.
INODE: Final = (1 << 63) - 1

# How a text stream is set up, besides what is always done.
TEXT_STREAM: Final[dict[str, Any]] = {}

# What a terminal is taken for that does not say what it is.
TERMINAL: Final[str] = "dumb"

# The program that opens a file with the one it belongs to.
OPENER: Final[str] = "open" if sys.platform == "darwin" else "xdg-open"

read_at = os.pread  # bytes of an open file: how many at most, from where


def patiently(do: Callable[[], T]) -> T:
    """What `do` returns, done again while another process is just replacing a file."""
    return do()


def replace(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Rename a file in one step, in place of another one that may be open."""
    os.replace(source, target)


def remove(path: str | os.PathLike[str]) -> None:
    """Remove a file, or where the system does not let a file go that is open, leave it to the next
    run."""
    os.unlink(path)


def is_link(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry of a folder leads to another folder."""
    return entry.is_symlink()


def is_marked_hidden(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry of a folder has a mark that it is hidden, besides its name."""
    if sys.platform == "darwin":
        return bool(entry.stat(follow_symlinks=False).st_flags & stat.UF_HIDDEN)
    return False


def changed_ns(status: os.stat_result) -> int:
    """When a file was last changed, which nobody can set back."""
    return status.st_ctime_ns


def sync(path: str | os.PathLike[str]) -> None:
    """Let the disk have a file, or the entries of a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor)
    except OSError as error:
        if error.errno == errno.EINVAL and os.path.isdir(path):
            return  # on some network file systems folders need no sync, and have none
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":  # whose fsync leaves it in the cache of the disk
        import fcntl

        with suppress(OSError):  # not every file system can do more
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def lock(file: IO[str]) -> None:
    """Lock a file until it is closed, or this process ends, however it ends; raises BlockingIOError
    when another one has it, and OSError."""
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def slashed(path: str) -> str:
    """A path with `/` between its steps, as in names, globs and JSON."""
    return path


def native(name: str) -> str:
    """A path as the system writes it."""
    return name


def quoted(argument: str) -> str:
    """An argument as it is typed in a shell."""
    import shlex

    return shlex.quote(argument)


def split_command(line: str) -> list[str]:
    """The arguments in a line, such as $EDITOR; raises ValueError."""
    import shlex

    return shlex.split(line)


def runnable(command: list[str]) -> list[str]:
    """A command line as `subprocess` is to have it; empty if it must not."""
    return command


def start(path: str) -> None:
    """Open a file, where the system does that without a program."""
    raise NotImplementedError(path)


def state_home() -> str:
    """The folder for what programs note of a user."""
    return os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")


def config_home() -> str:
    """The folder for what a user sets."""
    return os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")


def terminal() -> int:
    """The number of the session on this terminal."""
    return os.getsid(0)


def prepare_terminal() -> None:
    """Let a terminal show colours."""


def has_ended(process: int) -> bool:
    """Whether there is surely no process of a number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


def is_broken_pipe(error: OSError) -> bool:
    """Whether an error says that the reader of a pipe has gone."""
    return isinstance(error, BrokenPipeError)


def broken_pipe_ignored() -> AbstractContextManager[None]:
    """A context in which it is no error that the reader of a pipe has gone."""
    return suppress(BrokenPipeError)


def whose(path: str) -> tuple[str, str] | None:
    """What there is of a path, or above it, and the user that it belongs to, "" for this one; None
    if that cannot be said."""
    while True:
        try:
            owner = os.stat(path).st_uid
            break
        except OSError:
            if path == (path := os.path.dirname(os.path.abspath(path))):
                return None
    if owner == os.geteuid():
        return path, ""
    try:
        from pwd import getpwuid

        return path, getpwuid(owner).pw_name
    except (ImportError, KeyError):
        return path, _("user {number}").format(number=owner)


def viewer() -> str:
    """What names the program that opens PDF files; "" if that is not known."""
    import subprocess

    query = ["xdg-mime", "query", "default", "application/pdf"]
    try:
        return subprocess.check_output(query, stderr=subprocess.DEVNULL, text=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return ""


_kept: list[object] = []  # what C has addresses of


def on_bus_error(handle: Callable[[], int]) -> None:
    """From now on, let a bus error end the process with what `handle` returns. Where that is not to
    be had, the signal ends it.

    Segments are mapped to memory, so a bad sector, a network that fails or a file that was cut off
    meanwhile is no error of a call but a signal, SIGBUS, at whatever instruction reads the page. A
    handler of Python's own would run after that instruction, which never ends. So this is one of C
    that calls Python at once. `ctypes` is made of `_ctypes`, and takes five times as long to
    import.
    """
    with suppress(Exception):
        from _ctypes import FUNCFLAG_CDECL, CFuncPtr, _SimpleCData, dlopen, dlsym
        from _signal import SIGBUS  # type: ignore[import-not-found]

        class Int(_SimpleCData):  # type: ignore[type-arg]
            _type_ = "i"

        class Handler(CFuncPtr):
            _argtypes_ = [Int]  # noqa: RUF012
            _restype_ = None
            _flags_ = FUNCFLAG_CDECL

        class Signal(CFuncPtr):
            _argtypes_ = [Int, Handler]  # noqa: RUF012
            _restype_ = None
            _flags_ = FUNCFLAG_CDECL

        def end(_: int) -> None:
            code = 2
            try:
                code = handle()
            finally:
                os._exit(code)

        _kept.append(Handler(end))
        libc = dlopen(None, 0)  # type: ignore[arg-type]
        Signal(dlsym(libc, "signal"))(SIGBUS, _kept[-1])


def terminal_is_gone() -> bool:
    """Whether the terminal on stdin was closed: a process that it is not of gets no signal."""
    import select

    stdin = select.poll()
    stdin.register(0, 0)
    return any(event & select.POLLHUP for _number, event in stdin.poll(0))
