"""Finding the occurrences of a few words in a text, without tokenizing all of it.

The text is encoded to a byte for each code point, its folded letter or a space; then words are
found by `bytes.find`. Only words with code points that the encoding lacks are tokenized.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from re import Match
from typing import Final

from vnsearch.analysis.compounds import SEPARATORS, compounds, is_border, letter_class
from vnsearch.analysis.tails import without_mark
from vnsearch.analysis.tokenizer import forms, forms_at, signed_name, words_in
from vnsearch.vietnamese.letters import LETTERS, fold

# The code points texts are mostly made of, in lower case: ASCII, Vietnamese letters, and the
# commonest signs and foreign letters. Each folds to one letter, or is no part of a word.
_MARKED: Final = "".join(letter for letter in LETTERS if not letter.isascii())
_FOREIGN: Final = dict(zip("ñçšžčćäëïöüåîûāēīōū²³", "ncszccaeiouaiuaeiou23", strict=True))
_COMMON: Final = f"{''.join(map(chr, range(128)))}{_MARKED}{''.join(_FOREIGN)}–—…“”‘’′«»°×·•−"
# An encoding of these in one byte each, for `codecs.charmap_encode`; U+FFFE is an unused byte.
_CHARMAP: Final = codecs.charmap_build(_COMMON.ljust(256, "\ufffe"))
_UNCOMMON: Final = b"?"  # what the codec writes for all others
# The folded letters of these bytes, with i for y, as canonical spelling may exchange the two.
_FOLDED: Final = {**_FOREIGN, **{letter: fold(letter).replace("y", "i") for letter in LETTERS}}
_FOLDED_BYTES: Final = "".join(
    _FOLDED.get(char, char if char.isalnum() or char == "?" else " ") for char in _COMMON.ljust(256)
).encode()

# What every text with a compound has: a letter or digit before one of another kind.
_SMALL: Final = f"a-z{_MARKED}"
_CAPITAL: Final = f"A-Z{_MARKED.upper()}"
_BORDER: Final = re.compile(
    rf"[0-9][{SEPARATORS}][0-9]{{3}}|[^\W_{_CAPITAL}](?=[^\W\d_{_SMALL}])|\d(?=[^\W\d_])"
    rf"|[^\W\d_](?=[^\W{_SMALL}{_CAPITAL}])|₫|\.N"
)

Occurrence = tuple[int, int, str]  # start and end in code points, and exact form


def occurrences(text: str, folded_forms: Iterable[str]) -> dict[str, list[Occurrence]]:
    """Find the tokens of an NFC text that have one of some folded forms.

    Returns for each form its occurrences in order: those of `tokenize`, but faster. Of a form
    that no token has, the compounds with a piece of that form.
    """
    places: dict[str, list[Occurrence]] = {form: [] for form in folded_forms}
    letters = _folded_letters(text)
    for form, own_places in places.items():
        pattern = _pattern(own := without_mark(form))
        # `letters` begins with a space: the index there of the space before a word is the index
        # of the word in `text`.
        start = letters.find(pattern)
        while start >= 0:
            end = start + len(own)
            folded, exact = forms_at(text, start, end)
            if folded == form:
                own_places.append((start, end, exact))
            start = letters.find(pattern, end)
    if _UNCOMMON in letters:
        for word in _uncommon_words(text, letters):
            folded, exact = forms_at(text, *word.span())
            if folded in places:
                places[folded].append((*word.span(), exact))
                places[folded].sort()
    missing = {form for form, own in places.items() if not own}
    if missing and _UNCOMMON not in letters:
        missing = {f for f in missing if _may_be_number(f) or _is_beside_border(f, text, letters)}
    if missing and _BORDER.search(text):
        for form, place in _pieces(text, missing):
            places[form].append(place)
    return places


def _pieces(text: str, folded_forms: Set[str]) -> Iterator[tuple[str, Occurrence]]:
    """The compounds with a piece that has one of some folded forms."""
    for _, start, end, words in compounds(text):
        for folded, exact in map(forms, words):
            if folded in folded_forms:
                yield folded, (start, end, exact)


def _may_be_number(form: str) -> bool:
    """Whether a piece may be a number, with groups or a tail, or a name with a sign."""
    return without_mark(form)[-3:].isdecimal() or form[0] == "."


def _is_beside_border(form: str, text: str, letters: bytes) -> bool:
    """Whether the letters of a form are somewhere in a text beside a border of pieces."""
    wanted = _letters(form)
    begin = letters.find(wanted)
    while begin >= 0:  # of the letter in `letters`; in `text`, of the one behind it
        for at in (begin - 1, begin - 1 + len(wanted)):
            if is_border(*map(letter_class, text[max(at - 1, 0) : at + 1].rjust(2))):
                return True
        begin = letters.find(wanted, begin + 1)
    return False


def _letters(form: str) -> bytes:
    return form.replace("y", "i").encode()


@lru_cache(maxsize=1000)
def _pattern(form: str) -> bytes:
    """What `_folded_letters` has for a word with this folded form."""
    return b" " + _letters(form) + b" "


def _folded_letters(text: str) -> bytes:
    """A byte for each code point of a text, between two spaces: in words the folded letter, with
    i for y, or _UNCOMMON; else a space, or _UNCOMMON."""
    lower = text.lower()
    if len(lower) != len(text):  # only İ has a longer lower case
        lower = "?" * len(text)
    elif "#" in text or "++" in text or ".net" in lower:
        for name in signed_name().finditer(text):
            begin, end = name.span()
            lower = f"{lower[:begin]}{'?' * (end - begin)}{lower[end:]}"
    encoded, _ = codecs.charmap_encode(lower, "replace", _CHARMAP)
    return b" " + encoded.translate(_FOLDED_BYTES) + b" "


def _uncommon_words(text: str, letters: bytes) -> Iterator[Match[str]]:
    """The words of each run between spaces that has _UNCOMMON in it."""
    at = letters.find(_UNCOMMON)
    while at >= 0:
        end = letters.find(b" ", at)
        yield from words_in(text).finditer(text, letters.rfind(b" ", 0, at), end - 1)
        at = letters.find(_UNCOMMON, end)
