"""A segment opened for reading: its words, where they occur, its passages."""

import os
from bisect import bisect_left, bisect_right
from codecs import utf_16_le_decode
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, Final

from vnsearch.engines.whoosh.format.compression import decompress
from vnsearch.engines.whoosh.format.segment_file import SURROGATES, Arrays, number_type
from vnsearch.engines.whoosh.format.stored_fields import StoredBlock
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.terms import PostingLists, TermDictionary
from vnsearch.model import StoredPassage
from vnsearch.query.clauses import Kind, Word

FIELD_SEPARATOR: Final = "\0"  # between the words of a text and those of its title

_FRAMES_KEPT: Final = 4
_FOLLOWERS_KEPT: Final = 256
_FORMS_KEPT: Final = 1000
_PAIRS_KEPT: Final = 1000
_FOLLOWER_COLUMNS: Final = 4
_STRINGS: Final = 32  # to look for more of them takes longer than to look at each word


class SegmentReader:
    """A segment. The words of a passage are a string with a character for each exact term;
    a word of a query is the characters it may stand for.
    """

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError."""
        self._arrays = arrays = Arrays(path)
        self.size: int = arrays.counts["passages"]
        self.tokens: int = arrays.counts["tokens"]
        self.exact, self.folded = TermDictionary(arrays, "exact"), TermDictionary(arrays, "folded")
        self.source = TermDictionary(arrays, "source")
        self._first = arrays["folded.first"]
        self._postings = PostingLists(arrays, "exact", self._first)
        self._sources = PostingLists(arrays, "source", range(len(self.source) + 1))
        self.lengths = arrays["lengths"]
        self._order = arrays["exact.order"]
        self._rare = arrays["exact.two_unit"]
        self._words, self._words_at = arrays["tokens"], arrays["tokens_at"]
        self._frames = arrays["stored.first"]
        self._followers = cached(_FOLLOWERS_KEPT, self._read_followers)
        self._forms = cached(_FORMS_KEPT, self._read_forms)
        self._pairs = cached(_PAIRS_KEPT, self._read_pairs)
        self._frame = cached(_FRAMES_KEPT, self._read_frame)

    def close(self) -> None:
        """Let go of the file."""
        self._arrays.close()

    def classes(self) -> bytes:
        """The length class of each passage, times 16."""
        return bytes(self._arrays["length_buckets"])

    def last(self) -> bytes:
        """1 for each passage that is the last of its document, else 0."""
        return bytes(self._arrays["last"])

    # Words

    def terms(self, word: Word, exact: bool) -> list[range]:
        """The exact terms that a word stands for."""
        if exact or word.match_marks:
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
            case Kind.FUZZY:
                terms = ((n, self.folded[n].decode()) for n in range(len(self.folded)))
                return [range(n, n + 1) for n, t in terms if word.matches(t, t, as_typed=False)]
        return groups

    def _exact_terms(self, word: Word) -> list[int]:
        match word.kind:
            case Kind.WORD:
                return self._exact_term(word)
            case Kind.PREFIX:
                stem = word.stem(as_typed=True).encode()
                beginning_so = self._exact_between(stem, stem + b"\xff")
                return sorted({*self._exact_term(word), *beginning_so})
            case Kind.FUZZY:
                terms = ((n, self.exact[n].decode()) for n in range(len(self.exact)))
                return [n for n, t in terms if word.matches(t, t, as_typed=True)]

    def _exact_term(self, word: Word) -> list[int]:
        """The exact term that a word is, if there is such a term: it is of the word's group."""
        terms, forms = self._forms(word.folded)
        return [terms[forms.index(word.exact)]] if word.exact in forms else []

    def _exact_between(self, begin: bytes, end: bytes) -> list[int]:
        """The exact terms from `begin` to before `end`, in the order of these alone."""
        found = (bisect_left(self._order, b, key=self.exact.__getitem__) for b in (begin, end))
        return self._order[slice(*found)].tolist()

    def row(self, word: Word, exact: bool) -> bytes:
        """How often a word occurs in each passage, in its title TITLE_WEIGHT times; at most
        MAX_TF."""
        if exact or word.match_marks:
            rows = [self._postings.dense(term) for term in self._exact_terms(word)]
        else:
            rows = [self._postings.dense_of_groups(groups) for groups in self._groups(word)]
        return self._postings.capped_sum(rows)

    def words_with_prefix(self, beginning: str) -> Iterator[str]:
        """The folded terms that begin so."""
        found = self.folded.beginning_with(beginning.encode())
        return (self.folded[number].decode() for number in found)

    def variants(self, folded: str) -> dict[str, int]:
        """The exact forms with a folded form, and in how many passages each occurs; deleted
        ones included."""
        terms, forms = self._forms(folded)
        return dict(zip(forms, map(self._postings.df, terms), strict=True))

    def pairs(self, first: str, second: str) -> dict[tuple[str, str], int] | None:
        """The exact forms of two folded ones that stand side by side, and in how many
        passages; deleted ones included. None when that was not counted."""
        if (pairs := self._pairs(first, second)) is None:
            return None
        firsts, seconds = self._forms(first)[1], self._forms(second)[1]
        return {(firsts[a], seconds[b]): count for a, b, count in pairs}

    def _read_pairs(self, first: str, second: str) -> list[tuple[int, int, int]] | None:
        """As `pairs`: of each pair which of the exact forms they are, and in how many passages."""
        groups = self.folded.find(first.encode()), self.folded.find(second.encode())
        if groups[0] is None or groups[1] is None:
            return []
        one, other = self._place_in_pairs(groups[0]), self._place_in_pairs(groups[1])
        if one is None or other is None:
            return None
        seconds, *columns = self._followers(one)
        found = slice(bisect_left(seconds, other), bisect_right(seconds, other))
        return list(zip(*(column[found] for column in columns), strict=True))

    def _read_forms(self, folded: str) -> tuple[range, list[str]]:
        """The exact terms with a folded form, by their numbers and as text."""
        group = self.folded.find(folded.encode())
        terms = range(0) if group is None else range(self._first[group], self._first[group + 1])
        return terms, [self.exact[number].decode() for number in terms]

    def _place_in_pairs(self, group: int) -> int | None:
        words = self._arrays["bigrams.terms"]
        place = bisect_left(words, group)
        return place if place < len(words) and words[place] == group else None

    def _read_followers(self, place: int) -> "list[Sequence[int]]":
        at = self._arrays["bigrams.lists_at"]
        data = decompress(self._arrays["bigrams.lists"][at[place] : at[place + 1]])
        kind: Any = number_type(self.size)
        numbers = memoryview(data).cast(kind)
        size = len(numbers) // _FOLLOWER_COLUMNS
        return [numbers[n * size : (n + 1) * size] for n in range(_FOLLOWER_COLUMNS)]

    def characters(self, word: Word, exact: bool) -> str:
        """The characters that stand for a word in `words`."""
        return "".join(map(self.characters_of, self.terms(word, exact)))

    def characters_of(self, terms: range) -> str:
        """The characters that stand for terms that follow one another in `words`, in their
        order."""
        rare = range(bisect_left(self._rare, terms.start), bisect_left(self._rare, terms.stop))
        codes = [1 + n for n in range(terms.start - rare.start, terms.stop - rare.stop)]
        codes = [c if c < SURROGATES.start else c + len(SURROGATES) for c in codes]
        for number in rare:
            codes.insert(self._rare[number] - terms.start, 0x10000 + number)
        return "".join(map(chr, codes))

    def strings(self, words: Sequence[Word], exact: bool) -> list[str] | None:
        """What stands in `words` where words stand one behind the other, each part of it for
        itself: if it is not much, and `str.count` tells how often that is."""
        pairs = None
        if len(words) == 2 and not exact and all(map(_is_plain, words)):
            pairs = self._pairs(words[0].folded, words[1].folded)
        slots = [self.characters(word, exact) for word in words]
        if pairs is not None:
            strings = [slots[0][a] + slots[1][b] for a, b, _ in pairs]
        elif prod(map(len, slots)) <= _STRINGS:
            strings = list(map("".join, product(*slots)))
        else:
            return None
        # In "xxx", "xx" is twice, but is counted once.
        return None if any(string[0] in string[1:] for string in strings) else strings

    def forms(self, folded: str) -> dict[str, str]:
        """The characters that stand for the exact forms with a folded form, and those."""
        terms, forms = self._forms(folded)
        return dict(zip(self.characters_of(terms), forms, strict=True))

    # Passages

    def words(self, passage: int) -> str:
        """The words of a passage's text, FIELD_SEPARATOR, those of its title."""
        begin, end = self._words_at[passage], self._words_at[passage + 1]
        return utf_16_le_decode(self._words[begin:end])[0]

    def of_sources(self, accepts: Callable[[str], bool]) -> bytes:
        """1 for each passage of a file that is accepted, else 0."""
        found = [n for n in range(len(self.source)) if accepts(os.fsdecode(self.source[n]))]
        return self._sources.capped_sum([self._sources.dense(number) for number in found])

    def record(self, passage: int) -> StoredPassage:
        """What is kept of a passage."""
        frame = bisect_right(self._frames, passage) - 1
        return self._frame(frame)[passage - self._frames[frame]]

    def _read_frame(self, number: int) -> StoredBlock:
        at = self._arrays["stored.blocks_at"]
        block = self._arrays.read("stored.blocks", at[number], at[number + 1])
        return StoredBlock(decompress(block))


def _is_plain(word: Word) -> bool:
    """It stands for all the words with its folded form."""
    return word.kind is Kind.WORD and not word.match_marks
