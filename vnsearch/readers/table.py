"""CSV and TSV: a line for each row, its cells apart."""

import csv
from collections.abc import Iterator

from vnsearch.model import Document, Locator
from vnsearch.readers.base import MAX_TEXT_BYTES, Source

_DELIMITERS = ",;\t|"


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError.

    Line ends inside cells stay, so that line numbers are those of the file. The delimiter is
    the one that is most frequent in the first line.
    """
    text = source.text()
    head = text.partition("\n")[0]
    csv.field_size_limit(MAX_TEXT_BYTES)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=max(_DELIMITERS, key=head.count))
    lines = (" | ".join(filter(None, (cell.strip(" \t") for cell in row))) for row in rows)
    yield Document("", "", "\n".join(lines), Locator(1), source.encoding)
