"""Passage + Query -> Snippet: the stretch of text that shows best why it matched.

A snippet is the document's own characters with ranges over them; how the ranges look is
for `render` to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from vnsearch.analysis import forms, spans_of
from vnsearch.model import Found, Snippet
from vnsearch.query import All, Any, Clause, Kind, Phrase, Query, Word
from vnsearch.vietnamese.letters import FOLDED_LETTERS

LENGTH: Final = 240  # code points, ellipses aside
_LEAD: Final = 60  # of them at most before the first highlight
_CLINGING: Final = 10  # punctuation shown with a word: more is a ruler, not punctuation

# What a pair of highlighted neighbours is worth beside the number of different words.
_NEIGHBOURS: Final = 0.5

Spans = Sequence[tuple[int, int]]  # starts and ends of the words of a text


class _Mark(NamedTuple):
    """A token to highlight: the word it stands for, and the occurrence it is part of."""

    word: str
    first: int
    last: int


def make_snippet(passage: Found, query: Query, *, relaxed: bool = False) -> Snippet:
    """The densest stretch of a passage, cut at word boundaries, with its highlights.

    Highlights cover whole words. Where words typed with marks stand in the passage just
    so, only those are highlighted and not others that fold the same; of a phrase, only
    its whole occurrences are, unless the search was content with its words.
    """
    text = passage.text
    words = spans_of(text)
    marks = _marks(text, words, _sought(query.clauses), query.exact, relaxed)
    begin, end = _widened(text, words, *_densest(words, marks))
    before = "… " if begin or passage.cut_before else ""
    after = " …" if end < len(text) or passage.cut_after else ""
    shift = len(before) - begin
    return Snippet(
        text=f"{before}{text[begin:end]}{after}",
        highlights=tuple(
            (words[i][0] + shift, words[i][1] + shift)
            for i, mark in sorted(marks.items())
            if begin <= words[mark.first][0] and words[mark.last][1] <= end
        ),
        place=passage.place and passage.place.after(text[:begin]),
    )


def title_highlights(
    title: str, query: Query, *, relaxed: bool = False
) -> tuple[tuple[int, int], ...]:
    """The ranges of a title's matched words, by the rules of `make_snippet`."""
    words = spans_of(title)
    marks = _marks(title, words, _sought(query.clauses, titles=True), query.exact, relaxed)
    return tuple(words[i] for i in sorted(marks))


def _marks(
    text: str,
    spans: Spans,
    sought: Iterable[tuple[tuple[Word, ...], bool]],
    exact: bool,
    relaxed: bool,
) -> dict[int, _Mark]:
    """What to highlight, by the indexes of the words of a text."""
    sought = list(sought)
    places: dict[str, list[int]] = {word.folded: [] for words, _ in sought for word in words}
    # Most words are told from these by their first and last letters; a last i may be a y.
    first, last = {None, *(f[0] for f in places)}, {None, *(f[-1] for f in places)}
    last |= {"i", "y"} if last & {"i", "y"} else set()
    folded_letter = FOLDED_LETTERS.get
    for index, (start, end) in enumerate(spans):
        if folded_letter(text[start]) not in first or folded_letter(text[end - 1]) not in last:
            continue
        if (folded := forms(text[start:end])[0]) in places:
            places[folded].append(index)
    marks: dict[int, _Mark] = {}

    def mark(words: tuple[Word, ...]) -> bool:
        first = words[0]
        # Equal exact forms have equal folded forms, so these are all the candidates.
        starts = places[first.folded] if first.kind is Kind.WORD else range(len(spans))
        found = _occurrences(text, spans, words, starts, exact)
        for start in found:
            for place, word in enumerate(words):
                marks[start + place] = _Mark(word.exact, start, start + len(words) - 1)
        return bool(found)

    for words, quoted in sought:
        if not mark(words) and (relaxed or not quoted):
            for word in words:
                mark((word,))
    return marks


def _sought(
    clauses: Iterable[Clause], *, titles: bool = False
) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """Words and phrases that a text, or a title, may show, and whether phrases must be
    whole."""
    for clause in clauses:
        match clause:
            case Word() as word if titles or not word.in_title:
                yield (word,), True
            case Phrase(words, quoted) if titles or not words[0].in_title:
                yield words, quoted
            case All(parts) | Any(parts):
                yield from _sought(parts, titles=titles)


def _occurrences(
    text: str, spans: Spans, words: tuple[Word, ...], candidates: Iterable[int], exact: bool
) -> list[int]:
    """Where these words stand in a row: just as typed if anywhere, else folded."""
    last = len(spans) - len(words)
    for as_typed in (True,) if exact else (True, False):
        starts = [
            index
            for index in candidates
            if index <= last
            and all(
                word.matches(*forms(text[start:end]), as_typed and (exact or word.marked))
                for word, (start, end) in zip(words, spans[index : index + len(words)], strict=True)
            )
        ]
        if starts:
            return starts
    return []


def _densest(spans: Spans, marks: dict[int, _Mark]) -> tuple[int, int]:
    """First and last highlighted word of the window worth most; (0, 0) without any."""
    indexes = sorted(marks)
    most = _worth(indexes, marks)
    best, window = 0.0, (0, 0)
    for at, first in enumerate(indexes):
        if best == most:
            break
        # A phrase may be longer than a snippet; it is not cut.
        limit = max(spans[first][0] + LENGTH - _LEAD, spans[marks[first].last][1])
        inside = [i for i in indexes[at : at + LENGTH] if spans[i][1] <= limit]
        if (worth := _worth(inside, marks)) > best:
            best, window = worth, (inside[0], inside[-1])
    return window


def _worth(indexes: Sequence[int], marks: dict[int, _Mark]) -> float:
    """What some highlighted words are worth."""
    neighbours = {
        (marks[a].word, marks[b].word)
        for a, b in pairwise(indexes)
        if b == a + 1 and marks[a].word != marks[b].word
    }
    return len({marks[i].word for i in indexes}) + _NEIGHBOURS * len(neighbours)


def _widened(text: str, spans: Spans, first: int, last: int) -> tuple[int, int]:
    """The window with as many words around it as fit: where to cut the text."""
    if len(text) <= LENGTH or not spans:
        return 0, min(len(text), LENGTH)
    room = max(0, LENGTH - (spans[last][1] - spans[first][0]))
    # More before it when little text is left behind it.
    lead = max(min(_LEAD, room), room - (spans[-1][1] - spans[last][1]))
    begin = min(first, bisect_left(spans, (spans[first][0] - lead,)))
    start = spans[begin][0]
    end = max(last, bisect_right(spans, start + LENGTH, key=itemgetter(1)) - 1)
    return _clinging_before(text, start), _clinging_behind(text, spans[end][1])


def _clinging_before(text: str, start: int) -> int:
    """Where the signs begin that stand before a word without a space between."""
    for at in range(start, max(0, start - _CLINGING), -1):
        if text[at - 1].isspace() or text[at - 1].isalnum():
            return at
    return 0 if start <= _CLINGING else start


def _clinging_behind(text: str, end: int) -> int:
    """Where the signs end that stand behind a word without a space between."""
    for at in range(end, min(len(text), end + _CLINGING)):
        if text[at].isspace() or text[at].isalnum():
            return at
    return len(text) if len(text) - end <= _CLINGING else end
