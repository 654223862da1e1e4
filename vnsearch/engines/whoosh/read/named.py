"""What the names of all documents of an index have: the names of its segments as one.

The sets are bitsets of documents, see `bitset`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property, reduce
from itertools import accumulate, islice
from operator import and_
from typing import Final

from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import cardinality, members, with_tf
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.phrases import PhraseFrequency
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.engines.whoosh.read.terms import capped_sum
from vnsearch.query.clauses import Word
from vnsearch.ranking import FOLDER_TF, NAME_TF

_KEPT: Final = 64  # words and phrases
_LOOKED_AT: Final = 200  # names, for two words side by side


class NamedDocuments:
    """The documents of an index by their names."""

    def __init__(
        self,
        segments: Sequence[SegmentReader],
        deleted: Sequence[Collection[int]],
        live: Callable[[int], int],
    ) -> None:
        """`deleted`: the deleted passages of each segment; `live` leaves them out of a set."""
        self._segments, self._deleted, self._live = segments, deleted, live
        self._begins = [0, *accumulate(segment.size for segment in segments)]
        self._size = self._begins[-1]
        self.any = any(len(segment.names) for segment in segments)
        self._tf = cached(_KEPT, self._find)

    @cached_property
    def count(self) -> int:
        """How many documents have a name."""
        return sum(
            len(segment.names) - sum(map(segment.names.has, deleted))
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
        )

    def tf(self, words: tuple[Word, ...], exact: bool) -> bytes:
        """Return the tf of a phrase in the name of each document, see `ranking.NAME_WEIGHT`; only
        to be asked if `any` is."""
        return self._tf(words, exact)

    def having(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the documents whose names have a phrase."""
        return with_tf(self.tf(words, exact)) if self.any else 0

    def variants(self, folded: str) -> Counter[str]:
        """Return the exact forms of a folded form, each with the number of names that have it."""
        df: Counter[str] = Counter()
        for begin, segment in zip(self._begins, self._segments, strict=False):
            for form, dense in segment.variants_in_names(folded).items() if self.any else ():
                found = self._live(with_tf(dense) << 8 * begin)
                df[form] += cardinality(found, self._size)
        return +df

    def bigrams(self, first: str, second: str) -> Counter[tuple[str, str]]:
        """Return the bigrams of exact forms of two folded forms in some names, each with its df
        there."""
        df: Counter[tuple[str, str]] = Counter()
        if not self.any:
            return df
        both = (self.having((Word(word, word, word),), exact=False) for word in (first, second))
        for document in islice(members(reduce(and_, both), self._size), _LOOKED_AT):
            number, string = self._token_string(document)
            firsts = self._segments[number].variant_characters(first)
            seconds = self._segments[number].variant_characters(second)
            df.update(
                (one, other)
                for a, one in firsts.items()
                for b, other in seconds.items()
                if a + b in string
            )
        return df

    def _find(self, words: tuple[Word, ...], exact: bool) -> bytes:
        if words[0].others:
            typings = [(words[0]._replace(others=()),), *words[0].others]
            return capped_sum([self.tf(typing, exact) for typing in typings], self._size)
        if len(words) == 1:
            dense = b"".join(s.dense_in_names(words[0], exact) for s in self._segments)
            live = self._live(with_tf(dense))
            return (live * MAX_TF & int.from_bytes(dense, "little")).to_bytes(self._size, "little")
        found = bytearray(self._size)
        frequency = PhraseFrequency(self._segments, _anywhere(words), exact)
        for document in members(
            reduce(and_, (self.having((word,), exact) for word in words)), self._size
        ):
            number, string = self._token_string(document)
            own = string.index(2 * FIELD_SEPARATOR) + 1
            if frequency((number, string[:own])):
                found[document] = NAME_TF
            elif frequency((number, string[own:])):
                found[document] = FOLDER_TF
        return bytes(found)

    def _token_string(self, document: int) -> tuple[int, str]:
        number = bisect_right(self._begins, document) - 1
        names = self._segments[number].names
        return number, names.token_string(document - self._begins[number])


def _anywhere(words: Iterable[Word]) -> tuple[Word, ...]:
    return tuple(word._replace(in_title=False, in_name=False) for word in words)
