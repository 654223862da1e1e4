"""JSON lines: one object a line with `text`, and `id` and `title` if it has them.

Read line by line, so a file may be larger than memory.
"""

import io
import json
from collections.abc import Iterator
from typing import Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Encoding, Place
from vnsearch.readers.base import MAX_TEXT_BYTES, Flaw, Source, encoding_of

_decoder: Final = json.JSONDecoder()


def read(source: Source) -> Iterator[Document | Flaw]:
    """One document a line, keyed by its `id` or else by its line number.

    A line that is no such object, or has the `id` of one before it, gives a `Flaw` with its
    number; blank lines give nothing.
    """
    seen: set[int] = set()  # hashes, since a file may have more keys than fit in memory
    for number, line in enumerate(_lines(source), 1):
        if line.isspace():
            continue
        try:
            document = _document(source, line, number)
        except (ValueError, RecursionError, UnusableFileError) as error:
            yield Flaw(f"line {number}: {_reason(error)}")
            continue
        key = hash(document.key)
        if key in seen:
            yield Flaw(f"line {number}: another document has the id {document.key!r}")
            continue
        seen.add(key)
        yield document


def _lines(source: Source) -> Iterator[bytes | str]:
    """Lines as bytes, or as text where line ends cannot be found in the bytes (UTF-16)."""
    stream = source.stream
    encoding, skip = encoding_of(stream.peek(4))
    stream.read(skip)
    if encoding != "utf-8":
        yield from io.TextIOWrapper(stream, encoding, "replace", newline="\n")
        return
    while line := stream.readline(MAX_TEXT_BYTES):
        yield line
        while len(line) == MAX_TEXT_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_TEXT_BYTES)  # the rest of a line too long to be JSON


def _document(source: Source, line: bytes | str, number: int) -> Document:
    row, encoding = _row(source, line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    text, key, title = row.get("text"), row.get("id"), row.get("title")
    if not isinstance(text, str):
        raise ValueError('no "text"')
    return Document(
        str(number if key in (None, "") else key),
        title if isinstance(title, str) else "",
        text,
        Place(number, step=0),
        encoding,
    )


def _row(source: Source, line: bytes | str) -> tuple[Any, Encoding | None]:
    """What a line says, and what it was encoded in."""
    if isinstance(line, bytes):
        try:
            return _parsed(line.decode()), None
        except ValueError:  # of the decoding, too
            line = source.decoded(line)
    return _parsed(line), source.encoding


def _parsed(line: str) -> Any:
    """What a line of JSON says; raises ValueError."""
    try:
        value, end = _decoder.raw_decode(line)  # twice as fast, if less forgiving
        if line[end:] in ("\n", "\r\n", ""):
            return value
    except ValueError:
        pass
    return _decoder.decode(line)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
