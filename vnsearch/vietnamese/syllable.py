"""The syllable: its parts, and one canonical spelling for all the ways to spell it.

Vietnamese is written with two styles of tone placement, the traditional (`hòa`, `thủy`) and the
new one (`hoà`, `thuỷ`), and, after some consonants, with `i` or `y` for the same sound (`kĩ`,
`kỹ`). Both are in daily use, often in one document, so words are compared in one canonical
spelling: tones placed the traditional way, and mostly `y` for the final vowel (see `I_OR_Y`).
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vnsearch.vietnamese.letters import LETTERS, VOWELS, fold, lowered, split_marks

ONSETS: Final = frozenset(
    "ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x".split()
)
# Final `k` occurs in place names (Đắk Lắk).
CODAS: Final = frozenset(("", *"ch ng nh c k m n p t".split()))
# Nuclei of syllables without a coda, semivowels included, and of those with one.
OPEN_NUCLEI: Final = frozenset(
    "a ă â e ê i o ô ơ u ư y ia ya ua ưa uơ uê uy oa oe ai ao au ay âu ây eo êu iu oi ôi "
    "ơi ui ưi ưu iêu yêu uôi ươi ươu oai oay oao oeo uây uyu uya uêu".split()
)
CLOSED_NUCLEI: Final = frozenset(
    "a ă â e ê i o ô ơ u ư y iê yê uô ươ oa oă oe uâ uê uy oo ôô uyê".split()
)

_BARE_OPEN: Final = frozenset(map(fold, OPEN_NUCLEI))
_BARE_CLOSED: Final = frozenset(map(fold, CLOSED_NUCLEI))

# Onsets after which final `i` and `y` are two spellings of one sound, and the canonical one: the
# commoner in texts, which is y (lý, mỹ, kỳ, quy, tỷ) but after s (sĩ).
I_OR_Y: Final = {"h": "y", "k": "y", "l": "y", "m": "y", "qu": "y", "s": "i", "t": "y"}

# The words without marks that are not in canonical spelling -> their canonical spelling.
_RESPELT: Final = {
    onset + vowel: onset + canonical
    for onset, canonical in I_OR_Y.items()
    for vowel in "iy"
    if vowel != canonical
}

_LETTERS: Final = frozenset(LETTERS)
_QUALITY_VOWELS: Final = "ăâêôơư"


class Syllable(NamedTuple):
    """The parts of a syllable; `onset + nucleus + coda` is its spelling without the tone."""

    onset: str  # consonants before the vowel, or ""
    nucleus: str  # vowels and semivowels
    coda: str  # final consonants, or ""
    tone: str  # a combining mark, or "" for the level tone


def parse(word: str) -> Syllable | None:
    """Split a lower-case word into the parts of a syllable; None if it is no Vietnamese one.

    The tone may be on any letter. A word with two tones is no syllable.
    """
    return _parse(*split_marks(word))


def _parse(letters: Sequence[str], tones: Sequence[tuple[int, str]]) -> Syllable | None:
    if len(tones) > 1:
        return None
    syllable = _without_tone("".join(letters))
    return Syllable(*syllable[:3], tones[0][1]) if syllable and tones else syllable


@lru_cache(4096)
def _without_tone(spelling: str) -> Syllable | None:
    onset, nucleus, coda = _split(spelling)
    if nucleus not in (CLOSED_NUCLEI if coda else OPEN_NUCLEI) or coda not in CODAS:
        return None
    return Syllable(onset, nucleus, coda, "")


def is_bare_syllable(word: str) -> bool:
    """Whether a lower-case word without marks is what is left of a syllable without its marks."""
    _, nucleus, coda = _split(word)
    return nucleus in (_BARE_CLOSED if coda else _BARE_OPEN) and coda in CODAS


def _split(spelling: str) -> tuple[str, str, str]:
    """Onset, vowels and the rest of a spelling without tone."""
    onset = _onset(spelling)
    rest = spelling[len(onset) :]
    end = next((i for i, char in enumerate(rest) if char not in VOWELS), len(rest))
    return onset, rest[:end], rest[end:]


def _onset(letters: str) -> str:
    for size in (3, 2, 1):
        onset = letters[:size]
        # `gi` and `qu` are onsets only before a vowel: gì and gìn are g + ì.
        if onset in ONSETS and (onset not in ("gi", "qu") or letters[2:3] in VOWELS):
            return onset
    return ""


def spell(syllable: Syllable) -> str:
    """Spell a syllable: its canonical spelling, in NFC and lower case."""
    onset, nucleus, coda, tone = syllable
    if nucleus in ("i", "y") and not coda:
        nucleus = I_OR_Y.get(onset, nucleus)
    return onset + _toned(nucleus, coda, tone) + coda


@lru_cache(1024)
def _toned(nucleus: str, coda: str, tone: str) -> str:
    at = _tone_position(nucleus, coda) + 1
    return unicodedata.normalize("NFC", nucleus[:at] + tone + nucleus[at:])


def _tone_position(nucleus: str, coda: str) -> int:
    """The index of the letter of a nucleus that carries the tone, in the traditional style: the
    last letter with a quality mark; else before a coda the last letter; else the second of
    three, or the first."""
    marked = [i for i, vowel in enumerate(nucleus) if vowel in _QUALITY_VOWELS]
    if marked:
        return marked[-1]
    if coda:
        return len(nucleus) - 1
    return 1 if len(nucleus) == 3 else 0


def canonical(word: str) -> str:
    """Bring a word to its exact form: lower case, marks kept, in canonical spelling.

    `Hoà`, `hòa` and decomposed `hòa` all give `hòa`; `KĨ` and `kỹ` give `kỹ`. Of a word that is
    no Vietnamese syllable, only case and normalization change. Compatibility characters are what
    they look like: `ﬁle` gives `file`.
    """
    word = lowered(word)
    if word.isascii():
        return _RESPELT.get(word, word)
    if word.isalnum() and not _LETTERS.issuperset(word):
        return unicodedata.normalize("NFC", word)  # letters that are not Vietnamese
    letters, tones = split_marks(word)
    syllable = _parse(letters, tones)
    return spell(syllable) if syllable is not None else _joined(letters, tones)


def letters_of(word: str) -> str:
    """Like `canonical`, but without respelling: for a part of a word, such as a prefix."""
    return _joined(*split_marks(lowered(word)))


def _joined(letters: list[str], tones: list[tuple[int, str]]) -> str:
    for at, tone in tones:
        letters[at] += tone
    return unicodedata.normalize("NFC", "".join(letters))
