"""A segment opened for reading: posting lists of words, bigrams, token strings, stored fields."""

import os
from bisect import bisect_left, bisect_right
from codecs import utf_16_le_decode
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, product, takewhile
from math import prod
from pathlib import Path
from typing import Final

from vnsearch.analysis.unmarked import has_unknown_marks
from vnsearch.engines.whoosh.format.compression import decompress
from vnsearch.engines.whoosh.format.segment_file import (
    BIGRAM_BLOCK,
    SURROGATES,
    TF_BITS,
    Arrays,
    bitset_size,
    number_type,
)
from vnsearch.engines.whoosh.format.stored_fields import StoredBlocks
from vnsearch.engines.whoosh.read.bigrams import BigramBlock
from vnsearch.engines.whoosh.read.bitset import bitset_of, is_in, members, packed
from vnsearch.engines.whoosh.read.caches import cached
from vnsearch.engines.whoosh.read.names import Names
from vnsearch.engines.whoosh.read.terms import (
    WIDE_BITS,
    FieldTerms,
    PostingLists,
    Slices,
    TermDictionary,
    summed,
)
from vnsearch.model import StoredPassage
from vnsearch.query.clauses import Kind, Word

# In a token string: before the title, and before each compound's pieces.
FIELD_SEPARATOR: Final = "\0"

_BLOCKS_KEPT: Final = 4
_NO_BIGRAMS: Final = BigramBlock(bytes(BIGRAM_BLOCK.size), "H")
_BIGRAM_BLOCKS_KEPT: Final = 4
_VARIANTS_KEPT: Final = 1000
_FUZZY_KEPT: Final = 10  # fuzzy words whose terms are kept
_MAX_PHRASE_STRINGS: Final = 32  # to search for more takes longer than to look at each token


class SegmentReader:
    """An open segment.

    The forward index has a token string for each passage: a character for each token, the same
    for the same exact term. So a word of a query is the characters of the terms that it matches.
    """

    def __init__(self, path: Path) -> None:
        """Raises IndexUnusableError."""
        self._arrays = arrays = Arrays(path)
        self.size: int = arrays.counts["passages"]
        self.tokens: int = arrays.counts["tokens"]
        self.without_words: int = arrays.counts["without_words"]  # passages
        self.names, self.hashes = Names(arrays), arrays["hashes"]
        self._titles = FieldTerms(arrays, "title")
        self._by_hash = arrays["hashes.order"]
        self.exact, self.folded = TermDictionary(arrays, "exact"), TermDictionary(arrays, "folded")
        self.source = TermDictionary(arrays, "source")
        self._first_exact = arrays["folded.first"]
        self._postings = PostingLists(arrays, "exact", self._first_exact)
        self._source_postings = PostingLists(arrays, "source", range(len(self.source) + 1))
        self.lengths = arrays["lengths"]
        # The first and the last exact term of each passage's text.
        self.edges = arrays["edges"]
        self._exact_order = arrays["exact.order"]
        self._two_unit = arrays["exact.two_unit"]
        self._tokens_at = arrays["tokens_at"]
        self._block_starts = arrays["stored.first"]
        self._bigram_terms, self._bigram_first = arrays["bigrams.terms"], arrays["bigrams.first"]
        self._bigram_blocks = cached(_BIGRAM_BLOCKS_KEPT, self._read_bigram_block)
        self._variants = cached(_VARIANTS_KEPT, self._find_variants)
        self._fuzzy_terms = cached(_FUZZY_KEPT, self._find_fuzzy_terms)
        self._blocks = lru_cache(_BLOCKS_KEPT)(StoredBlocks(arrays).__getitem__)

    def close(self) -> None:
        """Close the file."""
        self._arrays.close()

    def length_buckets(self) -> Slices:
        """Return the number of the length bucket of each passage."""
        buckets = bytes(self._arrays["length_buckets"])
        size = bitset_size(self.size)
        return tuple(buckets[begin : begin + size] for begin in range(0, len(buckets), size))

    def with_hash(self, wanted: int) -> Iterator[int]:
        """Iterate over the documents whose text has a hash, each by its last passage."""
        at = bisect_left(self._by_hash, wanted, key=self.hashes.__getitem__)
        return takewhile(lambda document: self.hashes[document] == wanted, self._by_hash[at:])

    def by_hash(self, documents: bytes, count: int) -> Iterable[tuple[int, int]]:
        """Return the hash of the text of documents in a set, those with the lowest, `count` at
        least if there are so many."""
        found = int.from_bytes(documents, "little")
        if found.bit_count() ** 2 < count * len(self._by_hash):  # soon all are looked at
            every = ((self.hashes[document], document) for document in members(found))
            return (item for item in every if item[0])
        ordered = (document for document in self._by_hash if is_in(documents, document))
        return ((self.hashes[document], document) for document in islice(ordered, count))

    def last(self) -> int:
        """Return the passages that are the last of their document, as a bitset."""
        return packed(bytes(self._arrays["last"]))

    # Terms

    def slices(self, word: Word, exact: bool) -> Slices:
        """Return the posting list of all terms that a word matches, together."""
        if not self.tokens:  # it has names only
            return ()
        if exact or word.match_marks:
            lists = [self._postings.slices(term) for term in self._exact_terms(word, exact)]
        else:
            lists = [self._postings.slices_of_groups(terms) for terms in self._folded_terms(word)]
        return summed(lists, TF_BITS if word.kind is Kind.WORD else WIDE_BITS)

    def slices_in_names(self, word: Word, exact: bool) -> Slices:
        """Return the posting list of all terms that a word matches in names, see `Names`."""
        return self._slices_in(self.names.terms, word, exact) if self.names else ()

    def slices_in_titles(self, word: Word, exact: bool) -> Slices:
        """Return how often the title has what a word matches: in the last passage of each document,
        and in all passages of `titles_apart`."""
        return self._slices_in(self._titles, word, exact) if self.tokens else ()

    def titles_apart(self) -> int:
        """Return the passages that have postings of their titles for themselves, as a bitset."""
        return bitset_of(self._arrays["title.apart"], self.size)

    def _slices_in(self, field: FieldTerms, word: Word, exact: bool) -> Slices:
        """The posting list of all terms that a word matches in a field."""
        first = self._first_exact
        if exact or word.match_marks:
            terms = [range(term, term + 1) for term in self._exact_terms(word, exact)]
        else:
            terms = [range(first[f.start], first[f.stop]) for f in self._folded_terms(word)]
        return summed(list(filter(None, map(field.slices, terms))), TF_BITS)

    def forms_in_names(self, folded: str) -> list[str]:
        """Return the exact forms of a folded form that are in names, deleted ones included."""
        if not self.names:
            return []
        terms, forms = self._variants(folded)
        return [
            form
            for term, form in zip(terms, forms, strict=True)
            if self.names.terms.slices(range(term, term + 1))
        ]

    def words_with_prefix(self, prefix: str) -> Iterator[str]:
        """Iterate over the folded terms with a prefix."""
        terms = self.folded.beginning_with(prefix.encode())
        return (self.folded[term].decode() for term in terms)

    def variants(self, folded: str) -> dict[str, int]:
        """Return the exact forms of a folded form with their df, deleted passages included."""
        if not self.tokens:
            return {}
        terms, forms = self._variants(folded)
        return dict(zip(forms, map(self._postings.df, terms), strict=True))

    def _find_variants(self, folded: str) -> tuple[range, list[str]]:
        """The exact terms with a folded form, and their text."""
        number = self.folded.find(folded.encode())
        terms = range(0)
        if number is not None:
            terms = range(self._first_exact[number], self._first_exact[number + 1])
        return terms, [self.exact[term].decode() for term in terms]

    def _folded_terms(self, word: Word) -> list[range]:
        """The folded terms that a word matches."""
        own = self.folded.find(word.folded.encode())
        terms = [] if own is None else [range(own, own + 1)]
        match word.kind:
            case Kind.PREFIX:
                prefixed = self.folded.beginning_with(word.stem(as_typed=False).encode())
                return [prefixed] if own is None or own in prefixed else [*terms, prefixed]
            case Kind.FUZZY:
                return [range(n, n + 1) for n in self._fuzzy_terms(word)]
        return terms

    def _find_fuzzy_terms(self, word: Word) -> list[int]:
        """The folded terms that a fuzzy word matches.

        Of two halves of a word, an edit leaves one as it is, if it does not swap what is at their
        border.
        """
        own, half = word.folded, len(word.folded) // 2
        found = {*map(self.folded.find, map(str.encode, (own, *word.confused())))}
        if word.may_have_edits:
            swapped = f"{own[: half - 1]}{own[half]}{own[half - 1]}{own[half + 1 :]}"
            at = self.folded.find(swapped.encode())
            alike = chain(
                () if at is None else (at,),
                self.folded.beginning_with(own[:half].encode()),
                self.folded.ending_with(own[half:].encode()),
            )
            forms = ((number, self.folded[number].decode()) for number in alike)
            found.update(n for n, form in forms if word.matches(form, form, as_typed=False))
        return sorted(number for number in found if number is not None)

    def _exact_terms(self, word: Word, exact: bool) -> list[int]:
        """The exact terms that a word matches by its marks, see `Word.matches`."""
        match word.kind:
            case Kind.WORD:
                terms, forms = self._variants(word.folded)
                own = word.exact, *word.unknown(exact)
                return [term for term, form in zip(terms, forms, strict=True) if form in own]
            case Kind.PREFIX:
                whole = self._exact_terms(word._replace(kind=Kind.WORD), exact)
                stem = word.stem(as_typed=True).encode()
                found = {*whole, *self._exact_between(stem, stem + b"\xff")}
                if word.marked and not exact:
                    bare = word.stem(as_typed=False).encode()
                    begun = self._exact_between(bare, bare + b"\xff")
                    found.update(n for n in begun if has_unknown_marks(self.exact[n].decode()))
                return sorted(found)
            case Kind.FUZZY:
                return [
                    term
                    for number in self._fuzzy_terms(word)
                    for folded in (self.folded[number].decode(),)
                    for term in range(self._first_exact[number], self._first_exact[number + 1])
                    if word.matches(folded, self.exact[term].decode(), exact)
                ]

    def _exact_between(self, begin: bytes, end: bytes) -> list[int]:
        """The exact terms from `begin` to before `end` in the order of exact forms."""
        bounds = (
            bisect_left(self._exact_order, b, key=self.exact.__getitem__) for b in (begin, end)
        )
        return self._exact_order[slice(*bounds)].tolist()

    # Bigrams

    def bigrams(self, first: str, second: str) -> dict[tuple[str, str], int] | None:
        """Return the bigrams of exact forms of two folded forms, each with its df.

        Deleted passages are included. None if the bigrams of one of the two have no lists.
        """
        if not self.tokens:  # names have none
            return {}
        if (found := self._bigram_rows(first, second)) is None:
            return None
        firsts, seconds = self._variants(first)[1], self._variants(second)[1]
        block, rows = found
        return {(firsts[a], seconds[b]): df for a, b, df in block.rows(rows)}

    def bigram_slices(
        self, first: str, second: str, wanted: Container[tuple[str, str]] | None
    ) -> Slices | None:
        """Return the posting list of some bigrams of exact forms together, or of all of two
        folded forms; each tf is at most 3. None as above."""
        found = self._bigram_rows(first, second) if self.tokens else (_NO_BIGRAMS, range(0))
        if found is None:
            return None
        block, rows = found
        if wanted is not None:
            firsts, seconds = self._variants(first)[1], self._variants(second)[1]
            forms = ((firsts[a], seconds[b]) for a, b, _ in block.rows(rows))
            chosen = [n for n, bigram in zip(rows, forms, strict=True) if bigram in wanted]
            return block.slices(chosen, self.size)
        return block.slices(rows, self.size)

    def _bigram_rows(self, first: str, second: str) -> tuple[BigramBlock, range] | None:
        """The rows of the bigrams of two folded forms, and the block they are in."""
        numbers = []
        for folded in (first, second):
            if (term := self.folded.find(folded.encode())) is None:
                return _NO_BIGRAMS, range(0)
            number = bisect_left(self._bigram_terms, term)
            if number == len(self._bigram_terms) or self._bigram_terms[number] != term:
                return None
            numbers.append(number)
        at = bisect_right(self._bigram_first, numbers[0] << 16 | numbers[1]) - 1
        if at < 0:
            return _NO_BIGRAMS, range(0)
        block = self._bigram_blocks(at)
        return block, block.find(*numbers)

    def _read_bigram_block(self, number: int) -> BigramBlock:
        at = self._arrays["bigrams.blocks_at"]
        data = self._arrays.read("bigrams.blocks", at[number], at[number + 1])
        return BigramBlock(decompress(data), number_type(self.size))

    # Token strings

    def token_string(self, passage: int) -> str:
        """Return the tokens of a passage's text and, each after FIELD_SEPARATOR, those of its title
        and the pieces of each of its compounds."""
        begin, end = self._tokens_at[passage], self._tokens_at[passage + 1]
        return utf_16_le_decode(self._arrays.read("tokens", 2 * begin, 2 * end))[0]

    def characters(self, word: Word, exact: bool) -> str:
        """Return the characters of the terms that a word matches."""
        if exact or word.match_marks:
            terms = self._exact_terms(word, exact)
            return "".join(self.characters_of(range(n, n + 1)) for n in terms)
        first = self._first_exact
        groups = (range(first[f.start], first[f.stop]) for f in self._folded_terms(word))
        return "".join(map(self.characters_of, groups))

    def numbers(self, word: Word, exact: bool) -> Collection[int]:
        """Return the exact terms that a word matches."""
        if exact or word.match_marks:
            return self._exact_terms(word, exact)
        first = self._first_exact
        groups = (range(first[f.start], first[f.stop]) for f in self._folded_terms(word))
        return {*chain.from_iterable(groups)}

    def characters_of(self, terms: range) -> str:
        """Return the characters of consecutive exact terms, in their order."""
        rare = range(
            bisect_left(self._two_unit, terms.start), bisect_left(self._two_unit, terms.stop)
        )
        codes = [1 + n for n in range(terms.start - rare.start, terms.stop - rare.stop)]
        codes = [c if c < SURROGATES.start else c + len(SURROGATES) for c in codes]
        for number in rare:
            codes.insert(self._two_unit[number] - terms.start, 0x10000 + number)
        return "".join(map(chr, codes))

    def variant_characters(self, folded: str) -> dict[str, str]:
        """Return the exact forms of a folded form by their characters."""
        terms, forms = self._variants(folded)
        return dict(zip(self.characters_of(terms), forms, strict=True))

    def phrase_strings(self, words: Sequence[Word], exact: bool) -> list[str] | None:
        """Return the parts of token strings that match a phrase.

        None if `str.count` is not the way to count them: they are too many, or one may overlap
        itself.
        """
        found = None
        if len(words) == 2 and not exact and all(map(_in_any_typing, words)):
            found = self._bigram_rows(words[0].folded, words[1].folded)
        slots = [self.characters(word, exact) for word in words]
        if found is not None:
            block, rows = found
            strings = [slots[0][a] + slots[1][b] for a, b, _ in block.rows(rows)]
        elif prod(map(len, slots)) <= _MAX_PHRASE_STRINGS:
            strings = list(map("".join, product(*slots)))
        else:
            return None
        # "xx" occurs twice in "xxx", but str.count finds one.
        return None if any(string[0] in string[1:] for string in strings) else strings

    # Stored fields and sources

    def record(self, passage: int) -> StoredPassage:
        """Return the stored fields of a passage."""
        block = self._block_of(passage)
        return self._blocks(block)[passage - self._block_starts[block]]

    def passages_of(self, source: str, key: str) -> list[int]:
        """Return the passages of a document, deleted ones included."""
        number = self.source.find(os.fsencode(source))
        if number is None:
            return []
        of_source = self._source_postings.passages(number)
        found = []
        for block in range(self._block_of(of_source[0]), self._block_of(of_source[-1]) + 1):
            begin = self._block_starts[block]
            places = self._blocks(block).places(source, key)
            found += [begin + place for place in places]
        return found

    def _block_of(self, passage: int) -> int:
        return bisect_right(self._block_starts, passage) - 1

    def documents_by_source(self, deleted: Iterable[int]) -> dict[str, int]:
        """Return the sources that have documents, and how many, without the deleted passages."""
        last = bytearray(self._arrays["last"])
        for passage in deleted:
            last[passage] = 0
        counts = self._source_postings.sums(last)
        return {os.fsdecode(self.source[n]): count for n, count in enumerate(counts) if count}

    def sources(self) -> list[str]:
        """Return the source of each passage."""
        names = [os.fsdecode(self.source[n]) for n in range(len(self.source))]
        return [names[n] for n in self._source_postings.terms()]

    def from_sources(self, accepts: Callable[[str], bool]) -> int:
        """Return the passages whose source, the name of its file, is accepted, as a bitset."""
        return self._source_postings.presence(
            n for n in range(len(self.source)) if accepts(os.fsdecode(self.source[n]))
        )


def _in_any_typing(word: Word) -> bool:
    """Whether a word matches all variants of its folded form, and nothing else."""
    return word.kind is Kind.WORD and not word.match_marks
