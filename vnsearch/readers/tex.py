r"""TeX and LaTeX: the text, on its lines, without commands and comments; accents that are commands
(`\'{\^e}`, `\dj`, `\uhorn`) as letters."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source

_ACCENTS: Final = dict(
    zip(
        """'`^~"ud.hHcv=r""",
        "\u0301\u0300\u0302\u0303\u0308\u0306\u0323\u0307\u0309\u030b\u0327\u030c\u0304\u030a",
        strict=True,
    )
)
_LETTERS: Final = {
    "dj": "đ", "DJ": "Đ", "ohorn": "ơ", "OHORN": "Ơ", "uhorn": "ư", "UHORN": "Ư",
    "abreve": "ă", "ABREVE": "Ă", "acircumflex": "â", "ecircumflex": "ê", "ocircumflex": "ô",
    "i": "i", "j": "j", "ss": "ß", "ae": "æ", "oe": "œ", "o": "ø", "l": "ł",
}  # fmt: skip
_LETTER: Final = re.compile(rf"\\({'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}| )?")
_ACCENTED: Final = re.compile(
    r"""\\(['`^~".=]|[uvHckdhr](?![A-Za-z])) ?(?:\{\s?([^\W\d_])\s?\}|([^\W\d_]))"""
)
_COMMENT: Final = re.compile(r"(?<!\\)%.*")
# Commands whose arguments are no text.
_NO_TEXT: Final = re.compile(
    r"\\begin\{(?:tabular[xy]?|longtable|array|minipage|multicols|thebibliography)\*?\}"
    r"(?:\[[^\[\]\n]{0,300}\])?(?:\{[^{}\n]{0,300}\}){0,2}"
    r"|\\(?:begin|end|color|textcolor|fontsize)\*?\{[^{}\n]{0,60}\}(?:\[[^\[\]\n]{0,300}\])?"
    r"|\\(?:documentclass|documentstyle|usepackage|RequirePackage|label|ref|eqref|pageref|autoref"
    r"|cite[a-z]{0,8}|nocite|includegraphics|input|include|bibliography|bibliographystyle"
    r"|[vh]space|setlength|addtolength|setcounter|pagestyle|thispagestyle|pagenumbering|hypersetup"
    r"|geometry|definecolor|rule|newcommand|renewcommand)"
    r"\*?(?:\[[^\[\]\n]{0,300}\]|\{[^{}\n]{0,300}\}){0,3}"
)
_COMMAND: Final = re.compile(r"\\[A-Za-z@]+\*?(?:\[[^\[\]\n]{0,200}\])? ?")
_CELL_END: Final = re.compile(r"(?<!\\)&")
_MATH: Final = re.compile(r"(?<!\\)\$")
_SIGN: Final = re.compile(r"\\([%&$_#{}, ])")
_ROW_END: Final = re.compile(r"\\\\(?:\[[^\[\]\n]{0,20}\])?")
_TITLE: Final = re.compile(
    r"\\(?:title|chapter|section)\*?(?:\[[^\[\]\n]{0,200}\])?\{((?:[^{}]|\{[^{}]{0,200}\}){1,500})\}"
)


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    text = _with_letters("\n".join(_COMMENT.sub("", line) for line in source.text().split("\n")))
    title = _TITLE.search(text)
    shown = "\n".join(map(_shown, text.split("\n")))
    yield Document("", _shown(title[1]) if title else "", shown, Locator(1), source.encoding)


def _with_letters(text: str) -> str:
    """A text with letters for the commands that stand for them."""
    if "\\" not in text:
        return text
    text = _LETTER.sub(lambda found: _LETTERS[found[1]], text)
    for _ in range(2):  # a vowel may have two marks, one command in the other
        text = _ACCENTED.sub(_accented, text)
    return text


def _accented(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", (found[2] or found[3]) + _ACCENTS[found[1]])


def _shown(line: str) -> str:
    """A line, or a title, without commands; the cells of a table apart."""
    if not line or line.isspace():
        return ""
    line = _ROW_END.sub(" ", line)
    line = _COMMAND.sub("", _NO_TEXT.sub("", line))
    line = _MATH.sub("", _CELL_END.sub(" | ", line.replace("~", " ")))
    line = _SIGN.sub(r"\1", line).replace("``", "“").replace("''", "”")
    return " ".join(line.translate(_BRACES).split())


_BRACES: Final = {ord("{"): None, ord("}"): None}
