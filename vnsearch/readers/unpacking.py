"""Archives that bsdtar can read (.7z, .rar), as the .tar that it makes of them.

bsdtar is the program of libarchive (BSD-2), which a system may have. Its errors cost what comes
after them in the archive.
"""

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.platform import processes

PROGRAM: Final = "bsdtar"
_SECONDS: Final = 60  # of processor time


@contextmanager
def as_tar(stream: IO[bytes], kind: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The program, which writes the files of an archive to its stdout; raises UnusableFileError
    when it is not there."""
    program = processes.find_program(PROGRAM)
    if program is None:
        raise UnusableFileError(
            N_("{kind} archive: unpack it, or install bsdtar (Debian: libarchive-tools)").format(
                kind=kind
            )
        )
    with _as_file(stream) as file:
        file.seek(0)  # writes what is to be written
        os.lseek(file.fileno(), 0, os.SEEK_SET)  # else the system is where the buffer ends
        process = subprocess.Popen(
            [program, "-c", "-f", "-", "--format", "pax", "@-"],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **processes.tied(_SECONDS),
        )
        with process:
            try:
                yield process
            finally:
                process.kill()


def _as_file(stream: IO[bytes]) -> IO[bytes]:
    """A file that the system knows, with the bytes of a stream."""
    try:
        stream.fileno()
    except io.UnsupportedOperation:  # an archive in another one
        if hasattr(os, "memfd_create"):
            file: IO[bytes] = os.fdopen(os.memfd_create("archive"), "w+b")
        else:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who asked for it
        shutil.copyfileobj(stream, file)
        return file
    return stream
