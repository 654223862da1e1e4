"""The name of a file, or of its folders -> the texts whose words it is found by.

    BaoCao_Q3-2025.final.docx   BaoCao Q3-2025.final.docx
                                Bao Cao Q 3-2025.final.docx

As it was typed, and with a space where a piece of a compound begins (see `compounds`). Names are
mostly typed without marks; what they mean, the text of the file tells best (`readings`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from vnsearch.analysis.compounds import pieces
from vnsearch.analysis.tokenizer import words_in
from vnsearch.vietnamese.letters import nfc

_MOST_PIECES: Final = 16  # of a word: names are longer compounds than words of a text
# Suffixes of files that are Vietnamese syllables without marks, too.
_SUFFIX: Final = re.compile(r"\.(?:bat|doc|dot|go|lua|po|pot|py|vim)$", re.IGNORECASE)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # a byte that is no text


def typings(name: str) -> Sequence[str]:
    """Return the texts of a name, each once, or nothing for no name."""
    if not name:
        return ()
    typed = nfc(_LONE_SURROGATE.sub("\ufffd", name))
    cut, end = list[str](), 0
    for word in words_in(typed).finditer(typed):
        if found := pieces(typed, *word.span(), _MOST_PIECES):
            # The groups of digits before a compound are no part of it.
            at = len("".join(found)) - len(word[0])
            cut += typed[end : word.start()], " ".join(_after(found, at))
            end = word.end()
    return (typed, "".join((*cut, typed[end:]))) if cut else (typed,)


def ends_with_suffix(typing: str) -> bool:
    """Whether the last word of a name is the suffix of a file, and none of a text, though it is a
    syllable."""
    return _SUFFIX.search(typing) is not None


def _after(found: Sequence[str], size: int) -> Sequence[str]:
    """The pieces after the first so many characters."""
    while size > 0:
        size -= len(found[0])
        found = found[1:]
    return found


def readings(words: Sequence[str], found: Iterable[tuple[int, str, str]]) -> dict[str, str]:
    """Return what the words of a name typed without marks are in the text of its document.

    `words` are the folded forms of the name, in order; `found` the places of such words in the
    text, ascending, each with folded and exact form. Of each folded form that the text has, returns
    the exact form that occurs most often beside a neighbour of the name, or else most often.
    """
    alone, beside = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    neighbours = {*pairwise(words)}
    before: tuple[int, str, str] = (-2, "", "")
    for place, *form in found:
        folded, exact = form
        alone[folded, exact] += 1
        if place == before[0] + 1 and (before[1], folded) in neighbours:
            beside[before[1:]] += 1
            beside[folded, exact] += 1
        before = place, folded, exact
    ranked = sorted(alone, key=lambda form: (beside[form], alone[form], form))
    return dict(ranked)  # of several forms of a word, the last counts
