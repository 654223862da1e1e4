"""A mailbox (.mbox, RFC 4155): each message is a document with its number as the key; then the
files that came with them, in folders of these numbers."""

from collections.abc import Iterator
from io import BufferedReader

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import mail
from vnsearch.readers.base import Flaw, Held, Source


def read(source: Source) -> Iterator[Document | Flaw | Held]:
    """Yield a document for each message; raises UnusableFileError if there is none."""
    number, with_files, ocr = 0, set[int](), source.recognized is not None
    for number, data in enumerate(_messages(source.stream), 1):
        source.encoding = None
        try:
            message = mail.parsed(data)
            yield mail.document(source, message, number)
            if any(True for _ in mail.attached(message, ocr=ocr)):
                with_files.add(number)
        except UnusableFileError as error:
            yield Flaw(N_("message {number}: {reason}").format(number=number, reason=error))
    if not number:
        raise UnusableFileError(N_("no messages"))
    if with_files:  # all documents come first
        source.stream.seek(0)
        yield from _attached(source.stream, with_files, ocr=ocr)


def _attached(stream: BufferedReader, with_files: set[int], *, ocr: bool) -> Iterator[Held]:
    for number, data in enumerate(_messages(stream), 1):
        if number in with_files:
            for held in mail.attached(mail.parsed(data), ocr=ocr):
                name = f"{number}/{held.member.name}"
                yield held._replace(member=held.member._replace(name=name))


def _messages(stream: BufferedReader) -> Iterator[bytes]:
    """Yield the bytes of the messages. A message begins after a line that begins with `From ` and
    is the first or follows an empty one."""
    message: bytearray | None = None
    before = b"\n"
    for line in stream:
        if line.startswith(b"From ") and not before.strip():
            if message is not None:
                yield bytes(message)
            message = bytearray()
        elif message is not None:
            message += line
        before = line
    if message is not None:
        yield bytes(message)
