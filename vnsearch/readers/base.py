"""What readers share: what they are given and what they yield, limits of size, decoding."""

import codecs
import os
import re
from io import BufferedReader
from typing import Final, NamedTuple

from vnsearch.errors import UnusableFileError, VnsearchError
from vnsearch.model import Encoding
from vnsearch.vietnamese import encodings, legacy


def limit(variable: str, default: int) -> int:
    """The value of an environment variable, a positive integer, or else `default`.

    Raises VnsearchError for any other value.
    """
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or not int(value):
        raise VnsearchError(f"{variable} is no positive number: {value}", "unset it")
    return int(value)


# The largest text, decompressed. A larger file is hardly prose, and reading it takes several
# times as much memory.
MAX_TEXT_BYTES: Final = 1_000_000 * limit("VNSEARCH_MAX_TEXT_MB", 100)
# The largest file of the formats with pictures, which are larger than their text.
MAX_FILE_BYTES: Final = 300_000_000

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ANY_BOM: Final = tuple(bom for bom, _ in _BOMS)
_UTF16: Final = {"utf-16-le": 1, "utf-16-be": 0}  # in each pair, the byte 0 of Latin letters
_LOOK: Final = 4_000  # bytes, or code points, by which UTF-16 is detected
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# The share of the letters of a text that must be ASCII for the others to be taken for Western
# European.
_MOSTLY_ASCII: Final = 0.9


class Flaw(NamedTuple):
    """A part of a file, such as a record, that cannot be read, while the rest of it can."""

    reason: str  # why, and which part; shown to the user


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
        self._set = encoding

    def text(self) -> str:
        """Decode the rest of the file, with newlines for line ends.

        Raises UnusableFileError, as `decoded` does, and if it is too large.
        """
        return self.decoded(bytes_of(self.stream, MAX_TEXT_BYTES))

    def decoded(self, data: bytes, declared: str = "") -> str:
        """Decode bytes of text, with newlines for line ends.

        A byte order mark decides the encoding, then the one the user set. Else it is UTF-8, if
        the bytes are; a Vietnamese encoding, if one is detected; or the one the format
        `declared`. Raises UnusableFileError if it is none of these, binary, or blank.
        """
        text, self.encoding = _decoded(data, self._set, declared)
        if "\0" in text:
            raise UnusableFileError("binary file")
        if not text or text.isspace():
            raise UnusableFileError("empty file")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def bytes_of(stream: BufferedReader, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read the rest of a stream; raises UnusableFileError if it has over `limit` bytes."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        kind = "text" if limit == MAX_TEXT_BYTES else "data"
        raise UnusableFileError(f"too large (over {limit // 1_000_000} MB of {kind})")
    return data


def damaged(error: BaseException) -> str:
    """The reason to skip a file when a library fails on it."""
    reason = " ".join(str(error).split())[:200]
    return f"damaged ({reason or type(error).__name__})"


def encoding_of(data: bytes) -> tuple[str, int]:
    """The encoding of the byte order mark at the start of a file, and the bytes it takes; UTF-8
    and 0 if there is none."""
    if not data.startswith(_ANY_BOM):
        return "utf-8", 0
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def _decoded(data: bytes, requested: str, declared: str) -> tuple[str, Encoding | None]:
    encoding, skip = encoding_of(data)
    if requested and not skip:
        return encodings.decode_as(data, requested), Encoding(requested, sure=True)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        failed = f"not {encoding.upper()} text ({_where(data, error, skip)})"
        if skip:
            raise UnusableFileError(failed) from error
        return _detected(data, declared, failed)
    if encoding != "utf-8":
        return text, Encoding(encoding.upper(), sure=True)
    return _utf16(data) or (text, None) if text.find("\0", 0, _LOOK) >= 0 else (text, None)


def _where(data: bytes, error: UnicodeDecodeError, skip: int) -> str:
    return f"byte 0x{data[skip + error.start]:02x} at offset {skip + error.start}"


def _detected(data: bytes, declared: str, failed: str) -> tuple[str, Encoding]:
    """Decode bytes that are not UTF-8; `failed` says why, for the error."""
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
    """Decode UTF-16 without a byte order mark: in its pairs of bytes, nearly all zeros are on
    one side. None if it is not."""
    for name, side in _UTF16.items():
        sample = data[:_LOOK]
        zeros, others = sample[side::2].count(0), sample[1 - side :: 2].count(0)
        if zeros > max(1, len(sample) // 8) and others * 20 <= zeros:
            text = data[: len(data) // 2 * 2].decode(name, "replace")
            if not _CONTROLS.search(text[:_LOOK]):
                return text, Encoding(name.upper(), sure=True)
    return None
