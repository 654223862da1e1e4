"""A mailbox (mbox): each message a document, keyed by its number."""

from collections.abc import Iterator
from io import BufferedReader

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers import mail
from vnsearch.readers.base import Flaw, Source


def read(source: Source) -> Iterator[Document | Flaw]:
    """One document a message; raises UnusableFileError."""
    number = 0
    for number, data in enumerate(_messages(source.stream), 1):
        yield _document(source, data, number)
    if not number:
        raise UnusableFileError("no messages")


def _document(source: Source, data: bytes, number: int) -> Document | Flaw:
    source.encoding = None
    try:
        return mail.document(source, data, number)
    except UnusableFileError as error:
        return Flaw(f"message {number}: {error}")


def _messages(stream: BufferedReader) -> Iterator[bytes]:
    """Messages begin behind a line that begins with `From `, after an empty line (RFC 4155)."""
    lines: list[bytes] | None = None
    before = b"\n"
    for line in stream:
        if line.startswith(b"From ") and not before.strip():
            if lines is not None:
                yield b"".join(lines)
            lines = []
        elif lines is not None:
            lines.append(line)
        before = line
    if lines is not None:
        yield b"".join(lines)
