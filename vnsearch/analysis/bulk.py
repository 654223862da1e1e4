"""Texts -> tokens, many texts at a time: what `analysis` says, at numpy's speed.

Most runs of word characters are plain: at most eight Vietnamese or ASCII letters and digits.
A plain run is its own token; its lower-case letters, a byte each, make one 64-bit key, and
keys are looked up for all the texts at once. Every other run goes through `analysis`, and
so does each new word, so both ways give the same tokens.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnsearch.analysis.tokenizer import WORD, forms_of
from vnsearch.vietnamese.letters import LETTERS

Numbers = NDArray[Any]

_PLAIN: Final = LETTERS + "0123456789"  # a byte in a key for each, from 1
_CODES: Final = np.array([0, *map(ord, _PLAIN)], dtype="<u4")  # by their bytes
_OTHER: Final = 0x80  # the byte of characters that a plain run does not have
_OTHERS: Final = np.uint64(0x8080808080808080)
_KEY_BYTES: Final = 8
_MASKS: Final = np.array([256**length - 1 for length in range(_KEY_BYTES + 1)], dtype="<u8")

# Code points from here on are few in Vietnamese texts; whether they belong to words is left
# to `analysis`.
_CLASSED: Final = 0x3000

# Keys are looked up in a table without probing, by Knuth's multiplicative hashing; of two
# words with one slot the later one is looked up in a dictionary.
_TABLE_BITS: Final = 19
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)

_CHUNK: Final = 1 << 18  # code points looked at together, to stay in the processor's caches
_PIECE: Final = 1 << 20  # code points


class Tokens:
    """The tokens of several texts, one text after another: `terms`, the number of each token's
    term, and `counts`, how many tokens each text has."""

    def __init__(self, parts: "Sequence[_Part]", texts: Sequence[Sequence[str]]) -> None:
        """`texts` are in pieces, of which the parts have some each."""
        self.terms, self._starts, self._ends, sizes, self._kept = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        self._texts = texts
        self._pieces = np.cumsum([0, *map(len, texts)])
        self._at = np.concatenate(([0], np.cumsum(self._kept)))
        self.counts = np.diff(np.concatenate(([0], np.cumsum(sizes)))[self._pieces])

    def spans(self, text: int) -> tuple[Numbers, Numbers]:
        """Where the tokens of a text start and end in it, in code points."""
        pieces = slice(self._pieces[text], self._pieces[text + 1])
        tokens = slice(self._at[pieces.start], self._at[pieces.stop])
        begins = [*accumulate(map(len, self._texts[text][:-1]), initial=0)]
        shifts = np.repeat(np.array(begins, dtype=np.int32), self._kept[pieces])
        return self._starts[tokens] + shifts, self._ends[tokens] + shifts


class Vocabulary:
    """Numbers for terms, given as they are met; `terms[n]` is the folded form of term n, a zero
    byte, and its exact form, in UTF-8."""

    def __init__(self) -> None:
        self.terms: list[bytes] = []
        self._term_of: dict[str, int] = {}  # by its exact form, which decides on the folded one
        self._runs: dict[str, int] = {}  # what was met -> term, -1 when it is not one token
        self._keys = np.zeros(1 << _TABLE_BITS, dtype="<u8")
        self._values = np.zeros(1 << _TABLE_BITS, dtype=np.int32)

    def tokenize(self, texts: Sequence[str], spans_above: float = 0) -> Tokens:
        """The tokens of NFC texts, as `analysis.tokenize` makes them; with the spans of those of
        texts that have more than so many."""
        pieces = [_pieces(text) if len(text) > 2 * _PIECE else [text] for text in texts]
        chunks = _chunks(list(chain(*pieces)))
        return Tokens([self._tokenize(chunk, spans_above) for chunk in chunks], pieces)

    def _tokenize(self, texts: Sequence[str], spans_above: float) -> "_Part":
        joined = "\n".join(("", *texts, ""))
        # `take` is twice as fast as an index in brackets.
        classes = _CLASSES.take(np.frombuffer(joined.encode("utf-32-le"), dtype="<u4"))
        inside = classes != 0
        starts, ends = np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2).T + 1
        keys = _windows(classes).take(starts) & _MASKS.take(np.minimum(ends - starts, _KEY_BYTES))
        other = (ends - starts > _KEY_BYTES) | (keys & _OTHERS != 0)
        keys[other] = 0
        terms = self._look_up(keys)
        terms, starts, ends = self._fill_in(joined, np.flatnonzero(other), terms, starts, ends)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        begins = np.cumsum(lengths + 1) - lengths
        sizes = np.diff(np.searchsorted(starts, begins), append=len(starts))
        # Most texts are short, and their spans would take twice the memory of their terms. Of
        # a text in pieces, each piece is long.
        kept = np.where((sizes > spans_above) | (lengths >= _PIECE), sizes, 0)
        of_long = np.repeat(kept > 0, sizes)
        shifts = np.repeat(begins, kept)
        starts, ends = ((places[of_long] - shifts).astype(np.int32) for places in (starts, ends))
        return _Part(terms, starts, ends, sizes, kept)

    def _look_up(self, keys: Numbers) -> Numbers:
        """The terms of plain runs by their keys (0 where the key is 0)."""
        slots = _slots(keys)
        terms: Numbers = self._values.take(slots)
        missed = np.flatnonzero(self._keys.take(slots) != keys)
        if missed.size:
            new, where = np.unique(keys[missed], return_inverse=True)
            words = _CODES[new.view(np.uint8)].view(f"<U{_KEY_BYTES}").tolist()
            of_new = np.array(list(map(self._number, words)), dtype=np.int32)
            terms[missed] = of_new[where]
            # Where two new keys want the same slot, one has both it and its term.
            slots = _slots(new)
            _, firsts = np.unique(slots, return_index=True)
            firsts = firsts[self._keys[slots[firsts]] == 0]
            self._keys[slots[firsts]] = new[firsts]
            self._values[slots[firsts]] = of_new[firsts]
        return terms

    def _number(self, word: str) -> int:
        """The term of a word."""
        number = self._term_of.get(word)  # most words are as their exact forms
        if number is None:
            folded, exact = forms_of(word)
            number = self._term_of.setdefault(exact, len(self.terms))
            if number == len(self.terms):
                self.terms.append(f"{folded}\0{exact}".encode())
        return number

    def _fill_in(
        self, joined: str, others: Numbers, terms: Numbers, starts: Numbers, ends: Numbers
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The runs `others` replaced by the tokens in them, which are mostly just they."""
        spans = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
        runs = [joined[start:end] for start, end in spans]
        of_runs = [self._term_of_run(run) for run in runs]
        terms[others] = of_runs
        torn = {at: run for at, run, t in zip(others.tolist(), runs, of_runs, strict=True) if t < 0}
        if not torn:
            return terms, starts, ends
        places, found = [], []
        for nth, (at, run) in enumerate(torn.items()):
            for word in WORD.finditer(run):
                places.append(at - nth)
                found.append((self._number(word[0]), *(int(starts[at]) + p for p in word.span())))
        where, new = np.array(places, dtype=np.int64), np.array(found, dtype=np.int64)
        columns = zip((terms, starts, ends), new.reshape(-1, 3).T, strict=True)
        terms, starts, ends = (np.insert(np.delete(c, list(torn)), where, n) for c, n in columns)
        return terms, starts, ends

    def _term_of_run(self, run: str) -> int:
        """The term of a run that is one token, else -1."""
        term = self._runs.get(run)
        if term is None:
            first = WORD.match(run)
            whole = first is not None and first[0] == run
            term = self._runs[run] = self._number(run) if whole else -1
        return term


class _Part(NamedTuple):
    """The tokens of pieces of text, joined to one string."""

    terms: Numbers
    starts: Numbers  # in its piece, of each token whose span is kept
    ends: Numbers
    sizes: Numbers  # how many tokens each piece has
    kept: Numbers  # of how many of them the spans are kept: all or none


def _slots(keys: Numbers) -> Numbers:
    slots: Numbers = (keys * _GOLDEN) >> np.uint64(64 - _TABLE_BITS)
    return slots.view(np.int64)


def _windows(classes: Numbers) -> Numbers:
    """At each place the eight bytes from there on, as one number."""
    padded = np.concatenate((classes, np.zeros(_KEY_BYTES, dtype=np.uint8)))
    windows: Numbers = np.ndarray((len(classes),), dtype="<u8", buffer=padded, strides=(1,))
    return windows


_SPACE: Final = re.compile(r"\s")


def _pieces(text: str) -> list[str]:
    """Pieces of a long text, cut before spaces: at once it would take many times its size."""
    pieces, begin = [], 0
    while len(text) - begin > 2 * _PIECE and (space := _SPACE.search(text, begin + _PIECE)):
        pieces.append(text[begin : space.start()])
        begin = space.start()
    return [*pieces, text[begin:]]


def _chunks(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    begin = size = 0
    for end, text in enumerate(texts):
        if size > _CHUNK:
            yield texts[begin:end]
            begin, size = end, 0
        size += len(text)
    yield texts[begin:]


def _classes() -> NDArray[np.uint8]:
    """For each code point its byte in keys, 0 where it is never part of a word."""
    table = np.full(0x110000, _OTHER, dtype=np.uint8)
    for code in range(_CLASSED):
        char = chr(code)
        # What may follow inside a word may not stand alone: see `analysis.WORD`.
        if not char.isalnum() and not WORD.fullmatch(f"a{char}a"):
            table[code] = 0
    for number, char in enumerate(_PLAIN, 1):
        table[[ord(char), ord(char.upper())]] = number
    return table


_CLASSES: Final = _classes()
