"""Files, paths, streams and programs on Windows: see `posix`, whose names these are.

There a file that is open, or mapped to memory, can neither be removed nor replaced by a rename.
"""

import ctypes
import errno
import msvcrt
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import wintypes
from threading import Lock
from typing import IO, Any, Final, TypeVar

assert sys.platform == "win32"

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
)

T = TypeVar("T")

READ: Final = os.O_RDONLY | os.O_BINARY
READ_AT_ONCE: Final = READ
HAS_MODES: Final = False  # who may read a file is inherited from its folder
INODE: Final = 0  # listings of folders have none
TEXT_STREAM: Final[dict[str, Any]] = {"encoding": "utf-8"}  # not the code page of the user
TERMINAL: Final[str] = "windows"
OPENER: Final[str] = ""  # see `start`

_PATIENCE: Final = 10.0  # seconds that another program may have a file open
_PAUSE: Final = 0.01
_LOCKED_BYTE: Final = 1 << 30  # far behind the text, which others may read
_reading: Final = Lock()


def patiently(do: Callable[[], T]) -> T:
    """What `do` returns, done again while another process is just replacing or reading a file."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return do()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def replace(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Rename a file in one step, in place of another one that may be open for a moment."""
    patiently(lambda: os.replace(source, target))


def remove(path: str | os.PathLike[str]) -> None:
    """Remove a file, or if it is open, leave it to the next run."""
    with suppress(PermissionError):
        os.unlink(path)


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Bytes of an open file: how many at most, from where."""
    with _reading:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, size)


def is_link(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry of a folder leads to another folder: a symbolic link or a junction."""
    tag = entry.stat(follow_symlinks=False).st_reparse_tag
    return tag in (stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT)


def is_marked_hidden(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry of a folder has a mark that it is hidden, or of the system."""
    marks = entry.stat(follow_symlinks=False).st_file_attributes
    return bool(marks & (stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM))


def changed_ns(status: os.stat_result) -> int:
    """When a file was last changed; `st_ctime_ns` is when it was made."""
    return status.st_mtime_ns


def sync(path: str | os.PathLike[str]) -> None:
    """Let the disk have a file. The entries of folders are in the journal of the file system."""
    if os.path.isdir(path):
        return
    descriptor = os.open(path, os.O_RDWR | os.O_BINARY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(descriptor)


def lock(file: IO[str]) -> None:
    """Lock a file until it is closed, or this process ends, however it ends; raises BlockingIOError
    when another one has it."""
    os.lseek(file.fileno(), _LOCKED_BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if error.errno not in (0, errno.EACCES, errno.EDEADLK):  # 0 of wine
            raise
        raise BlockingIOError(error.errno, error.strerror) from error


def slashed(path: str) -> str:
    """A path with `/` between its steps, as in names, globs and JSON."""
    return path.replace("\\", "/")


def native(name: str) -> str:
    """A path as the system writes it."""
    return name.replace("/", "\\")


def quoted(argument: str) -> str:
    """An argument as it is typed in PowerShell or cmd."""
    is_plain = argument and all(sign.isalnum() or sign in "-_./\\:" for sign in argument)
    return argument if is_plain else f'"{argument}"'


def split_command(line: str) -> list[str]:
    """The arguments in a line, such as $EDITOR; raises ValueError."""
    import shlex

    if os.path.isfile(line):
        return [line]  # a path with spaces
    return [word.strip('"') for word in shlex.split(line, posix=False)]


def runnable(command: list[str]) -> list[str]:
    """A command line as `subprocess` is to have it: with the path of the program, which may be a
    batch file; empty if that would take what is in an argument for a command."""
    import shutil

    program = shutil.which(command[0]) or command[0]
    is_batch = program.lower().endswith((".bat", ".cmd"))
    if is_batch and any(sign in argument for argument in command[1:] for sign in '&|<>^%!"'):
        return []
    return [program, *command[1:]]


def start(path: str) -> None:
    """Open a file with the program it belongs to."""
    os.startfile(path)


def state_home() -> str:
    """The folder for what programs note of a user."""
    return os.environ.get("XDG_STATE_HOME") or _home("LOCALAPPDATA")


def config_home() -> str:
    """The folder for what a user sets."""
    return os.environ.get("XDG_CONFIG_HOME") or _home("APPDATA")


def _home(variable: str) -> str:
    return os.environ.get(variable) or os.path.expanduser("~")


def terminal() -> int:
    """The number of the window, or tab, that this process is in; 0 if in none."""
    console: int | None = ctypes.windll.kernel32.GetConsoleWindow()
    return console or 0


def prepare_terminal() -> None:
    """Let a terminal show colours, which it does not by itself."""
    if not sys.stderr.isatty():
        return
    enable_colours = 4  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
    kernel, mode = ctypes.windll.kernel32, wintypes.DWORD()
    for number in (-11, -12):  # STD_OUTPUT_HANDLE, STD_ERROR_HANDLE
        handle = kernel.GetStdHandle(number)
        if kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            kernel.SetConsoleMode(handle, mode.value | enable_colours)


def has_ended(process: int) -> bool:
    """Whether there is surely no process of a number: not told."""
    del process
    return False


def is_broken_pipe(error: OSError) -> bool:
    """Whether an error says that the reader of a pipe has gone."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL


@contextmanager
def broken_pipe_ignored() -> Iterator[None]:
    """A context in which it is no error that the reader of a pipe has gone."""
    try:
        yield
    except OSError as error:
        if not is_broken_pipe(error):
            raise


def whose(path: str) -> tuple[str, str] | None:
    """The owner of a file: not told."""
    del path
    return None


def viewer() -> str:
    """The program that opens PDF files; "" if that is not known."""
    size = wintypes.DWORD(1024)
    path = ctypes.create_unicode_buffer(size.value)
    executable = 2  # ASSOCSTR_EXECUTABLE
    failed = ctypes.windll.shlwapi.AssocQueryStringW(
        0, executable, ".pdf", None, path, ctypes.byref(size)
    )
    return "" if failed else path.value


def on_bus_error(handle: Callable[[], int]) -> None:
    """Nothing: there is no signal of a page that the disk does not give."""
    del handle


def terminal_is_gone() -> bool:
    """Whether the terminal was closed: the system ends its processes then."""
    return False
