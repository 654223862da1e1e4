"""Automatic numbers of lists, counted: `Điều 2.`, `Câu 12:`, `a)`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

LEVELS: Final = 9
_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_MOST: Final = 10_000  # a larger number is written in digits


class Level(NamedTuple):
    """How the numbers of a level of lists are counted and written."""

    start: int
    format: str  # as in ECMA-376, such as decimal, lowerLetter, bullet
    text: str  # such as `Điều %1.`


@dataclass(slots=True)
class Lists:
    """The lists of one document; several may be of one definition, and go on in one another."""

    definitions: dict[str, str] = field(default_factory=dict)  # of lists, by their numbers
    levels: dict[str, Mapping[int, Level]] = field(default_factory=dict)  # of definitions
    starts: dict[tuple[str, int], int] = field(default_factory=dict)  # where a list begins anew
    _counts: dict[str, list[int | None]] = field(default_factory=dict)  # of definitions
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def next(self, number: str, level: int) -> str:
        """The number of the next paragraph of a list, with a space behind it; "" if it has none."""
        definition = self.definitions.get(number, "")
        levels = self.levels.get(definition, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(definition, [None] * LEVELS)
        start = self.starts.get((number, level))
        if start is not None and (number, level) not in self._begun:
            counts[level] = start
        else:
            count = counts[level]
            counts[level] = levels[level].start if count is None else count + 1
        self._begun.add((number, level))
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        return _shown(levels, counts, level)


def _shown(levels: Mapping[int, Level], counts: list[int | None], level: int) -> str:
    if levels[level].format in ("bullet", "none"):
        return ""
    text = levels[level].text
    for other in range(level + 1):
        mark = f"%{other + 1}"
        if mark in text and other in levels:
            count = counts[other]
            value = levels[other].start if count is None else count
            text = text.replace(mark, _written(value, levels[other].format))
    return f"{text.strip()} " if text.strip() else ""


def _written(number: int, form: str) -> str:
    """A number in a format of Word; in digits in those that are not known."""
    if not 0 < number < _MOST:
        return str(number)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return roman if form == "upperRoman" else roman.lower()
    return f"{number:02}" if form == "decimalZero" else str(number)
