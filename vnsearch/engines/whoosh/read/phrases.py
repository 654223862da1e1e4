"""Counting words and phrases of a query in token strings."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.query.clauses import Word
from vnsearch.ranking import TITLE_WEIGHT

TokenString = tuple[int, str]  # of a passage: the number of its segment, its token string there


def title_of(tokens: str) -> tuple[int, int]:
    """Return where the title in a token string begins and ends."""
    begin = tokens.index(FIELD_SEPARATOR) + 1
    end = tokens.find(FIELD_SEPARATOR, begin)
    return begin, len(tokens) if end < 0 else end


class PhraseFrequency:
    """The tf of consecutive words, exact at any height."""

    def __init__(
        self, segments: Sequence[SegmentReader], words: tuple[Word, ...], exact: bool
    ) -> None:
        self._in_text = not words[0].in_title
        # By segment: the characters of each word, and `SegmentReader.phrase_strings`.
        self._slots: LazyTable[int, list[str]] = LazyTable(
            lambda n: [segments[n].characters(word, exact) for word in words]
        )
        self._sets: LazyTable[int, list[frozenset[str]]] = LazyTable(partial(_as_sets, self._slots))
        self._strings: LazyTable[int, list[str] | None] = LazyTable(
            lambda n: segments[n].phrase_strings(words, exact)
        )

    def __call__(self, tokens: TokenString, *, text_only: bool = False) -> int:
        """Return the tf in a passage: in its text, in pieces of compounds, and TITLE_WEIGHT
        times that in its title.

        With `text_only` the title does not count.
        """
        segment, string = tokens
        total = in_title = 0
        if (phrases := self._strings[segment]) is None:
            starts = _starts(string, self.characters(segment), self._sets[segment])
            begin, end = title_of(string)
            total, in_title = len(starts), sum([begin <= start < end for start in starts])
        else:
            for phrase in phrases:
                if phrase in string:
                    total += string.count(phrase)
                    if string.count(phrase, string.index(FIELD_SEPARATOR)):
                        in_title += string.count(phrase, *title_of(string))
        in_text = (total - in_title) * self._in_text
        return in_text if text_only else in_text + TITLE_WEIGHT * in_title

    def characters(self, segment: int) -> list[str]:
        """Return the characters of each word in a segment."""
        return self._slots[segment]

    def strings(self, segment: int) -> list[str] | None:
        """Return the strings in whose stead it is, wherever they are; None if there are none."""
        return self._strings[segment] if self._in_text else None


def _as_sets(slots: Mapping[int, list[str]], segment: int) -> list[frozenset[str]]:
    return list(map(frozenset, slots[segment]))


def without_pieces(tokens: TokenString) -> TokenString:
    """Return the tokens of a passage without the pieces of its compounds."""
    segment, string = tokens
    if string.count(FIELD_SEPARATOR) == 1:  # as most often
        return tokens
    return segment, string[: title_of(string)[1]]


class AnyFrequency:
    """The tf of several words and phrases together."""

    def __init__(self, frequencies: Sequence["Frequency"]) -> None:
        """The first is that of a word."""
        self._frequencies = frequencies

    def __call__(self, tokens: TokenString, *, text_only: bool = False) -> int:
        """Return the tf in a passage, as `PhraseFrequency`."""
        return sum([tf(tokens, text_only=text_only) for tf in self._frequencies])

    def characters(self, segment: int) -> list[str]:
        """Return the characters of the first word in a segment."""
        return self._frequencies[0].characters(segment)

    def strings(self, segment: int) -> list[str] | None:
        """As `PhraseFrequency.strings`."""
        parts = [tf.strings(segment) for tf in self._frequencies]
        return None if None in parts else [*chain.from_iterable(filter(None, parts))]


Frequency = PhraseFrequency | AnyFrequency


def _starts(string: str, slots: Sequence[str], sets: Sequence[frozenset[str]]) -> list[int]:
    """Where consecutive characters each are one of those of their slot, as string and as set."""
    first, (any_first, *rest) = slots[0], sets
    starts = []
    if len(first) < len(string):
        for character in first:
            start = string.find(character)
            while start >= 0:
                starts.append(start)
                start = string.find(character, start + 1)
    else:
        starts = [start for start, character in enumerate(string) if character in any_first]
    for place, slot in enumerate(rest, 1):
        # A slice past the end would be the empty string, which is in every slot.
        starts = [s for s in starts if s + place < len(string) and string[s + place] in slot]
    return starts
