"""What the readers share: decoding bytes, and the limit on their number."""

import codecs
from io import BufferedReader
from typing import Final, NamedTuple

from vnsearch.errors import UnusableFileError

# The most a text may have, decompressed: beyond it a file is no prose, and reading it
# whole would take several times as much memory.
MAX_TEXT_BYTES: Final = 100_000_000

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Flaw(NamedTuple):
    """A part of a file that could not be read while the rest could."""

    reason: str


def encoding_of(data: bytes) -> tuple[str, int]:
    """The encoding that the first bytes announce, and the length of the mark that does."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def read_text(stream: BufferedReader) -> str:
    """All of a stream as text, its line ends made newlines.

    Understands UTF-8 with or without a byte order mark, and UTF-16 with one. Raises
    UnusableFileError for anything else, for binary data and for too much of it.
    """
    data = stream.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise UnusableFileError(f"too large (over {MAX_TEXT_BYTES // 1_000_000} MB of text)")
    return decode(data)


def decode(data: bytes) -> str:
    """Bytes of a text file as text, its line ends made newlines; raises UnusableFileError."""
    encoding, skip = encoding_of(data)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise UnusableFileError("binary file") from error
        where = f"byte 0x{data[skip + error.start]:02x} at offset {skip + error.start}"
        raise UnusableFileError(f"not {encoding.upper()} text ({where})") from error
    if "\0" in text:
        raise UnusableFileError("binary file")
    if not text or text.isspace():
        raise UnusableFileError("empty file")
    return text.replace("\r\n", "\n").replace("\r", "\n")
