"""Numbers of a workbook (.xlsx) as they are shown: 15.000.000, 3,5%; always as Vietnamese writes
them.

Source: ECMA-376, part 1, 18.8.30 (number formats).
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from vnsearch.readers.package import Package, local_name

_WORKBOOK: Final = "xl/workbook.xml"
_STYLES: Final = "xl/styles.xml"
_REFERENCE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BUILT_IN: Final = dict.fromkeys(("3", "37", "38", "41", "42"), "#,##0")
_BUILT_IN.update(dict.fromkeys(("4", "39", "40", "43", "44"), "#,##0.00"))
_BUILT_IN.update({"2": "0.00", "9": "0%", "10": "0.00%"})
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE: Final = re.compile(rb'\bs="(\d{1,6})"')
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_NUMBER: Final = re.compile(r"[#0?,]*[0#?](?:\.([0#?]+))?")
_TO_COMMAS: Final = str.maketrans(",.", ".,")

Place = tuple[int, int]  # row and column, from 0


class NumberFormat(NamedTuple):
    """How a number is shown."""

    decimals: int
    grouped: bool
    percent: bool

    def shown(self, number: float) -> str:
        """A number as it is shown."""
        value = number * 100 if self.percent else number
        text = f"{value:,.{self.decimals}f}" if self.grouped else f"{value:.{self.decimals}f}"
        return text.translate(_TO_COMMAS) + ("%" if self.percent else "")


class Workbook:
    """The number formats of a workbook; raises UnusableFileError, as do its methods."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._formats = _formats(package)
        self._sheets = {}
        if self._formats and _WORKBOOK in package:
            targets = package.targets(_WORKBOOK)
            for sheet in package.xml(_WORKBOOK).iter("{*}sheet"):
                self._sheets[sheet.get("name")] = targets.get(str(sheet.get(_REFERENCE)), "")

    def of_sheet(self, name: str) -> Mapping[Place, NumberFormat]:
        """The formats of those cells of a sheet that have one."""
        part = self._sheets.get(name, "")
        if part not in self._package:
            return {}
        found = {}
        for cell in _CELL.finditer(self._package.data(part)):
            style, place = _STYLE.search(cell[1]), _PLACE.search(cell[1])
            if style and place and (shown := self._formats.get(int(style[1]))):
                found[int(place[2]) - 1, _column(place[1])] = shown
        return found


def _formats(package: Package) -> dict[int, NumberFormat]:
    """By number of a style of cells, as cells name it."""
    root = package.part(_STYLES)
    if root is None:
        return {}
    codes = dict(_BUILT_IN)
    for item in root.iter("{*}numFmt"):
        codes[str(item.get("numFmtId"))] = str(item.get("formatCode"))
    styles = root.find("{*}cellXfs")
    formats = {}
    for number, style in enumerate(() if styles is None else styles):
        code = codes.get(str(style.get("numFmtId")), "") if local_name(style) == "xf" else ""
        if found := format_of(code):
            formats[number] = found
    return formats


def format_of(code: str) -> NumberFormat | None:
    """The format that a code describes; None if it shows the number as it is, or not as a number
    with decimals."""
    code = _NOT_SHOWN.sub("", code.partition(";")[0])
    number = _NUMBER.search(code)
    if number is None or re.search(r"[/EeGyYmMdDhHsS@]", code):
        return None
    decimals = min(len(number[1] or ""), 15)
    found = NumberFormat(decimals, "," in number[0].rstrip(","), "%" in code)
    return found if decimals or found.grouped or found.percent else None


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + letter - ord("A") + 1
    return column - 1
