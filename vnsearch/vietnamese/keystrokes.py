"""Raw keystrokes of a word -> the word: Telex (`ddangr`, `dangdr`) and VNI (`d9ang3`).

A typing method has keys for the five tones and for the marks of letters; they may come anywhere
behind the letter. A key typed again takes its mark back and stands for itself, which no
syllable can contain, so such keys give nothing (but `ooo` gives the `oo` of `xoong`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from vnsearch.vietnamese.letters import ACUTE, DOT, GRAVE, HOOK, TILDE, VOWELS
from vnsearch.vietnamese.syllable import Syllable, parse, spell

_LONGEST: Final = 16  # keys: seven letters (nghiêng), and some for their marks

_STOPS: Final = frozenset(("c", "ch", "k", "p", "t"))
_FRONT_VOWELS: Final = frozenset("eêiy")
_BEFORE_PALATALS: Final = frozenset("a ê i y oa uê uy".split())  # what -ch and -nh follow
# Onsets that have one spelling before front vowels and another one before all others.
_FRONT_SPELLED: Final = {"k": True, "gh": True, "ngh": True, "c": False, "g": False, "ng": False}
# Hồng Kông, Mê Kông, Bắc Kạn, Pa Kô, K'Ho villages in -kơ: names that keep their k.
_NAMES_IN_K: Final = frozenset("kông kạn kô kơ".split())


class _Method(NamedTuple):
    tones: Mapping[str, str]  # key -> tone mark, "" for the level tone
    marks: Mapping[str, Mapping[str, str]]  # key -> letter -> marked letter
    bar: str  # the key for đ
    lone_horn: str  # the key that gives ư when it can mark nothing


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

# Paper sizes, vitamins, engines, flights: one letter and a number (`o7` is in too many words).
_CODE: Final = re.compile(r"(?!o7)[a-z]\d{1,4}")


class _Typed(NamedTuple):
    """What the keys so far have given."""

    letters: str = ""
    tone: str = ""
    mark: str = ""  # the key that marked last; what it marks shows when the word is complete
    marked: int = 0  # how many letters there were then
    barred: bool = False


def telex(keys: str) -> str | None:
    """The word, lower case and in canonical spelling, that these keys give in Telex; None when
    it is no syllable or when no key marks anything."""
    return _decode(keys, _TELEX)


def vni(keys: str) -> str | None:
    """The same for VNI."""
    return _decode(keys, _VNI)


def is_ordinary(word: str) -> bool:
    """Whether a word is an English or international one, or a code, that only happens to be
    keystrokes too, and so no sign of raw typing."""
    word = word.lower()
    return word in _ordinary_words() or _CODE.fullmatch(word) is not None


@cache
def _ordinary_words() -> frozenset[str]:
    text = Path(__file__).with_name("ordinary.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if line[:1] != "#" for word in line.split())


def _decode(keys: str, method: _Method) -> str | None:
    might_be = len(keys) <= _LONGEST and keys.isascii() and keys.isalnum()
    typed = _type(keys.lower(), method) if might_be else None
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
    """What is typed after one more key; None when it can become no syllable any more."""
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
    """Mark what is typed, or take the mark back if there is no letter since (`uwow` has one)."""
    letters, since = typed.letters, typed.letters[typed.marked :]
    if key != typed.mark or not method.marks[key].keys().isdisjoint(since):
        return typed._replace(mark=key, marked=len(letters))
    return typed._replace(letters=f"{letters}o", mark="") if key == "o" == letters[-1] else None


def _marked(typed: _Typed, method: _Method) -> Iterator[str]:
    """The spellings that the letters and the mark may stand for; at most one is a syllable."""
    letters = "đ" + typed.letters[1:] if typed.barred else typed.letters
    marks = method.marks.get(typed.mark, {})
    if not marks:  # `nwocs` is nước, but `worn` a word
        yield letters if letters[:1] == "ư" else letters.replace("ưo", "ươ")
    for pair in ("uo", "oo"):
        if pair in letters and "o" in marks:
            both = "".join(marks.get(letter, letter) for letter in pair)
            yield letters.replace(pair, both)
    for at, letter in enumerate(letters):
        if letter in marks:
            yield letters[:at] + marks[letter] + letters[at + 1 :]


def is_well_spelled(syllable: Syllable) -> bool:
    """Whether the parts of a syllable go together: what `parse` does not ask, for it has to
    read what people write."""
    onset, nucleus, coda, tone = syllable
    if coda in _STOPS and tone not in (ACUTE, DOT) and nucleus + coda != "ăk":  # Đăk Lăk
        return False
    if nucleus in ("ă", "â") and not coda:
        return False
    if (coda in ("ch", "nh") and nucleus not in _BEFORE_PALATALS) or nucleus + coda == "ing":
        return False
    front = _FRONT_SPELLED.get(onset)
    if front is None or front == (nucleus[0] in _FRONT_VOWELS):
        return True
    return nucleus[0] == "i" if onset == "g" else spell(syllable) in _NAMES_IN_K
