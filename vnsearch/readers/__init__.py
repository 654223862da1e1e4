"""File -> documents: a table of suffixes, and one small module per format.

A reader takes a `Source` (of the decompressed file) and yields documents, or `Flaw`s for the
parts it cannot read, or `LineChunk`es that are read later; it raises `UnusableFileError` when the
file as a whole holds no text it can read. The modules are imported when a file of their format
is met.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from io import BufferedReader
from pathlib import PurePath
from typing import Final, NamedTuple, cast

from vnsearch.analysis.tokenizer import WORD
from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Encoding
from vnsearch.readers.base import Flaw, LineChunk, Source, bytes_of
from vnsearch.readers.sandbox import Sandbox, reader_named
from vnsearch.vietnamese import legacy
from vnsearch.vietnamese.letters import LETTERS, nfc


class Format(NamedTuple):
    """How files of a format are read."""

    module: str  # of this package
    version: int = 1  # raised when it reads files in another way: they are read again then
    extra: str = ""  # of vnsearch, that brings what it needs
    library: str = ""  # that it needs beyond those of vnsearch, as it is imported
    # Formats with structure are read in another process: a hostile file may make a library
    # hang, crash, or take all memory.
    apart: bool = True


def _office(module: str) -> Format:
    return Format(module, extra="office", library="lxml")


_HTML: Final = Format("html", 2)
_MAIL: Final = Format("mail")
_SHEETS: Final = Format("sheets", extra="office", library="python_calamine")

FORMATS: Final[dict[str, Format]] = {
    ".txt": Format("text", 2, apart=False),
    ".md": Format("markdown", 2, apart=False),
    ".jsonl": Format("jsonl", 3, apart=False),
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".mht": _MAIL,
    ".mhtml": _MAIL,
    ".eml": _MAIL,
    ".mbox": Format("mbox"),
    ".csv": Format("table"),
    ".tsv": Format("table"),
    ".pdf": Format("pdf", extra="pdf", library="pypdfium2"),
    ".docx": _office("docx"),
    ".odt": _office("odt"),
    ".pptx": _office("pptx"),
    ".epub": _office("epub"),
    ".xlsx": _SHEETS,
    ".xlsm": _SHEETS,
    ".xls": _SHEETS,
    ".ods": _SHEETS,
}

_TITLE_CODE_POINTS = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# What most texts are made of, and need neither repair nor normalizing.
_is_plain: Final = re.compile(f"[\t\n -~{LETTERS}{LETTERS.upper()}–—…‘’“”]*").fullmatch


def format_of(path: str) -> Format | None:
    """The format of a file by its name, or None when it is not supported."""
    name = PurePath(path.lower())
    return FORMATS.get(PurePath(name.stem).suffix if name.suffix == ".gz" else name.suffix)


def reader_of(path: str, encoding: str = "") -> str:
    """What a file would be read with now: another answer than before means that it is to be
    read again. `encoding`: of text files, if it was set."""
    found = format_of(path)
    if found is None:
        return ""
    version = found.version if _installed(found.library) else 0
    return f"{found.module} {version} {encoding}".rstrip()


class Unread(NamedTuple):
    """Documents that are still to be read, in any process."""

    stretch: LineChunk
    encoding: str  # that was set

    def read(self) -> Iterator[Document | Flaw]:
        """The documents, as `readers.read` gives them."""
        from vnsearch.readers.jsonl import read_chunk  # the one format of lines

        return map(_finished, read_chunk(self.stretch, self.encoding))


def read(
    path: str, stream: BufferedReader, sandbox: Sandbox, encoding: str = ""
) -> Iterator[Document | Flaw | Unread]:
    """The documents of the file `path`, open as `stream`, in NFC and each with a title and with
    words to find; of some formats, parts of the file from which to read them.

    `path` only decides the format. `encoding` (see `encodings.lookup`) is that of text; without
    it, each file tells. Raises UnusableFileError.
    """
    found = format_of(path)
    if found is None:
        raise UnusableFileError(f"format not supported ({PurePath(path).suffix or 'no suffix'})")
    if not _installed(found.library):
        raise UnusableFileError(f"needs more to be read: pip install 'vnsearch[{found.extra}]'")
    if path.lower().endswith(".gz"):
        # It is read like any buffered stream; through one, what comes before damage is lost.
        stream = cast("BufferedReader", gzip.GzipFile(fileobj=stream))
    try:
        if found.apart:
            items = sandbox.read(found.module, bytes_of(stream), encoding)
        else:
            items = reader_named(found.module)(Source(stream, encoding))
        for item in items:
            yield Unread(item, encoding) if isinstance(item, LineChunk) else _finished(item)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnusableFileError(f"damaged gzip file ({error})") from error


@cache
def _installed(library: str) -> bool:
    return not library or find_spec(library) is not None


def _finished(item: Document | Flaw) -> Document | Flaw:
    """Repaired, normalized, and with the first line for a title when the format gave none."""
    if not isinstance(item, Document):
        return item
    key, title, text, place, encoding = item
    title = " ".join(title.split())
    if not (_is_plain(title) and _is_plain(text)):
        title, text = _clean(title), _clean(text)
        # A title is too short to tell by itself.
        if (legacy.looks_misread(title) or legacy.looks_misread(text)) and (
            better := legacy.repair(f"{title}\n{text}")
        ) is not None:
            title, _, text = better.text.partition("\n")
            encoding = Encoding(better.encoding, better.sure)
    if not WORD.search(text):
        return Flaw(f"{place.unit} {place.number}: no words" if place and key else "no words")
    return Document(_clean(key), _shortened(title or _first_line(text)), text, place, encoding)


def _clean(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode("utf-16-le")  # the fastest way to look for lone surrogates, which are rare
    except UnicodeEncodeError:
        text = _LONE_SURROGATE.sub("\ufffd", text)
    return nfc(text)


def _first_line(text: str) -> str:
    return " ".join(text.lstrip().partition("\n")[0].split())


def _shortened(title: str) -> str:
    if len(title) <= _TITLE_CODE_POINTS:
        return title
    return title[: _TITLE_CODE_POINTS + 1].rpartition(" ")[0] or title[:_TITLE_CODE_POINTS]
