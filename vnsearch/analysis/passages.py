"""Document -> passages: stretches of some 200 words, which are ranked and shown.

Ranking passages and showing documents keeps a long document from winning by its length
and from losing by it, and the best passage is where the snippet comes from.
"""

import re
from collections.abc import Iterator, Sequence

from vnsearch.model import Document, Locator, Passage

# In tokens. What would be left as a mere tail joins the last passage, which so may have up
# to MAX_TOKENS: in a tail the words of the title would weigh too much.
MIN_TOKENS = 150
CUT_TOKENS = 250
MAX_TOKENS = 350

_SENTENCE_END = re.compile(r"[.!?…;:][\"'”’»)\]]*\s")


def split(document: Document, starts: Sequence[int], ends: Sequence[int]) -> Sequence[Passage]:
    """Cut a document into passages, in order; none when it has no tokens.

    `starts` and `ends` are those of its tokens. A cut falls on the last paragraph end that
    leaves MIN_TOKENS to CUT_TOKENS, else on the last sentence end there, else at CUT_TOKENS.
    """
    if 0 < len(starts) <= MAX_TOKENS:
        return [whole(document, len(starts))]
    return list(_cut_up(document, starts, ends))


def whole(document: Document, count: int) -> Passage:
    """A document of so many tokens as one passage."""
    return _passage(document.text, document.locator, 0, count, count)


def _cut_up(document: Document, starts: Sequence[int], ends: Sequence[int]) -> Iterator[Passage]:
    text, count = document.text, len(starts)
    first, begin, place = 0, 0, document.locator
    while first < count:
        last = _cut(text, starts, ends, first)
        end = len(text) if last == count else _boundary(text, ends[last - 1], starts[last])
        stretch = text[begin:end]
        yield _passage(stretch, place, first, last, count)
        place = place and place.after(stretch)
        first, begin = last, end


def _passage(stretch: str, place: Locator | None, first: int, last: int, count: int) -> Passage:
    """A stretch of a document that begins at a place, without the space around it."""
    text = stretch.strip()
    if place is not None and len(text) < len(stretch):
        place = place.after(stretch[: stretch.find(text)])
    return Passage(text, first, last, place, first > 0, last < count)


def _cut(text: str, starts: Sequence[int], ends: Sequence[int], first: int) -> int:
    """The index behind the last token of the passage that begins at `first`."""
    if len(starts) - first <= MAX_TOKENS:
        return len(starts)
    sentence_end = 0
    for i in range(first + CUT_TOKENS, first + MIN_TOKENS - 1, -1):
        gap = text[ends[i - 1] : starts[i]]
        if "\n" in gap or "\f" in gap:
            return i
        if not sentence_end and _SENTENCE_END.match(gap):
            sentence_end = i
    return sentence_end or first + CUT_TOKENS


def _boundary(text: str, start: int, end: int) -> int:
    """Where the text is cut between the end of one token and the start of the next: behind
    the last space, so that closing punctuation stays with its sentence and an opening quote
    goes on.
    """
    return next((i for i in range(end, start, -1) if text[i - 1].isspace()), end)
