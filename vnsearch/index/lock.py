"""The lock of the one writer: that of a file, which tells the number of its process.

The operating system lets go of it when the process ends, however it ends.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from vnsearch import platform
from vnsearch.errors import LockedError, VnsearchError, reason_of
from vnsearch.language import _

_RETRY_SECONDS: Final = 0.05
_NO_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}


@contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock, whose file is created when there is none.

    Raises LockedError when another process still holds it after `wait` seconds, and VnsearchError
    where the file system has no locks.
    """
    with open(path, "a+", encoding="ascii", errors="replace") as lock:
        _acquire(lock, wait)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _acquire(lock: IO[str], wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            platform.lock(lock)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _held(lock) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise OSError(error.errno, error.strerror, lock.name) from error
            why = _("the file system of {path} has no locks: {why}")
            why = why.format(path=lock.name, why=reason_of(error))
            raise VnsearchError(why, _("keep the index on a local disk: --index DIR")) from error
        time.sleep(_RETRY_SECONDS)


def _held(lock: IO[str]) -> LockedError:
    holder = ""
    with suppress(OSError):
        lock.seek(0)
        holder = lock.read(20).strip()
    return LockedError(
        _("another process (pid {number}) is writing the index").format(number=holder or "?"),
        _("wait for it with --wait SECONDS"),
    )
