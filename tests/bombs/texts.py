"""Texts that take long to read, whatever the format."""

import random
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.formats import encoded, misread

PROSE: Final = (
    "Căn cứ biên bản họp xóm, các hộ thống nhất sửa con đường dẫn ra trường học, người dân góp "
    "công, nhà nước góp xi măng • ít."
)
_MARKS: Final = "\u0301\u0323"


def filled(unit: str | bytes, size: int) -> bytes:
    """A unit again and again."""
    data = unit.encode() if isinstance(unit, str) else unit
    return data * max(1, size // len(data))


def numbered(pattern: str, size: int) -> bytes:
    """A pattern with one number after another."""
    each = len(pattern.format(10**6).encode())
    return "".join(map(pattern.format, range(10**6, 10**6 + max(1, size // each)))).encode()


def _different_words(size: int, separator: str = " ", lengths: tuple[int, int] = (4, 8)) -> str:
    """Words of letters, hardly one twice."""
    chosen = random.Random(1)
    each = sum(lengths) // 2 + len(separator)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return separator.join(
        "".join(chosen.choices(letters, k=chosen.randint(*lengths))) for _ in range(size // each)
    )


TEXTS: Final[dict[str, Callable[[int], bytes]]] = {
    "prose": partial(filled, PROSE + "\n"),
    "one line": partial(filled, PROSE + " "),
    "one word": partial(filled, "a"),
    "one letter": partial(filled, "a "),
    "newlines": lambda size: filled("\n", size) + b"dang bo",
    "different words": lambda size: _different_words(size).encode(),
    "different lines": lambda size: _different_words(size, "\n").encode(),
    "different codes": lambda size: numbered("w{} ", size),
    "different marked codes": lambda size: numbered("ế{}ờ ", size),
    "different numbers": lambda size: numbered("{}\n", size),
    "different amounts": lambda size: numbered("{:,} ", size),
    "different compounds": lambda size: numbered("a{}kg/TW-Xy ", size),
    "short compounds": partial(filled, "=C3=A1"),
    "different syllables": lambda size: _syllables(size),
    "digits and dots": partial(filled, "1."),
    "marks": lambda size: b"a" + filled(_MARKS, size) + b" dang",
    "words of marks": partial(filled, "a" + (_MARKS + "\u0302") * 30 + " "),
    "decomposed": partial(filled, unicodedata.normalize("NFD", PROSE + "\n")),
    "brackets": lambda size: b"(" * size + b" dang bo",
    "abbreviations": partial(filled, "Đảng Bộ Ngoại Giao (ĐBNG "),
    "soft hyphens": partial(filled, "a\u00ad"),
    "scripts without spaces": partial(filled, "漢字仮名交じり文"),
    "emoji": partial(filled, "\U0001f600\u200d"),
    "names with signs": partial(filled, "C++ C# .NET "),
    "less than": partial(filled, "é<"),
}


def _syllables(size: int) -> bytes:
    """All marks on all syllables, glued."""
    chosen = random.Random(1)
    words = PROSE.split()
    return " ".join(
        "".join(chosen.choices(words, k=3)) for _ in range(size // 16)
    ).encode()  # fmt: skip


OLD: Final = encoded(PROSE + "\n", "TCVN3")
BYTES: Final[dict[str, Callable[[int], bytes]]] = {
    "tcvn3": partial(filled, OLD),
    "vni on one line": partial(filled, encoded(PROSE, "VNI-Windows")),
    "misread": partial(filled, misread(OLD)),
    "misread twice": partial(filled, misread(misread(PROSE.encode()).encode())),
    "several encodings": partial(filled, OLD + encoded(PROSE + "\n", "VNI-Windows")
                                 + encoded(PROSE + "\n", "VISCII")),
    "latin-1": partial(filled, "Le marché s'étend déjà jusqu'à l'Église\n".encode("latin-1")),
    "high bytes": lambda size: random.Random(1).randbytes(size).translate(
        bytes(0x80 | n for n in range(256))
    ),
    "lost bytes": partial(filled, PROSE.encode() + b"\xff\n"),
    "control characters": partial(filled, "a\x85á\x96 "),
    "utf-16": lambda size: filled(PROSE, size // 2).decode().encode("utf-16"),
    "noise": lambda size: random.Random(1).randbytes(size),
}  # fmt: skip
