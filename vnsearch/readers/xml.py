"""XML of any kind: the text between its tags, and attributes that are text, on their lines.

Not parsed, so that damaged files are read, too, and no entity is ever expanded.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from vnsearch.errors import UnusableFileError
from vnsearch.language import N_
from vnsearch.model import Document, Locator
from vnsearch.readers.base import MAX_TEXT_BYTES, Source, bytes_of
from vnsearch.readers.records import is_text

_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]+)""")
_HEAD: Final = 1_000  # bytes in which an encoding is declared
# Comments, CDATA, instructions, declarations, tags; one that has no end is left as it is.
_MARKUP: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[(?P<text>.*?)(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<!DOCTYPE[^\[<>]*(?:\[.*?(?:\]>|\]\s>|\Z)|>)|<(?P<tag>[^<>]+)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"""=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_PROSE: Final = re.compile(r"[^\x00-\x7f]|\w\s+\w")  # in an attribute that is text
_TITLE: Final = re.compile(r"<(?:\w{1,20}:)?title\b[^<>]*>([^<>]+)</", re.IGNORECASE)
_SPACES: Final = re.compile(r"[ \t]+")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    data = bytes_of(source.stream, MAX_TEXT_BYTES)
    declared = _DECLARED.search(data[:_HEAD])
    text = source.decoded(data, declared[1].decode("ascii") if declared else "")
    shown = _SPACES.sub(" ", unescape(_MARKUP.sub(_text, text)))
    if not shown.strip():
        raise UnusableFileError(N_("no text"))
    stated = _TITLE.search(text)
    title = unescape(stated[1]).strip() if stated else ""
    lines = "\n".join(line.strip() for line in shown.split("\n"))
    yield Document("", title, lines, Locator(1), source.encoding)


def _text(markup: re.Match[str]) -> str:
    """What stands for a piece of markup, with as many line ends."""
    if markup["text"] is not None:
        return f" {markup['text']} "
    found = _ATTRIBUTE.findall(markup["tag"]) if markup["tag"] else ()
    words = " ".join(
        value for pair in found if _PROSE.search(value := "".join(pair)) and is_text(value)
    )
    lines = markup[0].count("\n") - words.count("\n")
    return f" {words} " + "\n" * lines
