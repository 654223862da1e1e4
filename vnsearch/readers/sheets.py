"""Spreadsheets (.xlsx, .xlsm, .xls, .ods): the name of each sheet, then a line for each row."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO

from vnsearch.errors import UnusableFileError
from vnsearch.model import Document, Locator
from vnsearch.readers.base import MAX_FILE_BYTES, Source, bytes_of


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its sheets separated by form feeds, its cells by tabs; raises
    UnusableFileError."""
    from python_calamine import CalamineWorkbook, PasswordError

    data = bytes_of(source.stream)
    if not data:
        raise UnusableFileError("empty file")
    _check_size(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError as error:
        raise UnusableFileError("encrypted") from error
    sheets = []
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        lines = ("\t".join(filter(None, map(_cell, row))) for row in rows)
        sheets.append("\n".join((name, *filter(None, lines))))
    if all("\n" not in sheet for sheet in sheets):
        raise UnusableFileError("no text")
    yield Document("", "", "\n\f".join(sheets), Locator(1, "sheet"))


def _check_size(data: bytes) -> None:
    """Raise UnusableFileError if a zip archive is too large decompressed."""
    if not zipfile.is_zipfile(BytesIO(data)):
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_FILE_BYTES:
            raise UnusableFileError(f"too large (over {MAX_FILE_BYTES // 1_000_000} MB of data)")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return " ".join(str(value).split())
