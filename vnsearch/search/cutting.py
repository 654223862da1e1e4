"""A text and the marks in it -> where to cut a snippet from it."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.analysis.tokenizer import words_in

LEAD: Final = 60  # code points at most before the first highlight
_CLINGING: Final = 10  # punctuation shown with a word: more is a ruler, not punctuation

# The weight of a pair of highlighted neighbours beside the number of different words.
_NEIGHBOURS: Final = 0.5

_LEAST_BETWEEN: Final = 3  # code points, when there is a word between two others

_LINE_OR_SENTENCE_END: Final = re.compile(r"[\n\f]+|[.!?…][\"'”’»)\]]*[ \t]+")

_words_in: Final = lru_cache(1)(words_in)  # each text is asked several times in a row

Span = tuple[int, int]  # start and end in a text


class Mark(NamedTuple):
    """A token to highlight."""

    start: int
    end: int
    word: str  # that it stands for
    first: int  # start and end of the occurrence it is part of: one word or a phrase
    last: int
    weak: bool = False  # another typing of a bare word than what it most likely means


def span_of_match(text: str, marks: Sequence[Mark], body: int) -> Span:
    """Where the shortest part of a text is that has all the words marked in it; `body` if none
    is."""
    start = closest(marks, body, len(text)) if marks else body
    left = {mark.word for mark in marks}
    end = start
    for mark in marks:
        if mark.start >= start and left:
            left.discard(mark.word)
            end = mark.end
    return start, end


def lines_around(text: str, start: int, end: int, count: int) -> Span:
    """Where the sentences or lines of a stretch, and `count` of them before and behind, are."""
    ends = [0, *(match.end() for match in _LINE_OR_SENTENCE_END.finditer(text)), len(text)]
    first = max(0, bisect_right(ends, start) - 1 - count)
    last = min(len(ends) - 1, bisect_left(ends, end) + count)
    lines = text[ends[first] : ends[last]]
    begin = ends[first] + len(lines) - len(lines.lstrip())
    return begin, max(begin, ends[first] + len(lines.rstrip()))


def stretch(text: str, marks: Sequence[Mark], length: int, body: int = 0) -> Span:
    """Where to cut a text, from `body` on: the window of the most weight with as many words around
    it as fit."""
    if len(text) - body <= length:
        return body, len(text)
    if marks:
        start, end = _densest(text, marks, length)
    elif (first := _words_in(text).search(text, body)) is not None:
        start, end = first.span()
    else:
        return body, body + length
    room = max(0, length - (end - start))
    # More before it when little text is left behind it.
    lead = max(min(LEAD, room), room - (_last_end(text, end, len(text)) - end))
    begin = _first_start(text, max(body, start - lead))
    return _clinging_before(text, begin), _clinging_behind(
        text, _last_end(text, end, begin + length)
    )


def _densest(text: str, marks: Sequence[Mark], length: int) -> Span:
    """Where the window of highlighted words with the most weight is."""
    first, last = marks[0].start, marks[-1].end
    if last <= first + length - LEAD:  # all of them, as they are within one
        return first, last
    words = ["" if mark.weak else mark.word for mark in marks]
    ends = [mark.end for mark in marks]
    neighbours = [
        (word, other) if word != other and _adjacent(text, end, start) else None
        for (_, end, word, *_), (start, _, other, *_) in pairwise(marks)
    ]

    def weight(begin: int, end: int) -> float:
        pairs = {*neighbours[begin : end - 1]} - {None}
        return len({*words[begin:end]}) + _NEIGHBOURS * len(pairs)

    most = weight(0, len(marks))
    best, window, reached = 0.0, (0, 0), 0
    for at, (start, _, _, _, last, _) in enumerate(marks):
        if best == most:
            break
        # A phrase may be longer than a snippet; it is not cut.
        end = min(bisect_right(ends, max(start + length - LEAD, last)), at + length)
        # What is in a window before has no more weight.
        if end > reached and (own := weight(at, end)) > best:
            best, window = own, (start, ends[end - 1])
        reached = max(reached, end)
    return window


def closest(marks: Sequence[Mark], begin: int, end: int) -> int:
    """Where the shortest part of a stretch begins that has all the words marked in it; where the
    stretch does, if it has none."""
    inside = [mark for mark in marks if begin <= mark[3] and mark[4] <= end]
    left, counts = 0, Counter[str]()
    different = len({mark[2] for mark in inside})
    best, place = end - begin + 1, begin
    for mark in inside:
        counts[mark[2]] += 1
        while len(counts) == different:
            start, _, word, *_ = inside[left]
            if mark[1] - start < best:
                best, place = mark[1] - start, start
            counts[word] -= 1
            if not counts[word]:
                del counts[word]
            left += 1
    return place


def _adjacent(text: str, end: int, start: int) -> bool:
    """Whether there is no word between one that ends and one that starts there."""
    return start - end < _LEAST_BETWEEN or _words_in(text).search(text, end, start) is None


def _first_start(text: str, at: int) -> int:
    """Where the first word begins that does so at `at` or behind it; there is one."""
    behind_space = text.rfind(" ", 0, max(0, at)) + 1
    words = _words_in(text).finditer(text, behind_space)
    start = next(words).start()
    while start < at:
        start = next(words).start()
    return start


def _last_end(text: str, end: int, limit: int) -> int:
    """Where the last word ends that does so by `limit`; `end` when none does behind that one."""
    at = min(limit, len(text))
    while at > end:
        # From any of its letters on, a word ends where it does from its first.
        if text[at - 1].isalnum() and (word := _words_in(text).match(text, at - 1)):
            if word.end() <= limit:
                return word.end()
            while text[at - 1].isalnum():
                at -= 1
        else:
            at -= 1
    return end


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
