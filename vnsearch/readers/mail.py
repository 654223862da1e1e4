"""A message (.eml), or a page that a browser saved as one (.mht): subject, sender, body."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Locator
from vnsearch.readers import html
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of


def read(source: Source) -> Iterator[Document]:
    """One document; raises UnusableFileError."""
    yield document(source, bytes_of(source.stream, MAX_TEXT_BYTES))


def document(source: Source, data: bytes, number: int | None = None) -> Document:
    """A message; `number`: which of its file it is. Raises UnusableFileError."""
    message = message_from_bytes(data, policy=default)
    if not message.keys():
        raise UnusableFileError("no message")
    assert isinstance(message, EmailMessage)
    subject, sender = (_header(source, message, name) for name in ("subject", "from"))
    title, body = _body(source, message)
    place = None if number is None else Locator(number, "message", 0)
    text = "\n".join(filter(None, (subject, sender, body)))
    if not text:
        raise UnusableFileError("empty message")
    return Document(str(number or ""), subject or title, text, place, source.encoding)


def _header(source: Source, message: EmailMessage, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        raw.encode("ascii", "strict")
    except UnicodeEncodeError:  # bytes that should have been encoded
        return source.decoded(raw.encode("ascii", "surrogateescape")).strip()
    try:
        return str(message.get(name, "")).strip()
    except Exception:  # the parser of headers raises what it likes on hostile ones
        return raw.strip()


def _body(source: Source, message: EmailMessage) -> tuple[str, str]:
    """The title, if it is a page, and the text."""
    part = message.get_body(("plain", "html", "related")) or message
    if part.is_multipart():
        return "", ""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return "", ""
    if part.get_content_type() == "text/html":
        return html.page(source, data, part.get_content_charset(""))
    if part.get_content_maintype() != "text":
        return "", ""
    return "", source.decoded(data, part.get_content_charset("")).strip()
