"""Files whose names do not tell their format: known by their content, then read by its reader."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from io import BufferedReader, BytesIO
from typing import Final

from vnsearch.model import Document
from vnsearch.readers.base import Flaw, Source, bytes_of

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
_SIGNATURES: Final = ((b"%PDF-", "pdf"), (b"{\\rtf", "rtf"))
# Files in a zip archive by which an office file or a book is known.
_OFFICE: Final = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "sheets",
    "xl/workbook.bin": "sheets",
    "META-INF/container.xml": "epub",
}
_OPEN_DOCUMENT: Final = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
# Streams of an OLE file, as its directory names them.
_STREAMS: Final = {"WordDocument": "doc", "PowerPoint Document": "ppt", "Workbook": "sheets",
                   "Book": "sheets", "__properties_version1.0": "msg"}  # fmt: skip
_NESTING: Final = ("archive", "mail", "mbox", "msg")  # modules of files that hold others
_PAGE: Final = re.compile(rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|meta|title|body"
                          rb"|style|script|center|table|div|h1|p)\b",
                          re.IGNORECASE | re.DOTALL)  # fmt: skip
_XML: Final = re.compile(rb"\s*<\?xml\b")
# A field of RFC 5322, or the continuation of one.
_HEADER: Final = re.compile(rb"[A-Za-z][!-9;-~]{1,75}:|[ \t]+\S")
# One of these is in the head of every message.
_OF_MAIL: Final = re.compile(
    rb"^(?:from|date|received|return-path|message-id|mime-version|delivered-to|x-mozilla-status):",
    re.IGNORECASE | re.MULTILINE,
)
_FEWEST_HEADERS: Final = 3
_HEAD: Final = 4_000  # bytes by which text is known
_BOM: Final = b"\xef\xbb\xbf"


def read(source: Source) -> Iterator[Document | Flaw]:
    """Yield the documents of a file; raises UnusableFileError."""
    data = bytes_of(source.stream)
    source.stream = BufferedReader(BytesIO(data))
    module = module_of(data)
    if module not in _NESTING:
        source.recognized = None  # the pictures in it were not looked at
    yield from import_module(f"vnsearch.readers.{module}").read(source)


def module_of(data: bytes) -> str:
    """The module that reads such data; that of plain text if nothing else is known."""
    head = data[:_HEAD].removeprefix(_BOM)
    for signature, module in _SIGNATURES:
        if head.startswith(signature):
            return module
    if head.startswith(ZIP):
        return _packed(data)
    if head.startswith(OLE):
        return next((m for name, m in _STREAMS.items() if name.encode("utf-16-le") in data), "text")
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    if _PAGE.match(head):
        return "html"
    if _XML.match(head):
        return "html" if b"<html" in head else "xml"
    if head.startswith(b"From ") and _is_message(head.partition(b"\n")[2]):
        return "mbox"
    return "mail" if _is_message(head) else "text"


def _packed(data: bytes) -> str:
    """The module for a zip archive: that of an office file, if it is one."""
    with suppress(Exception), zipfile.ZipFile(BytesIO(data)) as archive:  # damaged ones raise many
        for name, module in _OFFICE.items():
            if name in archive.NameToInfo:
                return module
        with archive.open("mimetype") as stream:
            kind = stream.read(100).rpartition(b"opendocument.")[2]
            return _OPEN_DOCUMENT.get(kind.partition(b"-")[0].strip(), "archive")
    return "archive"


def _is_message(head: bytes) -> bool:
    """Whether text begins with the headers of a message."""
    lines, _, rest = head.replace(b"\r\n", b"\n").partition(b"\n\n")
    headers = lines.split(b"\n")
    if not rest and len(head) >= _HEAD:
        headers = headers[:-1]  # the last one is cut
    return (
        len(headers) >= _FEWEST_HEADERS
        and all(map(_HEADER.match, headers))
        and _OF_MAIL.search(lines) is not None
    )
