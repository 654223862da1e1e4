"""Words typed as raw keystrokes, without an input method: Telex (`ddangr`, `dangdr` for `đảng`)
and VNI (`d9ang3`).

A typing method has keys for the five tones and for the marks of letters; they may come anywhere
after the letter. A key pressed again takes its mark back and gives the key's own character,
which no syllable can contain, so such keys decode to nothing (but `ooo` gives the `oo` of `xoong`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from vnsearch.vietnamese.letters import ACUTE, DOT, GRAVE, HOOK, TILDE, VOWELS
from vnsearch.vietnamese.syllable import Syllable, parse, spell

_MAX_KEYS: Final = 16  # seven letters (nghiêng), and some for their marks

_STOPS: Final = frozenset(("c", "ch", "k", "p", "t"))
_FRONT_VOWELS: Final = frozenset("eêiy")
_BEFORE_PALATALS: Final = frozenset("a ê i y oa uê uy".split())  # the nuclei before -ch and -nh
# Spellings of onsets that occur only before front vowels, or only before others.
_BEFORE_FRONT: Final = {"k": True, "gh": True, "ngh": True, "c": False, "g": False, "ng": False}
# Syllables of names that keep their k before another vowel: Hồng Kông, Mê Kông, Bắc Kạn, Pa Kô,
# K'Ho villages in -kơ.
_NAMES_IN_K: Final = frozenset("kông kạn kô kơ".split())


class _Method(NamedTuple):
    """The keys of a typing method."""

    tones: Mapping[str, str]  # key -> tone mark, "" for the level tone
    marks: Mapping[str, Mapping[str, str]]  # key -> letter -> marked letter
    bar: str  # the key for đ
    lone_horn: str  # the key that gives ư when there is no letter for it to mark


_TONES: Final = (ACUTE, GRAVE, HOOK, TILDE, DOT, "")
_TELEX: Final = _Method(
    tones=dict(zip("sfrxjz", _TONES, strict=True)),
    marks={
        "a": {"a": "â"}, "e": {"e": "ê"}, "o": {"o": "ô"}, "w": {"a": "ă", "o": "ơ", "u": "ư"}
    },
    bar="d",
    lone_horn="w",
)  # fmt: skip
_VNI: Final = _Method(
    tones=dict(zip("123450", _TONES, strict=True)),
    marks={"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}},
    bar="9",
    lone_horn="",
)

# Paper sizes, vitamins, engines, flights: one letter and a number (but `o7` begins many words).
_CODE: Final = re.compile(r"(?!o7)[a-z]\d{1,4}")


class _Typed(NamedTuple):
    """The state of a word after the keys so far."""

    letters: str = ""
    tone: str = ""  # a combining mark
    mark: str = ""  # the last mark key; which letters it marks is decided when the word is complete
    marked: int = 0  # the number of letters when it was pressed
    barred: bool = False  # whether the first letter is đ


def telex(keys: str) -> str | None:
    """Decode the keystrokes of a word in Telex.

    Returns the word in lower case and canonical spelling; None if the keys give no Vietnamese
    syllable, or one without marks."""
    return _decode(keys, _TELEX)


def vni(keys: str) -> str | None:
    """Decode the keystrokes of a word in VNI; see `telex`."""
    return _decode(keys, _VNI)


def is_ordinary(word: str) -> bool:
    """Whether a word is English or international, or a code such as A4, and so no evidence of
    raw keystrokes even if it can be read as some."""
    word = word.lower()
    return word in _ordinary_words() or _CODE.fullmatch(word) is not None


@cache
def _ordinary_words() -> frozenset[str]:
    text = Path(__file__).with_name("ordinary.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if line[:1] != "#" for word in line.split())


def _decode(keys: str, method: _Method) -> str | None:
    possible = len(keys) <= _MAX_KEYS and keys.isascii() and keys.isalnum()
    typed = _type(keys.lower(), method) if possible else None
    if typed is None:
        return None
    for spelling in _marked(typed, method):
        syllable = parse(spelling)
        if syllable is not None and is_well_spelled(syllable := syllable._replace(tone=typed.tone)):
            word = spell(syllable)
            return None if word.isascii() and ("oo" not in word or word == keys.lower()) else word
    return None


def _type(keys: str, method: _Method) -> _Typed | None:
    typed: _Typed | None = _Typed()
    for key in keys:
        if typed is not None:
            typed = _press(typed, key, method)
    return typed


def _press(typed: _Typed, key: str, method: _Method) -> _Typed | None:
    """The state after one more key; None if it cannot become a syllable any more."""
    letters = typed.letters
    if key in method.tones and not VOWELS.isdisjoint(letters):
        tone = method.tones[key]
        return typed._replace(tone=tone) if tone != typed.tone else None
    if key == method.bar and letters[:1] == "d":
        return typed._replace(barred=True) if not typed.barred else None
    if key in method.marks and not (key == "o" and letters.endswith(("oa", "oe"))):  # ngoao
        if not method.marks[key].keys().isdisjoint(letters):
            return _mark(typed, key, method)
        if key == method.lone_horn:
            return typed._replace(letters=letters + "ư")
    return typed._replace(letters=letters + key) if key.isalpha() else None


def _mark(typed: _Typed, key: str, method: _Method) -> _Typed | None:
    """Apply a mark key: it marks, or, pressed again without a letter to mark since, takes its
    mark back (in `uwow` there is one)."""
    letters, since = typed.letters, typed.letters[typed.marked :]
    if key != typed.mark or not method.marks[key].keys().isdisjoint(since):
        return typed._replace(mark=key, marked=len(letters))
    return typed._replace(letters=f"{letters}o", mark="") if key == "o" == letters[-1] else None


def _marked(typed: _Typed, method: _Method) -> Iterator[str]:
    """The spellings that letters and mark may give; at most one of them is a syllable."""
    letters = "đ" + typed.letters[1:] if typed.barred else typed.letters
    marks = method.marks.get(typed.mark, {})
    if not marks:  # `nwocs` is nước, but `worn` is an English word
        yield letters if letters[:1] == "ư" else letters.replace("ưo", "ươ")
    for pair in ("uo", "oo"):
        if pair in letters and "o" in marks:
            both = "".join(marks.get(letter, letter) for letter in pair)
            yield letters.replace(pair, both)
    for at, letter in enumerate(letters):
        if letter in marks:
            yield letters[:at] + marks[letter] + letters[at + 1 :]


def is_well_spelled(syllable: Syllable) -> bool:
    """Whether the parts of a syllable may occur together by the rules of spelling, which `parse`
    does not check, as it must read what people write."""
    onset, nucleus, coda, tone = syllable
    if coda in _STOPS and tone not in (ACUTE, DOT) and nucleus + coda != "ăk":  # Đăk Lăk
        return False
    if nucleus in ("ă", "â") and not coda:
        return False
    if (coda in ("ch", "nh") and nucleus not in _BEFORE_PALATALS) or nucleus + coda == "ing":
        return False
    before_front = _BEFORE_FRONT.get(onset)
    if before_front is None or before_front == (nucleus[0] in _FRONT_VOWELS):
        return True
    return nucleus[0] == "i" if onset == "g" else spell(syllable) in _NAMES_IN_K
