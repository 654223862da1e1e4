"""The errors of vnsearch, in one hierarchy, what to say of those of the system, and exit codes."""

import errno
import os
from typing import Final

from vnsearch.language import N_, _, translated
from vnsearch.platform import whose

EXIT_FOUND = 0
EXIT_NOTHING = 1  # no match, as with grep; or files skipped with --strict
EXIT_ERROR = 2
EXIT_BUSY = 75  # EX_TEMPFAIL of sysexits.h: another process is writing the index
EXIT_INTERRUPTED = 130  # as shells report a process ended by SIGINT
EXIT_BROKEN_PIPE = 141  # by SIGPIPE

REPAIR = N_("run: vnsearch index --rebuild")
CHECK_DISK = N_("check the disk and its permissions")

# Of a file that should be there: it is not. Other errors say nothing of what is on the disk.
NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class VnsearchError(Exception):
    """An error that the user can do something about.

    `message` says what is wrong; `advice` is one line on what to do, or "". The command prints
    both on stderr and exits with `code`.
    """

    code = EXIT_ERROR

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = translated(advice)


class NoIndexError(VnsearchError):
    """There is no index in the given place."""


class IndexUnusableError(VnsearchError):
    """There is an index, but it is damaged, or of another format."""


class DamagedError(IndexUnusableError):
    """Bytes of an index are not those that were written, or seem so: see `index.opening`."""

    def __init__(self, what: str) -> None:
        told = _("the index is damaged: {what}").format(what=translated(what))
        super().__init__(told, REPAIR)
        self.what = what


class LockedError(VnsearchError):
    """Another process is writing the index."""

    code = EXIT_BUSY


class WriteError(VnsearchError):
    """The system does not let the index be written; never to be taken for a bad document."""

    def __init__(self, error: OSError) -> None:
        message, advice = explain(error)
        super().__init__(_("cannot write the index: {why}").format(why=message), advice)
        self.error = error

    def __reduce__(self) -> tuple[type, tuple[OSError]]:
        return type(self), (self.error,)


class UnknownIdError(VnsearchError):
    """The index has no document or passage with this id."""


class RootError(VnsearchError):
    """A file or folder to be indexed is missing or cannot be indexed."""


class TooManyWordsError(VnsearchError):
    """A text has more different words than an engine can index as one document."""

    def __init__(self, message: str, fits: int = 0) -> None:
        """`fits`: code points of it that can be; 0 if that is not known."""
        super().__init__(message)
        self.fits = fits


class UnusableFileError(VnsearchError):
    """A file holds no text that can be read and indexed; `str(error)` is the reason."""


class GivenUpError(UnusableFileError):
    """Reading a file took too much time or memory, or its reader was killed: that may be due to
    the machine, so the next run tries again."""


_ADVICE: Final = {
    errno.ENOSPC: N_("make room there and try again, or keep the index elsewhere with --index DIR"),
    errno.EDQUOT: N_(
        "your quota there is used up: make room, or keep the index elsewhere with --index DIR"
    ),
    errno.EFBIG: N_("files may not become so large here: see ulimit -f"),
    errno.EROFS: N_("nothing can be written there: keep the index elsewhere with --index DIR"),
    errno.ENOTDIR: N_(
        "a file is where a folder should be: move it away, or keep the index elsewhere with "
        "--index DIR"
    ),
    errno.EMFILE: N_("raise the limit of open files with ulimit -n"),
    errno.ENFILE: N_("the system has too many files open: try again later"),
    errno.ENOMEM: N_("close other programs, or index with --jobs 1"),
    errno.ESTALE: N_("the file server has lost it: try again"),
    errno.EIO: N_("the disk may be failing: check it, then run: vnsearch check"),
}
# What the system says, in English; what is not here stays so.
_OF_THE_SYSTEM: Final = (
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("No such file or directory"),
    N_("File exists"),
    N_("Not a directory"),
    N_("Is a directory"),
    N_("Directory not empty"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("File too large"),
    N_("Read-only file system"),
    N_("File name too long"),
    N_("Too many levels of symbolic links"),
    N_("Too many open files"),
    N_("Too many open files in system"),
    N_("Cannot allocate memory"),
    N_("Input/output error"),
    N_("Stale file handle"),
    N_("Device or resource busy"),
    N_("Resource temporarily unavailable"),
    N_("Invalid argument"),
    N_("Bad file descriptor"),
    N_("Broken pipe"),
    N_("No such device or address"),
    N_("Operation not supported"),
    N_("Transport endpoint is not connected"),
    N_("Connection refused"),
    N_("Exec format error"),
)


def reason_of(error: OSError) -> str:
    """What an error of the system is, without its path."""
    return translated(error.strerror or str(error) or type(error).__name__)


def explain(error: OSError) -> tuple[str, str]:
    """What an error of the system is, with the path it is about, and what to do about it."""
    what, path = reason_of(error), error.filename
    if not isinstance(path, str | bytes):
        return what, _ADVICE.get(error.errno or 0, CHECK_DISK)
    path = os.fsdecode(path)
    told = _("{place}: {what}").format(place=path, what=what)
    if isinstance(error, PermissionError):
        return told, _advice_for_owner(path)
    return told, _ADVICE.get(error.errno or 0, CHECK_DISK)


def exhausted(error: OSError) -> VnsearchError | None:
    """The error to end a run with when the system has no more memory or open files, which is no
    fault of the file being read; None for any other error."""
    if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
        return None
    message, advice = explain(error)
    return VnsearchError(_("cannot read on: {why}").format(why=message), advice)


def _advice_for_owner(path: str) -> str:
    """What to do where one may not read or write."""
    owner = whose(path)
    if owner is None:
        return _("close the program that has it open, or ask for access")
    path, name = owner
    if not name:
        return _("{path} is yours: allow it with chmod").format(path=path)
    advice = _(
        "{path} belongs to {name}: ask for access (index --shared), or keep the index elsewhere "
        "with --index DIR"
    )
    return advice.format(path=path, name=name)


def says_nothing_of_the_bytes(error: Exception) -> bool:
    """Whether an error while a file of an index is read is no sign that it is damaged."""
    return isinstance(error, OSError | MemoryError) and not isinstance(error, NOT_THERE)
