"""Readers in another process, which may hang, crash or run out of memory.

The process is started with the first file, reads one file after another, and is replaced when it
is lost; it ends with the process that started it. On its stdin, each file is a line of JSON
(seconds, size in bytes, path, module, encoding, recognized pages, share of the pages, whether only
pictures in it are to be recognized) and its bytes, or none if it is to be opened at its path. On
its stdout, each answer is a line of JSON: `["document", key, title, text, locator, encoding]` or
`["flaw", reason]`, any number of these, then `["end"]`, `["unusable", reason]` or `["given up",
reason]`. Of a file in a file it says `["member", name, size, modified, version]` and waits for a
line on its stdin: `null`, or `[recognized pages]`; then answers about that one follow, and
`["done", reason]`, the reason if it was given up. A hostile file may have taken the process over,
so nothing it answers is unpickled or trusted.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from io import BufferedReader, BytesIO
from typing import IO, Any, Final

from vnsearch.errors import GivenUpError, UnusableFileError, VnsearchError
from vnsearch.language import N_
from vnsearch.model import Document, Encoding, Locator
from vnsearch.platform import READ_AT_ONCE, broken_pipe_ignored, processes
from vnsearch.readers.base import Done, Flaw, Held, Member, Request, Source, damaged, limit
from vnsearch.readers.nested import Nest

# The processor time that reading a file may take.
SECONDS: Final = limit("VNSEARCH_READ_SECONDS", 60)
# How many times as long the process may keep silent, when it gets hardly any processor time.
_PATIENCE: Final = 10
_MEMORY: Final = 3 << 30  # bytes of address space
_BLOCK: Final = 1 << 16  # bytes read from the process at a time
_MOST_CRASHES: Final = 5  # of the process, by files in one file

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
_KINDS: Final = {Document: "document", Flaw: "flaw", Done: "done"}  # of answers

ReadFunction = Callable[[Source], Iterator[Document | Flaw | Held]]
Wanted = Callable[[Member], bool]
Pages = Mapping[int, str]  # what was recognized in them, by number


def reader_named(module: str) -> ReadFunction:
    """Import the function `read` of a module of this package."""
    read: ReadFunction = import_module(f"vnsearch.readers.{module}").read
    return read


class Sandbox:
    """The process, as others use it; to be closed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds`: the processor time the process may take for a file."""
        self._seconds = seconds
        self._process: processes.Child | None = None

    def close(self) -> None:
        """Kill the process, if there is one; the next `read` starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def kill(self) -> None:
        """Kill the process from another thread than the one that reads: it gets GivenUpError."""
        if (process := self._process) is not None:
            process.kill()

    def read(
        self,
        module: str,
        data: bytes | str,
        encoding: str = "",
        wanted: Wanted = lambda _: False,
        *,
        recognized: Pages | None = None,
        recognized_in: Callable[[Member], Pages | None] | None = None,
        share: tuple[int, int] = (0, 1),
        only_pictures: bool = False,
    ) -> Iterator[Document | Flaw | Member | Done]:
        """Yield what the reader of a module makes of a file, by its bytes or its absolute path.

        Then, for each file in it that is `wanted`, a `Member`, what its reader makes of it, and
        `Done`. `encoding`: the one the user set for text, or ""; `recognized` and `share` as in
        `Source`; `recognized_in`: the same of a file in the file; `only_pictures`: of those,
        pictures are to be recognized, and others read only for the pictures in them. Raises
        UnusableFileError, also when the reader gives no valid answer; GivenUpError when it takes
        too much time or memory or is killed; its process is replaced then. A file in the file costs
        no more than itself. Raises VnsearchError when no process can be started.
        """
        how = [module, encoding, None if recognized is None else {**recognized}, share]
        begun: set[str] = set()  # files right in this one
        for crash in range(_MOST_CRASHES):
            inside = 0  # how many files are in one another here
            try:
                for item in self._read_once(
                    [*how, only_pictures],
                    data,
                    lambda m: m.name not in begun and wanted(m),
                    recognized_in or (lambda _: None),
                ):
                    inside += isinstance(item, Member) - isinstance(item, Done)
                    if isinstance(item, Member) and inside == 1:
                        begun.add(item.name)
                    if not crash or inside or isinstance(item, Done):  # else it was yielded before
                        yield item
                return
            except GivenUpError as error:
                if not inside or crash + 1 == _MOST_CRASHES:
                    raise
                yield from [Done(str(error))] * inside

    def _read_once(
        self,
        how: list[Any],
        data: bytes | str,
        wanted: Wanted,
        recognized_in: Callable[[Member], Pages | None],
    ) -> Iterator[Document | Flaw | Member | Done]:
        done = False
        try:
            for kind, *values in self._answers(how, data):
                done = kind in ("end", "unusable")
                if kind == "end":
                    return
                if kind != "member":
                    yield _item(kind, values)
                elif wanted(member := _member(*values)):
                    self._reply(Request(recognized_in(member)))
                    yield member
                else:
                    self._reply(None)
        except (ValueError, TypeError) as error:
            raise UnusableFileError(
                N_("cannot be read: the reader gave no right answer")
            ) from error
        finally:
            if not done:
                self.close()  # it is still reading this file, or lost

    def _reply(self, request: Request | None) -> None:
        """Tell the process how it is to read a file in a file, if at all."""
        assert self._process is not None
        assert self._process.stdin is not None
        if request is not None:
            self._process.allow(self._seconds)
        with broken_pipe_ignored():
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def _answers(self, how: list[Any], data: bytes | str) -> Iterator[list[Any]]:
        """Send a file to the process, with how it is to be read, and yield its answers, without
        end."""
        process = self._process or self._started()
        assert process.stdin is not None
        process.allow(self._seconds)
        path, data = (data, b"") if isinstance(data, str) else ("", data)
        head = json.dumps([self._seconds, len(data), path, *how]).encode() + b"\n"
        with broken_pipe_ignored():
            process.stdin.write(head)
            process.stdin.write(data)
            process.stdin.flush()
        left, blocks = _PATIENCE * self._seconds, list[bytes]()
        while True:
            begun = time.monotonic()
            block = process.answer(_BLOCK, max(0.0, left))
            left -= time.monotonic() - begun
            if block is None:
                raise GivenUpError(N_("takes too long to read"))
            if not block:
                raise _death(process.wait(), self._seconds)
            blocks.append(block)
            if b"\n" in block:
                *lines, rest = b"".join(blocks).split(b"\n")
                blocks = [rest]
                for line in lines:
                    answer = json.loads(line.decode("utf-8", "surrogatepass"))
                    if answer[0] in ("member", "document"):
                        left = _PATIENCE * self._seconds
                    yield answer

    def _started(self) -> processes.Child:
        # Isolated (-I), so that nothing is imported from the current folder, and with this
        # process's path.
        start = "import sys; sys.path[:] = sys.argv[2:]; "
        start += "from vnsearch.readers.sandbox import serve; serve(int(sys.argv[1]))"
        path = [os.path.abspath(folder) for folder in sys.path]
        try:
            self._process = processes.Child(
                [sys.executable, "-I", "-c", start, str(os.getpid()), *path], _MEMORY
            )
        except OSError as error:
            raise VnsearchError(
                N_("cannot start a process to read files in: {why}").format(why=error.strerror),
                N_("close other programs, or raise the limits of processes and files: ulimit -a"),
            ) from error
        return self._process


def _death(code: int, seconds: float) -> UnusableFileError:
    """The error for a process that ended with an exit code, or by a signal: a negative one."""
    if processes.is_out_of_time(code):
        return GivenUpError(
            N_("takes over {seconds} s of processor time to read").format(seconds=f"{seconds:g}")
        )
    if name := processes.killed_by(code):
        return GivenUpError(N_("the reader was killed ({name})").format(name=name))
    return GivenUpError(N_("the reader crashed"))


def _item(kind: str, values: list[Any]) -> Document | Flaw | Done:
    """What an answer says; raises ValueError or TypeError for one that cannot be, and what keeps
    the file from being read."""
    match kind, values:
        case "document", [key, title, text, locator, detected, *_]:  # its file names it
            return Document(
                str(key), str(title), str(text),
                locator and Locator(*locator), detected and Encoding(*detected),
            )  # fmt: skip
        case "flaw", [reason]:
            return Flaw(str(reason))
        case "done", [given_up]:
            return Done(str(given_up))
        case "unusable", [reason]:
            raise UnusableFileError(str(reason))
        case "given up", [reason]:
            raise GivenUpError(str(reason))
    raise ValueError(kind)


def _member(name: str, size: int, modified: float, version: str) -> Member:
    """A file in a file, as the process says; raises ValueError for one that cannot be."""
    if any(step in ("", ".", "..") for step in name.split("/")):
        raise ValueError(name)
    name.encode()  # it may have lone surrogates
    return Member(name, int(size), float(modified), str(version))


def serve(parent: int) -> None:
    """Be the process: read the files that come on stdin, until it ends or the process `parent`
    does."""
    processes.end_with_parent(parent)
    answers, prompt = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library may print, which must not be taken for an answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it, too, and ends this process
    processes.limit_memory(_MEMORY)
    while head := sys.stdin.buffer.readline():
        seconds, size, path, module, *how, only_pictures = json.loads(head)
        data = sys.stdin.buffer.read(size)
        # Processor time: a busy machine makes no file unreadable.
        processes.limit_processor_time(seconds)
        # Pages to be recognized take seconds each, so each is told at once.
        stream = prompt if module == "ocr" or only_pictures else answers
        _serve_one(module, how, seconds, path or data, stream, only_pictures=only_pictures)
        answers.flush()
        processes.limit_processor_time(0)


def _serve_one(
    module: str,
    how: list[Any],
    seconds: float,
    data: bytes | str,
    answers: IO[bytes],
    *,
    only_pictures: bool,
) -> None:
    def answer(*values: object) -> None:
        answers.write(_ENCODE(values).encode("utf-8", "surrogatepass") + b"\n")

    def requested(member: Member) -> Request | None:
        answer("member", *member)
        answers.flush()
        found = json.loads(sys.stdin.buffer.readline() or b"null")
        return None if found is None else Request(*map(_pages, found))

    try:
        with _opened(data) as stream:
            source = _source(stream, *how)
            size = os.path.getsize(data) if isinstance(data, str) else len(data)
            reader_of = partial(_reader_of, source, only_pictures)
            nest = Nest(size, seconds, how[0], reader_of, requested)
            for item in nest.items(reader_named(module), source):
                if not isinstance(item, Member):  # of which it has told
                    answer(_KINDS[type(item)], *item)
        answer("end")
    except GivenUpError as error:
        answer("given up", str(error))
    except UnusableFileError as error:
        answer("unusable", str(error))
    except MemoryError:
        answer("given up", N_("takes too much memory to read"))
    except RecursionError:
        answer("unusable", N_("nested too deeply"))
    except BaseException as error:  # of a library: a panic in Rust is no Exception
        answer("unusable", damaged(error))


def _source(
    stream: BufferedReader,
    encoding: str,
    recognized: dict[str, str] | None,
    share: tuple[int, int],
) -> Source:
    source = Source(stream, encoding)
    source.recognized = _pages(recognized)
    source.share = share[0], share[1]
    return source


def _reader_of(source: Source, only_pictures: bool, name: str) -> ReadFunction | None:
    """What reads a file by its name, as it is wanted of the one it is in."""
    from vnsearch.readers import format_of

    found = format_of(name, ocr=source.recognized is not None)
    if found is None:
        return None
    return reader_named("ocr" if only_pictures and not found.nests else found.module)


def _pages(found: dict[str, str] | None) -> Pages | None:
    return None if found is None else {int(number): text for number, text in found.items()}


def _opened(data: bytes | str) -> BufferedReader:
    if isinstance(data, bytes):
        return BufferedReader(BytesIO(data))
    # What has taken the place of a file must not be waited for.
    return open(os.open(data, READ_AT_ONCE), "rb")
