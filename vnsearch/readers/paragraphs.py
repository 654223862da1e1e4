"""Runs of text in fonts -> lines: paragraphs, and rows of tables with their cells apart."""

from vnsearch.readers.fonts import FontDecoder
from vnsearch.readers.package import row_of


class Paragraphs:
    """The lines of a part of a document, as its runs and marks come."""

    def __init__(self, decoder: FontDecoder) -> None:
        self._decoder = decoder
        self._runs: list[tuple[str, str]] = []  # of this paragraph
        self._cell: list[str] = []  # lines of this cell, or paragraph outside of tables
        self._row: list[str] = []  # cells
        self._lines: list[str] = []

    @property
    def last(self) -> str:
        """The last run of this paragraph; "" if there is none."""
        return self._runs[-1][0] if self._runs else ""

    def add(self, text: str, font: str) -> None:
        """Add a run in a font of this name."""
        if text:
            self._runs.append((text, font))

    def end(self, *, in_table: bool, number: str = "") -> str:
        """End the paragraph, which has an automatic number or none; returns its line."""
        runs, self._runs = self._runs, []
        if runs and number:
            runs.insert(0, (number, runs[0][1]))
        line = " ".join(self._decoder.paragraph(runs).split())
        self._cell += [line] if line else []
        if not in_table:
            self.end_row()
            self._lines += self._cell
            self._cell = []
        return line

    def end_cell(self, number: str = "") -> bool:
        """End the cell of a table, and its last paragraph; returns whether it has text."""
        self.end(in_table=True, number=number)
        cell, self._cell = self._cell, []
        self._row += ["\n".join(cell)] if cell else []
        return bool(cell)

    def end_row(self) -> None:
        """End the row of a table, if there is one."""
        row, self._row = self._row, []
        self._lines += row_of(row).split("\n") if row else []

    def finish(self) -> list[str]:
        """The lines since the last call."""
        self.end(in_table=False)
        lines, self._lines = self._lines, []
        return lines


def of_headers(lines: list[str]) -> list[str]:
    """The lines of headers and footers, each once: most are those of other sections again, or the
    number of a page."""
    return [line for line in dict.fromkeys(lines) if any(map(str.isalpha, line))]
