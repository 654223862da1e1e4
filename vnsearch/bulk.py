"""Texts -> tokens, many texts at a time: what `analysis` says, at numpy's speed.

Most runs of word characters are plain: at most eight Vietnamese or ASCII letters and digits.
A plain run is its own token; its lower-case letters, a byte each, make one 64-bit key, and
keys are looked up for all the texts at once. Every other run goes through `analysis`, and
so does each new word, so both ways give the same tokens.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnsearch.analysis import WORD, forms
from vnsearch.vietnamese.letters import LETTERS

Numbers = NDArray[Any]

_PLAIN: Final = LETTERS + "0123456789"  # a byte in a key for each, from 1
_LETTERS: Final = "\0" + _PLAIN  # by their bytes
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


class Tokens(NamedTuple):
    """The tokens of several texts, one text after another."""

    terms: Numbers  # the number of each token's term
    starts: Numbers  # code points in the text it is of
    ends: Numbers
    counts: Numbers  # tokens of each text


class Vocabulary:
    """Numbers for terms, given as they are met; `terms[n]` is the folded and the exact form
    of term n."""

    def __init__(self) -> None:
        self.terms: list[tuple[str, str]] = []
        self._term_of: dict[tuple[str, str], int] = {}
        self._plain: dict[int, int] = {}  # key of a plain run -> term
        self._other: dict[str, list[tuple[int, int, int]]] = {}  # run -> terms, starts, ends
        self._keys = np.zeros(1 << _TABLE_BITS, dtype="<u8")
        self._values = np.zeros(1 << _TABLE_BITS, dtype=np.uint32)

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """The tokens of NFC texts, as `analysis.tokenize` makes them."""
        pieces = [_pieces(text) for text in texts]
        parts = [self._tokenize(chunk) for chunk in _chunks(list(chain(*pieces)))]
        terms, starts, ends, counts = (np.concatenate(c) for c in zip(*parts, strict=True))
        if len(counts) > len(texts):
            shifts = [at for cut in pieces for at in accumulate(map(len, cut[:-1]), initial=0)]
            shift = np.repeat(np.array(shifts, dtype=np.int32), counts)
            starts, ends = starts + shift, ends + shift
            sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
            counts = np.add.reduceat(counts, np.cumsum(sizes) - sizes)
        return Tokens(terms, starts, ends, counts)

    def _tokenize(self, texts: Sequence[str]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        joined = "\n".join(("", *texts, ""))
        classes = _CLASSES[np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")]
        inside = classes != 0
        starts, ends = np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2).T + 1
        keys = _windows(classes)[starts] & _MASKS[np.minimum(ends - starts, _KEY_BYTES)]
        other = (ends - starts > _KEY_BYTES) | (keys & _OTHERS != 0)
        keys[other] = 0
        terms = self._look_up(keys)
        terms, starts, ends = self._fill_in(joined, np.flatnonzero(other), terms, starts, ends)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        begins = np.cumsum(lengths + 1) - lengths
        firsts = np.searchsorted(starts, begins)
        counts = np.diff(firsts, append=len(starts))
        shift = np.repeat(begins, counts)
        starts, ends = ((column - shift).astype(np.int32) for column in (starts, ends))
        return terms, starts, ends, counts

    def _look_up(self, keys: Numbers) -> Numbers:
        """The terms of plain runs by their keys (0 where the key is 0)."""
        slots = (keys * _GOLDEN) >> np.uint64(64 - _TABLE_BITS)
        terms: Numbers = self._values[slots]
        missed = np.flatnonzero(self._keys[slots] != keys)
        if missed.size:
            new, where = np.unique(keys[missed], return_inverse=True)
            terms[missed] = np.array([self._term_of_key(key) for key in new.tolist()])[where]
            slots = (new * _GOLDEN) >> np.uint64(64 - _TABLE_BITS)
            free = self._keys[slots] == 0
            self._keys[slots[free]] = new[free]
            # Read back, for two new keys may have wanted the same slot.
            kept = self._keys[slots[free]].tolist()
            self._values[slots[free]] = [self._plain[key] for key in kept]
        return terms

    def _term_of_key(self, key: int) -> int:
        term = self._plain.get(key)
        if term is None:
            letters = key.to_bytes(_KEY_BYTES, "little").rstrip(b"\0")
            word = codecs.charmap_decode(letters, "strict", _LETTERS)[0]
            term = self._plain[key] = self._number(word)
        return term

    def _number(self, word: str) -> int:
        both = forms(word)
        number = self._term_of.setdefault(both, len(self.terms))
        if number == len(self.terms):
            self.terms.append(both)
        return number

    def _fill_in(
        self, joined: str, others: Numbers, terms: Numbers, starts: Numbers, ends: Numbers
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The runs `others` replaced by the tokens in them, which are mostly one."""
        spans = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
        runs = [joined[start:end] for start, end in spans]
        found = [self._other.get(run) or self._read(run) for run in runs]
        counts = np.ones(len(terms), dtype=np.int64)
        counts[others] = np.fromiter(map(len, found), np.int64, len(found))
        tokens = np.fromiter(chain(*chain(*found)), np.int64).reshape(-1, 3)
        filled = np.zeros(len(terms), dtype=bool)
        filled[others] = True
        filled, terms, starts, ends = (np.repeat(c, counts) for c in (filled, terms, starts, ends))
        terms[filled] = tokens[:, 0]
        ends[filled] = starts[filled] + tokens[:, 2]
        starts[filled] += tokens[:, 1]
        return terms, starts, ends

    def _read(self, run: str) -> list[tuple[int, int, int]]:
        tokens = [(self._number(m.group()), m.start(), m.end()) for m in WORD.finditer(run)]
        self._other[run] = tokens
        return tokens


def _windows(classes: Numbers) -> Numbers:
    """At each place the eight bytes from there on, as one number."""
    padded = np.concatenate((classes, np.zeros(_KEY_BYTES, dtype=np.uint8)))
    windows: Numbers = np.ndarray((len(classes),), dtype="<u8", buffer=padded, strides=(1,))
    return windows


_SPACE: Final = re.compile(r"\s")


def _pieces(text: str) -> list[str]:
    """A text, or if it is long pieces of it, cut before spaces: at once it would take many
    times its size."""
    pieces, begin = [], 0
    while len(text) - begin > 2 * _PIECE and (space := _SPACE.search(text, begin + _PIECE)):
        pieces.append(text[begin : space.start()])
        begin = space.start()
    return [*pieces, text[begin:]] if pieces else [text]


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
