"""JSON lines: one object a line with `text`, and `id` and `title` if it has them.

Read some lines at a time, so a file may be larger than memory.
"""

import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers.base import MAX_TEXT_BYTES, Flaw, LineChunk, Source, encoding_of

_CHUNK: Final = 1 << 20  # bytes

_decoder: Final = json.JSONDecoder()


def read(source: Source) -> Iterator[Document | Flaw | LineChunk]:
    """The file in stretches; where line ends cannot be found in the bytes (UTF-16), its
    documents."""
    encoding, skip = encoding_of(source.stream.peek(4))
    source.stream.read(skip)
    if encoding == "utf-8":
        yield from _stretches(source.stream)
    else:
        lines = io.TextIOWrapper(source.stream, encoding, "replace", newline="\n")
        yield from _documents(source, lines, 1)


def read_chunk(stretch: LineChunk, encoding: str) -> Iterator[Document | Flaw]:
    """The documents of a stretch, with the encoding that was set for the file."""
    lines = io.BytesIO(stretch.data)
    return _documents(Source(io.BufferedReader(lines), encoding), lines, stretch.number)


def _stretches(stream: io.BufferedReader) -> Iterator[LineChunk]:
    number, begun = 1, b""  # a line of which there is more to come
    while data := stream.read1(_CHUNK):
        end = data.rfind(b"\n") + 1
        if end:
            lines = b"".join((begun, memoryview(data)[:end]))
            yield LineChunk(lines, number)
            number += lines.count(b"\n")
            begun = data[end:]
        elif len(begun) <= MAX_TEXT_BYTES:  # so much is enough to refuse it
            begun += data
    if begun:
        yield LineChunk(begun, number)


def _documents(
    source: Source, lines: Iterable[bytes | str], first: int
) -> Iterator[Document | Flaw]:
    """One document a line, keyed by its `id` or else by its line number.

    A line that is no such object gives a `Flaw` with its number; blank lines give nothing.
    """
    for number, line in enumerate(lines, first):
        if line.isspace():
            continue
        try:
            if len(line) > MAX_TEXT_BYTES:
                raise ValueError(f"too long (over {MAX_TEXT_BYTES // 1_000_000} MB)")
            yield _document(source, line, number)
        except (ValueError, RecursionError, UnusableFileError) as error:
            yield Flaw(f"line {number}: {_reason(error)}")


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
        Locator(number, "line", 0),
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
