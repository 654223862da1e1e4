"""Posting lists and frequencies of words and phrases in all of an index.

Sets of passages are bitsets, see `bitset`. A phrase is
one or more consecutive words; one that begins with a `title:` word is counted in titles only. A
word that has other typings occurs wherever one of them does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain, pairwise, product
from operator import and_, or_
from pathlib import Path
from typing import Final, TypeVar

from vnsearch.engines.whoosh.format.segment_file import (
    BIGRAM_TF_BITS,
    BUCKET_BITS,
    MAX_TF,
    TF_BITS,
)
from vnsearch.engines.whoosh.read.bitset import (
    bitset_of,
    capped_sum,
    members,
    present,
    to_bytes,
)
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.length_classes import LengthClasses
from vnsearch.engines.whoosh.read.named import NamedDocuments
from vnsearch.engines.whoosh.read.phrases import (
    AnyFrequency,
    Frequency,
    PhraseFrequency,
)
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.engines.whoosh.read.segments import Segments
from vnsearch.engines.whoosh.read.terms import WIDE_BITS, Slices, as_bitsets, widened
from vnsearch.query.clauses import Kind, Word

_K = TypeVar("_K")

_LISTS_BYTES: Final = 12_000_000  # of posting lists kept: they take longest to make
_SETS_BYTES: Final = 3_000_000  # of each kind of set kept
_LEAST_KEPT: Final = 16  # of each, however large
_FREQUENCIES_KEPT: Final = 10_000
_SCANS_KEPT: Final = 256
_MOST_LOOKED_AT: Final = 100  # passages; to find those with more words takes as long
_PHRASES_KEPT: Final = 1_000


class Collection(Segments):
    """An index opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexUnusableError."""
        super().__init__(folder)
        self.named = NamedDocuments(self._segments, self._begins, self._deleted, self._named)
        octets = max(self.size // 8, 1)
        sets_kept = max(_LEAST_KEPT, _SETS_BYTES // octets)
        lists_kept = max(_LEAST_KEPT, _LISTS_BYTES // (TF_BITS * octets))
        self._slices = cached(lists_kept, self._make_slices)
        self._passages_with = cached(sets_kept, self._find_passages)
        self._documents_with = cached(sets_kept, self._find_documents)
        self._df = cached(_FREQUENCIES_KEPT, self._count_passages)
        self.variants = cached(_FREQUENCIES_KEPT, self._count_variants)
        self.bigrams = cached(_FREQUENCIES_KEPT, self._count_bigrams)
        self._scanned = cached(_SCANS_KEPT, self._scan)
        self.phrase_frequency = cached(_PHRASES_KEPT, self._phrase_frequency)

    # Posting lists and sets of passages

    def slices(self, words: tuple[Word, ...], exact: bool) -> tuple[int, ...]:
        """Return the posting list of a phrase: bit-sliced, the tf of each passage or, for several
        words, no less than that."""
        return self._slices(*_normalized(words, exact))

    def passages_with(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the passages with a phrase."""
        return self._passages_with(*_normalized(words, exact))

    def documents_with(self, words: tuple[Word, ...], exact: bool) -> int:
        """Return the documents with a phrase, be it across the border of two passages."""
        return self._documents_with(*_normalized(words, exact))

    def passages_with_all(self, folded: Sequence[str]) -> int:
        """Return the passages with all of some words in any typing, wherever in them."""
        sets = (self.passages_with((_any_typing(word),), exact=False) for word in folded)
        return reduce(and_, sets, self._live)

    def cooccur(self, folded: Sequence[str]) -> bool:
        """Return whether a passage has all of some words in any typing, wherever in it."""
        rarest = min(folded, key=lambda word: sum(self.variants(word).values()))
        passages = members(self.passages_with((_any_typing(rarest),), exact=False))
        if len(passages) > _MOST_LOOKED_AT:
            return bool(self.passages_with_all(folded))
        words = [self.phrase_frequency((_any_typing(w),), exact=False) for w in folded]
        return any(all(tf(tokens) for tf in words) for tokens in map(self.token_string, passages))

    def passages_from(self, accepts: Callable[[str], bool]) -> int:
        """Return the passages of the sources that are accepted."""
        return self._live & self._joined(lambda _, s: (to_bytes(s.from_sources(accepts)),), 1)[0]

    @cached_property
    def length_classes(self) -> LengthClasses:
        """The passages by their length."""
        buckets = self._joined(lambda _, segment: segment.length_buckets(), BUCKET_BITS)
        return LengthClasses(buckets, self._live)

    def _named(self, word: Word, exact: bool) -> tuple[int, ...]:
        """The tf of a word in the name of each document."""
        joined = self._joined(lambda _, segment: segment.slices_in_names(word, exact), TF_BITS)
        return tuple(bits & self._live for bits in joined)

    def _make_slices(self, words: tuple[Word, ...], exact: bool) -> tuple[int, ...]:
        if words[0].in_name:
            return tuple(map(self.documents.to_passages, self.named.tf(words, exact)))
        if words[0].others:
            lists = [self.slices(typing, exact) for typing in _typings(words[0])]
            return capped_sum([widened(slices, WIDE_BITS) for slices in lists], WIDE_BITS)
        if words[0].in_title and len(words) == 1:
            return self._in_titles(words[0], exact)
        if words[0].in_title or len(words) > 2 or (len(words) == 2 and not _are_plain(words)):
            return self._counted(words, exact)
        if len(words) == 1:
            bits = TF_BITS if words[0].kind is Kind.WORD else WIDE_BITS
            joined = self._joined(lambda _, s: s.slices(words[0], exact), bits)
        else:
            joined = self._bigram_slices(words[0], words[1], exact)
        return tuple(bits & self._live for bits in joined)

    def _in_titles(self, word: Word, exact: bool) -> tuple[int, ...]:
        """The posting list of a word in titles, in each passage of a document."""
        joined = self._joined(lambda _, s: s.slices_in_titles(word, exact), TF_BITS)
        apart, to_passages = self._titles_apart, self.documents.to_passages
        *counts, many = (
            to_passages(bits & self._live & ~apart) | bits & self._live & apart for bits in joined
        )
        return many, *(bits | many for bits in counts)  # twice as often, see TITLE_WEIGHT

    @cached_property
    def _titles_apart(self) -> int:
        """The passages of documents whose title has other words in one passage than in another."""
        return self._joined(lambda _, segment: (to_bytes(segment.titles_apart()),), 1)[0]

    def _bigram_slices(self, one: Word, other: Word, exact: bool) -> tuple[int, ...]:
        """The posting list of a bigram, deleted passages included."""
        wanted = None
        if exact or one.match_marks or other.match_marks:
            wanted = {*product(self._forms(one, exact), self._forms(other, exact))}
        folded = one.folded, other.folded

        def slices_in(number: int, segment: SegmentReader) -> Slices:
            slices = segment.bigram_slices(*folded, wanted)
            if slices is None:
                found = self._scanned(number, *folded).items()
                own = (passages for bigram, passages in found if not wanted or bigram in wanted)
                at_most = to_bytes(bitset_of(chain.from_iterable(own), segment.size))
                slices = (at_most,) * BIGRAM_TF_BITS
            return slices

        return self._joined(slices_in, BIGRAM_TF_BITS)

    def _forms(self, word: Word, exact: bool) -> Iterable[str]:
        """The exact forms of a plain word."""
        if exact or word.match_marks:
            return word.exact, *word.unknown(exact)
        return self.variants(word.folded)

    def _counted(self, words: tuple[Word, ...], exact: bool) -> tuple[int, ...]:
        """The posting list of a phrase, from the token strings of passages that may have it."""
        if words[0].in_title:
            own = [word._replace(in_title=True) for word in words]
            sets = [self.passages_with((word,), exact) for word in own]
        elif _are_plain(words):
            sets = [self.passages_with(bigram, exact) for bigram in pairwise(words)]
        else:
            sets = [self.passages_with((word,), exact) for word in words]
        frequency = self.phrase_frequency(words, exact)
        rows = [bytearray(self.size // 8) for _ in range(TF_BITS)]
        for passage in members(reduce(and_, sets)):
            tf = min(MAX_TF, frequency(self.token_string(passage)))
            for bit, row in enumerate(rows):
                row[passage >> 3] |= (tf >> bit & 1) << (passage & 7)
        return tuple(int.from_bytes(row, "little") for row in rows)

    def _find_passages(self, words: tuple[Word, ...], exact: bool) -> int:
        word = words[0]
        if len(words) == 1 and _is_by_marks(word, exact):
            forms = (Word(form, word.folded, form) for form in self._forms(word, exact))
            return reduce(or_, (present(self.slices((form,), exact=True)) for form in forms))
        return present(self.slices(words, exact))

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
        beside = len(words) - 1
        found = []
        # Of two passages in a row, the first has some words and the second has the others.
        for cut in range(1, len(words)):
            pairs = reduce(and_, sets[:cut]) & reduce(and_, sets[cut:]) >> 1
            pairs &= ~self.documents.all & ~self.documents.to_passages(known)
            for passage in self._with_edges(members(pairs), words[cut - 1 : cut + 1], exact):
                (segment, one), (_, other) = map(self.token_string, (passage, passage + 1))
                end = one.index(FIELD_SEPARATOR)
                begin = other[: min(beside, other.index(FIELD_SEPARATOR))]
                across = f"{one[max(0, end - beside) : end]}{begin}{FIELD_SEPARATOR}"
                if frequency((segment, across)):
                    found.append(passage)
        return self.documents.to_documents(bitset_of(found, self.size))

    def _with_edges(
        self, passages: Iterable[int], words: tuple[Word, ...], exact: bool
    ) -> Iterator[int]:
        """The passages, of some, that end with one word before one that begins with another."""
        passages = iter(passages)
        passage = next(passages, None)
        for segment, begin, stop in zip(
            self._segments, self._begins, self._begins[1:], strict=False
        ):
            if passage is None or passage >= stop:
                continue
            edges = segment.edges
            one, other = (segment.numbers(word, exact) for word in words)
            while passage is not None and passage < stop:
                at = 2 * (passage - begin)
                if edges[at + 1] in one and edges[at + 2] in other:
                    yield passage
                passage = next(passages, None)

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
        return self.passages_with(words, exact).bit_count()

    def _count_variants(self, folded: str) -> dict[str, int]:
        """The exact forms of a folded form, each with its df, sorted."""
        df = Counter[str]()
        for number, segment in enumerate(self._segments):
            _add(df, segment.variants(folded))
            deleted = self._deleted_with(number, folded)
            forms = segment.variant_characters(folded) if deleted else {}
            for passage in deleted:
                tokens = segment.token_string(passage)
                df.subtract([form for character, form in forms.items() if character in tokens])
        return {form: count for form, count in sorted(df.items()) if count}

    def _count_bigrams(self, first: str, second: str) -> dict[tuple[str, str], int]:
        """The bigrams of exact forms of two folded forms, each with its df."""
        df = Counter[tuple[str, str]]()
        for number, segment in enumerate(self._segments):
            counts = segment.bigrams(first, second)
            if counts is None:
                found = self._scanned(number, first, second)
                _add(df, {bigram: len(passages) for bigram, passages in found.items()})
            elif counts:
                _add(df, counts)
                if deleted := self._deleted_with(number, first, second):
                    gone = _bigrams_in(segment, deleted, first, second)
                    df.subtract({bigram: len(passages) for bigram, passages in gone.items()})
        return {bigram: count for bigram, count in df.items() if count}

    def _scan(self, number: int, first: str, second: str) -> dict[tuple[str, str], list[int]]:
        """The bigrams of two folded forms in a segment, each with its live passages there."""
        both = self.passages_with_all((first, second)) >> self._begins[number]
        segment = self._segments[number]
        return _bigrams_in(segment, members(both & (1 << segment.size) - 1), first, second)

    def _deleted_with(self, segment: int, *folded: str) -> list[int]:
        """The deleted passages of a segment with all of some words in any typing."""
        deleted = self._deleted[segment]
        if not deleted:
            return []
        found = bitset_of(deleted, self._segments[segment].size)
        for word in map(_any_typing, folded):
            found &= present(as_bitsets(self._segments[segment].slices(word, exact=False)))
        return members(found)

    def _phrase_frequency(self, words: tuple[Word, ...], exact: bool) -> Frequency:
        """What counts a phrase in token strings."""
        if words[0].others:
            typings = (self.phrase_frequency(typing, exact) for typing in _typings(words[0]))
            return AnyFrequency(tuple(typings))
        return PhraseFrequency(self._segments, words, exact)


def _add(counts: Counter[_K], more: Mapping[_K, int]) -> None:
    """As `Counter.update`, which takes ten times as long to begin."""
    for key, count in more.items():
        counts[key] = counts.get(key, 0) + count


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


def _is_by_marks(word: Word, exact: bool) -> bool:
    """Whether a word stands for itself by its marks, and for unknown ones."""
    is_plain = word.kind is Kind.WORD and not (word.others or word.in_field)
    return is_plain and word.match_marks and not exact


def _are_plain(words: Iterable[Word]) -> bool:
    """Whether words are neither prefixes nor fuzzy."""
    return all(word.kind is Kind.WORD for word in words)


def _bigrams_in(
    segment: SegmentReader, passages: Iterable[int], first: str, second: str
) -> dict[tuple[str, str], list[int]]:
    """The bigrams of exact forms of two folded forms in some passages, each with its passages."""
    firsts, seconds = segment.variant_characters(first), segment.variant_characters(second)
    found: dict[tuple[str, str], list[int]] = {}
    for passage in passages:
        tokens = segment.token_string(passage)
        ones = [item for item in firsts.items() if item[0] in tokens]
        others = [item for item in seconds.items() if item[0] in tokens]
        for (a, one), (b, other) in product(ones, others):
            if a + b in tokens:
                found.setdefault((one, other), []).append(passage)
    return found
