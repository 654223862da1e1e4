"""The automatic numbers of Word: `Điều 2.`, `Câu 12:`, `a)`, which are not in its text.

Source: ECMA-376, part 1, 17.9 (numbering definitions) and 17.7 (styles).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from vnsearch.readers.package import Element, Package

_STYLES: Final = "word/styles.xml"
_NUMBERING: Final = "word/numbering.xml"
_LEVELS: Final = 9
_ROMAN: Final = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_MOST_ANCESTORS: Final = 20  # of a style; they may be a circle
_MOST: Final = 10_000  # a larger number is written in digits


class _Level(NamedTuple):
    start: int
    format: str  # such as decimal, lowerLetter, bullet
    text: str  # such as `Điều %1.`


class Numbering:
    """The numbers of one document; to be asked for each paragraph, in order."""

    def __init__(self, package: Package) -> None:
        self._lists: dict[str, str] = {}  # number of a list -> its abstract definition
        self._starts: dict[tuple[str, int], int] = {}  # where a list begins anew
        self._levels: dict[str, dict[int, _Level]] = {}  # of abstract definitions
        self._of_styles: dict[str, tuple[str, int]] = {}  # style -> list and level
        self._counts: dict[str, list[int | None]] = {}  # by abstract definition
        self._begun: set[tuple[str, int]] = set()
        lists, styles = package.part(_NUMBERING), package.part(_STYLES)
        if lists is not None:
            self._read(lists)
            if styles is not None:
                self._read_styles(styles)

    def before(self, paragraph: Element) -> str:
        """The number of a paragraph, with a space behind it; "" if it has none."""
        if not self._lists:
            return ""
        number, level = self._list_of(paragraph)
        abstract = self._lists.get(number, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        start = self._starts.get((number, level))
        if start is not None and (number, level) not in self._begun:
            counts[level] = start
        else:
            count = counts[level]
            counts[level] = levels[level].start if count is None else count + 1
        self._begun.add((number, level))
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        return self._shown(levels, counts, level)

    def _shown(self, levels: dict[int, _Level], counts: list[int | None], level: int) -> str:
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

    def _list_of(self, paragraph: Element) -> tuple[str, int]:
        number, level = "", None
        properties = paragraph.find("{*}pPr")
        if properties is None:
            return "", 0
        own = properties.find("{*}numPr")
        if own is not None:
            number, level = _value(own, "numId"), _integer(_value(own, "ilvl"))
        if not number:
            style = self._of_styles.get(_value(properties, "pStyle"))
            if style is None:
                return "", 0
            return style[0], style[1] if level is None else level
        return number, level or 0

    def _read(self, root: Element) -> None:
        for item in root.iterfind("{*}abstractNum"):
            self._levels[_attribute(item, "abstractNumId")] = dict(_levels(item))
        for item in root.iterfind("{*}num"):
            number = _attribute(item, "numId")
            self._lists[number] = _value(item, "abstractNumId")
            for override in item.iterfind("{*}lvlOverride"):
                start = _value(override, "startOverride")
                if start:
                    level = _integer(_attribute(override, "ilvl")) or 0
                    self._starts[number, level] = _integer(start) or 0

    def _read_styles(self, root: Element) -> None:
        based: dict[str, str] = {}
        for style in root.iterfind("{*}style"):
            name = _attribute(style, "styleId")
            based[name] = _value(style, "basedOn")
            found = style.find("{*}pPr/{*}numPr")
            if found is not None:
                level = _integer(_value(found, "ilvl")) or 0
                self._of_styles[name] = _value(found, "numId"), level
        for name in based:
            ancestor, steps = name, 0
            while ancestor and ancestor not in self._of_styles and steps < _MOST_ANCESTORS:
                ancestor, steps = based.get(ancestor, ""), steps + 1
            if ancestor in self._of_styles:
                self._of_styles[name] = self._of_styles[ancestor]


def _levels(abstract: Element) -> Iterator[tuple[int, _Level]]:
    for item in abstract.iterfind("{*}lvl"):
        level = _integer(_attribute(item, "ilvl"))
        if level is not None and 0 <= level < _LEVELS:
            start = _integer(_value(item, "start"))
            text = _value(item, "lvlText")
            yield (
                level,
                _Level(
                    1 if start is None else start, _value(item, "numFmt") or "decimal", text[:100]
                ),
            )


def _attribute(element: Element, name: str) -> str:
    """The value of an attribute, whatever its namespace; "" if there is none."""
    found = (value for key, value in element.items() if str(key).rpartition("}")[2] == name)
    return str(next(found, ""))


def _value(element: Element, child: str) -> str:
    found = element.find(f"{{*}}{child}")
    return "" if found is None else _attribute(found, "val")


def _integer(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None


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
