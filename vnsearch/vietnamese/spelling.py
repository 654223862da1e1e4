"""Misspelling: how far words are from each other, and which are near one.

Words are spelt as they are heard, and no dialect tells all of them apart: `nàm` for `làm`,
`xử dụng` for `sử dụng`, `rỏ` for `rõ`. So syllables are compared by onset, nucleus, coda and
tone. Letters are mistyped, and foreign names are spelt in many ways (`polime`, `polyme`), so
words are also compared letter by letter, by Damerau-Levenshtein distance (Damerau 1964).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import permutations, product
from string import ascii_lowercase
from typing import Final

from vnsearch.vietnamese.letters import HOOK, TILDE, VOWELS, fold, split_marks
from vnsearch.vietnamese.syllable import CODAS, ONSETS, canonical

# Distances, by how likely the mistakes are. Half the speakers do not tell hỏi from ngã; a wrong
# tone is one of five, a wrong letter one of twenty.
LEAST_DISTANCE: Final = 0.25  # hỏi for ngã
_CONFUSED: Final = 0.5  # a part of a syllable for one it is often confused with
_OTHER_TONE: Final = 0.75
_SLIP: Final = 1.0

_PREFIX: Final = 3  # letters of the prefix by which foreign words are looked up

# Groups of parts of syllables that are often confused with each other.
_ONSETS: Final = (
    "l n",  # the Red River delta: lên, nên
    "ch tr", "s x", "d gi r",  # the North: chuyện, truyện; sử, xử; dành, giành, rành
    "d v", "gi v", "g r",  # the South: về, dề; vô, giô; rổ, gổ
    "gi tr",  # doublets: giời, trời
    "c k q", "g gh", "ng ngh",  # one sound, spelt by what follows
)  # fmt: skip
_NUCLEI: Final = (
    "i y", "iê yê", "ui uy",  # one sound, or nearly: vi, vy; iên, yên; thúi, thúy
    "oa ua", "oe ue", "oă uă",  # the glide is spelt o, but u after q
    "ai ay", "ao au", "i ê",  # long or short: mái, máy; mào, màu; bịnh, bệnh
    "i iê", "u uô", "ư ươ", "iu iêu", "ui uôi", "ưi ươi",  # the South: tìm, tiềm; chúi, chuối
    "iu ưu", "iêu ươu", "ưu ươu",  # the North: liu, lưu; riệu, rượu; hưu, hươu
)  # fmt: skip
_CODAS: Final = ("n ng", "n nh", "c t", "ch t")  # the South: bàn, bàng; tín, tính; mắc, mắt
_TABLES: Final = (_ONSETS, _NUCLEI, _CODAS)

_V: Final = f"[{''.join(sorted(VOWELS))}]"
_ANY_ONSET: Final = "|".join(sorted(ONSETS - {"gi", "qu"}, key=len, reverse=True))
_LIKE_A_SYLLABLE: Final = re.compile(
    f"(q(?=u)|gi(?={_V})|{_ANY_ONSET}|)({_V}{{1,4}})({'|'.join(sorted(CODAS))})"
)

# Letters for the same sounds in foreign words and in Vietnamese spellings of them; also `ph` for
# `f`, and doubled letters for one.
_SOUNDS: Final = str.maketrans("cqwxyz", "kkvsis")
_DOUBLED: Final = re.compile(r"(.)\1+")


def near_forms(folded: str) -> Iterator[str]:
    """Yield the folded forms that may have been meant by one, whether there are such words or not:
    itself, and those a slip or, of a syllable, some confused parts away. Of what is no syllable,
    see also `similar_prefixes`."""
    yield folded
    slips = _slips(folded)
    yield from (canonical(slip) for slip in slips if _parts(slip))
    if parts := _parts(folded):
        for near in product(*map(_near, parts, _TABLES)):
            yield _folded(_written(*near))
    else:
        yield from (slip for slip in slips if not slip.startswith(folded[:_PREFIX]))


def similar_prefixes(folded: str) -> list[str]:
    """Return the prefixes of the words that a foreign word may be a misspelling of; none for a
    syllable."""
    if _parts(folded):
        return []
    alike = ([x for x in ascii_lowercase if _sounds(x) == _sounds(own)] for own in folded[:_PREFIX])
    return ["".join(letters) for letters in product(*alike)]


def sound_alike(folded: str, other: str) -> bool:
    """Whether two foreign words differ by a slip at most in how they sound."""
    if abs(len(other) - len(folded)) > 2:
        return False
    # Within two adjacent letters.
    return max(map(len, _middles(_sounds(folded), _sounds(other)))) <= 2


@lru_cache(maxsize=1000)
def confusions(folded: str) -> frozenset[str]:
    """The folded words that differ from a folded syllable in one part, for another that is
    often confused with it: for `chen` tren, chien, cheng…; none if it is no syllable."""
    parts = _parts(folded)
    if parts is None:
        return frozenset()
    found = (
        (*parts[:at], other, *parts[at + 1 :])
        for at, (part, groups) in enumerate(zip(parts, _TABLES, strict=True))
        for other in _near(part, groups)
    )
    return frozenset(_folded(_written(*near)) for near in found) - {folded}


def _near(part: str, groups: Sequence[str]) -> set[str]:
    """A part and those it is confused with."""
    return {part, *_confused(groups).get(part, ())}


def _written(onset: str, nucleus: str, coda: str) -> str:
    """Spell parts: the inverse of `_parts`."""
    if onset == "gi" and nucleus.startswith("i"):
        onset = "g"
    return onset + nucleus + coda


def _slips(word: str) -> set[str]:
    """The words one edit away: an insertion, deletion, substitution or transposition."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        *(a + letter + b[size:] for a, b in cuts for letter in ascii_lowercase for size in (0, 1)),
    }


# Distances


def distance(a: str, b: str) -> float:
    """The distance between two exact forms: symmetric, and 0 only if they are equal.

    A part of a syllable confused with another, or with other marks, counts 0.5; ngã for hỏi 0.25,
    any other tone 0.75; any other letter 1. Foreign words that differ only in the spelling of
    their sounds have distance 0.5.
    """
    if a == b:
        return 0.0
    (letters, tones), (others, other_tones) = map(_without_tones, (a, b))
    if (parts := _parts(letters)) and (other_parts := _parts(others)):
        far = sum(map(_part_distance, parts, other_parts, _TABLES))
        if far > _SLIP:  # one letter may belong to different parts, as in `mội` and `một`
            far = min(far, _edits(letters, others))
    else:
        by_sound = _CONFUSED + _edits(_sounds(letters), _sounds(others))
        far = min(by_sound, _edits(letters, others))
    return max(LEAST_DISTANCE, far + _tone_distance(tones, other_tones))


def _without_tones(word: str) -> tuple[str, str]:
    letters, tones = split_marks(word)
    return "".join(letters), "".join(tone for _, tone in tones)


def _tone_distance(a: str, b: str) -> float:
    if a == b:
        return 0.0
    # Hỏi and ngã, or a tone that was typed twice.
    one_tone = {a, b} == {HOOK, TILDE} or {*a} == {*b}
    return LEAST_DISTANCE if one_tone else _OTHER_TONE


@lru_cache(maxsize=10_000)
def _part_distance(a: str, b: str, groups: Sequence[str]) -> float:
    if a == b:
        return 0.0
    close = fold(a) == fold(b) or b in _confused(groups).get(a, ())
    return _CONFUSED if close else _edits(a, b)


@lru_cache(maxsize=10_000)
def _parts(letters: str) -> tuple[str, str, str] | None:
    """Split letters without tones into onset, nucleus and coda; None if they do not look like a
    syllable. Misspelt ones do (`tuơng`).

    The parts are those of the sound: `quôc` is q-uô-c, as `cuôc` is c-uô-c, and `giêt` gi-iê-t.
    """
    found = _LIKE_A_SYLLABLE.fullmatch(letters)
    if found is None:
        return None
    onset, nucleus, coda = found.groups()
    if onset == "g" and nucleus == "i":
        onset = "gi"
    elif onset == "gi" and nucleus in ("e", "ê") and coda:
        nucleus = "i" + nucleus
    return onset, nucleus, coda


@cache
def _confused(groups: Sequence[str]) -> Mapping[str, set[str]]:
    """For each part, with its marks and without, those it is confused with."""
    table: dict[str, set[str]] = {}
    for group in (*groups, *map(fold, groups)):
        for one, other in permutations(group.split(), 2):
            table.setdefault(one, set()).add(other)
    return table


def _edits(a: str, b: str) -> float:
    """The Damerau-Levenshtein distance between two words (optimal string alignment: no substring is
    edited twice). A substitution that changes only marks counts 0.5."""
    a, b = _middles(a, b)
    if not (a and b):
        return float(len(a or b))
    bases = [*map(fold, b)]
    before: list[float] = []
    row = [float(place) for place in range(len(b) + 1)]
    for at, letter in enumerate(a):
        before, last, row, base = row, before, [at + 1.0], fold(letter)
        for place, other in enumerate(b):
            cost = 0.0 if letter == other else _CONFUSED if base == bases[place] else _SLIP
            best = min(before[place] + cost, before[place + 1] + _SLIP, row[place] + _SLIP)
            if at and place and letter == b[place - 1] and other == a[at - 1]:
                best = min(best, last[place - 1] + _SLIP)
            row.append(best)
    return row[-1]


def _middles(a: str, b: str) -> tuple[str, str]:
    """Two words without their common prefix and suffix."""
    start, shorter = 0, min(len(a), len(b))
    while start < shorter and a[start] == b[start]:
        start += 1
    end = 0
    while end < shorter - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[start : len(a) - end], b[start : len(b) - end]


@lru_cache(maxsize=10_000)
def _sounds(letters: str) -> str:
    """A spelling by sound: equal for foreign words that differ in how sounds are spelt."""
    return _DOUBLED.sub(r"\1", letters.translate(_SOUNDS).replace("ph", "f"))


def _folded(exact: str) -> str:
    return canonical(fold(exact))
