"""The syllable: its parts, and the one spelling that stands for all its spellings.

Vietnamese is written with two styles of tone placement (`hòa`, `hoà`) and, after some
consonants, with `i` or `y` for the same sound (`kĩ`, `kỹ`). Both styles are in daily
use, often inside one document, so vnsearch compares words in one canonical spelling:
tones placed the traditional way (`hòa`, `thủy`) and `y` for the final vowel.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vnsearch.vietnamese.letters import D_LOOKALIKES, INVISIBLE, LETTERS, VOWELS, split_marks

ONSETS: Final = frozenset(
    "ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x".split()
)
# `k` closes syllables of place names (Đắk Lắk).
CODAS: Final = frozenset(("", *"ch ng nh c k m n p t".split()))
OPEN_NUCLEI: Final = frozenset(
    "a ă â e ê i o ô ơ u ư y ia ya ua ưa uơ uê uy oa oe ai ao au ay âu ây eo êu iu oi ôi "
    "ơi ui ưi ưu iêu yêu uôi ươi ươu oai oay oao oeo uây uyu uya uêu".split()
)
CLOSED_NUCLEI: Final = frozenset(
    "a ă â e ê i o ô ơ u ư y iê yê uô ươ oa oă oe uâ uê uy oo ôô uyê".split()
)

# Onsets after which final `i` and `y` are two spellings of one sound. The counts behind
# the choice of the canonical letter: y is far commoner (lý, mỹ, kỳ, quy, tỷ), but for s (sĩ).
I_OR_Y: Final = {"h": "y", "k": "y", "l": "y", "m": "y", "qu": "y", "s": "i", "t": "y"}

# The words without marks that are spelt otherwise in canonical spelling.
_RESPELT: Final = {
    onset + vowel: onset + canonical
    for onset, canonical in I_OR_Y.items()
    for vowel in "iy"
    if vowel != canonical
}

_LETTERS: Final = frozenset(LETTERS)
_QUALITY_VOWELS: Final = "ăâêôơư"
_LOWERED: Final = {**dict.fromkeys(map(ord, INVISIBLE)), **D_LOOKALIKES}


class Syllable(NamedTuple):
    """A syllable's parts; `onset + nucleus + coda` is its spelling without the tone."""

    onset: str
    nucleus: str
    coda: str
    tone: str  # a combining mark, or "" for the level tone


def parse(word: str) -> Syllable | None:
    """The parts of a lower-case word, or None when it is no Vietnamese syllable.

    The tone is read off whatever letter it was put on; a word with two tones is none.
    """
    return _parse(*split_marks(word))


def _parse(letters: Sequence[str], tones: Sequence[tuple[int, str]]) -> Syllable | None:
    if len(tones) > 1:
        return None
    syllable = _without_tone("".join(letters))
    return Syllable(*syllable[:3], tones[0][1]) if syllable and tones else syllable


@lru_cache(4096)
def _without_tone(spelling: str) -> Syllable | None:
    onset = _onset(spelling)
    rest = spelling[len(onset) :]
    end = next((i for i, char in enumerate(rest) if char not in VOWELS), len(rest))
    nucleus, coda = rest[:end], rest[end:]
    if nucleus not in (CLOSED_NUCLEI if coda else OPEN_NUCLEI) or coda not in CODAS:
        return None
    return Syllable(onset, nucleus, coda, "")


def _onset(letters: str) -> str:
    for size in (3, 2, 1):
        onset = letters[:size]
        # `gi` and `qu` are onsets only before a vowel: gì and gìn are g + ì.
        if onset in ONSETS and (onset not in ("gi", "qu") or letters[2:3] in VOWELS):
            return onset
    return ""


def spell(syllable: Syllable) -> str:
    """The canonical spelling (NFC, lower case) of a syllable."""
    onset, nucleus, coda, tone = syllable
    if nucleus in ("i", "y") and not coda:
        nucleus = I_OR_Y.get(onset, nucleus)
    return onset + _toned(nucleus, coda, tone) + coda


@lru_cache(1024)
def _toned(nucleus: str, coda: str, tone: str) -> str:
    at = _tone_position(nucleus, coda) + 1
    return unicodedata.normalize("NFC", nucleus[:at] + tone + nucleus[at:])


def _tone_position(nucleus: str, coda: str) -> int:
    """Where the tone stands: the traditional rule, as in most print and on Wikipedia."""
    marked = [i for i, vowel in enumerate(nucleus) if vowel in _QUALITY_VOWELS]
    if marked:
        return marked[-1]
    if coda:
        return len(nucleus) - 1
    return 1 if len(nucleus) == 3 else 0


def canonical(word: str) -> str:
    """The exact form of a word: lower case, marks kept, in canonical spelling.

    `Hoà`, `hòa` and decomposed `hòa` all give `hòa`; `KĨ` and `kỹ` give `kỹ`. A word that
    is no Vietnamese syllable comes back in lower case and NFC, nothing else changed.
    """
    word = word.lower()
    if word.isascii():
        return _RESPELT.get(word, word)
    word = word.translate(_LOWERED)
    if word.isalnum() and not _LETTERS.issuperset(word):
        return unicodedata.normalize("NFC", word)  # it has letters that are not Vietnamese
    letters, tones = split_marks(word)
    syllable = _parse(letters, tones)
    return spell(syllable) if syllable is not None else _joined(letters, tones)


def letters_of(word: str) -> str:
    """Like `canonical`, but in the spelling given: for a part of a word."""
    return _joined(*split_marks(_lowered(word)))


def _lowered(word: str) -> str:
    word = word.lower()
    return word if word.isascii() else word.translate(_LOWERED)


def _joined(letters: list[str], tones: list[tuple[int, str]]) -> str:
    for at, tone in tones:
        letters[at] += tone
    return unicodedata.normalize("NFC", "".join(letters))
