"""A query in the ways people type it."""

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

TONES: Final = "\u0301\u0300\u0309\u0303\u0323"
_TELEX_TONES: Final = dict(zip(TONES, "sfrxj", strict=True))
_TELEX_LETTERS: Final = dict(zip("ăâêôơưđ", "aw aa ee oo ow uw dd".split(), strict=True))
_VNI_TONES: Final = dict(zip(TONES, "12345", strict=True))
_VNI_LETTERS: Final = dict(zip("ăâêôơưđ", "a8 a6 e6 o6 o7 u7 d9".split(), strict=True))
_WORD: Final = re.compile(r"[^\W\d_]+")


def bare(text: str) -> str:
    """Without any marks."""
    letters = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(char for char in letters if not unicodedata.combining(char))


def half(text: str, seed: int) -> str:
    """Each word without marks with probability ½."""
    chance = random.Random(seed)
    return " ".join(word if chance.random() < 0.5 else bare(word) for word in text.split())


def telex(text: str) -> str:
    """The keys of Telex, the tone last, as they come out when it is switched off."""
    return _keyed(text, _TELEX_LETTERS, _TELEX_TONES)


def vni(text: str) -> str:
    """The keys of VNI, likewise."""
    return _keyed(text, _VNI_LETTERS, _VNI_TONES)


def _keyed(text: str, letters: Mapping[str, str], tones: Mapping[str, str]) -> str:
    def keys(match: re.Match[str]) -> str:
        apart = unicodedata.normalize("NFD", match.group().lower())
        plain = unicodedata.normalize("NFC", "".join(c for c in apart if c not in tones))
        tone = "".join(tones[c] for c in apart if c in tones)
        return "".join(letters.get(char, char) for char in plain) + tone

    return _WORD.sub(keys, unicodedata.normalize("NFC", text))


# Each with the number of the query, which is the seed of chance.
TYPINGS: Final[Mapping[str, Callable[[str, int], str]]] = {
    "full": lambda text, _: text,
    "bare": lambda text, _: bare(text),
    "half": half,
    "telex": lambda text, _: telex(text),
    "vni": lambda text, _: vni(text),
    "nfd": lambda text, _: unicodedata.normalize("NFD", text),
}
