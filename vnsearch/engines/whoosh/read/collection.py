"""The segments of an index as one: posting lists, frequencies, token strings, stored fields.

Passages are numbered through all segments; sets of them are bitsets, see `bitset`. A phrase is
one or more consecutive words; one that begins with a `title:` word is counted in titles only. A
word that has other typings occurs wherever one of them does.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import accumulate, pairwise, product
from operator import and_, or_
from pathlib import Path
from typing import Final

from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import DocumentMap, cardinality, members, with_tf
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.named import NamedDocuments
from vnsearch.engines.whoosh.read.phrases import (
    AnyFrequency,
    Frequency,
    PhraseFrequency,
    TokenString,
)
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.engines.whoosh.read.terms import capped_sum
from vnsearch.model import StoredPassage
from vnsearch.query.clauses import Kind, Word
from vnsearch.ranking import TITLE_WEIGHT

_DENSE_BYTES: Final = 12_000_000  # of posting lists kept: they take longest to make
_SETS_BYTES: Final = 3_000_000  # of each kind of set kept
_LEAST_KEPT: Final = 16  # of each, however large
_FREQUENCIES_KEPT: Final = 10_000
_PHRASES_KEPT: Final = 1_000
_RECORDS_KEPT: Final = 100


class Collection:
    """An index opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexUnusableError."""
        entries = manifest.read(folder)
        self._segments = [SegmentReader(folder / entry.file) for entry in entries]
        sizes = [segment.size for segment in self._segments]
        self._begins = [0, *accumulate(sizes)]
        self.size = sum(sizes)  # in passages, deleted ones included
        self._deleted = [entry.deleted for entry in entries]
        self._live = self._live_docs()
        without_words = sum(segment.without_words for segment in self._segments)
        without_words -= sum(
            not segment.lengths[passage]
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
            if segment.without_words
            for passage in deleted
        )
        self.passages = self._live.bit_count() - without_words  # live ones, with words
        tokens = sum(segment.tokens for segment in self._segments)
        tokens -= sum(
            segment.lengths[passage]
            for segment, deleted in zip(self._segments, self._deleted, strict=True)
            for passage in deleted
        )
        self.average_length = tokens / self.passages if self.passages else 0.0  # in tokens
        lengths = b"".join(bytes(segment.lengths) for segment in self._segments)
        self.lengths = memoryview(lengths).cast("H")  # of passages, in tokens
        self.length_buckets = b"".join(segment.length_buckets() for segment in self._segments)
        self.documents = DocumentMap(b"".join(segment.last() for segment in self._segments))
        self.live_documents = self.documents.to_documents(self._live)
        self.named = NamedDocuments(self._segments, self._deleted, self._live.__and__)
        passages = max(self.size, 1)
        sets_kept = max(_LEAST_KEPT, _SETS_BYTES // passages)
        self._dense = cached(max(sets_kept, _DENSE_BYTES // passages), self._make_dense)
        self._passages_with = cached(sets_kept, self._find_passages)
        self._documents_with = cached(sets_kept, self._find_documents)
        self._df = cached(_FREQUENCIES_KEPT, self._count_passages)
        self.variants = cached(_FREQUENCIES_KEPT, self._count_variants)
        self.bigrams = cached(_FREQUENCIES_KEPT, self._count_bigrams)
        self.phrase_frequency = cached(_PHRASES_KEPT, self._phrase_frequency)
        self.record = cached(_RECORDS_KEPT, self._read_record)

    def close(self) -> None:
        """Close the files."""
        for segment in self._segments:
            segment.close()

    # Posting lists and sets of passages

    def dense(self, words: tuple[Word, ...], exact: bool) -> bytes:
        """Return the dense posting list of a phrase."""
        return self._dense(*_normalized(words, exact))

    def passages_with(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the passages with a phrase."""
        return self._passages_with(*_normalized(words, exact))

    def documents_with(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the documents with a phrase, be it across the border of two passages."""
        return self._documents_with(*_normalized(words, exact))

    def passages_with_all(self, folded: Sequence[str]) -> int:
        """Return the passages with all of some words in any typing, wherever in them."""
        return self._with_all(tuple(map(_any_typing, folded)), exact=False)

    def passages_from(self, accepts: Callable[[str], bool]) -> int:
        """Return the passages of the sources that are accepted."""
        return with_tf(self._live_only(b"".join(s.from_sources(accepts) for s in self._segments)))

    def _make_dense(self, words: tuple[Word, ...], exact: bool) -> bytes:
        if words[0].others:
            return capped_sum([self.dense(t, exact) for t in _typings(words[0])], self.size)
        if words[0].in_name:
            return bytes(self.size)
        if len(words) == 1 and not words[0].in_title:
            lists = (segment.dense(words[0], exact) for segment in self._segments)
            return self._live_only(b"".join(lists))
        dense = bytearray(self.size)
        frequency = self.phrase_frequency(words, exact)
        # A word in a title has a tf of TITLE_WEIGHT from that alone.
        at_least = TITLE_WEIGHT if words[0].in_title else 1
        for passage in members(self._with_all(words, exact, at_least), self.size):
            dense[passage] = min(MAX_TF, frequency(self.token_string(passage)))
        return bytes(dense)

    def _find_passages(self, words: tuple[Word, ...], exact: bool) -> int:
        return with_tf(self.dense(words, exact))

    def _find_documents(self, words: tuple[Word, ...], exact: bool) -> int:
        if words[0].others:
            return reduce(or_, (self.documents_with(t, exact) for t in _typings(words[0])))
        documents = self.documents.to_documents(self.passages_with(words, exact))
        if not words[0].in_title:
            documents |= self.named.having(words, exact)
        if len(words) == 1 or words[0].in_field:
            return documents
        return documents | self._with_across(words, exact, documents)

    def _with_across(self, words: tuple[Word, ...], exact: bool, known: int) -> int:
        """The documents, of those not `known` yet, with a phrase across the border of passages."""
        frequency = self.phrase_frequency(words, exact)
        sets = [self.passages_with((word,), exact) for word in words]
        # Of two passages in a row, the first has some words and the second has the others.
        pairs = 0
        for cut in range(1, len(words)):
            pairs |= reduce(and_, sets[:cut]) & reduce(and_, sets[cut:]) >> 8
        pairs &= ~self.documents.all & ~self.documents.to_passages(known)
        found = 0
        for passage in members(pairs, self.size):
            (segment, one), (_, other) = map(self.token_string, (passage, passage + 1))
            beside = len(words) - 1
            end = one.index(FIELD_SEPARATOR)
            begin = other[: min(beside, other.index(FIELD_SEPARATOR))]
            across = f"{one[max(0, end - beside) : end]}{begin}{FIELD_SEPARATOR}"
            if frequency((segment, across)):
                found |= 1 << 8 * passage
        return self.documents.to_documents(found)

    def _with_all(self, words: tuple[Word, ...], exact: bool, at_least: int = 1) -> int:
        """The passages with all of some words, wherever in them, each with a tf of `at_least`."""
        anywhere = [(word._replace(in_title=False),) for word in words]
        if at_least == 1:
            return reduce(and_, (self.passages_with(word, exact) for word in anywhere))
        return reduce(and_, (with_tf(self.dense(word, exact), at_least) for word in anywhere))

    def _live_docs(self) -> int:
        live = bytearray(b"\1") * self.size
        for begin, deleted in zip(self._begins, self._deleted, strict=False):
            for passage in deleted:
                live[begin + passage] = 0
        return int.from_bytes(live, "little")

    def _live_only(self, dense: bytes) -> bytes:
        """A dense posting list without deleted passages."""
        if self.passages == self.size:
            return dense
        live = int.from_bytes(dense, "little") & self._live * 0xFF
        return live.to_bytes(self.size, "little")

    # Frequencies

    def df(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return in how many passages a phrase occurs; of two words, the sum over their bigrams."""
        return self._df(*_normalized(words, exact))

    def words_with_prefix(self, prefix: str) -> Iterable[str]:
        """Return the folded forms with a prefix, sorted; some may be of deleted passages only."""
        return sorted({word for s in self._segments for word in s.words_with_prefix(prefix)})

    def known_variants(self, folded: str) -> dict[str, int]:
        """Return the exact forms of a folded form, each with the number of passages and names that
        have it."""
        found = self.named.variants(folded)
        return found + Counter(self.variants(folded)) if found else self.variants(folded)

    def known_bigrams(self, folded: tuple[str, str]) -> dict[tuple[str, str], int]:
        """Return the bigrams of exact forms of two folded forms, each with its df; if no text has
        any, those of names."""
        return self.bigrams(*folded) or self.named.bigrams(*folded)

    def text_hash(self, document: int) -> int:
        """Return the hash of a document's text, by the number of its last passage: 0 if none."""
        number = bisect_right(self._begins, document) - 1
        found: int = self._segments[number].hashes[document - self._begins[number]]
        return found

    def copies(self, document: int) -> int:
        """Return the documents with the same text as one that has a text, and that one."""
        wanted, found = self.text_hash(document).to_bytes(8, "little"), 0
        for begin, segment in zip(self._begins, self._segments, strict=False):
            hashes = bytes(segment.hashes)
            at = hashes.find(wanted)
            while at >= 0:
                if not at % 8:
                    found |= 1 << 8 * (begin + at // 8)
                at = hashes.find(wanted, at + 1)
        return found

    def _count_passages(self, words: tuple[Word, ...], exact: bool) -> int:
        if not (words[0].in_field or words[0].others) and all(
            word.kind is Kind.WORD for word in words
        ):
            match words, exact:
                case (word,), True if word.marked:
                    return self.variants(word.folded).get(word.exact, 0)
                case (one, other), False if not (one.match_marks or other.match_marks):
                    return sum(self.bigrams(one.folded, other.folded).values())
                case (one, other), True:
                    bigrams = self.bigrams(one.folded, other.folded)
                    firsts, seconds = ((w.exact, *w.unknown(as_typed=True)) for w in (one, other))
                    return sum([bigrams.get(b, 0) for b in product(firsts, seconds)])
        return cardinality(self.passages_with(words, exact), self.size)

    def _count_variants(self, folded: str) -> dict[str, int]:
        """The exact forms of a folded form, each with its df, sorted."""
        df: Counter[str] = Counter()
        for number, segment in enumerate(self._segments):
            df.update(segment.variants(folded))
            deleted = self._deleted_with(number, folded)
            forms = segment.variant_characters(folded) if deleted else {}
            for passage in deleted:
                tokens = segment.token_string(passage)
                df.subtract([form for character, form in forms.items() if character in tokens])
        return {form: count for form, count in sorted(df.items()) if count}

    def _count_bigrams(self, first: str, second: str) -> dict[tuple[str, str], int]:
        """The bigrams of exact forms of two folded forms, each with its df."""
        df: Counter[tuple[str, str]] = Counter()
        stored = [segment.bigrams(first, second) for segment in self._segments]
        live = self._live_with(first, second) if None in stored else []
        for number, (segment, counts) in enumerate(zip(self._segments, stored, strict=True)):
            if counts is None:
                df.update(_bigrams_in(segment, live[number], first, second))
            elif counts:
                df.update(counts)
                if deleted := self._deleted_with(number, first, second):
                    df.subtract(_bigrams_in(segment, deleted, first, second))
        return {bigram: count for bigram, count in df.items() if count}

    def _live_with(self, *folded: str) -> list[list[int]]:
        """For each segment, its live passages with all of some words in any typing."""
        passages = members(self.passages_with_all(folded), self.size)
        ends = [bisect_left(passages, begin) for begin in self._begins]
        return [
            [passage - begin for passage in passages[start:stop]]
            for begin, (start, stop) in zip(self._begins, pairwise(ends), strict=False)
        ]

    def _deleted_with(self, segment: int, *folded: str) -> list[int]:
        """The deleted passages of a segment with all of some words in any typing."""
        deleted = sorted(self._deleted[segment])
        for word in map(_any_typing, folded if deleted else ()):
            dense = self._segments[segment].dense(word, exact=False)
            deleted = [passage for passage in deleted if dense[passage]]
        return deleted

    # Passages and their files

    def documents_by_source(self) -> dict[str, int]:
        """Return the names of the files that have live documents, and how many."""
        counts: Counter[str] = Counter()
        for segment, deleted in zip(self._segments, self._deleted, strict=True):
            counts.update(segment.documents_by_source(deleted))
        return counts

    def sources(self) -> list[str]:
        """Return the source of each passage."""
        return [source for segment in self._segments for source in segment.sources()]

    def passages_of(self, source: str, key: str) -> Sequence[int]:
        """Return the passages of a document, in order; none when there is no such document."""
        for begin, segment, deleted in zip(
            self._begins, self._segments, self._deleted, strict=False
        ):
            found = segment.passages_of(source, key)
            if live := [begin + passage for passage in found if passage not in deleted]:
                return live
        return ()

    def token_string(self, passage: int) -> TokenString:
        """Return the tokens of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return number, self._segments[number].token_string(passage - self._begins[number])

    def _phrase_frequency(self, words: tuple[Word, ...], exact: bool) -> Frequency:
        """What counts a phrase in token strings."""
        if words[0].others:
            typings = (self.phrase_frequency(typing, exact) for typing in _typings(words[0]))
            return AnyFrequency(tuple(typings))
        return PhraseFrequency(self._segments, words, exact)

    def _read_record(self, passage: int) -> StoredPassage:
        """The stored fields of a passage."""
        number = bisect_right(self._begins, passage) - 1
        return self._segments[number].record(passage - self._begins[number])


def _any_typing(folded: str) -> Word:
    """A word that matches all variants of a folded form."""
    return Word(folded, folded, folded)


def _typings(word: Word) -> list[tuple[Word, ...]]:
    """A word and its other typings."""
    return [(word._replace(others=()),), *word.others]


def _normalized(words: tuple[Word, ...], exact: bool) -> tuple[tuple[Word, ...], bool]:
    """The same key of the caches for all typings of a word that match the same."""
    word = words[0]
    if exact or len(words) > 1 or word.match_marks or word.in_field or word.kind is not Kind.WORD:
        return words, exact
    if word.others:
        return words, exact
    return (_any_typing(word.folded),), exact


def _bigrams_in(
    segment: SegmentReader, passages: Iterable[int], first: str, second: str
) -> Counter[tuple[str, str]]:
    """As `SegmentReader.bigrams`, counted in some passages only."""
    firsts, seconds = segment.variant_characters(first), segment.variant_characters(second)
    return Counter(
        (one, other)
        for tokens in map(segment.token_string, passages)
        for a, one in firsts.items()
        if a in tokens
        for b, other in seconds.items()
        if a + b in tokens
    )
