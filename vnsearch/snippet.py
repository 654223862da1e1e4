"""Passage + Query -> Snippet: the stretch of text that shows best why it matched.

A snippet is the document's own characters with ranges over them; how the ranges look is
for `render` to say.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.analysis import tokenize
from vnsearch.model import Found, Snippet, Token
from vnsearch.query import All, Any, Clause, Kind, Phrase, Query, Word

LENGTH: Final = 240  # code points, ellipses aside
_LEAD: Final = 60  # of them at most before the first highlight

# What a pair of highlighted neighbours is worth beside the number of different words.
_NEIGHBOURS: Final = 0.5


class _Mark(NamedTuple):
    """A token to highlight: the word it stands for, and the occurrence it is part of."""

    word: str
    first: int
    last: int


def make_snippet(passage: Found, query: Query) -> Snippet:
    """The densest stretch of a passage, cut at word boundaries, with its highlights.

    Highlights cover whole words. Where words typed with marks stand in the passage just
    so, only those are highlighted and not others that fold the same; of a phrase, only
    its whole occurrences are.
    """
    text = passage.text
    tokens = list(tokenize(text))
    marks = _marks(tokens, query)
    begin, end = _widened(text, tokens, *_densest(tokens, marks))
    before = "… " if begin or passage.cut_before else ""
    after = " …" if end < len(text) or passage.cut_after else ""
    shift = len(before) - begin
    line = passage.line
    if line is not None:
        line += passage.line_step * text.count("\n", 0, begin)
    return Snippet(
        text=f"{before}{text[begin:end]}{after}",
        highlights=tuple(
            (tokens[i].start + shift, tokens[i].end + shift)
            for i, mark in sorted(marks.items())
            if begin <= tokens[mark.first].start and tokens[mark.last].end <= end
        ),
        line=line,
    )


def _marks(tokens: Sequence[Token], query: Query) -> dict[int, _Mark]:
    """What to highlight, by the indexes of the tokens."""
    places: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        places.setdefault(token.folded, []).append(index)
    marks: dict[int, _Mark] = {}

    def mark(words: tuple[Word, ...]) -> bool:
        first = words[0]
        # Equal exact forms have equal folded forms, so these are all the candidates.
        starts = places.get(first.folded, ()) if first.kind is Kind.WORD else range(len(tokens))
        found = _occurrences(tokens, words, starts, query.exact)
        for start in found:
            for place, word in enumerate(words):
                marks[start + place] = _Mark(word.exact, start, start + len(words) - 1)
        return bool(found)

    for words, quoted in _sought(query.clauses):
        if not mark(words) and not quoted:  # a relaxed search is content with its words
            for word in words:
                mark((word,))
    return marks


def _sought(clauses: Iterable[Clause]) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """Words and phrases that a passage may show, and whether phrases must be whole."""
    for clause in clauses:
        match clause:
            case Word(in_title=False) as word:
                yield (word,), True
            case Phrase(words, quoted) if not words[0].in_title:
                yield words, quoted
            case All(parts) | Any(parts):
                yield from _sought(parts)


def _occurrences(
    tokens: Sequence[Token], words: tuple[Word, ...], candidates: Iterable[int], exact: bool
) -> list[int]:
    """Where these words stand in a row: just as typed if anywhere, else folded."""
    last = len(tokens) - len(words)
    for as_typed in (True,) if exact else (True, False):
        starts = [
            start
            for start in candidates
            if start <= last
            and all(
                word.matches(token.folded, token.exact, as_typed and (exact or word.marked))
                for word, token in zip(words, tokens[start : start + len(words)], strict=True)
            )
        ]
        if starts:
            return starts
    return []


def _densest(tokens: Sequence[Token], marks: dict[int, _Mark]) -> tuple[int, int]:
    """First and last highlighted token of the window worth most; (0, 0) without any."""
    indexes = sorted(marks)
    best, window = 0.0, (0, 0)
    for at, first in enumerate(indexes):
        limit = tokens[first].start + LENGTH - _LEAD
        inside = [i for i in indexes[at : at + LENGTH] if tokens[i].end <= limit] or [first]
        words = [marks[i].word for i in inside]
        neighbours = {
            (marks[a].word, marks[b].word)
            for a, b in pairwise(inside)
            if b == a + 1 and marks[a].word != marks[b].word
        }
        worth = len(set(words)) + _NEIGHBOURS * len(neighbours)
        if worth > best:
            best, window = worth, (inside[0], inside[-1])
    return window


def _widened(text: str, tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """The window with as many words around it as fit: where to cut the text."""
    if not tokens:
        return 0, min(len(text), LENGTH)
    starts = [token.start for token in tokens]
    room = LENGTH - (tokens[last].end - tokens[first].start)
    if len(text) <= LENGTH:
        return 0, len(text)
    lead = min(_LEAD, max(0, room))
    # More before it when little text is left behind it.
    lead = max(lead, min(max(0, room), room - (len(text) - tokens[last].end)))
    begin_token = min(first, bisect_right(starts, tokens[first].start - lead - 1))
    begin = tokens[begin_token].start if begin_token else 0
    end_token = max(last, bisect_right([t.end for t in tokens], begin + LENGTH) - 1)
    end = len(text) if end_token == len(tokens) - 1 else _after_punctuation(text, tokens[end_token])
    return begin, end


def _after_punctuation(text: str, token: Token) -> int:
    """Where the punctuation ends that clings to a token."""
    end = token.end
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return end
