"""JSON lines: on each line an object, whose `text`, or else all its strings, is a document.

Read in chunks of lines, so that a file may be larger than memory and read by several processes.
"""

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Encoding
from vnsearch.readers.base import MAX_TEXT_BYTES, Flaw, LineChunk, Source
from vnsearch.readers.decoding import encoding_of
from vnsearch.readers.records import record

_CHUNK: Final = 1 << 20  # bytes

_decoder: Final = json.JSONDecoder()


def read(source: Source) -> Iterator[Document | Flaw]:
    """Yield the documents of a file."""
    if can_be_cut(source.stream):
        for chunk in chunks(source.stream):
            yield from _chunk_documents(source, chunk)
    else:
        encoding, skip = encoding_of(source.stream.peek(4))
        source.stream.read(skip)
        lines = io.TextIOWrapper(source.stream, encoding, "replace", newline="\n")
        yield from documents(source, lines, 1)


def read_chunk(chunk: LineChunk, encoding: str) -> Iterator[Document | Flaw]:
    """Yield the documents of a chunk; `encoding`: the one the user set, or ""."""
    return _chunk_documents(Source(io.BufferedReader(io.BytesIO()), encoding), chunk)


def _chunk_documents(source: Source, chunk: LineChunk) -> Iterator[Document | Flaw]:
    if _is_text(chunk.data):
        return documents(source, io.BytesIO(chunk.data), chunk.number)
    return documents(source, _decoded_lines(source, chunk.data), chunk.number)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _decoded_lines(source: Source, data: bytes) -> list[bytes | str]:
    """Lines, those that are not UTF-8 decoded: together, as there may be very many."""
    lines: list[bytes | str] = [*data.split(b"\n")]
    strange = {at: line for at, line in enumerate(data.split(b"\n")) if not _is_text(line)}
    with suppress(UnusableFileError):  # if one of them is binary, each tells for itself
        text = source.decoded(b"\n".join(strange.values()).replace(b"\r", b" "))
        for at, line in zip(strange, text.split("\n"), strict=True):
            lines[at] = line
    source.lost = 0  # told of each line
    return lines


def can_be_cut(stream: io.BufferedReader) -> bool:
    """Whether line ends can be found in the bytes of a file, which they cannot in UTF-16."""
    return encoding_of(stream.peek(4))[0] == "utf-8"


def chunks(stream: io.BufferedReader) -> Iterator[LineChunk]:
    """Cut a file into chunks of whole lines."""
    stream.read(encoding_of(stream.peek(4))[1])
    number, begun = 1, b""  # the beginning of a line whose end is not read yet
    while data := stream.read1(_CHUNK):
        end = data.rfind(b"\n") + 1
        if end:
            lines = b"".join((begun, memoryview(data)[:end]))
            yield LineChunk(lines, number)
            number += lines.count(b"\n")
            begun = data[end:]
        elif len(begun) <= MAX_TEXT_BYTES:  # more is not needed to refuse the line
            begun += data
    if begun:
        yield LineChunk(begun, number)


def documents(
    source: Source, lines: Iterable[bytes | str], first: int
) -> Iterator[Document | Flaw]:
    """Yield a document for each line: see `record`.

    A line that is no object with text gives a `Flaw`; blank lines give nothing. `first` is the
    number of the first line.
    """
    for number, line in enumerate(lines, first):
        if not line or line.isspace():
            continue
        try:
            if len(line) > MAX_TEXT_BYTES:
                raise ValueError(
                    N_("too long (over {limit} MB)").format(limit=MAX_TEXT_BYTES // 1_000_000)
                )
            yield _document(source, line, number)
        except (ValueError, RecursionError, UnusableFileError) as error:
            yield Flaw(N_("line {number}: {reason}").format(number=number, reason=_reason(error)))
        if isinstance(line, str):
            source.lost += line.count("\ufffd")
        yield from (
            Flaw(N_("line {number}: {reason}").format(number=number, reason=flaw.reason))
            for flaw in source.flaws()
        )


def _document(source: Source, line: bytes | str, number: int) -> Document:
    row, encoding = _row(source, line)
    if not isinstance(row, dict):
        raise ValueError(N_("not a JSON object"))
    return record(row, number, number, encoding)


def _row(source: Source, line: bytes | str) -> tuple[Any, Encoding | None]:
    """The JSON value of a line, and the encoding of the line unless it is UTF-8."""
    if isinstance(line, bytes):
        try:
            return _parsed(line.decode()), None
        except ValueError:  # not UTF-8, or no JSON
            line = source.decoded(line)
    return _parsed(line), source.encoding


def _parsed(line: str) -> Any:
    """The value of a line of JSON; raises ValueError."""
    try:
        value, end = _decoder.raw_decode(line)  # twice as fast, but allows no space around
        if line[end:] in ("\n", "\r\n", ""):
            return value
    except ValueError:
        pass
    return _decoder.decode(line)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return N_("not JSON ({what})").format(what=error.msg)
    return N_("nested too deeply") if isinstance(error, RecursionError) else str(error)
