"""Passage + Query -> Snippet: the stretch of text that shows best why it matched.

A snippet is the document's own characters with ranges over them; how the ranges look is
for `render` to say.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from vnsearch.analysis import WORD, forms, places_of, spans_of
from vnsearch.model import Found, Snippet
from vnsearch.query import All, Any, Clause, Kind, Phrase, Query, Word

LENGTH: Final = 240  # code points, ellipses aside
_LEAD: Final = 60  # of them at most before the first highlight
_CLINGING: Final = 10  # punctuation shown with a word: more is a ruler, not punctuation

# What a pair of highlighted neighbours is worth beside the number of different words.
_NEIGHBOURS: Final = 0.5

_LOOK_BACK: Final = 16  # code points, at first, for the end of a word

Span = tuple[int, int]  # start and end of a word of a text


Row = Sequence[Span]  # the words of an occurrence, which is one word or a phrase

# A token to highlight, the word it stands for, and the occurrence it is part of.
Mark = tuple[Span, tuple[str, Row]]


def make_snippet(passage: Found, query: Query, *, relaxed: bool = False) -> Snippet:
    """The densest stretch of a passage, cut at word boundaries, with its highlights.

    Highlights cover whole words. Where words typed with marks stand in the passage just
    so, only those are highlighted and not others that fold the same; of a phrase, only
    its whole occurrences are, unless the search was content with its words.
    """
    text = passage.text
    marks = _marks(text, _sought(query.clauses), query.exact, relaxed)
    begin, end = _stretch(text, marks)
    before = "… " if begin or passage.cut_before else ""
    after = " …" if end < len(text) or passage.cut_after else ""
    shift = len(before) - begin
    return Snippet(
        text=f"{before}{text[begin:end]}{after}",
        highlights=tuple(
            (token[0] + shift, token[1] + shift)
            for token, (_, row) in marks
            if begin <= row[0][0] and row[-1][1] <= end
        ),
        place=passage.place and passage.place.after(text[:begin]),
    )


def title_highlights(
    title: str, query: Query, *, relaxed: bool = False
) -> tuple[tuple[int, int], ...]:
    """The ranges of a title's matched words, by the rules of `make_snippet`."""
    marks = _marks(title, _sought(query.clauses, titles=True), query.exact, relaxed)
    return tuple(token for token, _ in marks)


def _marks(
    text: str, sought: Iterable[tuple[tuple[Word, ...], bool]], exact: bool, relaxed: bool
) -> list[Mark]:
    """What to highlight in a text, in order."""
    sought = list(sought)
    places = places_of(text, (word.folded for words, _ in sought for word in words))
    marks: dict[Span, tuple[str, Row]] = {}

    def mark(words: tuple[Word, ...]) -> bool:
        first = words[0]
        # Equal exact forms have equal folded forms, so these are all the candidates.
        starts = places[first.folded] if first.kind is Kind.WORD else spans_of(text)
        found = _occurrences(text, words, starts, exact) if starts else []
        for row in found:
            for word, token in zip(words, row, strict=True):
                marks[token] = word.exact, row
        return bool(found)

    for words, quoted in sought:
        if not mark(words) and (relaxed or not quoted):
            for word in words:
                mark((word,))
    return sorted(marks.items())


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
    text: str, words: tuple[Word, ...], starts: Sequence[Span], exact: bool
) -> Sequence[Row]:
    """Where these words stand in a row: just as typed if anywhere, else folded."""
    for as_typed in (True,) if exact else (True, False):
        rows: list[list[Span]] = [[]]
        for word in words:
            typed = as_typed and (exact or word.marked)
            rows = [
                [*row, (start, end)]
                for row in rows
                for start, end in (_following(text, row[-1]) if row else starts)
                if word.matches(*forms(text[start:end]), typed)
            ]
        if rows:
            return rows
    return ()


def _following(text: str, word: Span) -> tuple[Span, ...]:
    """The word behind a word, if there is one."""
    found = WORD.search(text, word[1])
    return () if found is None else (found.span(),)


def _stretch(text: str, marks: Sequence[Mark]) -> Span:
    """Where to cut a text: the window worth most with as many words around it as fit."""
    anywhere = WORD.search(text)
    if len(text) <= LENGTH or anywhere is None:
        return 0, min(len(text), LENGTH)
    start, end = _densest(text, marks) if marks else anywhere.span()
    room = max(0, LENGTH - (end - start))
    # More before it when little text is left behind it.
    lead = max(min(_LEAD, room), room - (_last_end(text, end, len(text)) - end))
    begin = _first_start(text, start - lead)
    return _clinging_before(text, begin), _clinging_behind(
        text, _last_end(text, end, begin + LENGTH)
    )


def _densest(text: str, marks: Sequence[Mark]) -> Span:
    """Where the window of highlighted words is that is worth most."""
    words = [word for _, (word, _) in marks]
    ends = [end for (_, end), _ in marks]
    neighbours = [
        (words[at], words[at + 1])
        if words[at] != words[at + 1] and not WORD.search(text, ends[at], start)
        else None
        for at, ((start, _), _) in enumerate(marks[1:])
    ]

    def worth(begin: int, end: int) -> float:
        pairs = {*neighbours[begin : end - 1]} - {None}
        return len({*words[begin:end]}) + _NEIGHBOURS * len(pairs)

    most = worth(0, len(marks))
    best, window, reached = 0.0, (0, 0), 0
    for at, ((start, _), (_, row)) in enumerate(marks):
        if best == most:
            break
        # A phrase may be longer than a snippet; it is not cut.
        end = min(bisect_right(ends, max(start + LENGTH - _LEAD, row[-1][1])), at + LENGTH)
        # What is in a window before is not worth more than that.
        if end > reached and (own := worth(at, end)) > best:
            best, window = own, (start, ends[end - 1])
        reached = max(reached, end)
    return window


def _first_start(text: str, at: int) -> int:
    """Where the first word begins that does so at `at` or behind it; there is one."""
    behind_space = text.rfind(" ", 0, max(0, at)) + 1
    words = WORD.finditer(text, behind_space)
    return next(word.start() for word in words if word.start() >= at)


def _last_end(text: str, end: int, limit: int) -> int:
    """Where the last word ends that does so by `limit`; `end` when none does behind that one."""
    back = _LOOK_BACK
    while True:
        # The words from a space on are the same as those from the beginning.
        begin = max(end, text.rfind(" ", end, max(end, limit - back)))
        last = end
        for word in WORD.finditer(text, begin):
            if word.end() > limit:
                break
            last = word.end()
        if last > end or begin == end:
            return last
        back *= 2


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
