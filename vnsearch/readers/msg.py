"""A message of Outlook (.msg): subject, people, date, body and the names of attachments; then
these, as files in it.

The format is [MS-OXMSG]: properties of MAPI, of which the large ones are streams of an OLE
container, named by their number and type. A body that is only there as RTF is compressed as
[MS-OXRTFCP] says.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from io import BufferedReader, BytesIO
from struct import iter_unpack
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.readers import html, rtf, titles
from vnsearch.readers.base import MAX_TEXT_BYTES, Held, Source, bytes_of
from vnsearch.readers.ole import Container, in_code_page

_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _SENT, _DELIVERED, _CODE_PAGE = 0x0E04, 0x0E03, 0x0039, 0x0E06, 0x3FFD
_LONG_NAME, _SHORT_NAME, _DATA = 0x3707, 0x3704, 0x3701
_WIDE, _NARROW, _BINARY, _TIME, _NUMBER = 0x001F, 0x001E, 0x0102, 0x0040, 0x0003
_HEAD: Final = 32  # bytes before the small properties of a message
_ATTACHMENT: Final = "__attach_version1.0_"
_PROPERTIES: Final = "__properties_version1.0"
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=timezone.utc)

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW: Final = 4096


def read(source: Source) -> Iterator[Document | Held]:
    """Yield one document, and the files that came with it; raises UnusableFileError."""
    from vnsearch.readers import format_of

    message = _Message(Container(bytes_of(source.stream)))
    subject = message.text(_SUBJECT)
    address = message.text(_SENDER_SMTP) or message.text(_SENDER_ADDRESS)
    sender, address = message.text(_SENDER), address if "@" in address else ""
    sender = f"{sender} <{address}>" if sender and address and sender != address else sender
    people = sender or address, message.text(_TO), message.text(_CC)
    title, body = message.body(source)
    attachments = dict(message.attachments())
    lines = (subject, *people, message.date(), body, *attachments.values())
    text = "\n".join(filter(None, lines))
    if not text:
        raise UnusableFileError(N_("no message"))
    title = titles.first_title((subject, title)) or titles.line_title(body)
    yield Document("", title, text, None, source.encoding)
    for storage, name in attachments.items():
        data = message.data(storage)
        if data and name and format_of(name, ocr=source.recognized is not None) is not None:
            yield Held.of(name, data)


class _Message:
    """The properties of a message."""

    def __init__(self, container: Container) -> None:
        self._container = container
        small = container.stream(_PROPERTIES)[_HEAD:]
        whole = small[: len(small) // 16 * 16]
        self._small = {tag: value for tag, _, value in iter_unpack("<IIQ", whole)}
        self._page = self._small.get(_CODE_PAGE << 16 | _NUMBER, 0) & 0xFFFF or 1252

    def text(self, number: int, storage: str = "") -> str:
        """A property of text; "" if it is not there."""
        name = f"{storage}__substg1.0_{number:04X}"
        if wide := self._container.stream(f"{name}{_WIDE:04X}"):
            text = wide.decode("utf-16-le", "replace")
        else:
            text = in_code_page(self._container.stream(f"{name}{_NARROW:04X}"), self._page)
        return text.replace("\0", "").replace("\r\n", "\n").strip()

    def date(self) -> str:
        """When the message was sent, or else came, in UTC; "" if it does not say."""
        for number in (_SENT, _DELIVERED):
            if ticks := self._small.get(number << 16 | _TIME):
                with suppress(OverflowError):
                    return f"{_EPOCH + timedelta(microseconds=ticks // 10):%d/%m/%Y %H:%M}"
        return ""

    def body(self, source: Source) -> tuple[str, str]:
        """The title, if the body is a page, and its text; both may be empty."""
        if text := self.text(_BODY):
            return "", text
        page = self._container.stream(f"__substg1.0_{_HTML:04X}{_BINARY:04X}")
        with suppress(UnusableFileError):
            if page.strip():
                return html.page(source, page, "")
        packed = self._container.stream(f"__substg1.0_{_RTF:04X}{_BINARY:04X}")
        with suppress(UnusableFileError):
            inner = Source(BufferedReader(BytesIO(unpacked(packed))))
            for document in rtf.read(inner):
                source.encoding = document.encoding
                return "", document.text
        return "", ""

    def attachments(self) -> Iterator[tuple[str, str]]:
        """Yield the storages of the files that came with the message, and their names."""
        streams = (name.partition("/") for name in self._container.names())
        for storage in dict.fromkeys(first for first, _, rest in streams if rest):
            if storage.startswith(_ATTACHMENT):
                name = self.text(_LONG_NAME, f"{storage}/") or self.text(_SHORT_NAME, f"{storage}/")
                yield storage, " ".join(name.split())

    def data(self, storage: str) -> bytes:
        """The bytes of an attachment; none of one that is a message in a storage."""
        return self._container.stream(f"{storage}/__substg1.0_{_DATA:04X}{_BINARY:04X}")


def unpacked(data: bytes) -> bytes:
    """Decompress RTF; raises UnusableFileError if it is too long, and keeps what comes before
    damage."""
    kind, content = data[8:12], data[16:]
    if kind != _COMPRESSED:
        return content if kind == _PLAIN else b""
    out, at = bytearray(_DICTIONARY), 0
    while at < len(content):
        flags, at = content[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += content[at : at + 1]
                at += 1
                continue
            pair = int.from_bytes(content[at : at + 2], "big")
            at += 2
            here = len(out) % _WINDOW
            back = (here - (pair >> 4)) % _WINDOW
            if not back or at > len(content) or back > len(out):  # a reference to itself ends it
                return bytes(out[len(_DICTIONARY) :])
            for _ in range((pair & 0xF) + 2):
                out.append(out[-back])
        if len(out) > MAX_TEXT_BYTES:
            raise UnusableFileError(
                N_("too large (over {limit} MB of text)").format(limit=MAX_TEXT_BYTES // 1_000_000)
            )
    return bytes(out[len(_DICTIONARY) :])
