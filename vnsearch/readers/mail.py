"""A message (.eml), or a page that a browser saved as one (.mht): subject, people, date, body and
the names of attachments; then these, as files in it.

Formats: RFC 5322 and MIME; MHTML is RFC 2557.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage, Message
from email.policy import EmailPolicy, default
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Encoding, Locator
from vnsearch.readers import html, titles
from vnsearch.readers.base import MAX_FILE_BYTES, Flaw, Held, Source, bytes_of

_PEOPLE = ("from", "to", "cc")
# Code points of a header that are parsed: the time and memory of the parser grow with the square.
_MOST_PARSED: Final = 5_000
_WORD: Final = r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?="  # encoded by RFC 2047
_ENCODED_WORDS: Final = re.compile(rf"{_WORD}(?:\s+{_WORD})*")
_QUOTED: Final = re.compile(r'"([^"\\]*)"')
_SPECIALS: Final = frozenset('()<>@,:;."[]')  # for which a name stays in quotes
_MOST_PARTS: Final = 10_000  # about as many as there are lines that may begin one
_PART: Final = b"\n--"
_MESSAGE: Final = "message/rfc822"


class _Policy(EmailPolicy):
    """Parses the headers of very many parts, most of them alike, in little time."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return _parsed_header(name, value[: _parsed_until(value)])


_POLICY: Final = _Policy()


@lru_cache(maxsize=100)
def _parsed_header(name: str, value: str) -> Any:
    return default.header_fetch_parse(name, value)


def _parsed_until(value: str) -> int:
    if len(value) <= _MOST_PARSED:
        return len(value)
    return value.rfind(" ", 0, _MOST_PARSED) + 1 or _MOST_PARSED


def read(source: Source) -> Iterator[Document | Flaw | Held]:
    """Yield one document, and the files that came with it; raises UnusableFileError."""
    data = bytes_of(source.stream, MAX_FILE_BYTES)
    message = parsed(data)
    yield document(source, message)
    if end_of_parts(data) < len(data):
        told = N_("over {count} parts; the rest was not read")
        yield Flaw(told.format(count=f"{_MOST_PARTS:,}"))
    yield from attached(message, ocr=source.recognized is not None)


def parsed(data: bytes) -> EmailMessage:
    """Parse a message; raises UnusableFileError if it is none."""
    message = message_from_bytes(data[: end_of_parts(data)], policy=_POLICY)
    if not message.keys():
        raise UnusableFileError(N_("no message"))
    assert isinstance(message, EmailMessage)
    return message


def end_of_parts(data: bytes) -> int:
    """Where a message ends, or the last of its parts that are read, if it has very many."""
    if data.count(_PART) <= _MOST_PARTS or b"boundary" not in data.lower():
        return len(data)
    parts = re.finditer(_PART, data)
    return next(islice(parts, _MOST_PARTS, None)).start()


def document(source: Source, message: EmailMessage, number: int | None = None) -> Document:
    """Read a message; `number`: its number in a mailbox, None if it is a file of its own.

    What cannot be decoded is replaced by U+FFFD. Raises UnusableFileError.
    """
    raw = _raw_headers(message)
    subject = _header(source, raw, "subject")
    people = [_header(source, raw, name) for name in _PEOPLE]
    title, body = _body(source, message)
    lines = (subject, *people, _date(raw), body, *_attachments(source, message))
    text = "\n".join(filter(None, lines))
    if not text:
        raise UnusableFileError(N_("empty message"))
    locator = None if number is None else Locator(number, "message", 0)
    title = titles.first_title((subject[:_MOST_PARSED], title)) or (
        body and titles.line_title(body)
    )
    return Document(str(number or ""), title, text, locator, source.encoding)


def _raw_headers(message: EmailMessage) -> Mapping[str, str]:
    """The first header of each name, in lower case, as it was written."""
    raw: dict[str, str] = {}
    for name, value in message.raw_items():
        raw.setdefault(name.lower(), value)
    return raw


def _header(source: Source, raw: Mapping[str, str], name: str) -> str:
    """The text of a header; "" if there is none.

    Not by the parser of the library, which takes longer for a header than for all of a message.
    """
    written = raw.get(name, "")
    if not written.isascii():  # bytes that should have been encoded (RFC 2047)
        return _decoded(source, written.encode("utf-8", "surrogateescape"))
    end = _parsed_until(written)
    text = _ENCODED_WORDS.sub(_decoded_words, written[:end])
    if name != "subject":
        text = _QUOTED.sub(lambda quoted: quoted[_SPECIALS.isdisjoint(quoted[1])], text)
    return " ".join(f"{text}{written[end:]}".split())


def _decoded_words(match: re.Match[str]) -> str:
    """Encoded words as text; as they are if that fails."""
    with suppress(LookupError, ValueError, HeaderParseError):
        return "".join(
            word if isinstance(word, str) else word.decode(charset or "ascii", "replace")
            for word, charset in decode_header(match[0])
        )
    return match[0]


def _date(raw: Mapping[str, str]) -> str:
    """When the message was sent, by the clock of its sender; "" if it does not say."""
    if date := raw.get("date"):
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            return f"{parsedate_to_datetime(date):%d/%m/%Y %H:%M}"
    return ""


def _decoded(source: Source, data: bytes, charset: str = "") -> str:
    """Bytes of a message as text, with U+FFFD for those that are none."""
    if not data.strip():
        return ""
    try:
        return source.decoded(data, charset).strip()
    except UnusableFileError:
        source.encoding = Encoding("utf-8", sure=False)
        return data.decode("utf-8", "replace").replace("\0", "").strip()


def _body(source: Source, message: EmailMessage) -> tuple[str, str]:
    """The title, if the body is a page, and its text; both may be empty."""
    part: Message = message
    if message.is_multipart():
        with suppress(Exception):  # such as headers of parts that cannot be parsed
            part = message.get_body(("plain", "html", "related")) or message
    parts = [part] if not part.is_multipart() else list(_text_parts(message))
    for one in parts:
        kind, charset = _kind(one)
        data = _payload(one)
        if kind == "text/html" and data.strip():
            with suppress(UnusableFileError):
                return html.page(source, data, charset)
        elif kind.startswith("text/") and (text := _decoded(source, data, charset)):
            return "", text
    return "", ""


def _text_parts(message: EmailMessage) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart() and not _name(part):
            yield part


def _kind(part: Message) -> tuple[str, str]:
    """The type of a part, and its declared encoding or ""."""
    try:
        return part.get_content_type(), part.get_content_charset("") or ""
    except Exception:  # a header that cannot be parsed
        return "text/plain", ""


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # of encodings that are damaged
        data = b""
    return data if isinstance(data, bytes) else b""


def _attachments(source: Source, message: EmailMessage) -> Iterator[str]:
    """The names of the files that came with a message."""
    for part in message.walk():
        if part is not message and (name := _name(part)):
            yield _decoded(source, name.encode("utf-8", "surrogateescape"))


def attached(message: EmailMessage, *, ocr: bool) -> Iterator[Held]:
    """Yield the files that came with a message, those with a reader; messages in it are such.

    `ocr`: the text in pictures is to be recognized."""
    from vnsearch.readers import format_of

    for number, (part, own) in enumerate(_files(message), 1):
        forwarded = part.get_content_type() == _MESSAGE
        name = own or f"message-{number}"
        if forwarded and not name.lower().endswith(".eml"):
            name = f"{name}.eml"
        if format_of(name, ocr=ocr) is None:
            continue
        with suppress(Exception):  # of headers that cannot be written again
            data = bytes(part.get_payload(0)) if forwarded else _payload(part)  # type: ignore[arg-type]
            yield Held.of(name, data)


def _files(message: Message) -> Iterator[tuple[Message, str]]:
    """The parts of a message that are files or messages, not those of the latter, and their names,
    which a message need not have."""
    for part in message.iter_parts() if isinstance(message, EmailMessage) else ():
        if (
            (name := _name(part)) and not part.is_multipart()
        ) or part.get_content_type() == _MESSAGE:
            yield part, name
        else:
            yield from _files(part)


def _name(part: Message) -> str:
    try:
        return " ".join((part.get_filename() or "").split())
    except Exception:  # a header that cannot be parsed
        return ""
