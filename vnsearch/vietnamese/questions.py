"""Words that ask for something, alone, as whole phrases, and around what they ask for: queries have
them, texts that answer do not."""

from collections.abc import Sequence
from typing import Final

QUESTION_WORDS: Final = frozenset("ai gì nào đâu sao mấy nhiêu".split())
_QUESTION_PHRASES: Final = tuple(
    tuple(phrase.split())
    for phrase in (
        "như thế nào",
        "bao nhiêu",
        "bao lâu",
        "bao giờ",
        "tại sao",
        "vì sao",
        "ra sao",
        "làm sao",
        "là dấu hiệu",
        "có phải dấu hiệu",
        "có phải là dấu hiệu",
    )
)

# Words at most that name the kind of thing asked for.
_MOST_NAMING: Final = 6


def asking(forms: Sequence[str]) -> list[bool]:
    """Return whether each exact form asks for something."""
    asking = [form in QUESTION_WORDS for form in forms]
    for phrase in _QUESTION_PHRASES:
        size = len(phrase)
        for begin in range(len(forms) - size + 1):
            if tuple(forms[begin : begin + size]) == phrase:
                asking[begin : begin + size] = [True] * size
    return asking


def naming_what_is_asked_for(forms: Sequence[str]) -> range:
    """Return the places of the words that say what kind of thing a question asks for: from `là` to
    `gì` or `nào` at the end, as in `đau đầu là dấu hiệu của bệnh gì`."""
    end = len(forms) - 1
    if end > 0 and forms[end] in ("gì", "nào"):
        for begin in range(end - 1, max(-1, end - 2 - _MOST_NAMING), -1):
            if forms[begin] == "là":
                return range(begin, end)
    return range(0)
