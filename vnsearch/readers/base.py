"""What the readers share: the bytes of a file, their limit, and decoding them."""

import codecs
import os
import re
from io import BufferedReader
from typing import Final, NamedTuple

from vnsearch.errors import UnusableFileError, VnsearchError
from vnsearch.model import Encoding
from vnsearch.vietnamese import encodings, legacy


def limit(variable: str, default: int) -> int:
    """A limit that a variable of the environment may set; raises VnsearchError."""
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or not int(value):
        raise VnsearchError(f"{variable} is no positive number: {value}", "unset it")
    return int(value)


# The most a text may have, decompressed: beyond it a file is no prose, and reading it
# whole takes several times as much memory.
MAX_TEXT_BYTES: Final = 1_000_000 * limit("VNSEARCH_MAX_TEXT_MB", 100)
# Files with pictures are larger than their text.
MAX_FILE_BYTES: Final = 300_000_000

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANY_BOM: Final = tuple(bom for bom, _ in _BOMS)
_UTF16: Final = {"utf-16-le": 1, "utf-16-be": 0}  # where the zeros of its Latin letters are
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# How much of the letters of a text must be ASCII to take the others for Western European.
_MOSTLY_ASCII: Final = 0.9


class Flaw(NamedTuple):
    """A part of a file that could not be read while the rest could."""

    reason: str


class LineChunk(NamedTuple):
    """Whole lines of a file, which can be read apart from the others."""

    data: bytes
    number: int  # of the first line


class Source:
    """A file as its reader gets it.

    `encoding` is what its text turned out to be in, when that is not UTF-8.
    """

    def __init__(self, stream: BufferedReader, encoding: str = "") -> None:
        """`encoding`: the one that was set for text (see `encodings.lookup`)."""
        self.stream = stream
        self.encoding: Encoding | None = None
        self._set = encoding

    def text(self) -> str:
        """All of the file as text, its line ends made newlines; raises UnusableFileError."""
        return self.decoded(bytes_of(self.stream, MAX_TEXT_BYTES))

    def decoded(self, data: bytes, declared: str = "") -> str:
        """Bytes of text as text, its line ends made newlines; raises UnusableFileError.

        What was set decides, then a byte order mark; else it is UTF-8 if it can be, then what
        the format `declared`, unless it reads as one of the encodings that none declares.
        """
        text, self.encoding = _decoded(data, self._set, declared)
        if "\0" in text:
            raise UnusableFileError("binary file")
        if not text or text.isspace():
            raise UnusableFileError("empty file")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def bytes_of(stream: BufferedReader, limit: int = MAX_FILE_BYTES) -> bytes:
    """All that a stream still has; raises UnusableFileError when it is too much."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        kind = "text" if limit == MAX_TEXT_BYTES else "data"
        raise UnusableFileError(f"too large (over {limit // 1_000_000} MB of {kind})")
    return data


def encoding_of(data: bytes) -> tuple[str, int]:
    """The encoding that the first bytes announce, and the length of the mark that does."""
    if not data.startswith(_ANY_BOM):
        return "utf-8", 0
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def _decoded(data: bytes, wanted: str, declared: str) -> tuple[str, Encoding | None]:
    encoding, skip = encoding_of(data)
    if wanted and not skip:
        return encodings.decode_as(data, wanted), Encoding(wanted, sure=True)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        failed = f"not {encoding.upper()} text ({_where(data, error, skip)})"
        if skip:
            raise UnusableFileError(failed) from error
        return _guessed(data, declared, failed)
    if encoding != "utf-8":
        return text, Encoding(encoding.upper(), sure=True)
    return _utf16(data) or (text, None) if text.find("\0", 0, _LOOK) >= 0 else (text, None)


_LOOK: Final = 4_000  # bytes or code points


def _where(data: bytes, error: UnicodeDecodeError, skip: int) -> str:
    return f"byte 0x{data[skip + error.start]:02x} at offset {skip + error.start}"


def _guessed(data: bytes, declared: str, failed: str) -> tuple[str, Encoding]:
    """Bytes that are not what they announce, or should be, as text."""
    if b"\0" in data:
        if found := _utf16(data):
            return found
        raise UnusableFileError("binary file")
    vietnamese = legacy.decode(data)
    if vietnamese is not None:
        return vietnamese.text, Encoding(vietnamese.encoding, vietnamese.sure)
    if declared and (known := encodings.lookup(declared)) and known not in ("utf-8", "utf-16"):
        return encodings.decode_as(data, known), Encoding(known, sure=True)
    high = sum(byte >= 0x80 for byte in data[: 1 << 16])
    letters = sum(byte >= 0x41 for byte in data[: 1 << 16])
    if high <= (1 - _MOSTLY_ASCII) * letters:
        name = encodings.WINDOWS_1252
        return encodings.decode_as(data, "cp1252"), Encoding(name, sure=False)
    raise UnusableFileError(f"{failed}, nor Vietnamese in another encoding; try --encoding")


def _utf16(data: bytes) -> tuple[str, Encoding] | None:
    """The text of UTF-16 without a mark: nearly all the zeros are on one side of its pairs."""
    for name, side in _UTF16.items():
        sample = data[:_LOOK]
        zeros, others = sample[side::2].count(0), sample[1 - side :: 2].count(0)
        if zeros > max(1, len(sample) // 8) and others * 20 <= zeros:
            text = data[: len(data) // 2 * 2].decode(name, "replace")
            if not _CONTROLS.search(text[:_LOOK]):
                return text, Encoding(name.upper(), sure=True)
    return None
