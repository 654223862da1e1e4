"""A text in every format, as small as the format allows."""

import gzip
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Final


def _json_text(text: bytes) -> bytes:
    return json.dumps(text.decode("utf-8", "replace"), ensure_ascii=False).encode()


def _pages(text: bytes) -> bytes:
    return b"<p>" + text.replace(b"<", b"&lt;").replace(b"\n", b"</p>\n<p>")


def _rtf(text: bytes) -> bytes:
    shown = text.decode("utf-8", "replace").replace("\\", "\\\\").replace("\n", "\\par\n")
    body = "".join(char if char < "\x7f" else f"\\u{ord(char) & 0xFFFF}?" for char in shown)
    return b"{\\rtf1\\ansi " + body.replace("{", "\\{").encode() + b"}"


def _cues(text: bytes) -> bytes:
    lines = text.split(b"\n")
    time = b"00:00:01,000 --> 00:00:02,000\n"
    return b"".join(b"%d\n%b%b\n\n" % (n, time, line) for n, line in enumerate(lines, 1))


def _notebook(text: bytes) -> bytes:
    cell = b'{"cell_type": "markdown", "source": ' + _json_text(text) + b"}"
    return b'{"nbformat": 4, "cells": [' + cell + b"]}"


_WORD: Final = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
    '2006/main"><w:body>{}</w:body></w:document>'
)
_ODF: Final = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>{}</office:body>'
    "</office:document-content>"
)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _in(shell: str, body: bytes) -> bytes:
    begin, end = shell.split("{}")
    return begin.encode() + body + end.encode()


def docx(body: bytes) -> bytes:
    return zipped({"word/document.xml": _in(_WORD, body)})


def odt(body: bytes) -> bytes:
    body = b"<office:text>" + body + b"</office:text>"
    kind = b"application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": _in(_ODF, body)})


def ods(rows: bytes) -> bytes:
    table = b'<office:spreadsheet><table:table table:name="a">' + rows
    table += b"</table:table></office:spreadsheet>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": _in(_ODF, table)})


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;")


def _paragraphs(begin: bytes, end: bytes, text: bytes) -> bytes:
    return begin + _escaped(text).replace(b"\n", end + begin) + end


FORMATS: Final[dict[str, Callable[[bytes], bytes]]] = {
    ".txt": lambda text: text,
    ".log": lambda text: text,
    ".yaml": lambda text: text,
    ".py": lambda text: text,
    ".md": lambda text: text,
    ".org": lambda text: text,
    ".rst": lambda text: text,
    ".tex": lambda text: text,
    ".csv": lambda text: text,
    ".tsv": lambda text: text,
    "": lambda text: text,
    ".srt": _cues,
    ".vtt": lambda text: b"WEBVTT\n\n" + text,
    ".ass": lambda text: b"[Script Info]\n" + b"".join(
        b"Dialogue: 0,0,0,a,b,0,0,0,," + line + b"\n" for line in text.split(b"\n")
    ),
    ".html": _pages,
    ".xml": lambda text: b"<?xml version='1.0'?><a>" + _escaped(text) + b"</a>",
    ".json": _json_text,
    ".jsonl": lambda text: b'{"text": ' + _json_text(text) + b"}\n",
    ".ipynb": _notebook,
    ".rtf": _rtf,
    ".eml": lambda text: b"Subject: a\nContent-Type: text/plain; charset=utf-8\n\n" + text,
    ".mbox": lambda text: b"From a\nSubject: a\nContent-Type: text/plain; charset=utf-8\n\n" + text,
    ".mht": lambda text: b"Subject: a\nContent-Type: text/html; charset=utf-8\n\n" + _pages(text),
    ".docx": lambda text: docx(_paragraphs(b"<w:p><w:r><w:t>", b"</w:t></w:r></w:p>", text)),
    ".odt": lambda text: odt(_paragraphs(b"<text:p>", b"</text:p>", text)),
    ".txt.gz": lambda text: gzip.compress(text, 1),
    ".zip": lambda text: zipped({"a.txt": text}),
}  # fmt: skip
