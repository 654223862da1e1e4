"""The errors of vnsearch, in one hierarchy, and the exit codes of the command."""

EXIT_FOUND = 0
EXIT_NOTHING = 1  # no match, as with grep; or files skipped with --strict
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130  # as shells report a process ended by SIGINT
EXIT_BROKEN_PIPE = 141  # by SIGPIPE

REPAIR = "run: vnsearch index --rebuild"
CHECK_DISK = "check the disk and its permissions"

# Of a file that should be there: it is not. Other errors say nothing of what is on the disk.
NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


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


class TooManyWordsError(VnsearchError):
    """A text has more different words than an engine can index as one document."""


class UnusableFileError(VnsearchError):
    """A file holds no text that can be read and indexed; `str(error)` is the reason."""
