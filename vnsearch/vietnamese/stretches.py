"""Text with words in old encodings -> stretches, each as it is or in one of these encodings.

A word often reads as a syllable both as it is and decoded (`sè` is `số` in TCVN3), so words are not
looked at alone: the readings are the states of a hidden Markov model, chosen for the whole text by
the Viterbi algorithm. A reading costs something for each word that is no syllable, and for each
change of the encoding, which is likelier between lines than inside of a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.vietnamese.encodings import BYTE_OF, DECODERS
from vnsearch.vietnamese.readability import readability

AS_IS: Final = ""  # the reading that changes nothing

# Between ASCII spaces, since bytes of letters are among the others of Unicode.
_CHUNK: Final = re.compile(r"[^\t\n\f\r ]*[^\0-\x7f\t\n\f\r ][^\t\n\f\r ]*")
_PAUSE: Final = re.compile(r"[.,:;!?()/–—]")
_BLOCK: Final = 200_000  # code points that are read together

# Signs that no text has next to a letter, and those that none has between two.
_QUOTES: Final = "\xa0«»·°“”²³"
_ODD: Final = re.escape(
    "".join({*map(chr, (*range(0x80, 0xC0), *BYTE_OF))} - {*_QUOTES, *"±½ªºµμƒŠŒŽšœžŸ‘’–—…"})
)
_STRAY: Final = re.compile(
    rf"(?<=[^\W\d_])[{_ODD}]|[{_ODD}](?=[^\W\d_])|(?<=[^\W\d_])[{_QUOTES}](?=[^\W\d_])"
)
# Vietnamese letters that are no byte of any encoding: a word with them is right as it is.
RIGHT: Final = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")

_BYTE: Final = re.compile("[\x80-\xff]")

_WRONG: Final = 2.0  # cost of a word that is no syllable, or a stray sign
_SYLLABLE: Final = -0.5
_UNLIKELY: Final = 0.1  # cost of a reading that is taken only for a reason
# In a text with more right letters than this, compared to those of bytes, words that may be right
# as they are probably are.
_MIXED_SHARE: Final = 0.1
_MIN_WRONG: Final = 2  # words of a line, for it to be reported
_WORDS_KEPT: Final = 50_000  # whose costs are known, for each set of readings
_CHANGES: Final = {"line": 1.0, "pause": 2.0, "word": 3.0}


class Reading(NamedTuple):
    """A text as read."""

    text: str
    encodings: tuple[str, ...]  # of its stretches that are not as they were
    words: int  # with letters outside ASCII
    wrong: int  # of these, words that make no sense as read
    wrong_lines: tuple[str, ...]  # before they were read, of lines most of whose words are wrong


def has_stray_signs(text: str) -> bool:
    """Whether signs stand where no text has them, as in one that is decoded wrongly."""
    return _STRAY.search(text) is not None


def read_in(text: str, encodings: Sequence[str]) -> Reading:
    """Read a text whose stretches may be as they are, or in any of the given encodings."""
    right, bytes_ = len(RIGHT.findall(text)), len(_BYTE.findall(text))
    costs = _costs((AS_IS, *encodings), right > _MIXED_SHARE * bytes_)
    parts: list[str] = []
    used: dict[str, None] = {}
    wrong_lines: list[str] = []
    words = wrong = begin = 0
    while begin < len(text):
        end = _end_of_block(text, begin)
        block = text[begin:end]
        chunks = list(_CHUNK.finditer(block))
        labels = _labels(block, chunks, costs) if chunks else []
        is_wrong = [
            costs.of(chunk[0])[label] >= 1 for chunk, label in zip(chunks, labels, strict=True)
        ]
        for name, stretch in _stretches(block, chunks, [costs.readings[n] for n in labels]):
            parts.append(DECODERS[name](stretch) if name else stretch)
            used[name] = None
        wrong_lines += _wrong_lines(block, chunks, is_wrong)
        words, wrong, begin = words + len(chunks), wrong + sum(is_wrong), end
    names = tuple(filter(None, used))
    return Reading("".join(parts), names, words, wrong, tuple(wrong_lines))


def _end_of_block(text: str, begin: int) -> int:
    """The end of a line behind so many code points, or of a word, if the line is long."""
    for sign in "\n ":
        end = text.find(sign, begin + _BLOCK, begin + 2 * _BLOCK)
        if end >= 0:
            return end + 1
    return min(len(text), begin + 2 * _BLOCK)


class _Costs:
    """The cost of each reading of a word, kept for the next time."""

    def __init__(self, readings: Sequence[str], as_is_is_likely: bool) -> None:
        self.readings = readings
        self._as_is_is_likely = as_is_is_likely
        self._known: dict[str, tuple[float, ...]] = {}

    def is_unlikely(self, reading: int) -> bool:
        """Whether a reading, by its number, is taken only for a reason."""
        return (self.readings[reading] == AS_IS) != self._as_is_is_likely

    def of(self, chunk: str) -> tuple[float, ...]:
        """The costs of all readings of a word."""
        found = self._known.get(chunk)
        if found is None:
            if len(self._known) >= _WORDS_KEPT:
                self._known.clear()
            found = self._known[chunk] = tuple(self._cost(chunk, name) for name in self.readings)
        return found

    def _cost(self, chunk: str, name: str) -> float:
        read = DECODERS[name](f"{chunk} ") if name else chunk
        words = readability(read)
        wrong = words.marked - words.syllables + len(_STRAY.findall(read))
        if name and read != chunk:
            wrong += 2 * (RIGHT.search(chunk) is not None)  # decoding can only spoil it
        unlikely = _UNLIKELY * self.is_unlikely(self.readings.index(name))
        return _WRONG * wrong + _SYLLABLE * words.syllables + unlikely


# Kept for the next text, as the files of a folder and the messages of a mailbox are much alike.
_costs: Final = lru_cache(maxsize=8)(_Costs)


def _stretches(
    text: str, chunks: Sequence[re.Match[str]], names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The encodings of a text's stretches, and the stretches."""
    name, begin = names[0] if names else AS_IS, 0
    for chunk, other in zip(chunks, names, strict=True):
        if other != name:
            yield name, text[begin : chunk.start()]
            name, begin = other, chunk.start()
    yield name, text[begin:]


def _wrong_lines(
    text: str, chunks: Sequence[re.Match[str]], is_wrong: Sequence[bool]
) -> Iterator[str]:
    """The lines at least half of whose words with letters outside ASCII are wrong."""
    counts: dict[int, tuple[int, int]] = {}  # by line
    at = line = 0
    for chunk, wrong in zip(chunks, is_wrong, strict=True):
        line += text.count("\n", at, chunk.start())
        at = chunk.start()
        all_words, wrong_words = counts.get(line, (0, 0))
        counts[line] = all_words + 1, wrong_words + wrong
    lines = text.split("\n")
    for number, (all_words, wrong_words) in counts.items():
        if wrong_words >= _MIN_WRONG and 2 * wrong_words >= all_words:
            yield lines[number]


def _labels(text: str, chunks: Sequence[re.Match[str]], costs: _Costs) -> list[int]:
    """The reading of each word, by its number, so that their costs together are least."""
    # Before and after the text stands, as it were, a line of what is likely.
    edge = [_CHANGES["line"] * costs.is_unlikely(state) for state in range(len(costs.readings))]
    totals = [own + at_edge for own, at_edge in zip(costs.of(chunks[0][0]), edge, strict=True)]
    states = range(len(totals))
    back: list[list[int]] = []
    for before, chunk in pairwise(chunks):
        best = min(states, key=totals.__getitem__)
        change = totals[best] + _change(text, before, chunk)
        came_from = [state if totals[state] <= change else best for state in states]
        own = costs.of(chunk[0])
        totals = [min(totals[state], change) + own[state] for state in states]
        back.append(came_from)
    labels = [min(states, key=lambda state: totals[state] + edge[state])]
    for came_from in reversed(back):
        labels.append(came_from[labels[-1]])
    return labels[::-1]


def _change(text: str, before: re.Match[str], chunk: re.Match[str]) -> float:
    """The cost of a change of encoding between two words."""
    between = text[before.end() - 1 : chunk.start() + 1]
    if "\n" in between:
        return _CHANGES["line"]
    return _CHANGES["pause" if _PAUSE.search(between) else "word"]
