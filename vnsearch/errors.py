"""The errors of vnsearch, in one hierarchy, and the exit codes of the command."""

import errno
import os
from typing import Final

EXIT_FOUND = 0
EXIT_NOTHING = 1  # no match, as with grep; or files skipped with --strict
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130  # as shells report a process ended by SIGINT
EXIT_BROKEN_PIPE = 141  # by SIGPIPE

REPAIR = "run: vnsearch index --rebuild"
CHECK_DISK = "check the disk and its permissions"


class VnsearchError(Exception):
    """An error that the user can do something about.

    `str(error)` says what is wrong; `advice` is one line on what to do, or "". The command prints
    both on stderr and exits with `EXIT_ERROR`.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class NoIndexError(VnsearchError):
    """There is no index in the given place."""


class IndexUnusableError(VnsearchError):
    """There is an index, but it is damaged, or of another format."""


class LockedError(VnsearchError):
    """Another process is writing the index."""


class RootError(VnsearchError):
    """A file or folder to be indexed is missing or cannot be indexed."""


class UnusableFileError(VnsearchError):
    """A file holds no text that can be read and indexed; `str(error)` is the reason."""


class GivenUpError(UnusableFileError):
    """Reading a file took too much time or memory, or its reader was killed: that may be due to
    the machine, so the next run tries again."""


# What the system has no more of, by error number, which is no fault of a file.
_EXHAUSTED: Final = {
    errno.EMFILE: "raise the limit: ulimit -n 4096",
    errno.ENFILE: "close other programs",
    errno.ENOMEM: "close other programs",
}


def exhausted(error: OSError) -> VnsearchError | None:
    """The error to end a run with when the system has no more memory or open files; None for
    any other error."""
    if error.errno not in _EXHAUSTED:
        return None
    return VnsearchError(f"cannot read on: {os.strerror(error.errno)}", _EXHAUSTED[error.errno])
