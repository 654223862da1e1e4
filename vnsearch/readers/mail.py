"""A message (.eml), or a page that a browser saved as one (.mht): subject, sender and body.

Formats: RFC 5322 and MIME; MHTML is RFC 2557.
"""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Locator
from vnsearch.readers import html
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    yield document(source, bytes_of(source.stream, MAX_TEXT_BYTES))


def document(source: Source, data: bytes, number: int | None = None) -> Document:
    """Read a message; `number`: its number in a mailbox, None if it is a file of its own.

    Raises UnusableFileError.
    """
    message = message_from_bytes(data, policy=default)
    if not message.keys():
        raise UnusableFileError("no message")
    assert isinstance(message, EmailMessage)
    subject, sender = (_header(source, message, name) for name in ("subject", "from"))
    title, body = _body(source, message)
    locator = None if number is None else Locator(number, "message", 0)
    text = "\n".join(filter(None, (subject, sender, body)))
    if not text:
        raise UnusableFileError("empty message")
    return Document(str(number or ""), subject or title, text, locator, source.encoding)


def _header(source: Source, message: EmailMessage, name: str) -> str:
    """The text of a header; "" if there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        raw.encode("ascii", "strict")
    except UnicodeEncodeError:  # bytes that should have been encoded (RFC 2047)
        return source.decoded(raw.encode("ascii", "surrogateescape")).strip()
    try:
        return str(message.get(name, "")).strip()
    except Exception:  # hostile headers make the parser raise errors of many kinds
        return raw.strip()


def _body(source: Source, message: EmailMessage) -> tuple[str, str]:
    """The title, if the body is a page, and its text; both may be empty."""
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
