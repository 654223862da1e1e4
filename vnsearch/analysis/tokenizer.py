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
from functools import cache, lru_cache
from typing import Final

from vnsearch.analysis.tails import marked
from vnsearch.model import Token
from vnsearch.vietnamese.letters import COMBINING, INVISIBLE, LETTER_SIGNS, fold
from vnsearch.vietnamese.syllable import canonical

# To be raised whenever the same text gives other tokens: an index of another version must be
# rebuilt.
VERSION = 5

# Scripts without spaces, and Korean, which writes particles behind a word without one: each letter
# is a token, so that any piece of a text is a phrase. Chinese and Nôm, Japanese, Korean, Thai,
# Lao, Khmer; the last three with marks behind their letters.
_MARKS: Final = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u17b4-\u17d3\u17dd"
)
_UNSPACED: Final = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"
    "\u1780-\u17b3\u17d7\u17dc"
)
# Those that are shown as pictures by default (Unicode's emoji-data.txt), and the commonest others.
_EMOJI: Final = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u2600-\u2603\u260e\u2614\u2615\u2620\u2639\u263a\u2648-\u2653"
    "\u2665\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa"
    "\u26fd\u2705\u2708-\u270c\u2728\u274c\u274e\u2753-\u2755\u2757\u2764\u2795-\u2797\u27b0\u27bf"
    "\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
_FLAG: Final = "[\U0001f1e6-\U0001f1ff]"  # two of them are one
_LETTER: Final = rf"[^\W_{_UNSPACED}]"

# Names with a sign: C++, C#, F#, .NET. Nothing of a word may stand beside them.
_BEFORE: Final = rf"\w{COMBINING}{INVISIBLE}"
_SIGNED: Final = (
    rf"[A-Za-z](?:\+\+(?<![{_BEFORE}].\+\+)|\#(?<![{_BEFORE}].\#))(?![^\W\d]|[+#])"
    rf"|(?<![{_BEFORE}.])\.(?:NET|Net|net)(?!\w)"
)

# Letters and digits, with the combining marks and invisible characters among and after them (NFC
# leaves marks in rare orders decomposed). Where a word has very many of these it is cut, since
# matching takes some hundred bytes for each.
_INSIDE: Final = (
    rf"(?:[{COMBINING}{INVISIBLE}]+(?=[^\W_]|[{COMBINING}])|[{COMBINING}{LETTER_SIGNS}])"
)
_MOST: Final = "{,10000}"
_PLAIN_WORD: Final = re.compile(rf"[^\W_]+(?:{_INSIDE}[^\W_]*){_MOST}")

# What only `any_word` knows begins so: characters of other scripts and signs, names with a sign.
# All but two ranges: a set of more takes ten times as long to compile.
_IS_OTHER: Final = re.compile(r"[^\0-\u0dff\u1e00-\u209f]").search
_OTHER_BEGINNINGS: Final = ("++", "#", ".NET", ".Net", ".net")


@cache
def signed_name() -> re.Pattern[str]:
    """The pattern of names with a sign."""
    return re.compile(_SIGNED)


@cache
def any_word() -> re.Pattern[str]:
    """The pattern of words of any text, with emoji and names with a sign. It takes 6 ms to compile,
    and is half as fast as that of plain ones."""
    # What comes first is only for speed: characters that a token may begin with.
    return re.compile(
        rf"(?=[\w.{LETTER_SIGNS}\u231a-\u2b55\U0001f000-\U0001faff])(?:{_SIGNED}"
        rf"|(?:[{LETTER_SIGNS}]+(?!\d))?{_LETTER}+(?:{_INSIDE}{_LETTER}*){_MOST}"
        rf"|[{LETTER_SIGNS}]+|[{_UNSPACED}][{_MARKS}]*|[{_EMOJI}]|{_FLAG}{{2}})"
    )


def words_in(text: str) -> re.Pattern[str]:
    """Return the fastest pattern that finds the words of a text, or of any part of it."""
    if _IS_OTHER(text) or any(beginning in text for beginning in _OTHER_BEGINNINGS):
        return any_word()
    return _PLAIN_WORD


def forms_of(word: str) -> tuple[str, str]:
    """The folded and the exact form of one word."""
    if word.isascii() and not word.isalpha():  # a number or a code, and no syllable
        return word.lower(), word.lower()
    exact = canonical(word)
    if exact.isascii():
        return exact, exact
    # Again `canonical`: only its foreign mark may have kept a word from being a syllable (`Lǐ`).
    return canonical(fold(exact)), exact


forms = lru_cache(maxsize=20_000)(forms_of)


def forms_at(text: str, start: int, end: int) -> tuple[str, str]:
    """The folded and the exact form of the token at these offsets of a text."""
    return forms(marked(text, start, end))


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of an NFC text in order; `text[t.start:t.end] == t.text` for each."""
    for position, match in enumerate(words_in(text).finditer(text)):
        start, end = match.span()
        yield Token(match[0], *forms_at(text, start, end), start, end, position)


def forms_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the folded and the exact forms of the tokens of an NFC text, but tails of numbers as
    other numbers: faster than tokens."""
    return map(forms, words_in(text).findall(text))


def spans_of(text: str) -> list[tuple[int, int]]:
    """The starts and ends of the tokens of an NFC text: faster when few forms are needed."""
    return list(map(re.Match.span, words_in(text).finditer(text)))
