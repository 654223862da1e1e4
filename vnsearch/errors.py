"""What can go wrong, in one hierarchy, and the exit codes of the command."""

EXIT_FOUND = 0
EXIT_NOTHING = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

REPAIR = "run: vnsearch index --rebuild"
CHECK_DISK = "check the disk and its permissions"


class VnsearchError(Exception):
    """A problem the user can do something about.

    `str(error)` says what is wrong; `advice` is one line on what to do, or "".
    The command prints both on stderr and exits with `EXIT_ERROR`.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class NoIndexError(VnsearchError):
    """There is no index where one was looked for."""


class IndexUnusableError(VnsearchError):
    """The index is there but cannot be used: damaged, or of another format."""


class LockedError(VnsearchError):
    """Another process is writing the index."""


class RootError(VnsearchError):
    """A file or folder to be indexed is missing or cannot be indexed."""


class UnusableFileError(VnsearchError):
    """A file was read, but it holds no text that can be indexed."""
