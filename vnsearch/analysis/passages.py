"""Document -> passages: parts of about 200 words, which are ranked and shown.

A document ranks by its best passage, so that it neither gains nor loses by its length; its
snippet is taken from there.
"""

import re
from collections.abc import Iterator, Sequence

from vnsearch.model import Document, Locator, Passage

# In tokens. A last passage may have up to MAX_TOKENS, so that none is a short tail, in which the
# words of the title would weigh too much.
MIN_TOKENS = 150
CUT_TOKENS = 250
MAX_TOKENS = 350

_SENTENCE_END = re.compile(r"[.!?…;:][\"'”’»)\]]*\s")


def split(document: Document, starts: Sequence[int], ends: Sequence[int]) -> Iterator[Passage]:
    """Yield the passages of a document, in order; one without tokens is one passage.

    `starts` and `ends` are those of its tokens, in code points. Each passage ends after MIN_TOKENS
    to CUT_TOKENS tokens, at the last paragraph end there or sentence end at the end of a line, else
    at the last sentence end, else at the last line end, for lines may be hard-wrapped. A document
    of at most MAX_TOKENS is one passage, and only the number of its tokens matters.
    """
    if len(starts) <= MAX_TOKENS:
        return iter([whole(document, len(starts))])
    return _cut_up(document, starts, ends)


def whole(document: Document, count: int) -> Passage:
    """A document of `count` tokens as one passage."""
    return _passage(document.text, document.locator, 0, count, count)


def _cut_up(document: Document, starts: Sequence[int], ends: Sequence[int]) -> Iterator[Passage]:
    text, count = document.text, len(starts)
    first, begin, locator, before = 0, 0, document.locator, ""
    while first < count:
        last = _cut(text, starts, ends, first)
        end = len(text) if last == count else _boundary(text, ends[last - 1], starts[last])
        part = text[begin:end]
        gap = before + part[: len(part) - len(part.lstrip())] if first else ""
        yield _passage(part, locator, first, last, count)._replace(gap=gap)
        before = part[len(part.rstrip()) :]
        locator = locator and locator.after(part)
        first, begin = last, end


def _passage(part: str, locator: Locator | None, first: int, last: int, count: int) -> Passage:
    """Make a passage of a part of a document, without the white space around it.

    `locator` is where the part begins; `first` and `last` are its range of the `count` tokens.
    """
    text = part.strip()
    if locator is not None and len(text) < len(part):
        locator = locator.after(part[: part.find(text)])
    return Passage(text, first, last, locator and locator.of(text), first > 0, last < count)


def _cut(text: str, starts: Sequence[int], ends: Sequence[int], first: int) -> int:
    """The index after the last token of the passage that begins with token `first`: where a
    paragraph ends, or a sentence at the end of a line; else a sentence, else a line."""
    if len(starts) - first <= MAX_TOKENS:
        return len(starts)
    sentence_end = line_end = 0
    for i in range(first + CUT_TOKENS, first + MIN_TOKENS - 1, -1):
        gap = text[ends[i - 1] : starts[i]]
        ends_sentence = _SENTENCE_END.match(gap)
        if "\f" in gap or gap.count("\n") > 1 or (ends_sentence and "\n" in gap):
            return i
        if ends_sentence:
            sentence_end = sentence_end or i
        elif "\n" in gap:
            line_end = line_end or i
    return sentence_end or line_end or first + CUT_TOKENS


def _boundary(text: str, start: int, end: int) -> int:
    """Where to cut the text between the end of a token and the start of the next: after the last
    white space, so that closing punctuation stays with its sentence and an opening quotation
    mark goes with the next."""
    return next((i for i in range(end, start, -1) if text[i - 1].isspace()), end)
