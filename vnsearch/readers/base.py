"""What readers share: what they are given and what they yield, limits of size."""

import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from io import BufferedReader
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.errors import UnusableFileError, VnsearchError
from vnsearch.language import N_
from vnsearch.readers.decoding import decode

if TYPE_CHECKING:
    from vnsearch.model import Encoding


def limit(variable: str, default: int) -> int:
    """The value of an environment variable, a positive integer, or else `default`.

    Raises VnsearchError for any other value.
    """
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or not int(value):
        raise VnsearchError(
            N_("{variable} is no positive number: {value}").format(variable=variable, value=value),
            N_("unset it"),
        )
    return int(value)


# The largest text, decompressed. A larger file is hardly prose, and reading it takes several
# times as much memory.
MAX_TEXT_BYTES: Final = 1_000_000 * limit("VNSEARCH_MAX_TEXT_MB", 100)
# The largest file of the formats with pictures, which are larger than their text.
MAX_FILE_BYTES: Final = 300_000_000


class Flaw(NamedTuple):
    """A part of a file, such as a record, that cannot be read, while the rest of it can."""

    reason: str  # why, and which part; shown to the user


class Member(NamedTuple):
    """A file in another one, such as an archive or a message."""

    name: str  # its path in that, with / between folders
    size: int  # bytes, as it is said to have
    modified: float  # seconds since 1970; 0 if that is not known
    version: str  # another one if its bytes are; "" if that is not known


class Request(NamedTuple):
    """That a file in a file is to be read."""

    # What was recognized in it, by number of page; None if it is not wanted: see `Source`.
    recognized: Mapping[int, str] | None = None


class Held(NamedTuple):
    """A file in the one that is read, and what gives its bytes."""

    member: Member
    data: Callable[[], bytes]  # raises UnusableFileError

    @classmethod
    def of(cls, name: str, data: bytes, modified: float = 0.0) -> "Held":
        """A file of which only its bytes tell whether it is another one."""
        version = sha256(data).hexdigest()[:32]
        return cls(Member(name, len(data), modified, version), lambda: data)


class Done(NamedTuple):
    """The end of the last `Member` that has none yet."""

    given_up: str = ""  # why it was not read to its end, if so


class LineChunk(NamedTuple):
    """Whole lines of a file, to be read independently of the others, in any process."""

    data: bytes  # with all line ends, but perhaps the last
    number: int  # of the first line, from 1


class Source:
    """The file that a reader is to read.

    `stream` has its bytes, decompressed. Readers of text call `text` or `decoded`; these set
    `encoding` to that of the text last decoded, None if it is UTF-8.
    """

    def __init__(self, stream: BufferedReader, encoding: str = "") -> None:
        """`encoding`: the one the user set for text, a name from `encodings.lookup`, or ""."""
        self.stream = stream
        self.encoding: Encoding | None = None
        # The text that was recognized in pages that are pictures, by number; None if it is not
        # wanted.
        self.recognized: Mapping[int, str] | None = None
        self.share = (0, 1)  # of the pages to be recognized: which one, of how many
        self._set = encoding
        self.lost = self.undecoded = 0  # bytes and lines that could not be decoded
        self._guessed = self._likely = ""

    def text(self) -> str:
        """Decode the rest of the file, with newlines for line ends.

        Raises UnusableFileError, as `decoded` does, and if it is too large.
        """
        return self.decoded(bytes_of(self.stream, MAX_TEXT_BYTES))

    def decoded(self, data: bytes, declared: str = "") -> str:
        """Decode bytes of text, with newlines for line ends: see `decoding.decode`.

        Raises UnusableFileError if it is binary or blank.
        """
        text, self.encoding, lost, undecoded = decode(
            data, self._set, declared or self._guessed, self._likely or self._guessed
        )
        if self.encoding is not None:  # of the next line or part, as likely as not
            if self.encoding.sure:
                self._likely = self.encoding.name
            else:
                self._guessed = self.encoding.name
        if not text or text.isspace():
            raise UnusableFileError(N_("empty file"))
        self.lost += lost
        self.undecoded += undecoded
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def flaws(self) -> Iterator[Flaw]:
        """Yield what could not be decoded since this was called last."""
        if self.lost:
            told = N_("1 byte is no text and shown as \ufffd")
            if self.lost > 1:
                told = N_("{count} bytes are no text and shown as \ufffd").format(count=self.lost)
            yield Flaw(told)
        if self.undecoded:
            yield undecoded(self.undecoded)
        self.lost = self.undecoded = 0


def undecoded(lines: int) -> Flaw:
    """The flaw of so many lines that make no sense in any encoding."""
    if lines == 1:
        return Flaw(N_("1 line in an old encoding that is not known"))
    return Flaw(N_("{count} lines in an old encoding that is not known").format(count=lines))


def bytes_of(stream: BufferedReader, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read the rest of a stream; raises UnusableFileError if it has over `limit` bytes."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        told = N_("too large (over {limit} MB of data)")
        if limit == MAX_TEXT_BYTES:
            told = N_("too large (over {limit} MB of text)")
        raise UnusableFileError(told.format(limit=limit // 1_000_000))
    return data


# What libraries say of such files, that a person can make something of.
_OF_LIBRARIES: Final = (
    N_("Expecting value"),
    N_("Expecting property name enclosed in double quotes"),
    N_("Expecting ':' delimiter"),
    N_("Expecting ',' delimiter"),
    N_("Unterminated string starting at"),
    N_("Invalid control character at"),
    N_("Extra data"),
    N_("File is not a zip file"),
    N_("Error -3 while decompressing data: incorrect header check"),
)


def damaged(error: BaseException) -> str:
    """The reason to skip a file when a library fails on it."""
    reason = " ".join(str(error).split())[:200]
    return N_("damaged ({what})").format(what=reason or type(error).__name__)
