"""Pictures and pages without text -> recognized text, by Tesseract.

Run in the sandbox. As pages may take seconds each, one call reads some and ends; the next one
is told which are known and goes on. Tesseract is a program of its own (Apache-2.0), not a library.
"""

import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from io import BufferedReader, BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from vnsearch.errors import GivenUpError, UnusableFileError
from vnsearch.language import N_
from vnsearch.model import DOUBTFUL, Document
from vnsearch.platform import processes
from vnsearch.readers import embedded
from vnsearch.readers.base import MAX_FILE_BYTES, Source, bytes_of
from vnsearch.readers.content import ZIP
from vnsearch.readers.package import Package

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

LANGUAGE: Final = "vie"
_WAY_UP: Final = "osd"  # with which Tesseract tells how a page lies
PDF: Final = b"%PDF-"  # how such files begin
# How files begin that may have several pages.
MANY_PAGES: Final = (PDF, b"II*\0", b"MM\0*")
HOW_TO_INSTALL: Final = N_(
    "install it: sudo apt install tesseract-ocr tesseract-ocr-vie (Debian, Ubuntu), "
    "brew install tesseract tesseract-lang (macOS), "
    "winget install UB-Mannheim.TesseractOCR, with Vietnamese (Windows)"
)
_NO_TEXT: Final = 0.4  # mean confidence of what is read into photographs
_TURNED: Final = 0.7  # and of what may be read of a page that lies on its side or its head
_FIND_WAY_UP: Final = ("--psm", "1")  # takes half as long again

_SECONDS: Final = 20.0  # after which a call ends with the page it is at
_SECONDS_A_PAGE: Final = 120  # of waiting, after which a page is left out
_DPI: Final = 300  # at which pages are drawn: what Tesseract is made for
_MOST_PAGES: Final = 10_000  # of a TIFF
_MOST_PIXELS: Final = 40_000_000
_POINTS_PER_INCH: Final = 72
_FEW_LETTERS: Final = 60  # of a page that is a picture: programs for scanning add their name
_LARGE: Final = 0.5  # of the area of a page, from which on a picture is the page
_WORD: Final = "5"  # level of a row of Tesseract's table
_CELLS: Final = 12  # of a row


class Page(NamedTuple):
    """What was recognized of a page, or of a picture."""

    number: int  # from 1
    text: str  # lines
    confidence: float  # 0 to 1; of a page without text 1
    of: int = 1  # pages that the file has


def is_installed() -> bool:
    """Whether there is Tesseract with Vietnamese."""
    return LANGUAGE in _installed()


@cache
def _installed() -> list[str]:
    """The languages that Tesseract has, and what else is called one."""
    program = processes.find_program("tesseract")
    if program is None:
        return []
    try:
        done = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return (done.stdout + done.stderr).split()


def read(source: Source) -> Iterator[Document]:
    """Yield pages that are not known yet, as `packed` puts them; page 0 says in its text why there
    are no more. Raises UnusableFileError for files that are too large."""
    data, known = bytes_of(source.stream), {*(source.recognized or {})}
    try:
        yield from map(packed, _pages(data, known, source.share))
    except GivenUpError:
        raise
    except UnusableFileError as error:
        if 0 not in known:
            yield packed(Page(0, str(error), 0.0))


def _pages(data: bytes, known: set[int], share: tuple[int, int]) -> Iterator[Page]:
    if data.startswith(PDF):
        yield from _of_pdf(data, known, share)
    elif data.startswith(MANY_PAGES):
        yield from _of_tiff(data, known, share)
    elif data.startswith(ZIP):
        yield from _of_package(data, known, share)
    elif not known and not share[0]:
        found = _recognized(data)
        yield Page(1, "", 1.0) if found is None else found


def packed(page: Page) -> Document:
    """A page in the form in which answers leave the sandbox."""
    return Document(f"{page.number}/{page.of}", f"{page.confidence:.3f}", page.text)


def unpacked(document: object) -> Page:
    """The page that `packed` has put so; raises UnusableFileError if it cannot be one."""
    try:
        assert isinstance(document, Document)
        number, _, of = document.key.partition("/")
        return Page(int(number), document.text, min(1.0, max(0.0, float(document.title))), int(of))
    except (AssertionError, ValueError) as error:
        raise UnusableFileError(N_("cannot be read: the reader gave no right answer")) from error


def is_scan(page: "PdfPage", text: str) -> bool:
    """Whether a page of a PDF, which has this text, is a picture of one."""
    letters = sum(map(str.isalpha, text))
    if letters >= _FEW_LETTERS:
        return False
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    whole = page.get_width() * page.get_height()
    pictures = 0.0
    for item in page.get_objects(max_depth=3):
        if item.type == FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            pictures += abs(right - left) * abs(top - bottom)
        elif not letters:
            return True  # letters that are drawn
    return pictures >= _LARGE * whole if letters else pictures > 0


def _of_pdf(data: bytes, known: set[int], share: tuple[int, int]) -> Iterator[Page]:
    """Yield some of the pages that are pictures; of so many shares of them only one."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        raise UnusableFileError(N_("damaged, encrypted, or no PDF")) from error
    nth, shares = share
    end = time.monotonic() + _SECONDS
    for number in range(1 + nth, len(document) + 1, shares):
        if number not in known:
            page = _page(document, number)
            if page is not None:
                yield page._replace(of=len(document))
        if time.monotonic() > end:
            return


def _of_package(data: bytes, known: set[int], share: tuple[int, int]) -> Iterator[Page]:
    """Yield some of the pictures in an office file, as pages; of so many shares of them only one.

    Text in doubt is left out, as the text around it is sure.
    """
    package = Package(Source(BufferedReader(BytesIO(data))), MAX_FILE_BYTES)
    pictures = embedded.names(package)
    nth, shares = share
    end = time.monotonic() + _SECONDS
    for number, name in list(enumerate(pictures, 1))[nth::shares]:
        if number not in known:
            found = _of_picture(package, name) or Page(number, "", 1.0)
            text = found.text if found.confidence >= DOUBTFUL else ""
            yield Page(number, text, found.confidence, len(pictures))
        if time.monotonic() > end:
            return


def _of_picture(package: Package, name: str) -> Page | None:
    """What is in one of the files of a package; None if it cannot be read."""
    try:
        return _recognized(package.data(name))
    except GivenUpError:
        raise
    except UnusableFileError:
        return None


def _of_tiff(data: bytes, known: set[int], share: tuple[int, int]) -> Iterator[Page]:
    """Yield some of the pages of a TIFF; of so many shares of them only one."""
    nth, shares = share
    end = time.monotonic() + _SECONDS
    pages = max(1, _count_of_tiff(data))
    for number in range(1 + nth, pages + 1, shares):
        if number not in known:
            found = _recognized(data, "-c", f"tessedit_page_number={number - 1}")
            yield (found or Page(number, "", 1.0))._replace(number=number, of=pages)
        if time.monotonic() > end:
            return


def _count_of_tiff(data: bytes) -> int:
    """The number of pages of a TIFF: its directories are a chain of places in it (TIFF 6.0)."""
    order, met = "<" if data.startswith(b"II") else ">", set[int]()
    with suppress(struct.error):
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        while at and at not in met and len(met) < _MOST_PAGES:
            (entries,) = struct.unpack_from(f"{order}H", data, at)
            met.add(at)
            (at,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * entries)
    return len(met)


def _page(document: "PdfDocument", number: int) -> Page | None:
    """A page that is a picture, recognized; None if it is none."""
    page = document[number - 1]
    if not is_scan(page, page.get_textpage().get_text_bounded()):
        return None
    size = page.get_width() * page.get_height() / _POINTS_PER_INCH**2
    dpi = min(_DPI, (_MOST_PIXELS / max(size, 1e-9)) ** 0.5)
    drawn = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
    rows = bytes(drawn.buffer)
    if drawn.stride != drawn.width:
        rows = b"".join(
            rows[begin : begin + drawn.width]
            for begin in range(0, drawn.stride * drawn.height, drawn.stride)
        )
    picture = b"P5 %d %d 255\n" % (drawn.width, drawn.height) + rows
    found = _recognized(picture, "--dpi", str(round(dpi)))
    return (found or Page(number, "", 1.0))._replace(number=number)


def _recognized(picture: bytes, *options: str) -> Page | None:
    """What is in a picture, whichever way up it is; None if it has no such page. Raises
    UnusableFileError when Tesseract cannot read it."""
    found = _as_it_lies(picture, *options)
    if found is not None and found.confidence < _TURNED and _WAY_UP in _installed():
        turned = _as_it_lies(picture, *options, *_FIND_WAY_UP) or found
        found = max(found, turned, key=lambda page: page.confidence)
    return Page(1, "", 1.0) if found is not None and found.confidence < _NO_TEXT else found


def _as_it_lies(picture: bytes, *options: str) -> Page | None:
    program = processes.find_program("tesseract")
    if program is None:
        raise GivenUpError(N_("Tesseract is not installed"))
    try:
        done = subprocess.run(
            [program, "-", "-", "-l", LANGUAGE, *options, "tsv"],
            input=picture,
            capture_output=True,
            timeout=_SECONDS_A_PAGE,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            **processes.tied(),
        )
    except subprocess.TimeoutExpired:
        return Page(1, "", 1.0)  # not to be tried by every run
    if done.returncode:
        raise UnusableFileError(N_("damaged, or no picture that Tesseract can read"))
    return _page_of(done.stdout.decode("utf-8", "replace"))


def _page_of(table: str) -> Page | None:
    """The page in Tesseract's table of words; None if the table is empty."""
    rows = [cells for row in table.split("\n")[1:] if len(cells := row.split("\t")) == _CELLS]
    lines: dict[tuple[str, ...], list[str]] = {}
    weighed, size = 0.0, 0
    for cells in rows:
        word = cells[-1].strip()
        if cells[0] == _WORD and word:
            lines.setdefault(tuple(cells[2:5]), []).append(word)
            weighed, size = weighed + float(cells[-2]) / 100 * len(word), size + len(word)
    paragraphs = groupby(lines, lambda line: line[:2])  # by block and paragraph
    text = "\n\n".join(
        "\n".join(" ".join(lines[line]) for line in group) for _, group in paragraphs
    )
    if not rows:
        return None
    return Page(1, text, weighed / size if size else 1.0)
