"""Files in files: what an archive or a message holds, read in turn, within limits.

The limits are of a file of the disk with all that is in it.
"""

import re
import time
from collections.abc import Callable, Generator, Iterator
from io import BufferedReader, BytesIO
from os.path import splitext
from typing import Final

from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.platform.processes import limit_processor_time
from vnsearch.readers.base import Done, Flaw, Held, Member, Request, Source, damaged
from vnsearch.readers.compression import decompressed, told
from vnsearch.vietnamese.letters import nfc

_MAX_DEPTH: Final = 4  # files in one another
_MAX_MEMBERS: Final = 100_000  # and at most one for so many bytes of the file, besides the first:
_BYTES_OF_MEMBER: Final = 500
_FREE_MEMBERS: Final = 10_000
_MAX_BYTES: Final = 2_000_000_000  # of what is read, decompressed
_MAX_RATIO: Final = 200  # of these to the size of the file, from so many bytes on:
_FREE_BYTES: Final = 50_000_000
_MAX_SECONDS: Final = 10  # times the processor time of a file
_LONGEST_NAME: Final = 1_000  # code points
_CONTROLS: Final = re.compile("[\0-\x1f\x7f\ud800-\udfff]")

Item = Document | Flaw | Member | Done
ReaderOf = Callable[[str], Callable[[Source], Iterator[Document | Flaw | Held]] | None]


class _OutOfTimeError(GivenUpError):
    """All that is in a file took too long together."""


class Nest:
    """A file of the disk, and all the files in it."""

    def __init__(
        self,
        size: int,
        seconds: float,
        encoding: str,
        reader_of: ReaderOf,
        requested: Callable[[Member], Request | None],
    ) -> None:
        """`size`: its bytes; `seconds`: the processor time that each file in it may take;
        `encoding`: the one the user set for text, or ""; `reader_of`: the reader of a file by its
        name; `requested`: how one is to be read, None if it is not."""
        self._most = min(_MAX_MEMBERS, _FREE_MEMBERS + size // _BYTES_OF_MEMBER)
        self._left = min(_MAX_BYTES, _FREE_BYTES + _MAX_RATIO * size)
        self._seconds, self._begun = seconds, time.process_time()
        self._encoding, self._reader_of, self._requested = encoding, reader_of, requested
        self._members = 0

    def items(
        self, read: Callable[[Source], Iterator[Document | Flaw | Held]], source: Source
    ) -> Iterator[Item]:
        """Yield what a reader makes of a file, then a `Member` for each file in it that is
        wanted, what its reader makes of it, and `Done`. Raises UnusableFileError, GivenUpError."""
        yield from self._items(read, source, "", 0)

    def _items(
        self,
        read: Callable[[Source], Iterator[Document | Flaw | Held]],
        source: Source,
        prefix: str,
        depth: int,
    ) -> Iterator[Item]:
        names: set[str] = set()
        for item in read(source):
            if isinstance(item, Held):
                self._members += 1
                if self._members > self._most:
                    yield Flaw(
                        N_("over {count} files in it; the rest was not read").format(
                            count=f"{self._most:,}"
                        )
                    )
                    return
                name = _unused(_clean(item.member.name), names)
                names.add(name)
                member = item.member._replace(name=f"{prefix}{name}")
                request = self._requested(member)
                if request is not None:
                    yield member
                    self._limit_time()
                    yield (yield from self._member(item, member.name, depth + 1, request))
            elif isinstance(item, Document):
                if item.encoding is None and source.encoding is not None:
                    item = item._replace(encoding=source.encoding)
                yield item
            else:
                yield item
        yield from source.flaws()

    def _member(
        self, held: Held, name: str, depth: int, request: Request
    ) -> Generator[Item, None, Done]:
        """Yield what is in a file that is wanted, and return its end; whatever is wrong with it
        costs that file. Raises _OutOfTimeError."""
        try:
            if depth > _MAX_DEPTH:
                raise UnusableFileError(
                    N_("over {count} files in one another").format(count=_MAX_DEPTH)
                )
            read = self._reader_of(name)
            if read is None:
                raise UnusableFileError(N_("format not supported"))
            if held.member.size > self._left:
                raise UnusableFileError(N_("too much data in one file, all decompressed"))
            data = held.data()
            self._left -= len(data)
            with told(name):
                stream = decompressed(name, BufferedReader(BytesIO(data)))
                source = Source(stream, self._encoding)
                source.recognized = request.recognized
                yield from self._items(read, source, f"{name}/", depth)
        except _OutOfTimeError:
            raise
        except GivenUpError as error:
            return Done(str(error))
        except (UnusableFileError, RecursionError) as error:
            yield Flaw(N_("nested too deeply") if isinstance(error, RecursionError) else str(error))
        except MemoryError:
            yield Flaw(N_("takes too much memory to read"))
        except GeneratorExit:
            raise
        except BaseException as error:  # of a library: a panic in Rust is no Exception
            yield Flaw(damaged(error))
        return Done()

    def _limit_time(self) -> None:
        left = _MAX_SECONDS * self._seconds - (time.process_time() - self._begun)
        if left <= 0:
            raise _OutOfTimeError(
                N_("takes over {seconds} s of processor time").format(
                    seconds=f"{_MAX_SECONDS * self._seconds:g}"
                )
            )
        limit_processor_time(min(self._seconds, left))


def _clean(name: str) -> str:
    """The path of a file inside another, which may be any text."""
    steps = _CONTROLS.sub(" ", name.replace("\\", "/"))[-_LONGEST_NAME:].split("/")
    return nfc("/".join(step for step in steps if step.strip() not in ("", ".", ".."))) or "unnamed"


def _unused(name: str, used: set[str]) -> str:
    """A name that no other file has in the same one: of several, the next has a number."""
    stem, suffix = splitext(name)
    number = 1
    unused = name
    while unused in used:
        number += 1
        unused = f"{stem} ({number}){suffix}"
    return unused
