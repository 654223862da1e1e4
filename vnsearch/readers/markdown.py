"""Markdown (CommonMark): the source without its signs, line by line, so that line numbers are
those of the file; the title from front matter or the first heading.

Front matter is text, too, but for the title and what is of use to programs only.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from vnsearch.model import Document, Locator
from vnsearch.readers import titles
from vnsearch.readers.base import Source

if TYPE_CHECKING:
    from markdown_it.token import Token

_TITLE_LINE: Final = re.compile(r"^title:[ \t]*(.*)$", re.MULTILINE)
# Code points of front matter, or of a text before its first heading, that are parsed at most: the
# parsers take a thousand times as much memory.
_MAX_PARSED: Final = 50_000
_MAX_IN_C: Final = 4_000  # of front matter
# A line that may be a heading, or the one below its text.
_HEADING: Final = re.compile(r"^[ >]*(?:#{1,6}(?:[ \t].*)?|=+[ \t]*|-+[ \t]*)$", re.MULTILINE)
_MOST_TRIED: Final = 20
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD: Final = re.compile(r"([^\s:#-][^:#\n]{0,100}?)[ \t]*:(?!\S)")
# Fields of front matter that are no text.
_OTHER_FIELDS: Final = frozenset(
    "title id uuid layout template draft publish published slug permalink weight cssclass "
    "cssclasses".split()
)
_YAML_SIGNS: Final = re.compile(r"""[\[\]{}"]|(?<!\w)'|'(?!\w)|^\s*-\s|[>|][+-]?\s*$""")

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
# What begins a line: quotes, not too many, then the signs of a heading.
_BEFORE: Final = re.compile(r"(?: {0,3}> ?){,1000}(?: {0,3}#{1,6}(?:[ \t]+|$))?")
_BEHIND: Final = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*$")  # of a heading
_RULE: Final = re.compile(r"(?=[ \t|:=*_-]*$).*?(?:---|===|\*\*\*|___|\|\s*:?-)")
_SIGNS: Final = re.compile(r"[\\`*_\[~|]")
_CODE_SPAN: Final = re.compile(r"(?<!`)(`{1,3})(?!`) ?([^`\n]{1,500}?) ?(?<!`)\1(?!`)")
_LINK: Final = re.compile(r"!?\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,100}\])")
_WIKI_LINK: Final = re.compile(r"!?\[\[(?:[^\[\]|\n]{0,200}\|)?([^\[\]|\n]{1,200})\]\]")
_EMPHASIS: Final = re.compile(
    r"(\*{1,3}|~~|(?<!\w)_{1,3})(?=\S)([^*~\n]{1,500}?)(?<=\S)\1(?!\w|(?<=_)_)"
)
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    text = source.text()
    matter = _FRONT_MATTER.match(text)
    title = _front_title(matter[1] or "") if matter else None
    if matter is None or title is None:
        begin, head = 0, []
    else:
        begin, head = matter.end(), list(_front_text(matter[0].split("\n")[:-1]))
    shown = "\n".join((*head, *_shown_lines(text[begin:].split("\n"))))
    start = text[begin : begin + _MAX_PARSED]
    title = title or _first_heading(start) or titles.line_title(_prose(start))
    yield Document("", title, shown, Locator(1), source.encoding)


def _front_title(source: str) -> str | None:
    """The title in YAML front matter, "" if it has none; None if it is no mapping, and so the
    text between the two rules no front matter."""
    import yaml

    try:
        if len(source) > _MAX_PARSED:
            raise yaml.YAMLError
        # What makes nothing but strings, lists and dictionaries is safe. The loader in C, where
        # there is one, is ten times as fast, and bears no deep nesting.
        in_c = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        loader = in_c if len(source) <= _MAX_IN_C else yaml.BaseLoader
        fields = yaml.load(source, Loader=loader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        # Often the only error is a colon in a value without quotation marks.
        line = _TITLE_LINE.search(source)
        return line[1].strip() if line else None
    if not isinstance(fields, dict):
        return None
    title = fields.get("title")
    return title if isinstance(title, str) else ""


def _front_text(lines: Iterable[str]) -> Iterator[str]:
    """Front matter, line by line, without the signs of YAML; fields that are no text are blank."""
    wanted = False
    for line in lines:
        if field := _FIELD.match(line):
            wanted = field[1].lower() not in _OTHER_FIELDS
        elif line.startswith(("---", "...")):
            wanted = False
        yield _YAML_SIGNS.sub("", line).strip() if wanted else ""


def shown(source: str) -> str:
    """A text without the signs of Markdown, on its lines."""
    return "\n".join(_shown_lines(source.split("\n")))


def _prose(source: str) -> str:
    return "\n".join(_shown_lines(source.split("\n"), code=False))


def _shown_lines(lines: Iterable[str], *, code: bool = True) -> Iterator[str]:
    """Lines without the signs of Markdown, as many as there were; blocks of code as they are, or
    blank."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            ends = found and found[1].startswith(fence) and not found[2].strip()
            fence = "" if ends else fence
            yield line if code and not ends else ""
        elif found and "`" not in found[2]:
            fence = found[1]
            yield ""
        else:
            yield _shown_line(line)


def _shown_line(line: str) -> str:
    before = _BEFORE.match(line)
    if before and before.end():
        line = line[before.end() :]
        line = _BEHIND.sub("", line) if "#" in before[0] else line
    if _SIGNS.search(line) is None:
        return "" if line[:1] in "-=" and _RULE.match(line) else line
    if _RULE.match(line):
        return ""
    line = _CODE_SPAN.sub(r"\2", line)
    line = _LINK.sub(r"\1", _WIKI_LINK.sub(r"\1", line))
    line = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", line))
    cells = line.strip()
    if cells.startswith("|") and cells.endswith("|"):
        line = cells.strip("| ")
    return _ESCAPE.sub(r"\1", line)


def _first_heading(source: str) -> str:
    """The first heading of the beginning of a text, which is parsed only so far."""
    from markdown_it import MarkdownIt

    # What looks like a heading may be in a block of code, so that some more must be tried.
    for line in islice(_HEADING.finditer(source), _MOST_TRIED):
        tokens = MarkdownIt("commonmark").parse(source[: line.end()])
        for token, inline in pairwise(tokens):
            if token.type == "heading_open":
                return "".join(map(_shown, inline.children or ()))
    return ""


def _shown(part: "Token") -> str:
    """The text of an inline token as rendered."""
    if part.type in ("softbreak", "hardbreak"):
        return " "
    return part.content if part.type in ("text", "code_inline", "image") else ""
