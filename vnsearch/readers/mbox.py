"""A mailbox (.mbox, RFC 4155): each message is a document with its number as the key."""

from collections.abc import Iterator
from io import BufferedReader

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document
from vnsearch.readers import mail
from vnsearch.readers.base import Flaw, Source


def read(source: Source) -> Iterator[Document | Flaw]:
    """Yield a document for each message; raises UnusableFileError if there is none."""
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
    """Yield the bytes of the messages. A message begins after a line that begins with `From ` and
    is the first or follows an empty one."""
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
