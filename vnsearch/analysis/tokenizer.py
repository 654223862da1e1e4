"""Text -> tokens: where the words of a text are, and in which forms they are indexed.

    text      Đảng uỷ Sở Kĩ thuật, số 12-KL/TW
    folded    dang uy so ky thuat so 12 kl tw
    exact     đảng ủy sở kỹ thuật số 12 kl tw

Matching is on the folded form, so any typing of a word finds it; the exact form tells
words apart that differ in marks only. Both are in canonical spelling (see
`vietnamese.syllable`), so `kĩ`, `kỹ`, `ki` and `ky` all match.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from vnsearch.model import Token
from vnsearch.vietnamese.letters import COMBINING, INVISIBLE, LETTERS, fold
from vnsearch.vietnamese.syllable import canonical

# Raised whenever the same text gives other tokens; an index of another version is rebuilt.
VERSION = 1

# A letter or digit of any script, with the combining marks and invisible characters
# that may follow inside the word. Marks matter: NFC leaves rare orders decomposed.
WORD = re.compile(
    rf"[^\W_]+(?:(?:[{COMBINING}{INVISIBLE}]+(?=[^\W_]|[{COMBINING}])|[{COMBINING}])[^\W_]*)*"
)


def forms_of(word: str) -> tuple[str, str]:
    """The folded and the exact form of one word."""
    exact = canonical(word)
    if exact.isascii():
        return exact, exact
    # Again, for the foreign word whose marks alone kept it from being a syllable (`Lǐ`).
    return canonical(fold(exact)), exact


forms = lru_cache(maxsize=20_000)(forms_of)


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of an NFC text in order; `text[t.start:t.end] == t.text` for each."""
    for position, match in enumerate(WORD.finditer(text)):
        word = match.group()
        yield Token(word, *forms(word), *match.span(), position)


def spans_of(text: str) -> list[tuple[int, int]]:
    """Starts and ends of the tokens of an NFC text, for those who need few of their forms."""
    return list(map(re.Match.span, WORD.finditer(text)))


# What most texts are made of, in lower case: ASCII, Vietnamese letters, the signs and the foreign
# letters most often met among them. Each has one letter in the folded form of a word, or none.
_MARKED: Final = "".join(letter for letter in LETTERS if not letter.isascii())
_FOREIGN: Final = dict(zip("ñçšžčćäëïöüåîûāēīōū²³", "ncszccaeiouaiuaeiou23", strict=True))
_COMMON: Final = f"{''.join(map(chr, range(128)))}{_MARKED}{''.join(_FOREIGN)}–—…“”‘’′«»°×·•−"
_CODES: Final = codecs.charmap_build(_COMMON.ljust(256, "\ufffe"))  # which stands for none
_LETTER: Final = {**_FOREIGN, **{letter: fold(letter).replace("y", "i") for letter in LETTERS}}
_UNCOMMON: Final = b"?"  # what codecs put for all else
_LETTER_OF_CODE: Final = "".join(
    _LETTER.get(char, char if char.isalnum() or char == "?" else " ") for char in _COMMON.ljust(256)
).encode()


def places_of(text: str, folded: Iterable[str]) -> dict[str, list[tuple[int, int, str]]]:
    """Where the tokens of an NFC text with some folded forms are: by form, in order, starts, ends
    and exact forms."""
    places: dict[str, list[tuple[int, int, str]]] = {form: [] for form in folded}
    letters = _letters(text)
    for form, found in places.items():
        own = _letters_of_form(form)
        start = letters.find(own)
        while start >= 0:
            end = start + len(form)
            other, exact = forms(text[start:end])
            if other == form:
                found.append((start, end, exact))
            start = letters.find(own, end)
    if _UNCOMMON in letters:
        for word in _uncommon_words(text, letters):
            form, exact = forms(word.group())
            if form in places:
                places[form].append((*word.span(), exact))
                places[form].sort()
    return places


@lru_cache(maxsize=1000)
def _letters_of_form(form: str) -> bytes:
    """What `_letters` has where a word with a folded form stands."""
    return f" {form.replace('y', 'i')} ".encode()


def _letters(text: str) -> bytes:
    """The words of a text without marks and with i for y, as long as they are, with spaces around
    and between; _UNCOMMON for each letter or sign that is not common."""
    lower = text.lower()
    if len(lower) != len(text):  # by İ alone, of which it makes two letters
        lower = "?" * len(text)
    codes, _ = codecs.charmap_encode(lower, "replace", _CODES)
    return b" " + codes.translate(_LETTER_OF_CODE) + b" "


def _uncommon_words(text: str, letters: bytes) -> Iterator[re.Match[str]]:
    """The words between those spaces that have something uncommon between them."""
    at = letters.find(_UNCOMMON)
    while at >= 0:
        end = letters.find(b" ", at)
        yield from WORD.finditer(text, letters.rfind(b" ", 0, at), end - 1)
        at = letters.find(_UNCOMMON, end)
