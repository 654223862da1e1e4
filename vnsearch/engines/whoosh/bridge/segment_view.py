"""A segment as the fields of `schema`: terms, posting lists, lengths, stored fields.

The only module of the bridge that reads the arrays of a segment. A document of Whoosh is a
passage here, numbered as in the segment.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vnsearch.engines.whoosh.bridge.schema import TITLE_OFFSET
from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays
from vnsearch.engines.whoosh.read.bitset import members
from vnsearch.engines.whoosh.read.phrases import title_of
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.engines.whoosh.read.terms import (
    PostingLists,
    Slices,
    TermDictionary,
    as_bitsets,
)
from vnsearch.ranking import TITLE_WEIGHT


class TermPostings(NamedTuple):
    """The postings of a term: sequences of the same length, an item for each document."""

    documents: Sequence[int]  # ascending
    weights: Sequence[float]
    values: Sequence[bytes]  # positions, as the field's format encodes them


class LazyValues(Sequence[bytes]):
    """The values of postings, each encoded on access: most queries look at few or none."""

    def __init__(self, size: int, encode: Callable[[int], bytes]) -> None:
        """`encode` makes the value of the n-th posting, from 0."""
        self._size, self._encode = size, encode

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        return self._encode(range(self._size)[index])


class SegmentView:
    """A segment of the engine, opened for the codec."""

    fields: Sequence[str] = ("exact", "folded", "source")  # those with terms

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError when the file is missing or damaged."""
        self._arrays, self._segment = Arrays(path), SegmentReader(path)

    def close(self) -> None:
        """Close the file."""
        self._arrays.close()
        self._segment.close()

    def terms(self, field: str) -> Any:
        """Return the terms of a field: a TermDictionary that has `postings`, too."""
        if field == "source":
            return SourceTerms(self._arrays)
        return (ExactTerms if field == "exact" else FoldedTerms)(self._arrays, self._segment)

    def lengths(self, field: str) -> Sequence[int]:
        """Return the length of a field in each passage, in tokens; empty if it has none."""
        return () if field == "source" else self._segment.lengths

    def stored_fields(self, passage: int) -> dict[str, Any]:
        """Return the stored fields of a passage by their names."""
        return self._segment.record(passage)._asdict()


class SourceTerms(TermDictionary):
    """The names of files."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__(arrays, "source")
        self._posting_lists = PostingLists(arrays, "source", range(len(self) + 1))

    def postings(self, number: int, format_: Any) -> TermPostings:  # noqa: ARG002
        """Return the passages of a file, each with weight 1 and no positions."""
        passages = members(self._posting_lists.presence([number]))
        return TermPostings(passages, [1.0] * len(passages), [b""] * len(passages))


class FoldedTerms(TermDictionary):
    """The folded forms of words."""

    def __init__(self, arrays: Arrays, segment: SegmentReader, field: str = "folded") -> None:
        super().__init__(arrays, field)
        self._segment, self._first = segment, arrays["folded.first"]
        self._posting_lists = PostingLists(arrays, "exact", self._first)

    def _tf(self, number: int) -> dict[int, int]:
        """Return the passages of a term, each with its tf, at most MAX_TF."""
        return _unsliced(self._posting_lists.slices_of_groups(range(number, number + 1)))

    def _exact_terms(self, number: int) -> range:
        """Return the exact terms of the segment that a term of this field covers."""
        return range(self._first[number], self._first[number + 1])

    def postings(self, number: int, format_: Any) -> TermPostings:
        """Return the passages of a word, weighted by its tf, with positions in `format_`."""
        tf = self._tf(number)
        passages = sorted(tf)
        characters = self._segment.characters_of(self._exact_terms(number))

        def positions(passage: int) -> list[int]:
            words = self._segment.token_string(passage)
            begin, end = title_of(words)
            occurrences = [n for n, word in enumerate(words) if word in characters]
            return [n + TITLE_OFFSET * ((n >= begin) + (n >= end)) for n in occurrences]

        def weight(passage: int) -> int:
            if tf[passage] < MAX_TF:
                return tf[passage]
            begin, end = TITLE_OFFSET, 2 * TITLE_OFFSET
            return sum(TITLE_WEIGHT if begin < n < end else 1 for n in positions(passage))

        values = LazyValues(len(passages), lambda n: format_.encode(positions(passages[n])))
        return TermPostings(passages, list(map(weight, passages)), values)


class ExactTerms(FoldedTerms):
    """The exact forms of words, sorted as such: the segment sorts them by folded form first."""

    def __init__(self, arrays: Arrays, segment: SegmentReader) -> None:
        super().__init__(arrays, segment, "exact")
        self._order = arrays["exact.order"]

    def __getitem__(self, number: int) -> bytes:
        return super().__getitem__(self._order[number])

    def _tf(self, number: int) -> dict[int, int]:
        return _unsliced(self._posting_lists.slices(self._order[number]))

    def _exact_terms(self, number: int) -> range:
        return range(self._order[number], self._order[number] + 1)


def _unsliced(slices: Slices) -> dict[int, int]:
    """Return the tf of each passage of a posting list."""
    tf: dict[int, int] = {}
    for bit, passages in enumerate(as_bitsets(slices)):
        for passage in members(passages):
            tf[passage] = tf.get(passage, 0) | 1 << bit
    return tf
