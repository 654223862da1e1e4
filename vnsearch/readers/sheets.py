"""Spreadsheets (.xlsx, .xlsm, .xls): the name of each sheet, then a line for each row, its cells as
they are shown."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from io import BufferedReader, BytesIO

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import content, table, titles
from vnsearch.readers.base import Flaw, Source, bytes_of
from vnsearch.readers.number_formats import NumberFormat, Workbook
from vnsearch.readers.package import Package, row_of

_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks


def read(source: Source) -> Iterator[Document | Flaw]:
    """Yield one document, its sheets separated by form feeds; raises UnusableFileError."""
    from python_calamine import CalamineWorkbook, PasswordError

    data = bytes_of(source.stream)
    if not data:
        raise UnusableFileError(N_("empty file"))
    if not data.startswith((content.ZIP, content.OLE)) and _is_text(data):
        yield from _of_text(source, data)
        return
    title, formats = _package(data) if data.startswith(content.ZIP) else ("", None)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError as error:
        raise UnusableFileError(N_("encrypted")) from error
    sheets, first = [], ""
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        shown: Mapping[tuple[int, int], NumberFormat] = {}
        with suppress(UnusableFileError):  # its values can be read all the same
            shown = formats.of_sheet(name) if formats else {}
        top, left = sheet.start or (0, 0)
        rows = [
            row_of(
                filter(None, (_cell(cell, shown.get((y, x))) for x, cell in enumerate(row, left)))
            )
            for y, row in enumerate(sheet.to_python(skip_empty_area=True), top)
        ]
        text = "\n".join(filter(None, rows))
        first = first or text
        sheets.append("\n".join(filter(None, (name, text))))
    if not first:
        raise UnusableFileError(N_("no text"))
    title = titles.first_title([title]) or titles.line_title(first)
    yield Document("", title, "\n\f".join(sheets), Locator(1, "sheet"))


def _is_text(data: bytes) -> bool:
    return b"\0" not in data or data.startswith(_UTF16)


def _of_text(source: Source, data: bytes) -> Iterator[Document | Flaw]:
    """What programs name as a workbook that is a page, XML, or a table with tabs."""
    source.stream = BufferedReader(BytesIO(data))
    module = content.module_of(data)
    yield from (table if module == "text" else content).read(source)


def _package(data: bytes) -> tuple[str, Workbook | None]:
    """The title a workbook states, and its number formats.

    Raises UnusableFileError if it is too large decompressed.
    """
    package = Package(Source(BufferedReader(BytesIO(data))))
    package.check_size()
    with suppress(UnusableFileError):
        return package.title(), Workbook(package)
    return "", None


def _cell(value: object, shown: NumberFormat | None) -> str:
    match value:
        case float() if shown is not None:
            return shown.shown(value)
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() != time():
            return value.strftime("%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case time():
            return value.strftime("%H:%M" if value.second == 0 else "%H:%M:%S")
    return " ".join(str(value).split())
