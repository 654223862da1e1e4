"""Texts that were typed without marks: telling them, and the form that their words have.

A text of Vietnamese syllables with hardly a mark among them was typed without any. What marks
its words would have is unknown: they may be any of the words that fold the same. So in place of
their exact form, which would claim that they have no marks by right, they get one of their own:
`dang?` for `dang`. No token has such a form, for a question mark is no letter.
"""

from collections.abc import Iterable
from typing import Any, Final

from vnsearch.analysis.tails import without_mark
from vnsearch.vietnamese.syllable import is_bare_syllable

_SIGN: Final = "?"

# Of the words of passages of four collections with their marks taken away, 84% or more are bare
# syllables in 99 of 100; of English ones, 34% or fewer are. With their marks, 56% or more have one.
_SYLLABLES: Final = 7, 10  # at least
_MARKED: Final = 1, 20  # at most

# A text or title of fewer words is typed without marks only when text and title together are:
# names and phrases of a few words often have no marks by right.
_ENOUGH_WORDS: Final = 4

# Kinds of tokens.
OTHER, WORD, SYLLABLE, MARKED = range(4)  # a number; without marks, a syllable or not; with marks


def with_unknown_marks(folded: str) -> str:
    """Return the form of a word of a text that was typed without marks."""
    return folded + _SIGN


def has_unknown_marks(exact: str) -> bool:
    """Whether a form is one of words whose marks are unknown."""
    return exact.endswith(_SIGN)


def kind_of(folded: str, exact: str) -> int:
    """Return the kind of a token."""
    if exact != folded:
        return MARKED
    if without_mark(folded).isnumeric():
        return OTHER
    return SYLLABLE if folded.isalpha() and is_bare_syllable(folded) else WORD


def is_unmarked(words: Any, syllables: Any, marked: Any, passage: Any) -> Any:
    """Whether a text or title was typed without marks, by how many of its tokens are words, bare
    syllables and marked words; `passage` says so of text and title together.

    All may be arrays.
    """
    return looks_unmarked(words, syllables, marked) & ((words >= _ENOUGH_WORDS) | passage)


def looks_unmarked(words: Any, syllables: Any, marked: Any) -> Any:
    """As `is_unmarked`, however few the words are."""
    few, of_marked = _MARKED
    many, of_syllables = _SYLLABLES
    return (
        (words > 0)
        & (syllables * of_syllables >= words * many)
        & (marked * of_marked <= words * few)
    )


def unmarked_fields(
    text: Iterable[tuple[str, str]], title: Iterable[tuple[str, str]]
) -> tuple[bool, bool]:
    """Whether the text and the title of a passage were typed without marks, given the folded and
    the exact forms of their tokens."""
    of_text, of_title = _counts(text), _counts(title)
    passage = looks_unmarked(*map(sum, zip(of_text, of_title, strict=True)))
    return is_unmarked(*of_text, passage), is_unmarked(*of_title, passage)


def _counts(forms: Iterable[tuple[str, str]]) -> tuple[int, int, int]:
    kinds = [kind_of(*form) for form in forms]
    syllables, marked = kinds.count(SYLLABLE), kinds.count(MARKED)
    return len(kinds) - kinds.count(OTHER), syllables, marked
