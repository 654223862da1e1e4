"""A segment opened for reading: its words, where they occur, its passages."""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from vnsearch.engines.whoosh.layout import (
    SURROGATES,
    Arrays,
    Records,
    decompressed,
    number_type,
)
from vnsearch.engines.whoosh.terms import Postings, Terms
from vnsearch.model import Found
from vnsearch.query import Kind, Word

GAP: Final = "\0"  # between the words of a text and those of its title

_FRAMES_KEPT: Final = 4
_FOLLOWERS_KEPT: Final = 256


class Segment:
    """A segment. The words of a passage are a string with a character for each exact term;
    a word of a query is the characters it may stand for.
    """

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError."""
        self._arrays = arrays = Arrays(path)
        self.size: int = arrays.counts["passages"]
        self.tokens: int = arrays.counts["tokens"]
        self.exact, self.folded = Terms(arrays, "exact"), Terms(arrays, "folded")
        self.source = Terms(arrays, "source")
        self._first = arrays["folded.first"]
        self._postings = Postings(arrays, "exact", self._first)
        self._sources = Postings(arrays, "source", range(len(self.source) + 1))
        self.lengths = arrays["lengths"]
        self._order = arrays["exact.order"]
        self._rare = arrays["exact.rare"]
        self._words, self._words_at = arrays["exact.words"], arrays["exact.words_at"]
        self._followers = lru_cache(_FOLLOWERS_KEPT)(self._read_followers)
        self._frame: Callable[[int], Records] = lru_cache(_FRAMES_KEPT)(self._read_frame)

    def close(self) -> None:
        """Let go of the file."""
        self._arrays.close()

    def classes(self) -> bytes:
        """The length class of each passage, times 16."""
        return bytes(self._arrays["classes"])

    def last(self) -> bytes:
        """1 for each passage that is the last of its document, else 0."""
        return bytes(self._arrays["last"])

    # Words

    def terms(self, word: Word, exact: bool) -> list[range]:
        """The exact terms that a word stands for."""
        if exact or word.just_so:
            numbers = self._exact_terms(word)
            return [range(number, number + 1) for number in numbers]
        return [range(self._first[g.start], self._first[g.stop]) for g in self._groups(word)]

    def _groups(self, word: Word) -> list[range]:
        """The folded terms that a word stands for."""
        own = self.folded.find(word.folded.encode())
        groups = [] if own is None else [range(own, own + 1)]
        match word.kind:
            case Kind.PREFIX:
                found = self.folded.beginning_with(word.stem(as_typed=False).encode())
                return [found] if own is None or own in found else [*groups, found]
            case Kind.SLIP:
                terms = ((n, self.folded[n].decode()) for n in range(len(self.folded)))
                return [range(n, n + 1) for n, t in terms if word.matches(t, t, as_typed=False)]
        return groups

    def _exact_terms(self, word: Word) -> list[int]:
        match word.kind:
            case Kind.WORD:
                return self._exact_between(word.exact.encode(), word.exact.encode() + b"\0")
            case Kind.PREFIX:
                stem = word.stem(as_typed=True).encode()
                own = self._exact_between(word.exact.encode(), word.exact.encode() + b"\0")
                return sorted({*own, *self._exact_between(stem, stem + b"\xff")})
            case Kind.SLIP:
                terms = ((n, self.exact[n].decode()) for n in range(len(self.exact)))
                return [n for n, t in terms if word.matches(t, t, as_typed=True)]

    def _exact_between(self, begin: bytes, end: bytes) -> list[int]:
        """The exact terms from `begin` to before `end`, in the order of these alone."""
        found = (bisect_left(self._order, b, key=self.exact.__getitem__) for b in (begin, end))
        return self._order[slice(*found)].tolist()

    def row(self, word: Word, exact: bool) -> bytes:
        """How often a word occurs in each passage, in its title TITLE_WEIGHT times; at most
        MOST."""
        if exact or word.just_so:
            rows = [self._postings.row(term) for term in self._exact_terms(word)]
        else:
            rows = [self._postings.row_of_groups(groups) for groups in self._groups(word)]
        return self._postings.sum_of(rows)

    def row_of_at_most(self, word: Word) -> bytes:
        """A row that is nowhere below that of a word with exactly its marks."""
        rows = [self._postings.row_of_at_most(term) for term in self._exact_terms(word)]
        return self._postings.sum_of(rows)

    def frequency(self, words: tuple[Word, ...]) -> int | None:
        """In how many passages a word with exactly its marks occurs, or two words side by side
        in any typing; deleted ones included. None when that was not counted."""
        if any(word.kind is not Kind.WORD for word in words):
            return None
        if len(words) == 1:
            return sum(map(self._postings.frequency, self._exact_terms(words[0])))
        groups = [self.folded.find(word.folded.encode()) for word in words]
        return self._pair_frequency(*groups)

    def _pair_frequency(self, first: int | None, second: int | None) -> int | None:
        if first is None or second is None:
            return 0
        one, other = self._place_in_pairs(first), self._place_in_pairs(second)
        if one is None or other is None:
            return None
        followers, often = self._followers(one)
        at = bisect_left(followers, other)
        return often[at] if at < len(followers) and followers[at] == other else 0

    def _place_in_pairs(self, group: int) -> int | None:
        words = self._arrays["pairs.words"]
        place = bisect_left(words, group)
        return place if place < len(words) and words[place] == group else None

    def characters(self, word: Word, exact: bool) -> str:
        """The characters that stand for a word in `words`."""
        return "".join(map(self.characters_of, self.terms(word, exact)))

    def characters_of(self, terms: range) -> str:
        """The characters that stand for terms that follow one another in `words`."""
        rare = range(bisect_left(self._rare, terms.start), bisect_left(self._rare, terms.stop))
        codes = [1 + n for n in range(terms.start - rare.start, terms.stop - rare.stop)]
        codes = [c if c < SURROGATES.start else c + len(SURROGATES) for c in codes]
        return "".join(map(chr, [*codes, *(0x10000 + n for n in rare)]))

    def _read_followers(self, place: int) -> "tuple[memoryview[int], memoryview[int]]":
        at = self._arrays["pairs.followers_at"]
        data = decompressed(self._arrays["pairs.followers"][at[place] : at[place + 1]])
        kind: Any = number_type(self.size)
        numbers = memoryview(data).cast(kind)
        return numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]

    # Passages

    def words(self, passage: int) -> str:
        """The words of a passage's text, GAP, those of its title."""
        begin, end = self._words_at[passage], self._words_at[passage + 1]
        return self._words[begin:end].tobytes().decode("utf-16-le")

    def of_sources(self, accepts: Callable[[str], bool]) -> bytes:
        """1 for each passage of a file that is accepted, else 0."""
        found = [n for n in range(len(self.source)) if accepts(os.fsdecode(self.source[n]))]
        return self._sources.sum_of([self._sources.row(number) for number in found])

    def record(self, passage: int) -> Found:
        """What is kept of a passage."""
        frame = bisect_right(self._arrays["frames"], passage) - 1
        first: int = self._arrays["frames"][frame]
        return self._frame(frame)[passage - first]

    def _read_frame(self, number: int) -> Records:
        at = self._arrays["records_at"]
        return Records(decompressed(self._arrays["records"][at[number] : at[number + 1]]))
