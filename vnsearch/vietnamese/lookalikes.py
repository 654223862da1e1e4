"""Letters of other alphabets, and signs, that programs have put for Vietnamese letters.

Converters from old fonts, and fonts in PDF files that name their letters wrongly, have `ƣ` (U+01A3)
for `ư`, and `₫`, the sign of the currency, for `đ`.
"""

import re
from typing import Final

from vnsearch.vietnamese import syllable

_LETTERS: Final = {"ƣ": "ư", "Ƣ": "Ư", "₫": "đ"}
_ANY: Final = "".join(_LETTERS)
# A word with such a letter, or the beginning of one that is too long for a syllable. The sign of
# the currency stands before or after a number.
_WORD: Final = re.compile(rf"(?<![\w₫])[^\W\d_]*[{_ANY}](?:[^\W\d_]|₫){{,10}}(?![\d₫])")
_TABLE: Final = str.maketrans(_LETTERS)


def restored(text: str) -> str:
    """The text with the Vietnamese letters, in words that are syllables with them."""
    if not any(letter in text for letter in _LETTERS):
        return text
    return _WORD.sub(_restored_word, text)


def _restored_word(match: re.Match[str]) -> str:
    word = match[0].translate(_TABLE)
    return word if len(word) > 1 and syllable.parse(word.lower()) is not None else match[0]
