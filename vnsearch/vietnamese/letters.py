"""Letters and their marks: normalizing, splitting and folding them.

A Vietnamese vowel letter may carry a quality mark (ă â ê ô ơ ư: another vowel) and
a tone mark (à á ả ã ạ: the tone of the whole syllable); `đ` is a letter of its own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
TONE_MARKS: Final = frozenset((GRAVE, ACUTE, HOOK, TILDE, DOT))
VOWELS: Final = frozenset("aăâeêioôơuưy")

# All 93 lower-case letters: the Vietnamese alphabet with all tones, and f, j, w, z; sorted.
LETTERS: Final = "".join(
    sorted(
        {*"abcdefghijklmnopqrstuvwxyzđ"}
        | {unicodedata.normalize("NFC", v + t) for v in VOWELS for t in ("", *TONE_MARKS)}
    )
)

_LETTERS: Final = frozenset(LETTERS)
_TONES: Final = {
    letter: mark
    for letter in LETTERS
    for mark in unicodedata.normalize("NFD", letter)[1:]
    if mark in TONE_MARKS
}
_TONELESS: Final = {
    letter: unicodedata.normalize("NFC", unicodedata.normalize("NFD", letter).replace(mark, ""))
    for letter, mark in _TONES.items()
}

# What old fonts and converters write for Vietnamese letters, in lower case: the Icelandic eth, the
# African D and the sign of the dong for đ, the letter gha for ư.
_LOOKALIKES: Final = {ord(char): letter for char, letter in zip("ðɖ₫ƣ", "đđđư", strict=True)}

# Combining marks that may follow a letter, and invisible characters inside a word: soft hyphen,
# zero-width joiners, word joiners. Both to be put inside the brackets of a regex class.
COMBINING: Final = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
INVISIBLE: Final = "\u00ad\u200c\u200d\u2060\ufeff"

# Signs that are letters of words nevertheless: that of the dong, and squared units (`㎡`).
LETTER_SIGNS: Final = "\u20ab\u3371-\u33df"

# Blocks whose letters and digits are Latin, outside ASCII, first and last code point: Latin-1
# and its extensions, IPA, superscripts and subscripts, number forms, ligatures, full width.
_LATIN_BLOCKS: Final = (
    (0x00AA, 0x02AF), (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x2070, 0x209F),
    (0x2150, 0x2188), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F),
    (0xFB00, 0xFB06), (0xFF10, 0xFF5A),
)  # fmt: skip
_INDIC_BLOCKS: Final = (("\u0900", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"))


# Normalizing takes time that grows with the square of a run of combining marks. No word has over
# 30: the bound of Unicode's stream-safe text format (UAX #15), which breaks longer runs up; here
# the rest of them is left out.
_MAX_MARKS: Final = 30
_PIECE: Final = 1 << 20  # code points normalized at once, which takes some ten bytes for each
# The symbols of U+2000 to U+2BFF are left out but for the marks among them.
_MAY_BE_MARK: Final = r"[^\w\s\0-\u02ff\u2000-\u20cf\u2100-\u2bff]"
_MAY_BE_STACK: Final = rf"{_MAY_BE_MARK}{{{_MAX_MARKS + 1},}}"


def nfc(text: str) -> str:
    """Normalize a text to Unicode normalization form C, in which all offsets are counted.

    Of more than 30 combining marks in a row only 30 are kept.
    """
    if text.isascii():
        return text
    return "".join(map(_nfc, _pieces(text))) if len(text) > _PIECE else _nfc(text)


def _nfc(text: str) -> str:
    return _unstacked(unicodedata.normalize("NFC", _unstacked(text)))


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text before spaces, with which nothing before them is composed."""
    begin = 0
    while (end := text.find(" ", begin + _PIECE)) >= 0:
        yield text[begin:end]
        begin = end
    yield text[begin:]


def _unstacked(text: str) -> str:
    """A text without the marks that are too many in a row."""
    if len(text) <= _MAX_MARKS:  # as most queries: without compiling the patterns
        return text
    # A run that is too long has one of these characters, a few of the text.
    if re.search(_MAY_BE_MARK, text[:: _MAX_MARKS + 1]) is None:
        return text
    return re.sub(_MAY_BE_STACK, _bounded_run, text)


def _bounded_run(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in match[0]:
        decomposed = unicodedata.normalize("NFD", char)
        marks = marks + len(decomposed) if unicodedata.combining(decomposed[0]) else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def split_marks(word: str) -> tuple[list[str], list[tuple[int, str]]]:
    """Separate the tone marks of a lower-case word from its letters.

    Returns the letters (each in NFC, with its quality mark), and the tones as pairs of the index
    of their letter and the combining mark. Marks may come in any order, also in those that NFC
    cannot compose (`e` + acute + circumflex is `ế`). A mark on a consonant (`ñ`) is no tone and
    stays with its letter.
    """
    if _LETTERS.issuperset(word):
        tones = [(at, _TONES[letter]) for at, letter in enumerate(word) if letter in _TONES]
        return [_TONELESS.get(letter, letter) for letter in word], tones
    letters: list[str] = []
    tones = []
    for char in unicodedata.normalize("NFD", word):
        if char in TONE_MARKS and letters and letters[-1][0] in VOWELS:
            tones.append((len(letters) - 1, char))
        elif letters and unicodedata.combining(char):
            letters[-1] += char
        else:
            letters.append(char)
    return [nfc(letter) for letter in letters], tones


def with_marks_of(typed: str, words: Iterable[str]) -> Iterator[str]:
    """Filter lower-case words for those that `typed` may be short for, with marks left out.

    They have the same letters and at least the marks of `typed`; a tone may be on another letter.
    """
    if fold(typed) == typed:
        yield from (word for word in words if fold(word) == typed)
        return
    typed_letters, typed_tones = split_marks(typed)
    needed = {tone for _, tone in typed_tones}
    for word in words:
        letters, tones = split_marks(word)
        if (
            needed.issubset([tone for _, tone in tones])
            and len(letters) == len(typed_letters)
            and all(
                letter == own or letter == fold(own)
                for own, letter in zip(letters, typed_letters, strict=True)
            )
        ):
            yield word


class _LookalikeTable(dict[int, str]):
    """A table for `str.translate`, lower-case code point -> the letters it looks like."""

    def __missing__(self, code: int) -> str:
        char = self[code] = _looks_like(chr(code))
        return char


def _looks_like(char: str) -> str:
    """The letters of a compatibility character (ligatures, full width, superscripts, Roman
    numerals), as far as they are letters or digits; of any other, itself."""
    if char in INVISIBLE:
        return ""
    if unicodedata.decomposition(char).startswith("<"):
        letters = unicodedata.normalize("NFKC", char).lower()
        if letters.isalnum():
            return letters
    return char


_LOOKALIKE = _LookalikeTable(_LOOKALIKES)


def lowered(word: str) -> str:
    """Put a word in lower case, without invisible characters, with the letters it looks like."""
    word = word.lower()
    return word if word.isascii() else word.translate(_LOOKALIKE)


class _FoldTable(dict[int, str]):
    """A table for `str.translate`, code point -> folded letters, filled when one is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_letter(chr(code))
        return folded


def _fold_letter(char: str) -> str:
    if char == "đ":
        return "d"
    if char in INVISIBLE or _is_mark(char):
        return ""
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii():
        return base
    if any(first <= ord(char) <= last for first, last in _LATIN_BLOCKS):
        from unidecode import unidecode  # only rare letters need its tables

        latin = unidecode(char).lower()
        if latin.isascii() and latin.isalnum():
            return latin
    return char


def _is_mark(char: str) -> bool:
    if any(first <= char <= last for first, last in _INDIC_BLOCKS):
        return False  # what combines there are vowels
    return unicodedata.category(char).startswith("M") and 0x0300 <= ord(char) < 0x2100


_FOLD = _FoldTable()


def fold(word: str) -> str:
    """Remove the marks of a lower-case word: `đảng` -> `dang`, `straße` -> `strasse`.

    Letters of other scripts stay as they are. Idempotent; the result is not empty if the word
    has a letter or digit, and has no space. Its length may differ from that of the word, so
    offsets must be taken before.
    """
    return word if word.isascii() else word.translate(_FOLD)
