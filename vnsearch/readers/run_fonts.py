"""Runs of Office Open XML in old Vietnamese fonts -> Unicode, in the tree itself.

A run names its font, or its style does, or that of its paragraph, or the default.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from vnsearch.readers.fonts import FontDecoder, is_old
from vnsearch.readers.package import Element, local_name

_FONTS: Final = ("rFonts", "latin")  # of WordprocessingML, and of DrawingML
# What may stand between the texts of a paragraph, where words end.
_GAPS: Final = ("tab", "br", "cr")
_SOFT_HYPHEN: Final = "softHyphen"  # as LibreOffice writes the letter ư of TCVN3
_MOST_STYLES: Final = 20  # that are based on one another


class RunFonts:
    """The fonts of the runs of a document."""

    def __init__(self, styles: "Element | None" = None) -> None:
        self._own: dict[str, str] = {}  # fonts by style
        self._base: dict[str, str] = {}
        self._default = ""  # font
        self._normal = ""  # style
        for style in () if styles is None else styles.iter("{*}style", "{*}rPrDefault"):
            identity = _attribute(style, "styleId")
            font = _named(style.find("{*}rPr"))
            if local_name(style) == "rPrDefault":
                self._default = font
            elif identity:
                self._own[identity] = font
                self._base[identity] = _value(style.find("{*}basedOn"))
                if _attribute(style, "default") and _attribute(style, "type") == "paragraph":
                    self._normal = identity
        self._has_old = any(map(is_old, (*self._own.values(), self._default)))

    def decode(self, root: Element, decoder: FontDecoder) -> None:
        """Write the text of runs in old fonts as Unicode."""
        named = (value for item in root.iter(*(f"{{*}}{f}" for f in _FONTS))
                 for value in item.values())  # fmt: skip
        if not self._has_old and not any(is_old(str(value)) for value in named):
            return
        for _, found in groupby(_texts(root), key=lambda pair: pair[0]):
            texts = [text for _, text in found]
            fonts = [self._of(text.getparent()) for text in texts]
            if not any(map(is_old, fonts)):
                continue
            runs = [(_written(t, font), font) for t, font in zip(texts, fonts, strict=True)]
            for text, part in zip(texts, decoder.parts(runs), strict=True):
                if local_name(text) == "t":
                    text.text = part

    def _of(self, run: Element) -> str:
        properties = run.find("{*}rPr")
        if own := _named(properties):
            return own
        if properties is not None and (font := self._by(_value(properties.find("{*}rStyle")))):
            return font
        style = _value(run.find("../{*}pPr/{*}pStyle"))
        return self._by(style or self._normal) or self._default

    def _by(self, style: str) -> str:
        for _ in range(_MOST_STYLES):
            if font := self._own.get(style, ""):
                return font
            style = self._base.get(style, "")
        return ""


def _texts(root: Element) -> Iterator["tuple[Element | None, Element]"]:
    """The texts of runs and what stands between them, each with its paragraph."""
    wanted = ("t", _SOFT_HYPHEN, *_GAPS)
    for element in root.iter(*(f"{{*}}{name}" for name in wanted)):
        run = element.getparent()
        if run is not None and local_name(run) == "r":
            yield next(run.iterancestors("{*}p"), None), element


def _written(element: Element, font: str) -> str:
    """The text of an element of a run in a font."""
    if local_name(element) == _SOFT_HYPHEN and is_old(font):
        element.tag = str(element.tag).replace(_SOFT_HYPHEN, "t")
        return "\u00ad"
    return "\n" if local_name(element) in _GAPS else element.text or ""


def _named(properties: "Element | None") -> str:
    """The font that the properties of a run name; an old one, if there are several."""
    if properties is None:
        return ""
    found = next((item for f in _FONTS if (item := properties.find(f"{{*}}{f}")) is not None), None)
    names = [] if found is None else [str(value) for value in found.values()]
    return next(filter(is_old, names), names[0] if names else "")


def _value(element: "Element | None") -> str:
    return "" if element is None else _attribute(element, "val")


def _attribute(element: Element, name: str) -> str:
    found = (value for key, value in element.items() if str(key).rpartition("}")[2] == name)
    return str(next(found, ""))
