"""Text -> tokens: the words of a text, where they are, and the forms they are indexed in.

    text      Đảng uỷ Sở Kĩ thuật, số 12-KL/TW
    folded    dang uy so ky thuat so 12 kl tw
    exact     đảng ủy sở kỹ thuật số 12 kl tw

Words match by folded form, so any typing of a word finds it; the exact form distinguishes
words that differ in marks only. Both are in canonical spelling (see `vietnamese.syllable`), so
`kĩ`, `kỹ`, `ki` and `ky` all match.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from vnsearch.model import Token
from vnsearch.vietnamese.letters import COMBINING, INVISIBLE, fold
from vnsearch.vietnamese.syllable import canonical

# To be raised whenever the same text gives other tokens: an index of another version must be
# rebuilt.
VERSION = 1

# Letters and digits of any script, with the combining marks and invisible characters among and
# after them; NFC leaves marks in rare orders decomposed.
WORD = re.compile(
    rf"[^\W_]+(?:(?:[{COMBINING}{INVISIBLE}]+(?=[^\W_]|[{COMBINING}])|[{COMBINING}])[^\W_]*)*"
)


def forms_of(word: str) -> tuple[str, str]:
    """The folded and the exact form of one word."""
    exact = canonical(word)
    if exact.isascii():
        return exact, exact
    # Again `canonical`: only its foreign mark may have kept a word from being a syllable (`Lǐ`).
    return canonical(fold(exact)), exact


forms = lru_cache(maxsize=20_000)(forms_of)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of an NFC text in order; `text[t.start:t.end] == t.text` for each."""
    for position, match in enumerate(WORD.finditer(text)):
        word = match.group()
        yield Token(word, *forms(word), *match.span(), position)


def spans_of(text: str) -> list[tuple[int, int]]:
    """The starts and ends of the tokens of an NFC text: faster when few forms are needed."""
    return list(map(re.Match.span, WORD.finditer(text)))
