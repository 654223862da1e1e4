"""The title of a PDF by its looks: the largest text of its first page."""

from collections.abc import Iterator
from ctypes import byref
from math import hypot
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_LOOK: Final = 3000  # characters
_LARGER: Final = 1.15  # times the size of most of the text
_CANDIDATES: Final = 3


def largest_texts(page: "PdfTextPage") -> Iterator[str]:
    """The texts of a page that are larger than most of it, the largest first."""
    runs = list(_runs(page))
    if not runs:
        return
    sizes = sorted(size for size, text in runs for _ in range(len(text)))
    usual = sizes[len(sizes) // 4]  # the title of a page with little else is most of its text
    # The sort is stable: of equal size, the first comes first.
    larger = sorted((run for run in runs if run[0] > _LARGER * usual), key=lambda run: -run[0])
    yield from (text for _, text in larger[:_CANDIDATES])


def _runs(page: "PdfTextPage") -> Iterator[tuple[float, str]]:
    """Stretches of one size, in points, with their text."""
    from pypdfium2 import raw

    matrix, before, text = raw.FS_MATRIX(), 0.0, ""
    for at in range(min(page.count_chars(), _LOOK)):
        char = chr(raw.FPDFText_GetUnicode(page, at))
        if char.isspace() or raw.FPDFText_IsGenerated(page, at) == 1:
            text += " " if char.isspace() else char
            continue
        scale = 1.0
        if raw.FPDFText_GetMatrix(page, at, byref(matrix)):
            scale = hypot(matrix.c, matrix.d)
        size = round(2 * scale * raw.FPDFText_GetFontSize(page, at)) / 2
        if size != before and text:
            yield before, " ".join(text.split())
            text = ""
        before, text = size, text + char
    if text:
        yield before, " ".join(text.split())
