"""Readers in another process, which may hang, crash or run out of memory.

The process is started with the first file, reads one file after another, and is replaced when it
is lost; it ends with the process that started it. On its stdin, each file is a line of JSON
(module, encoding, seconds, size in bytes) and its bytes. On its stdout, each answer is a line of
JSON: `["document", key, title, text, locator, encoding, name, folders]` or `["flaw", reason]`, any
number of these, then `["end"]`, `["unusable", reason]` or `["given up", reason]`. A hostile file
may have taken the process over, so nothing it answers is unpickled or trusted.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from io import BufferedReader, BytesIO
from multiprocessing.connection import wait
from typing import IO, Any, Final

from vnsearch.errors import GivenUpError, UnusableFileError, VnsearchError
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers.base import Flaw, Source, damaged, limit

# The processor time that reading a file may take.
SECONDS: Final = limit("VNSEARCH_READ_SECONDS", 60)
# How many times as long the process may keep silent, when it gets hardly any processor time.
_PATIENCE: Final = 10
_MEMORY: Final = 3 << 30  # bytes of address space
_BLOCK: Final = 1 << 16  # bytes read from the process at a time

ReadFunction = Callable[[Source], Iterator[Document | Flaw]]


def reader_named(module: str) -> ReadFunction:
    """Import the function `read` of a module of this package."""
    read: ReadFunction = import_module(f"vnsearch.readers.{module}").read
    return read


class Sandbox:
    """The process, as others use it; to be closed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds`: the processor time the process may take for a file."""
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """Kill the process, if there is one; the next `read` starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read(self, module: str, data: bytes, encoding: str = "") -> Iterator[Document | Flaw]:
        """Yield what the reader of a module makes of the bytes of a file.

        `encoding`: the one the user set for text, or "". Raises UnusableFileError, also when the
        reader gives no valid answer; GivenUpError when it takes too much time or memory or is
        killed; its process is replaced then. Raises VnsearchError when no process can be started.
        """
        done = False
        try:
            for kind, *values in self._answers(module, data, encoding):
                match kind, values:
                    case "document", [key, title, text, locator, detected, name, folders]:
                        yield Document(
                            str(key), str(title), str(text),
                            locator and Locator(*locator), detected and Encoding(*detected),
                            str(name), str(folders),
                        )  # fmt: skip
                    case "flaw", [reason]:
                        yield Flaw(str(reason))
                    case "unusable", [reason]:
                        done = True
                        raise UnusableFileError(str(reason))
                    case "given up", [reason]:
                        raise GivenUpError(str(reason))
                    case "end", []:
                        done = True
                        return
                    case _:
                        raise ValueError(kind)
        except (ValueError, TypeError) as error:
            raise UnusableFileError("cannot be read: the reader gave no right answer") from error
        finally:
            if not done:
                self.close()  # it is still reading this file, or lost

    def _answers(self, module: str, data: bytes, encoding: str) -> Iterator[list[Any]]:
        """Send a file to the process and yield its answers, without end."""
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        head = json.dumps([module, encoding, self._seconds, len(data)]).encode() + b"\n"
        with suppress(BrokenPipeError):
            process.stdin.write(head)
            process.stdin.write(data)
            process.stdin.flush()
        left, blocks = _PATIENCE * self._seconds, list[bytes]()
        while True:
            begun = time.monotonic()
            ready = wait([process.stdout.fileno()], max(0.0, left))
            left -= time.monotonic() - begun
            if not ready:
                raise GivenUpError("takes too long to read")
            block = os.read(process.stdout.fileno(), _BLOCK)
            if not block:
                raise _death(process.wait(), self._seconds)
            blocks.append(block)
            if b"\n" in block:
                *lines, rest = b"".join(blocks).split(b"\n")
                blocks = [rest]
                yield from map(json.loads, lines)

    def _started(self) -> "subprocess.Popen[bytes]":
        # Isolated (-I), so that nothing is imported from the current folder, and with this
        # process's path.
        start = "import sys; sys.path[:] = sys.argv[2:]; "
        start += "from vnsearch.readers.sandbox import serve; serve(int(sys.argv[1]))"
        path = [os.path.abspath(folder) for folder in sys.path]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", start, str(os.getpid()), *path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise VnsearchError(
                f"cannot start a process to read files in: {error.strerror}",
                "close other programs, or raise the limits of processes and files: ulimit -a",
            ) from error
        return self._process


def _death(code: int, seconds: float) -> UnusableFileError:
    """The error for a process that ended with an exit code, or by a signal: a negative one."""
    if code == -signal.SIGPROF:
        return GivenUpError(f"takes over {seconds:g} s of processor time to read")
    if code < 0:
        with suppress(ValueError):
            return GivenUpError(f"the reader was killed ({signal.Signals(-code).name})")
    return GivenUpError("the reader crashed")


def serve(parent: int) -> None:
    """Be the process: read the files that come on stdin, until it ends or the process `parent`
    does."""
    end_with_parent(parent)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library may print, which must not be taken for an answer
    _limit_itself()
    while head := sys.stdin.buffer.readline():
        module, encoding, seconds, size = json.loads(head)
        data = sys.stdin.buffer.read(size)
        # Processor time: a busy machine makes no file unreadable.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        _serve_one(module, encoding, data, answers)
        answers.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)


def end_with_parent(parent: int) -> None:
    """Let the system kill this process when its parent ends, which has this process number.

    Without Linux it goes on until it misses its parent, which is after the file it reads.
    """
    kill_on_death_of_parent = 1  # PR_SET_PDEATHSIG, of <linux/prctl.h>
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(kill_on_death_of_parent, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended before
            sys.exit()


def _limit_itself() -> None:
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it, too, and ends this process
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve_one(module: str, encoding: str, data: bytes, answers: IO[bytes]) -> None:
    def answer(*values: object) -> None:
        line = json.dumps(values, ensure_ascii=False)
        answers.write(line.encode("utf-8", "surrogatepass") + b"\n")

    source = Source(BufferedReader(BytesIO(data)), encoding)
    try:
        for item in reader_named(module)(source):
            if isinstance(item, Document):
                answer("document", *item._replace(encoding=item.encoding or source.encoding))
            else:
                answer("flaw", item.reason)
        for flaw in source.flaws():
            answer("flaw", flaw.reason)
        answer("end")
    except UnusableFileError as error:
        answer("unusable", str(error))
    except MemoryError:
        answer("given up", "takes too much memory to read")
    except RecursionError:
        answer("unusable", "nested too deeply")
    except BaseException as error:  # of a library: a panic in Rust is no Exception
        answer("unusable", damaged(error))
