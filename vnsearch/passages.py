"""Document -> passages: stretches of some 200 words, which are ranked and shown.

Ranking passages and showing documents keeps a long document from winning by its length
and from losing by it, and the best passage is where the snippet comes from.
"""

import re
from collections.abc import Iterator, Sequence

from vnsearch.analysis import tokenize
from vnsearch.model import Document, Passage, Token

# In tokens. What would be left as a mere tail joins the last passage, which so may have up
# to MAX_TOKENS: in a tail the words of the title would weigh too much.
MIN_TOKENS = 150
CUT_TOKENS = 250
MAX_TOKENS = 350

_SENTENCE_END = re.compile(r"[.!?…;:][\"'”’»)\]]*\s")


def split(document: Document) -> Iterator[Passage]:
    """Cut a document into passages, in order; none when it has no tokens.

    A cut falls on the last paragraph end that leaves MIN_TOKENS to CUT_TOKENS, else on the
    last sentence end there, else at CUT_TOKENS. Tokens keep the offsets and positions they
    have in the document.
    """
    text = document.text
    tokens = list(tokenize(text))
    first, begin, line = 0, 0, document.line
    while first < len(tokens):
        last = _cut(text, tokens, first)
        end = _boundary(text, tokens, last)
        stretch = text[begin:end]
        lead = len(stretch) - len(stretch.lstrip())
        if line is not None:
            line += document.line_step * stretch.count("\n", 0, lead)
        yield Passage(stretch.strip(), tokens[first:last], line, first > 0, last < len(tokens))
        if line is not None:
            line += document.line_step * stretch.count("\n", lead)
        first, begin = last, end


def _cut(text: str, tokens: Sequence[Token], first: int) -> int:
    """The index behind the last token of the passage that begins at `first`."""
    if len(tokens) - first <= MAX_TOKENS:
        return len(tokens)
    sentence_end = 0
    for i in range(first + CUT_TOKENS, first + MIN_TOKENS - 1, -1):
        gap = text[tokens[i - 1].end : tokens[i].start]
        if "\n" in gap:
            return i
        if not sentence_end and _SENTENCE_END.match(gap):
            sentence_end = i
    return sentence_end or first + CUT_TOKENS


def _boundary(text: str, tokens: Sequence[Token], last: int) -> int:
    """Where the text is cut between tokens `last - 1` and `last`: behind the last space,
    so that closing punctuation stays with its sentence and an opening quote goes on.
    """
    if last == len(tokens):
        return len(text)
    start, end = tokens[last - 1].end, tokens[last].start
    return next((i for i in range(end, start, -1) if text[i - 1].isspace()), end)
