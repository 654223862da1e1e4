"""The automatic numbers of Word: `Điều 2.`, `Câu 12:`, `a)`, which are not in its text.

Source: ECMA-376, part 1, 17.9 (numbering definitions) and 17.7 (styles).
"""

from collections.abc import Iterator
from typing import Final

from vnsearch.readers.list_numbers import LEVELS, Level, Lists
from vnsearch.readers.package import Element, Package

_STYLES: Final = "word/styles.xml"
_NUMBERING: Final = "word/numbering.xml"
_MOST_ANCESTORS: Final = 20  # of a style; they may be a circle


class Numbering:
    """The numbers of one document; to be asked for each paragraph, in order."""

    def __init__(self, package: Package) -> None:
        self._lists = Lists()
        self._of_styles: dict[str, tuple[str, int]] = {}  # style -> list and level
        lists, styles = package.part(_NUMBERING), package.part(_STYLES)
        if lists is not None:
            self._read(lists)
            if styles is not None:
                self._read_styles(styles)

    def before(self, paragraph: Element) -> str:
        """The number of a paragraph, with a space behind it; "" if it has none."""
        if not self._lists.definitions:
            return ""
        return self._lists.next(*self._list_of(paragraph))

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
            self._lists.levels[_attribute(item, "abstractNumId")] = dict(_levels(item))
        for item in root.iterfind("{*}num"):
            number = _attribute(item, "numId")
            self._lists.definitions[number] = _value(item, "abstractNumId")
            for override in item.iterfind("{*}lvlOverride"):
                start = _value(override, "startOverride")
                if start:
                    level = _integer(_attribute(override, "ilvl")) or 0
                    self._lists.starts[number, level] = _integer(start) or 0

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


def _levels(abstract: Element) -> Iterator[tuple[int, Level]]:
    for item in abstract.iterfind("{*}lvl"):
        level = _integer(_attribute(item, "ilvl"))
        if level is not None and 0 <= level < LEVELS:
            start = _integer(_value(item, "start"))
            text = _value(item, "lvlText")
            yield (
                level,
                Level(
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
