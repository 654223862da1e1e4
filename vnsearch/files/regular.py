"""Opening a regular file, and nothing else that may have taken its place."""

import io
import os
import stat

from vnsearch.language import N_
from vnsearch.platform import READ_AT_ONCE


def open_regular(path: str) -> io.FileIO:
    """Open a file for reading, unbuffered.

    Raises OSError, also when it is no regular file: to open a FIFO would wait for a writer, and to
    open a device may do anything.
    """
    descriptor = os.open(path, READ_AT_ONCE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(None, N_("not a regular file"), path)
        return io.FileIO(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
