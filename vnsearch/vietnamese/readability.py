"""How well a text reads as Vietnamese: how many of its words with marks are syllables.

This is what encodings are detected by. Decoded with the right table, nearly every Vietnamese
word with a letter outside ASCII is a syllable; decoded with a wrong one, hardly any is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from vnsearch.vietnamese import syllable
from vnsearch.vietnamese.letters import ACUTE, DOT, LETTERS, VOWELS, nfc, split_marks

# A word holds together across control characters and U+FFFD, which a wrong decoding puts in it;
# across so many that it is none, but not more, since matching takes some hundred bytes for each.
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\x80-\x9f\ufffd]+[^\W\d_]*){,10000}")
_TAG: Final = re.compile("<[^<>]{1,300}>")
_VOWELS: Final = frozenset(letter for letter in LETTERS if split_marks(letter)[0][0] in VOWELS)


class Readability(NamedTuple):
    """Counts of words of two letters and more, each occurrence counted."""

    marked: int  # words with letters outside ASCII
    syllables: int  # of these, Vietnamese syllables
    plain: int  # words in ASCII
    plain_syllables: int

    @property
    def share(self) -> float:
        """The share of the marked words that are syllables, 0 to 1; 0 if there are none."""
        return self.syllables / max(1, self.marked)

    @property
    def rank(self) -> tuple[int, int]:
        """What is larger for the better of two readings of one line: a marked word that is no
        syllable outweighs two that are."""
        return self.syllables - 2 * (self.marked - self.syllables), self.syllables


def readability(text: str) -> Readability:
    """Count the words of a text and those that are Vietnamese syllables; tags are left out."""
    marked = syllables = plain = plain_syllables = 0
    for word, count in Counter(_words(text)).items():
        if word.isascii():
            plain += count
            plain_syllables += count * _is_spelt_right(word)
        else:
            marked += count
            syllables += count * _is_syllable(word)
    return Readability(marked, syllables, plain, plain_syllables)


def _words(text: str) -> Iterator[str]:
    """The words in lower case, but for those with a marked capital after a small letter, which
    only a wrong decoding makes: kept as they are, they are no syllables."""
    for word in _WORD.findall(nfc(_TAG.sub(" ", text))):
        if word.islower():  # as most are
            if len(word) > 1:
                yield word
        # Abbreviations without a vowel (QĐ, NĐ) are no syllables, and say nothing either way.
        elif len(word) > 1 and not (word.isupper() and _VOWELS.isdisjoint(word.lower())):
            misplaced_capital = any(
                a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word)
            )
            yield word if misplaced_capital else word.lower()


# The readings of a text, and of those next to it, have many words in common.
@lru_cache(maxsize=20_000)
def _is_spelt_right(word: str) -> bool:
    return syllable.parse(word) is not None


@lru_cache(maxsize=20_000)
def _is_syllable(word: str) -> bool:
    parts = syllable.parse(word)
    if parts is None:
        return False
    # Syllables that end in a stop have one of two tones.
    return parts.coda not in ("c", "ch", "p", "t") or parts.tone in (ACUTE, DOT)
