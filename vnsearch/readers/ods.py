"""OpenDocument spreadsheets (.ods): the name of each sheet, then a line for each row, its cells as
they are shown."""

from collections.abc import Iterator
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers import titles
from vnsearch.readers.base import Source
from vnsearch.readers.package import Element, open_document, text_of

_META: Final = "meta.xml"
_MARKS: Final = {"p": "\n", "line-break": " ", "tab": " ", "s": " "}
_SKIP: Final = ("annotation", "tracked-changes", "shapes", "forms")
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read(source: Source) -> Iterator[Document]:
    """Yield one document, its sheets separated by form feeds; raises UnusableFileError."""
    package = open_document(source)
    sheets, first = [], ""
    for table in package.xml("content.xml").iterfind(f".//{_OFFICE}spreadsheet/{_TABLE}table"):
        _show_dates(table)
        text = text_of(table, _MARKS, skip=_SKIP)
        first = first or text
        sheets.append("\n".join(filter(None, (str(table.get(f"{_TABLE}name", "")), text))))
    if not first:
        raise UnusableFileError(N_("no text"))
    stated = package.title(_META)
    title = titles.first_title([stated]) or titles.line_title(first)
    yield Document("", title, "\n\f".join(sheets), Locator(1, "sheet"))


def _show_dates(table: Element) -> None:
    """Write dates with the day first, whatever the language they were written in."""
    for cell in table.iter(f"{_TABLE}table-cell"):
        year, _, rest = str(cell.get(f"{_OFFICE}date-value", "")).partition("-")
        month, _, day = rest.partition("-")
        paragraph = cell.find("{*}p")
        if paragraph is not None and len(day) == 2:
            for child in list(paragraph):
                paragraph.remove(child)
            paragraph.text = f"{day}/{month}/{year}"
