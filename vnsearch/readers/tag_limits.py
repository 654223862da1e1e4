"""Tags that no page needs are left out of HTML, before it is parsed.

The time of an HTML parser grows with the square of how deep elements are nested, and of how many
attributes an element has: at each `<div>` it looks for an open `<p>` through all elements that are
open, at each attribute for another of the same name. So do browsers limit the depth, to 512. The
memory grows with the number of elements, each of which takes some hundred bytes.
"""

import re
from io import StringIO
from sys import intern
from typing import Final

_MAX_DEPTH: Final = 500
_MAX_ELEMENTS: Final = 500_000
# By what can stand between them.
_MAX_ATTRIBUTES: Final = 1_000_000
_MAX_ATTRIBUTES_OF_ELEMENT: Final = 1_000

# Tags, and before them what has none in it: comments, and elements whose text is raw.
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|"
    r"<(?:(script|style|xmp|iframe|noembed|noframes)\b.*?(?:</\1|\Z)|"
    r"(/?)([a-z][^\s/>]*)"
    # Attributes: a > in a quoted value does not end the tag; other quotation marks are letters.
    r"((?:[\s/]+|[^\s/>][^\s/>=]*(?:\s*=\s*"
    r"(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s>\"'][^\s>]*)?)?)"
    # What is behind so many is text: matching takes a thousand bytes for each.
    r"{,20000})>?)",
    re.DOTALL | re.IGNORECASE,
)
_ALWAYS_KEPT: Final = frozenset("title textarea plaintext html head body".split())
# Elements that have no end, and those that end where another of their kind begins: they are nested
# only as deep as others are.
_NEVER_DEEP: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th "
    "tbody thead tfoot caption colgroup option optgroup rp rt rb rtc a button form nobr select "
    "h1 h2 h3 h4 h5 h6".split()
)
# Elements that stay open beyond the end of those around them, until their own end.
_FORMATTING: Final = frozenset("b big code em font i s small strike strong tt u".split())
_INLINE: Final = _FORMATTING | frozenset(
    "a abbr bdi bdo button cite del dfn img input ins kbd label link mark meta nobr q rp rt samp "
    "span sub sup var wbr".split()
)


def within_limits(page: str, line_break: str) -> str:
    """The page without the tags of elements that are nested too deep or too many, and without the
    attributes that are too many; nearly all pages are returned as they are.

    `line_break`: what stands for the beginning of an element that is left out, if it is a block.
    """
    kept, begin = StringIO(), 0
    open_ = _OpenElements()
    attributes = 0
    for tag in _TAG.finditer(page):
        _, slash, name, rest = tag.groups()
        if not name:
            continue
        name = intern(name.lower())
        fits = open_.end(name) if slash else open_.start(name)
        own = _attributes(rest) if rest else 0
        attributes += own
        if not fits:
            replacement = "" if slash or name in _INLINE else line_break
        elif own and (own > _MAX_ATTRIBUTES_OF_ELEMENT or attributes > _MAX_ATTRIBUTES):
            replacement = f"<{slash}{name}>"
        else:
            continue
        kept.write(page[begin : tag.start()])
        kept.write(replacement)
        begin = tag.end()
    if not begin:
        return page
    kept.write(page[begin:])
    return kept.getvalue()


def _attributes(text: str) -> int:
    """At least as many as a tag has attributes, given what follows the name in it."""
    return len(text.split()) + text.count("/") + text.count("=")


class _OpenElements:
    """The elements that are open, about as a parser has them."""

    def __init__(self) -> None:
        self._names: list[str] = []  # from the outermost to the innermost
        self._counts: dict[str, int] = {}  # of each name
        self._formatting = 0
        self._started = 0

    def start(self, name: str) -> bool:
        """Open an element; whether it is not too deep, and not one too many."""
        self._started += 1
        if name in _ALWAYS_KEPT:  # nested only in drawings, whose elements are of any name
            self._counts[name] = self._counts.get(name, 0) + 1
            return self._counts[name] <= _MAX_DEPTH
        if name in _NEVER_DEEP:
            return self._are_few()
        self._counts[name] = self._counts.get(name, 0) + 1
        if name in _FORMATTING:
            self._formatting += 1
            return self._formatting <= _MAX_DEPTH and self._are_few()
        self._names.append(name)
        return len(self._names) <= _MAX_DEPTH and self._are_few()

    def end(self, name: str) -> bool:
        """Close an element and those in it; whether its start tag may have been kept."""
        if name in _ALWAYS_KEPT:
            self._counts[name] = max(0, self._counts.get(name, 0) - 1)
            return self._counts[name] < _MAX_DEPTH
        if not self._counts.get(name):
            return self._are_few()
        if name in _FORMATTING:
            self._counts[name] -= 1
            self._formatting -= 1
            return self._formatting < _MAX_DEPTH and self._are_few()
        closed = ""
        while closed != name:
            closed = self._names.pop()
            self._counts[closed] -= 1
        return len(self._names) < _MAX_DEPTH and self._are_few()

    def _are_few(self) -> bool:
        return self._started <= _MAX_ELEMENTS
