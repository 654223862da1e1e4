"""File -> documents: a table of suffixes, and one small module per format.

The module of a format has a function `read`. It takes the `Source` of a file, decompressed, and
yields documents, or a `Flaw` for each part it cannot read; it raises `UnusableFileError` if the
file holds no text it can read. A module is imported when a file of its format is met.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from io import BufferedReader
from itertools import chain, repeat
from os.path import basename
from pathlib import PurePath
from shutil import which
from typing import Final, NamedTuple, cast
from zlib import crc32

from vnsearch.errors import GivenUpError, UnusableFileError, VnsearchError
from vnsearch.language import N_
from vnsearch.model import Document
from vnsearch.platform import quoted
from vnsearch.readers import unpacking
from vnsearch.readers.base import (
    Done,
    Flaw,
    LineChunk,
    Member,
    Source,
    bytes_of,
    damaged,
)
from vnsearch.readers.compression import decompressed, split_suffixes, told
from vnsearch.readers.finishing import finished
from vnsearch.readers.sandbox import Sandbox, Wanted, reader_named


class Format(NamedTuple):
    """How files of a format are read."""

    module: str  # in this package
    version: int = 1  # to be raised when it reads files differently, so that they are read again
    library: str = ""  # the module it needs, of a package that some systems have no wheel of
    # Whether files are read in another process: a hostile file may make a library hang, crash, or
    # take all memory.
    sandboxed: bool = True
    chunked: bool = False  # whether `chunks` can cut files into parts
    # Whether a document without a title of its own has one in its first lines; else it is called as
    # its file.
    titled: bool = True
    nests: bool = False  # whether other files may be in them
    in_place: bool = False  # opened where it lies, since it may be larger than memory
    program: str = ""  # the one it needs, which a system may have


def _office(module: str) -> Format:
    return Format(module, 3, library="lxml")


_HTML: Final = Format("html", 3)
_MAIL: Final = Format("mail", 3, nests=True)
_ARCHIVE: Final = Format("archive", nests=True, in_place=True)
_SHEETS: Final = Format("sheets", 3, library="python_calamine")
_TEXT: Final = Format("text", 3, sandboxed=False)
_LINES: Final = _TEXT._replace(titled=False)  # its first lines say nothing of the others
_JSON: Final = Format("json_file", titled=False)
_XML: Final = Format("xml", titled=False)
_SUBTITLES: Final = Format("subtitles", 2, titled=False)

_SETTINGS: Final = ".yaml .yml .toml .ini .cfg .conf .properties .env .log .po .pot"
_CODE: Final = (
    ".py .pyi .js .mjs .cjs .ts .tsx .jsx .java .kt .kts .scala .groovy .gradle .c .h .cc .cpp .cxx"
    " .hh .hpp .cs .vb .fs .go .rs .rb .php .pl .pm .lua .r .jl .m .swift .dart .ex .exs .erl .hs"
    " .ml .clj .lisp .el .scm .pas .f90 .asm .sh .bash .zsh .fish .ps1 .bat .cmd .sql .css .scss"
    " .less .vue .svelte .proto .graphql .tf .cmake .mk .diff .patch .sty .cls .bib .vim .tcl .awk"
)

# By suffix, in lower case; that of a compression may follow any of them. Without one, the content
# tells.
FORMATS: Final[dict[str, Format]] = {
    ".txt": _TEXT,
    ".md": Format("markdown", 4),
    ".markdown": Format("markdown", 4),
    ".org": Format("org"),
    ".rst": Format("rst"),
    ".tex": Format("tex"),
    ".ipynb": Format("notebook"),
    ".srt": _SUBTITLES,
    ".vtt": _SUBTITLES,
    ".ass": _SUBTITLES,
    ".ssa": _SUBTITLES,
    ".jsonl": Format("jsonl", 5, sandboxed=False, chunked=True),
    ".ndjson": Format("jsonl", 5, sandboxed=False, chunked=True),
    ".json": _JSON,
    ".xml": _XML,
    ".rss": _XML,
    **dict.fromkeys(_SETTINGS.split(), _LINES),
    **dict.fromkeys(_CODE.split(), _LINES),
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".mht": _MAIL,
    ".mhtml": _MAIL,
    ".eml": _MAIL,
    ".mbox": Format("mbox", 3, nests=True),
    ".zip": _ARCHIVE,
    ".tar": _ARCHIVE,
    ".7z": _ARCHIVE._replace(program=unpacking.PROGRAM),
    ".rar": _ARCHIVE._replace(program=unpacking.PROGRAM),
    ".csv": Format("table", 2),
    ".tsv": Format("table", 2),
    ".pdf": Format("pdf", 2, library="pypdfium2"),
    ".docx": _office("docx"),
    ".odt": _office("odt"),
    ".pptx": _office("pptx"),
    ".odp": _office("odp"),
    ".epub": _office("epub"),
    ".doc": Format("doc", 2, library="olefile"),
    ".ppt": Format("ppt", library="olefile"),
    ".msg": Format("msg", library="olefile", nests=True),
    ".rtf": Format("rtf"),
    ".xlsx": _SHEETS,
    ".xlsb": _SHEETS,
    ".xls": _SHEETS,
    ".ods": _office("ods"),
}
# Templates, shows and files with macros, and the suffix of those that are none.
VARIANTS: Final = {
    variant: suffix
    for suffix, variants in {
        ".docx": ".docm .dotx .dotm", ".pptx": ".pptm .ppsx .ppsm .potx .potm",
        ".xlsx": ".xlsm .xltx .xltm", ".doc": ".dot", ".ppt": ".pps", ".xls": ".xlt",
        ".odt": ".ott", ".odp": ".otp", ".ods": ".ots",
    }.items()
    for variant in variants.split()
}  # fmt: skip
FORMATS.update((variant, FORMATS[suffix]) for variant, suffix in VARIANTS.items())
# Read only where their text is to be recognized.
PICTURES: Final = dict.fromkeys(
    (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"), Format("scan")
)
_RECOGNIZED: Final = ("pdf", "scan", "docx", "pptx", "odt", "odp")  # modules
# Of all formats, any may be met.
FORMATS[""] = Format("content", sum(found.version for found in FORMATS.values()), nests=True)

# What no suffix of a format looks like: file names may end in dates, abbreviations, names of hosts.
_NO_SUFFIX: Final = re.compile(r"\.(?![a-z0-9]{0,7}[a-z][a-z0-9]{0,7}$).*|")
# Names of messages in a Maildir begin with a time, and end with the name of a host.
_MAILDIR: Final = re.compile(r"\d{9,}\.[^.]+\.")


def format_of(path: str, *, ocr: bool = False) -> Format | None:
    """The format of a file by its name; None if it is not supported. `ocr`: the text in pictures
    is to be recognized."""
    dot = path.rfind(".")
    if (found := FORMATS.get(path[dot:])) and path[dot - 1 : dot] not in ("", "/", "."):
        return found  # of most files, in a fraction of the time
    suffix, _ = split_suffixes(path)
    found = FORMATS.get(suffix)
    if ocr and found is None and path.lower().endswith(suffix):
        found = PICTURES.get(suffix)
    if found is None and (_NO_SUFFIX.fullmatch(suffix) or _MAILDIR.match(basename(path))):
        return FORMATS[""]
    return found


def has_pictures(path: str) -> bool:
    """Whether a file of this format may have text to be recognized."""
    found = format_of(path, ocr=True)
    return found is not None and found.module in _RECOGNIZED


def reader_of(
    path: str, encoding: str = "", excludes: Sequence[str] = (), *, ocr: bool = False
) -> str:
    """Identify what a file would be read with: module, version, encoding; "" if by none.

    If this differs from when the file was read, it must be read again. `encoding` is the one
    the user set for text files, or ""; `excludes`, what is left out of the files in it; `ocr`:
    whether text in pictures is to be recognized.
    """
    found = format_of(path, ocr=ocr)
    if found is None:
        return ""
    there = _installed(found.library) and (not found.program or which(found.program))
    version = found.version if there else 0
    left_out = f" without {crc32(repr(excludes).encode()):x}" if excludes and found.nests else ""
    recognized = " ocr" * (ocr and (found.module in _RECOGNIZED or found.nests))
    return f"{found.module} {version} {encoding}".rstrip() + left_out + recognized


def read(
    path: str,
    stream: BufferedReader,
    sandbox: Sandbox,
    encoding: str = "",
    *,
    file: str = "",
    wanted: Wanted = lambda _: False,
    recognized: Callable[[Member | None], Mapping[int, str] | None] | None = None,
) -> Iterator[Document | Flaw | Member | Done]:
    """Yield the documents of a file, and a `Flaw` for each part that cannot be read.

    Then, for each file in it that is `wanted`, a `Member`, its documents and flaws, and `Done`;
    others may be in that one. Documents are in NFC, with a title and at least one word. `path`
    only decides the format; `stream` is the open file, and `file` its absolute path. `encoding`
    is that of text (a name from `encodings.lookup`); if "", it is detected. `recognized`: where
    text in pictures is to be recognized, what gives the text of pages of a file in it, or of itself
    when it was read to its end. Raises UnusableFileError, also for any error of a library; OSError
    when `stream` cannot be read; VnsearchError when no file can be.
    """
    found = format_of(path, ocr=recognized is not None)
    if found is None:
        raise UnusableFileError(not_supported(path))
    if not _installed(found.library):
        raise UnusableFileError(
            N_("{name} is not installed: {command}").format(
                name=found.library, command=_remedy(found.library)
            )
        )
    if found.in_place and file:
        none = None if recognized is None else dict[int, str]()
        items = sandbox.read(
            found.module, file, encoding, wanted, recognized=none, recognized_in=recognized
        )
        yield from _all_finished(path, items)
        return
    data = decompressed(path, stream)
    with _reading(path):
        source = Source(data, encoding)
        if found.sandboxed:
            whole = bytes_of(data)
            pages = recognized(None) if recognized else None
            items = sandbox.read(
                found.module, whole, encoding, wanted, recognized=pages, recognized_in=recognized
            )
            yield from _all_finished(path, items)
            return
        # Readers of plain text hold no files.
        plain = cast("Iterator[Document | Flaw]", reader_named(found.module)(source))
        yield from chain.from_iterable(map(finished, plain, repeat(path), repeat(found.titled)))
        yield from source.flaws()


def _all_finished(
    path: str, items: Iterable[Document | Flaw | Member | Done]
) -> Iterator[Document | Flaw | Member | Done]:
    names = [path]
    for item in items:
        if isinstance(item, Member):
            names.append(f"{path}/{item.name}")
            yield item
        elif isinstance(item, Done):
            names.pop()
            yield item
        else:
            found = format_of(names[-1])
            yield from finished(item, names[-1], titled=found is None or found.titled)


def not_supported(path: str) -> str:
    """Why a file is not read that no reader is for."""
    suffix = PurePath(path).suffix or N_("no suffix")
    return N_("format not supported ({suffix})").format(suffix=suffix)


def may_nest(path: str) -> bool:
    """Whether other files may be in a file of this format."""
    found = format_of(path)
    return found is not None and found.nests


def has_chunks(path: str) -> bool:
    """Whether files of this format can be cut into parts, if their encoding allows it."""
    found = format_of(path)
    return found is not None and found.chunked


def chunks(path: str, stream: BufferedReader) -> Iterator[LineChunk] | None:
    """Cut a file into parts that `read_chunk` can read in any order, in any process.

    None if its format or encoding does not allow that. Raises UnusableFileError.
    """
    if not has_chunks(path):
        return None
    from vnsearch.readers import jsonl

    data = decompressed(path, stream)
    with _reading(path):
        return _cut(path, data) if jsonl.can_be_cut(data) else None


def read_chunk(chunk: LineChunk, encoding: str = "") -> Iterator[Document | Flaw]:
    """Yield the documents of a part of a file, as `read` would; raises UnusableFileError."""
    from vnsearch.readers import jsonl

    with _reading():
        yield from chain.from_iterable(map(finished, jsonl.read_chunk(chunk, encoding)))


def _cut(path: str, data: BufferedReader) -> Iterator[LineChunk]:
    from vnsearch.readers import jsonl

    with _reading(path):
        yield from jsonl.chunks(data)


@contextmanager
def _reading(path: str = "") -> Iterator[None]:
    """Whatever a library raises costs the file that is being read."""
    try:
        with told(path):
            yield
    except MemoryError as error:
        raise GivenUpError(N_("takes too much memory to read")) from error
    except (VnsearchError, OSError):
        raise
    except Exception as error:  # of a library
        raise UnusableFileError(damaged(error)) from error


@cache
def _installed(library: str) -> bool:
    return not library or find_spec(library) is not None


def _remedy(library: str) -> str:
    """What installs a library in the environment that vnsearch runs in."""
    package, python = library.replace("_", "-"), quoted(sys.executable)
    if "pipx" in PurePath(sys.prefix).parts:
        return f"pipx inject vnsearch {package}"
    if find_spec("pip") is not None:
        return f"{python} -m pip install {package}"
    return f"uv pip install --python {python} {package}"
