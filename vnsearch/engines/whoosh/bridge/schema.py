"""Passages -> what Whoosh is told of them: a schema, terms, where they occur.

folded, exact   the words of text and title, in either form; a word of the title weighs
                TITLE_WEIGHT, and its position lies TITLE_AT behind its place, so that no
                phrase runs from the text into the title
source          the name of the file, as one term
stored          the fields of a `StoredPassage`
"""

# mypy: allow-subclassing-any

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from whoosh import fields, formats
from whoosh.analysis import Token, Tokenizer

from vnsearch.analysis import tokenizer
from vnsearch.engines.whoosh.bridge.flat import Flat, Postings, Values
from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays
from vnsearch.engines.whoosh.read import terms
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.engines.whoosh.read.terms import TermDictionary
from vnsearch.model import StoredPassage
from vnsearch.ranking import TITLE_WEIGHT
from vnsearch.vietnamese.letters import fold, nfc

TITLE_AT: Final = 1000  # more than a passage has words


class Positions(formats.Positions):
    """Positions as numbers of four bytes; Whoosh's own format pickles them."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        """See `formats.Positions`."""
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """See `formats.Positions`."""
        return array("I", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        """See `formats.Positions`."""
        return len(self.decode_positions(valuestring))


class Words(Tokenizer):
    """Text -> its words as `analysis` has them, in one form."""

    def __init__(self, form: str) -> None:
        self.form = form  # an attribute of `model.Token`

    def __call__(
        self, value: str, start_pos: int = 0, tokenize: bool = True, mode: str = "", **wanted: Any
    ) -> Iterator[Token]:
        """See `whoosh.analysis.Tokenizer`."""
        text = nfc(value)
        if not tokenize:  # it is the beginning of a word, or has wildcards in it
            text = text.lower()
            yield Token(text=fold(text) if self.form == "folded" else text, pos=start_pos)
            return
        for found in tokenizer.tokenize(text):
            yield Token(
                mode=mode,
                text=getattr(found, self.form),
                pos=start_pos + found.position,
                startchar=found.start,
                endchar=found.end,
                **wanted,
            )


class FileName(fields.ID):
    """The name of a file, which may be any bytes."""

    def to_bytes(self, value: str | bytes) -> bytes:
        """See `fields.FieldType`."""
        return os.fsencode(value)

    def from_bytes(self, bs: bytes) -> str:
        """See `fields.FieldType`."""
        return os.fsdecode(bs)


def schema() -> fields.Schema:
    """The fields of a passage."""
    words = {form: fields.TEXT(analyzer=Words(form)) for form in ("folded", "exact")}
    for field in words.values():
        field.format = Positions()
    stored = dict.fromkeys(StoredPassage._fields, fields.STORED)
    return fields.Schema(**{**stored, **words, "source": FileName(stored=True)})


class Passages(Flat):
    """The contents of a segment of the engine."""

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError."""
        super().__init__(Arrays(path))
        self._segment = SegmentReader(path)
        self.fields = ("exact", "folded", "source")

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self._segment.close()

    def terms(self, name: str) -> Any:
        """The terms of a field."""
        if name == "source":
            return Sources(self._arrays)
        return (ExactTerms if name == "exact" else FoldedTerms)(self._arrays, self._segment)

    def lengths(self, name: str) -> Sequence[int]:
        """The length of a field in each passage."""
        return () if name == "source" else self._segment.lengths

    def stored(self, document: int) -> dict[str, Any]:
        """What is kept of a passage."""
        return self._segment.record(document)._asdict()


class Sources(TermDictionary):
    """The names of files."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__(arrays, "source")
        self._rows = terms.PostingLists(arrays, "source", range(len(self) + 1))

    def postings(self, number: int, format_: Any) -> Postings:  # noqa: ARG002
        """The passages of a file."""
        found = [passage for passage, count in enumerate(self._rows.dense(number)) if count]
        return Postings(found, [1.0] * len(found), [b""] * len(found))


class FoldedTerms(TermDictionary):
    """The folded forms of words."""

    def __init__(self, arrays: Arrays, segment: SegmentReader, name: str = "folded") -> None:
        super().__init__(arrays, name)
        self._segment, self._first = segment, arrays["folded.first"]
        self._rows = terms.PostingLists(arrays, "exact", self._first)

    def _row(self, number: int) -> bytes:
        return self._rows.dense_of_groups(range(number, number + 1))

    def _exact(self, number: int) -> range:
        """The exact terms of the segment that a term stands for."""
        return range(self._first[number], self._first[number + 1])

    def postings(self, number: int, format_: Any) -> Postings:
        """The passages that a word occurs in."""
        row, characters = self._row(number), self._segment.characters_of(self._exact(number))
        found = [passage for passage, count in enumerate(row) if count]

        def places(passage: int) -> list[int]:
            words = self._segment.words(passage)
            gap = words.index(FIELD_SEPARATOR)
            at = [place for place, word in enumerate(words) if word in characters]
            return [place if place < gap else place + TITLE_AT for place in at]

        def weight(passage: int) -> int:
            if row[passage] < MAX_TF:
                return row[passage]
            return sum(TITLE_WEIGHT if place > TITLE_AT else 1 for place in places(passage))

        values = Values(len(found), lambda n: format_.encode(places(found[n])))
        return Postings(found, list(map(weight, found)), values)


class ExactTerms(FoldedTerms):
    """The exact forms of words, in the order of these alone."""

    def __init__(self, arrays: Arrays, segment: SegmentReader) -> None:
        super().__init__(arrays, segment, "exact")
        self._order = arrays["exact.order"]

    def __getitem__(self, number: int) -> bytes:
        return super().__getitem__(self._order[number])

    def _row(self, number: int) -> bytes:
        return self._rows.dense(self._order[number])

    def _exact(self, number: int) -> range:
        return range(self._order[number], self._order[number] + 1)
