"""Texts -> tokens, many texts at a time: the tokens of `tokenizer`, at numpy's speed.

Most runs of word characters are plain: at most eight Vietnamese or ASCII letters and digits.
A plain run is one token; its lower-case letters, a byte each, make one 64-bit key, and the keys
of all texts are looked up together. All other runs, and each new key once, go through
`tokenizer`, so both ways give the same tokens.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, starmap
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnsearch.analysis.bulk_signs import (
    before_groups,
    behind_dots,
    may_be_tails,
    separated_digits,
    signed_names,
)
from vnsearch.analysis.compounds import (
    CLASSIFIED,
    cut_at,
    is_border,
    letter_class,
    pieces_of_whole,
)
from vnsearch.analysis.tails import is_tail, marked
from vnsearch.analysis.tokenizer import any_word, forms_of
from vnsearch.analysis.unmarked import OTHER, kind_of, with_unknown_marks
from vnsearch.errors import TooManyWordsError
from vnsearch.language import N_
from vnsearch.vietnamese.letters import LETTERS

Numbers = NDArray[Any]

_PLAIN: Final = LETTERS + "0123456789"  # in a key, the bytes 1, 2, 3 …
_CODE_POINTS: Final = np.array([0, *map(ord, _PLAIN)], dtype="<u4")  # by these bytes
_NOT_PLAIN: Final = 0x80  # the byte of all other word characters
_ANY_NOT_PLAIN: Final = np.uint64(0x8080808080808080)
_KEY_BYTES: Final = 8
_MASKS: Final = np.array([256**length - 1 for length in range(_KEY_BYTES + 1)], dtype="<u8")

# The table of keys has no probing: of two words with the same slot, the later one is found in
# a dict. Slots are by multiplicative hashing (Knuth, TAOCP 3, section 6.4).
_TABLE_BITS: Final = 19
_GOLDEN_RATIO: Final = np.uint64(0x9E3779B97F4A7C15)  # of 2**64

_CHUNK: Final = 1 << 18  # code points tokenized together, to stay in the processor's caches
_PIECE: Final = 1 << 20  # code points: long texts are cut, or they would take many times their size
_COMPOUNDS_KEPT: Final = 100_000  # whose pieces are known


class Compounds(NamedTuple):
    """The compounds among some tokens, one after another."""

    places: Numbers  # among the tokens, ascending
    sizes: Numbers  # pieces of each
    terms: Numbers  # of the pieces


class Tokens:
    """The tokens of several texts, one text after another.

    `terms` has the number of each token's term, `counts` the number of tokens of each text.
    """

    def __init__(self, chunks: "Iterable[_ChunkTokens]", begins: Sequence[Sequence[int]]) -> None:
        """`begins`: where each text was cut into the pieces that are in the chunks."""
        # Not concatenated, which of a long text would take its memory twice.
        columns = array("i"), array("i"), array("i")
        sizes, span_counts, compounds = [], [], list[Compounds]()
        for chunk in chunks:
            begin = len(columns[0])
            compounds.append(chunk.compounds._replace(places=begin + chunk.compounds.places))
            for column, numbers in zip(columns, chunk[:3], strict=True):
                column.frombytes(numbers.view(np.uint8).data)
            sizes += chunk.sizes.tolist()
            span_counts += chunk.span_counts.tolist()
        self.terms, self._starts, self._ends = map(np.asarray, columns)
        self.compounds = Compounds(*map(np.concatenate, zip(*compounds, strict=True)))
        pieces_at = np.cumsum([0, *map(len, begins)])
        spans_at = np.concatenate(([0], np.cumsum(span_counts)))
        for piece, begin in enumerate(chain(*begins)):
            if begin:
                for places in (self._starts, self._ends):
                    places[spans_at[piece] : spans_at[piece + 1]] += begin
        self._spans_at = spans_at[pieces_at]
        self.counts = np.diff(np.concatenate(([0], np.cumsum(sizes)))[pieces_at])

    def spans(self, text: int) -> tuple[Numbers, Numbers]:
        """Return where the tokens of a text start and end in it, in code points."""
        tokens = slice(self._spans_at[text], self._spans_at[text + 1])
        return self._starts[tokens], self._ends[tokens]


class Vocabulary:
    """Terms, numbered as they are met.

    `terms[n]` is the folded form of term n, a zero byte, and its exact form, in UTF-8;
    `kinds[n]` its kind, as in `unmarked`.
    """

    def __init__(self) -> None:
        self.terms: list[bytes] = []
        self.kinds = bytearray()
        self._term_of: dict[str, int] = {}  # by exact form, which determines the folded one
        self._term_of_run: dict[str, int] = {}  # -1: the run is not one token
        self._piece_terms: dict[tuple[str, ...], list[int]] = {}
        self._by_folded: defaultdict[bytes, list[int]] = defaultdict(list)  # those with marks
        self._by_folded_until = 0  # terms that may be in it
        self._keys = np.zeros(1 << _TABLE_BITS, dtype="<u8")
        self._key_terms = np.zeros(1 << _TABLE_BITS, dtype=np.int32)

    def tokenize(
        self, texts: Sequence[str], spans_above: float = 0, most_terms: float = inf
    ) -> Tokens:
        """Tokenize NFC texts; spans are kept of texts with more than `spans_above` tokens.

        Raises TooManyWordsError when the vocabulary has over `most_terms` then, with how many code
        points of the texts it could take in.
        """
        begins = [_piece_begins(text) if len(text) > 2 * _PIECE else (0,) for text in texts]
        chunks = _chunks(chain(*map(_pieces, texts, begins)))
        return Tokens(self._within(most_terms, chunks, spans_above), begins)

    def _within(
        self, most_terms: float, chunks: Iterable[Sequence[str]], spans_above: float
    ) -> "Iterator[_ChunkTokens]":
        fits = 0
        for chunk in chunks:
            yield self._tokenize(chunk, spans_above)
            if len(self.terms) > most_terms:
                what = N_("over {count} different words in one text")
                raise TooManyWordsError(what.format(count=f"{most_terms:,}"), fits)
            fits += sum(map(len, chunk))

    def _tokenize(self, texts: Sequence[str], spans_above: float) -> "_ChunkTokens":
        joined = "\n".join(("", *texts, ""))
        codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
        key_bytes = _KEY_BYTE_OF.take(codes)  # twice as fast as an index in brackets
        for begin, end in signed_names(joined):
            key_bytes[begin:end] = _NOT_PLAIN
        inside = key_bytes != 0
        starts, ends = np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2).T + 1
        keys = _words(key_bytes).take(starts) & _MASKS.take(np.minimum(ends - starts, _KEY_BYTES))
        not_plain = (ends - starts > _KEY_BYTES) | (keys & _ANY_NOT_PLAIN != 0)
        keys[not_plain] = 0
        terms = self._look_up(keys)
        terms, starts, ends = self._replace_runs(
            joined, np.flatnonzero(not_plain), terms, starts, ends
        )
        separated = separated_digits(codes)
        for place in np.searchsorted(starts, may_be_tails(codes, separated)).tolist():
            start, end = starts[place], ends[place]
            if is_tail(joined, start):
                terms[place] = self._term(marked(joined, start, end))
        compounds = self._compounds(joined, codes, starts, ends, separated)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        begins = np.cumsum(lengths + 1) - lengths
        sizes = np.diff(np.searchsorted(starts, begins), append=len(starts))
        # The spans of short texts, which are most, would take twice the memory of their terms.
        # The pieces of a long text are themselves long.
        span_counts = np.where((sizes > spans_above) | (lengths >= _PIECE), sizes, 0)
        is_kept = np.repeat(span_counts > 0, sizes)
        shifts = np.repeat(begins, span_counts)
        starts, ends = ((places[is_kept] - shifts).astype(np.int32) for places in (starts, ends))
        return _ChunkTokens(terms, starts, ends, sizes, span_counts, compounds)

    def _look_up(self, keys: Numbers) -> Numbers:
        """Return the terms of plain runs by their keys; anything where the key is 0."""
        slots = _slots(keys)
        terms: Numbers = self._key_terms.take(slots)
        missed = np.flatnonzero(self._keys.take(slots) != keys)
        if missed.size:
            new, inverse = np.unique(keys[missed], return_inverse=True)
            words = _CODE_POINTS[new.view(np.uint8)].view(f"<U{_KEY_BYTES}").tolist()
            new_terms = np.array(list(map(self._term, words)), dtype=np.int32)
            terms[missed] = new_terms[inverse]
            # Of new keys with the same slot, the first one gets it.
            slots = _slots(new)
            _, firsts = np.unique(slots, return_index=True)
            firsts = firsts[self._keys[slots[firsts]] == 0]
            self._keys[slots[firsts]] = new[firsts]
            self._key_terms[slots[firsts]] = new_terms[firsts]
        return terms

    def _term(self, word: str) -> int:
        """Return the number of a word's term, a new one if need be."""
        number = self._term_of.get(word)  # most words are their own exact forms
        if number is None:
            folded, exact = forms_of(word)
            number = self._term_of.setdefault(exact, len(self.terms))
            if number == len(self.terms):
                self.terms.append(f"{folded}\0{exact}".encode())
                self.kinds.append(kind_of(folded, exact))
        return number

    def forms(self, term: int) -> tuple[str, str]:
        """Return the folded and the exact form of a term."""
        folded, _, exact = self.terms[term].partition(b"\0")
        return folded.decode(), exact.decode()

    def same_folded(self, term: int) -> Sequence[int]:
        """Return the terms with the folded form of a term, itself among them."""
        for number in range(self._by_folded_until, len(self.terms)):
            folded, _, exact = self.terms[number].partition(b"\0")
            if exact != folded:
                self._by_folded[folded].append(number)
        self._by_folded_until = len(self.terms)
        folded = self.terms[term].partition(b"\0")[0]
        bare = self._term_of.get(folded.decode())
        return [*self._by_folded.get(folded, ()), *([] if bare is None else [bare])]

    def term(self, exact: str) -> int:
        """Return the term with an exact form that there is."""
        return self._term_of[exact]

    def with_unknown_marks(self, term: int) -> int:
        """Return the term of a bare word in texts that were typed without marks."""
        folded = self.terms[term].partition(b"\0")[0].decode()
        exact = with_unknown_marks(folded)
        number = self._term_of.setdefault(exact, len(self.terms))
        if number == len(self.terms):
            self.terms.append(f"{folded}\0{exact}".encode())
            self.kinds.append(OTHER)
        return number

    def _replace_runs(
        self, joined: str, others: Numbers, terms: Numbers, starts: Numbers, ends: Numbers
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Replace the runs `others` by their tokens; most are one token, themselves."""
        spans = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
        runs = [joined[start:end] for start, end in spans]
        run_terms = [self._run_term(run) for run in runs]
        terms[others] = run_terms
        split = {
            at: run
            for at, run, term in zip(others.tolist(), runs, run_terms, strict=True)
            if term < 0
        }
        if not split:
            return terms, starts, ends
        # Arrays, since a run may be a whole text, of a script without spaces.
        places, tokens = array("q"), array("q")
        for removed, (at, run) in enumerate(split.items()):
            begin = int(starts[at])
            for word in any_word().finditer(run):
                start, end = word.span()
                places.append(at - removed)
                tokens.extend((self._term(word[0]), begin + start, begin + end))
        where, new = np.asarray(places), np.asarray(tokens)
        columns = zip((terms, starts, ends), new.reshape(-1, 3).T, strict=True)
        terms, starts, ends = (np.insert(np.delete(c, list(split)), where, n) for c, n in columns)
        return terms, starts, ends

    def _compounds(
        self, joined: str, codes: Numbers, starts: Numbers, ends: Numbers, separated: Numbers
    ) -> Compounds:
        """Return the compounds among tokens; `separated`: see `separated_digits`."""
        classes = _CLASS_OF.take(codes, mode="clip")
        borders = np.flatnonzero(_IS_BORDER.take(classes[:-1] * 4 + classes[1:])) + 1
        found_at = np.concatenate((borders, before_groups(codes, separated), behind_dots(joined)))
        places = np.unique(np.searchsorted(starts, found_at, side="right") - 1)
        starts, ends = starts[places], ends[places]
        first = np.searchsorted(borders, starts, side="right").tolist()
        behind = np.searchsorted(borders, ends, side="left").tolist()
        cuts = borders.tolist()
        found, sizes, terms = array("q"), array("q"), array("i")
        columns = (places.tolist(), starts.tolist(), ends.tolist(), first, behind)
        for place, start, end, begin, stop in zip(*columns, strict=True):
            if begin < stop:
                words = cut_at(joined, start, cuts[begin:stop], end)
            else:
                words = pieces_of_whole(joined, start, end)
            if words:
                found.append(place)
                sizes.append(len(words))
                terms.extend(self._pieces(words))
        return Compounds(np.asarray(found), np.asarray(sizes), np.asarray(terms))

    def _pieces(self, words: tuple[str, ...]) -> Sequence[int]:
        """Return the terms of the pieces of a compound."""
        known = self._piece_terms
        if (terms := known.get(words)) is None:
            if len(known) >= _COMPOUNDS_KEPT:
                known.clear()
            terms = known[words] = list(map(self._term, words))
        return terms

    def _run_term(self, run: str) -> int:
        """Return the term of a run that is one token, else -1."""
        term = self._term_of_run.get(run)
        if term is None:
            word = any_word().match(run)
            is_token = word is not None and word[0] == run
            term = self._term_of_run[run] = self._term(run) if is_token else -1
        return term


class _ChunkTokens(NamedTuple):
    """The tokens of texts, or pieces of long ones, that were tokenized together."""

    terms: Numbers
    starts: Numbers  # of each token whose span is kept, in its text
    ends: Numbers
    sizes: Numbers  # tokens of each text
    span_counts: Numbers  # spans kept of each text: all or none
    compounds: Compounds


def _slots(keys: Numbers) -> Numbers:
    slots: Numbers = (keys * _GOLDEN_RATIO) >> np.uint64(64 - _TABLE_BITS)
    return slots.view(np.int64)


def _words(key_bytes: Numbers) -> Numbers:
    """Return for each place the eight bytes from there on, as one number."""
    padded = np.concatenate((key_bytes, np.zeros(_KEY_BYTES, dtype=np.uint8)))
    words: Numbers = np.ndarray((len(key_bytes),), dtype="<u8", buffer=padded, strides=(1,))
    return words


# Where no token, and no number with groups with the word behind it, can be on both sides, as in
# 1 250 000; the last is for single digits without any space.
_CUT: Final = re.compile(
    r"(?=[\n=<>\"(){}\[\]!?])|(?<!\d)(?=\s)|(?<=[0-9]{4})(?=\s)|(?<=[;|])(?=[0-9])"
    r"|(?<=[0-9][,.][0-9][,.][0-9][,.])(?=[0-9][,.][0-9][,.][0-9](?![0-9]))"
)


def _piece_begins(text: str) -> Sequence[int]:
    """Where to cut a long text, and its begin."""
    begins = [0]
    while len(text) - begins[-1] > 2 * _PIECE and (cut := _CUT.search(text, begins[-1] + _PIECE)):
        begins.append(cut.start())
    return begins


def _pieces(text: str, begins: Sequence[int]) -> Iterable[str]:
    return map(text.__getitem__, starmap(slice, pairwise([*begins, len(text)])))


def _chunks(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        if size > _CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    yield chunk


def _key_byte_table() -> NDArray[np.uint8]:
    """Return for each code point its byte in keys, 0 where it is never part of a word."""
    table = np.full(0x110000, _NOT_PLAIN, dtype=np.uint8)
    # Code points beyond are rare in Vietnamese texts; all are taken for word characters, and
    # `tokenizer` decides.
    for code in range(CLASSIFIED):
        char = chr(code)
        # Some characters are part of a word only inside of it or behind a letter that they
        # belong to: see `tokenizer.any_word`.
        if not any(map(any_word().fullmatch, (char, f"a{char}a", f"ก{char}"))):
            table[code] = 0
    for byte, char in enumerate(_PLAIN, 1):
        table[[ord(char), ord(char.upper())]] = byte
    return table


_KEY_BYTE_OF: Final = _key_byte_table()
_CLASS_OF: Final = np.array([*map(letter_class, map(chr, range(CLASSIFIED))), 0], dtype=np.uint8)
_IS_BORDER: Final = np.array([is_border(*divmod(pair, 4)) for pair in range(16)])
