"""The Whoosh schema of passages.

folded, exact   the words of text and title, in either form. A word of the title weighs
                TITLE_WEIGHT, and its position is raised by TITLE_OFFSET, so that no phrase runs
                from the text into the title; that of a compound's piece, by twice as much
source          the name of the file, as one term; stored, too
others          the fields of a `StoredPassage`: stored only
"""

# mypy: allow-subclassing-any

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final
from unicodedata import combining

from whoosh import fields, formats
from whoosh.analysis import Token, Tokenizer

from vnsearch.analysis import tokenizer
from vnsearch.model import StoredPassage
from vnsearch.vietnamese.letters import fold, nfc

TITLE_OFFSET: Final = 1000  # positions; more than a passage has words


def passage_schema() -> fields.Schema:
    """Return the fields of a passage."""
    words = {form: fields.TEXT(analyzer=WordTokenizer(form)) for form in ("folded", "exact")}
    for field in words.values():
        field.format = PackedPositions()
    stored = dict.fromkeys(StoredPassage._fields, fields.STORED)
    return fields.Schema(**{**stored, **words, "source": FileNameField(stored=True)})


class WordTokenizer(Tokenizer):
    """Tokenizes text as the engine does, into one form of its words."""

    def __init__(self, form: str) -> None:
        self.form = form  # "folded" or "exact", attributes of `model.Token`

    def __call__(
        self, value: str, start_pos: int = 0, tokenize: bool = True, mode: str = "", **wanted: Any
    ) -> Iterator[Token]:
        """See `whoosh.analysis.Tokenizer`."""
        text = nfc(value)
        if not tokenize:  # it is a prefix, or has wildcards in it
            text = text.lower()
            yield Token(text=fold(text) if self.form == "folded" else text, pos=start_pos)
            return
        for token in tokenizer.tokenize(text):
            yield Token(
                mode=mode,
                text=getattr(token, self.form),
                pos=start_pos + token.position,
                startchar=token.start,
                endchar=token.end,
                **wanted,
            )


class SourceTokenizer(WordTokenizer):
    """A `WordTokenizer` whose places are those of the text as it is given, not of its NFC."""

    def __call__(self, value: str, *args: Any, **wanted: Any) -> Iterator[Token]:
        """See `whoosh.analysis.Tokenizer`."""
        tokens = super().__call__(value, *args, **wanted)
        if nfc(value) == value:
            yield from tokens
            return
        starts, ends = _places(value)
        for token in tokens:
            if hasattr(token, "startchar") and token.endchar:
                token.startchar, token.endchar = starts[token.startchar], ends[token.endchar - 1]
            yield token


def _places(text: str) -> tuple[list[int], list[int]]:
    """For each code point of the NFC of a text, where in the text that begins and ends of which it
    is composed."""
    starts, ends, begin = list[int](), list[int](), 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _composes(text[begin:end], text[end]):
            continue
        composed = len(nfc(text[begin:end]))
        starts += [begin] * composed
        ends += [end] * composed
        begin = end
    return starts, ends


def _composes(before: str, char: str) -> bool:
    """Whether a character belongs to those before it: as a mark, or by making another of them."""
    return not char.isascii() and (
        combining(char) > 0 or len(nfc(before + char)) < len(nfc(before)) + len(nfc(char))
    )


class PackedPositions(formats.Positions):
    """Positions as unsigned numbers of four bytes; Whoosh's own format pickles them."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        """See `formats.Positions`."""
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """See `formats.Positions`."""
        return array("I", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        """See `formats.Positions`."""
        return len(self.decode_positions(valuestring))


class FileNameField(fields.ID):
    """The name of a file, which may be any bytes."""

    def to_bytes(self, value: str | bytes) -> bytes:
        """See `fields.FieldType`."""
        return os.fsencode(value)

    def from_bytes(self, bs: bytes) -> str:
        """See `fields.FieldType`."""
        return os.fsdecode(bs)
