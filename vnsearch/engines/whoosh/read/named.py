"""What the names of all documents of an index have: the names of its segments as one.

The sets are bitsets of documents, the tf bit-sliced, see `bitset`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property, reduce
from operator import and_
from typing import Final
from weakref import WeakMethod

from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.engines.whoosh.format.segment_file import TF_BITS
from vnsearch.engines.whoosh.read.bitset import at_least, bitset_of, capped_sum, members, present
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.phrases import PhraseFrequency
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.query.clauses import Word
from vnsearch.ranking import FOLDER_TF, NAME_REST, NAME_TF

_KEPT: Final = 64  # words and phrases
_LOOKED_AT: Final = 200  # names, for two words side by side


class NamedDocuments:
    """The documents of an index by their names."""

    def __init__(
        self,
        segments: Sequence[SegmentReader],
        begins: Sequence[int],
        deleted: Sequence[Collection[int]],
        tf: Callable[[Word, bool], tuple[int, ...]],
    ) -> None:
        """`begins` and `deleted`: the first passage of each segment, and its deleted ones; `tf`, a
        method that is held weakly: that of a word in the names that are left."""
        self._segments, self._begins, self._deleted = segments, begins, deleted
        self.any = any(len(segment.names) for segment in segments)
        self._of_word = WeakMethod(tf)
        self._tf = cached(_KEPT, self._find)

    @cached_property
    def count(self) -> int:
        """How many documents have a name."""
        return sum(
            len(segment.names) - sum(map(segment.names.has, deleted))
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
        )

    def tf(self, words: tuple[Word, ...], exact: bool) -> tuple[int, ...]:
        """Return the tf of a phrase in the name of each document, see `ranking.NAME_WEIGHT`."""
        return self._tf(words, exact) if self.any else ()

    def having(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the documents whose names have a phrase."""
        return present(self.tf(words, exact))

    def all_in(self, words: Sequence[Word], exact: bool) -> tuple[int, int]:
        """Return the documents whose own names have all of some words, and those of them that have
        hardly any others, see `ranking.named`."""
        sets = (at_least(self.tf((w,), exact), NAME_TF, self.having((w,), exact)) for w in words)
        found = reduce(and_, sets) if words and self.any else 0
        most = len(words) + NAME_REST
        whole = (document for document in members(found) if self._size(document) <= most)
        return found, bitset_of(whole, self._begins[-1])

    def _size(self, document: int) -> int:
        """How many words the name of a document has, with compounds in pieces."""
        _, string = self._token_string(document)
        own, _, _ = string.partition(2 * FIELD_SEPARATOR)
        return max(map(len, own.split(FIELD_SEPARATOR)))

    def variants(self, folded: str) -> Counter[str]:
        """Return the exact forms of a folded form, each with the number of names that have it."""
        if not self.any:
            return Counter()
        forms = {form for segment in self._segments for form in segment.forms_in_names(folded)}
        having = {form: self._with_form(folded, form) for form in sorted(forms)}
        if folded in having:  # as which unknown marks count, too
            having[folded] &= ~having.get(with_unknown_marks(folded), 0)
        return +Counter({form: documents.bit_count() for form, documents in having.items()})

    def _with_form(self, folded: str, form: str) -> int:
        return self.having((Word(form, folded, form),), exact=True)

    def bigrams(self, first: str, second: str) -> Counter[tuple[str, str]]:
        """Return the bigrams of exact forms of two folded forms in some names, each with its df
        there."""
        df: Counter[tuple[str, str]] = Counter()
        if not self.any:
            return df
        both = (self.having((Word(word, word, word),), exact=False) for word in (first, second))
        for document in members(reduce(and_, both))[:_LOOKED_AT]:
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

    def _find(self, words: tuple[Word, ...], exact: bool) -> tuple[int, ...]:
        if words[0].others:
            typings = [(words[0]._replace(others=()),), *words[0].others]
            lists = [self.tf(typing, exact) for typing in typings]
            return capped_sum(lists, TF_BITS)
        if len(words) == 1:
            of_word = self._of_word()
            return () if of_word is None else of_word(words[0], exact)
        found: dict[int, list[int]] = {NAME_TF: [], FOLDER_TF: []}
        frequency = PhraseFrequency(self._segments, _anywhere(words), exact)
        for document in members(reduce(and_, (self.having((word,), exact) for word in words))):
            number, string = self._token_string(document)
            own = string.index(2 * FIELD_SEPARATOR) + 1
            if frequency((number, string[:own])):
                found[NAME_TF].append(document)
            elif frequency((number, string[own:])):
                found[FOLDER_TF].append(document)
        sets = {tf: bitset_of(documents, self._begins[-1]) for tf, documents in found.items()}
        return tuple(
            sum(documents for tf, documents in sets.items() if tf >> bit & 1)
            for bit in range(TF_BITS)
        )

    def _token_string(self, document: int) -> tuple[int, str]:
        number = bisect_right(self._begins, document) - 1
        names = self._segments[number].names
        return number, names.token_string(document - self._begins[number])


def _anywhere(words: Iterable[Word]) -> tuple[Word, ...]:
    return tuple(word._replace(in_title=False, in_name=False) for word in words)
