"""What Whoosh is told of a passage: its fields, and how their values become postings.

The text of a passage stands at positions 0, 1, …; the words of its document's title at
TITLE_AT and on, in every passage of the document, so that no phrase runs from one into
the other and a word in the title is told by its position.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from whoosh import columns, fields, formats

from vnsearch.passages import MAX_TOKENS
from vnsearch.ranking import TITLE_WEIGHT

TITLE_AT: Final = 512
POSITIONS: Final = 1024  # of one passage, text and title together
assert MAX_TOKENS < TITLE_AT

Posting = tuple[bytes, int, float, bytes]


class Tokens(fields.FieldType):  # type: ignore[misc]
    """Words at positions, tokenized beforehand: Whoosh never sees a text."""

    def __init__(self) -> None:
        self.analyzer = None
        self.format = formats.Positions()
        self.scorable = True
        self.stored = False
        self.unique = False
        self.vector = None
        self.spelling = False

    def index(self, value: Iterable[tuple[str, int]], **_: Any) -> Iterator[Posting]:
        """Postings of one passage from its words, each with its position."""
        positions: dict[str, list[int]] = defaultdict(list)
        for word, position in value:
            positions[word].append(position)
        for word, where in positions.items():
            in_title = sum(position >= TITLE_AT for position in where)
            weight = len(where) + (TITLE_WEIGHT - 1) * in_title
            yield word.encode(), len(where), float(weight), self.format.encode(where)


class Source(fields.FieldType):  # type: ignore[misc]
    """The path of a file, which may hold any bytes but NUL."""

    def __init__(self) -> None:
        self.analyzer = None
        self.format = formats.Existence()
        self.scorable = False
        self.stored = False
        self.unique = True
        self.vector = None
        self.spelling = False

    def index(self, value: str, **_: Any) -> Iterator[Posting]:
        """The one posting of a passage."""
        yield self.to_bytes(value), 1, 1.0, b""

    def to_bytes(self, value: str | bytes) -> bytes:
        """The term for a path."""
        return os.fsencode(value)

    def from_bytes(self, value: bytes) -> str:
        """The path of a term."""
        return os.fsdecode(value)


def schema() -> fields.Schema:
    """The fields of a passage."""
    return fields.Schema(
        folded=Tokens(),
        exact=Tokens(),
        source=Source(),
        first=fields.COLUMN(columns.NumericColumn("B")),  # 1 begins a document
        length=fields.COLUMN(columns.NumericColumn("I")),  # in tokens, exactly
        passage=fields.STORED(),  # what a match shows: see writing.stored
    )
