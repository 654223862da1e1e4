"""Readers in another process, which may hang, crash or run out of memory.

The process is started with the first file, reads one file after another, and is replaced when it
is lost. On its stdin, each file is a line of JSON (module, encoding, size in bytes) and its bytes.
On its stdout, each answer is a line of JSON: `["document", key, title, text, locator, encoding]` or
`["flaw", reason]`, any number of these, then `["end"]` or `["unusable", reason]`. A hostile
file may have taken the process over, so nothing it answers is unpickled or trusted.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from io import BufferedReader, BytesIO
from typing import IO, Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers.base import Flaw, Source, limit

SECONDS: Final = limit("VNSEARCH_READ_SECONDS", 60)  # the time that reading a file may take
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
        """`seconds`: the time the process may take for a file; that which the caller of `read`
        takes between two answers is not counted."""
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
        reader crashes, takes too long, or gives no valid answer; its process is replaced then.
        """
        done = False
        try:
            for kind, *values in self._answers(module, data, encoding):
                match kind, values:
                    case "document", [key, title, text, locator, detected]:
                        yield Document(
                            str(key), str(title), str(text),
                            locator and Locator(*locator), detected and Encoding(*detected),
                        )  # fmt: skip
                    case "flaw", [reason]:
                        yield Flaw(str(reason))
                    case "unusable", [reason]:
                        done = True
                        raise UnusableFileError(str(reason))
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
        head = json.dumps([module, encoding, len(data)]).encode() + b"\n"
        with suppress(BrokenPipeError):
            process.stdin.write(head)
            process.stdin.write(data)
            process.stdin.flush()
        left, blocks = self._seconds, list[bytes]()
        while True:
            begun = time.monotonic()
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, left))
            left -= time.monotonic() - begun
            if not ready:
                raise UnusableFileError(f"takes longer than {self._seconds:g} s to read")
            block = os.read(process.stdout.fileno(), _BLOCK)
            if not block:
                raise UnusableFileError(f"cannot be read: {_death(process)}")
            blocks.append(block)
            if b"\n" in block:
                *lines, rest = b"".join(blocks).split(b"\n")
                blocks = [rest]
                yield from map(json.loads, lines)

    def _started(self) -> "subprocess.Popen[bytes]":
        # Isolated (-I), so that nothing is imported from the current folder, and with this
        # process's path.
        start = "import sys; sys.path[:] = sys.argv[1:]; "
        start += "from vnsearch.readers.sandbox import serve; serve()"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", start, *(os.path.abspath(path) for path in sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process


def _death(process: "subprocess.Popen[bytes]") -> str:
    """Wait for a process that has closed its stdout, and describe how it ended."""
    code = process.wait()
    if code < 0:
        with suppress(ValueError):
            return f"the reader crashed ({signal.Signals(-code).name})"
    return "the reader crashed"


def serve() -> None:
    """Be the process: read the files that come on stdin, until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library may print, which must not be taken for an answer
    _limit_itself()
    while head := sys.stdin.buffer.readline():
        module, encoding, size = json.loads(head)
        _serve_one(module, encoding, sys.stdin.buffer.read(size), answers)
        answers.flush()


def _limit_itself() -> None:
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it, too, and ends this process
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve_one(module: str, encoding: str, data: bytes, answers: IO[bytes]) -> None:
    def answer(*values: object) -> None:
        answers.write(json.dumps(values).encode() + b"\n")

    # CPU time: if the parent is gone, nobody else stops this process.
    signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
    source = Source(BufferedReader(BytesIO(data)), encoding)
    try:
        for item in reader_named(module)(source):
            if isinstance(item, Document):
                answer("document", *item._replace(encoding=item.encoding or source.encoding))
            else:
                answer("flaw", item.reason)
        answer("end")
    except UnusableFileError as error:
        answer("unusable", str(error))
    except MemoryError:
        answer("unusable", "takes too much memory to read")
    except RecursionError:
        answer("unusable", "nested too deeply")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        answer("unusable", f"damaged ({reason or type(error).__name__})")
