"""Files made to take as much time and memory as their size allows, of every text format.

`python -m tests.bombs` measures them; `tests/indexing/test_bombs.py` indexes small ones.
"""

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Final, NamedTuple
from zipfile import ZipFile

from tests.bombs.structures import STRUCTURES
from tests.bombs.texts import BYTES, TEXTS
from tests.bombs.wrapped import FORMATS


class Bomb(NamedTuple):
    """A kind of file."""

    name: str
    suffix: str
    make: Callable[[int], bytes]  # of about so many bytes


# Of formats whose readers give their text to what plain text goes through.
_TEXTS_OF_OTHERS: Final = (
    "prose", "one line", "newlines", "different words", "different numbers", "marks", "brackets",
)  # fmt: skip


def bombs() -> Iterator[Bomb]:
    """All kinds."""
    for suffix, wrapped in FORMATS.items():
        for name in TEXTS if suffix == ".txt" else _TEXTS_OF_OTHERS:
            yield Bomb(f"{suffix} {name}".strip(), suffix, partial(_made, wrapped, TEXTS[name]))
    for name, data in BYTES.items():
        yield Bomb(f".txt {name}", ".txt", data)
    for name, make in STRUCTURES.items():
        yield Bomb(name, name.partition(" ")[0], make)


_SAMPLE: Final = 10_000


def _made(wrapped: Callable[[bytes], bytes], text: Callable[[int], bytes], size: int) -> bytes:
    """A text in a format, which may take several bytes for one."""
    larger = max(1, _unpacked(wrapped(text(_SAMPLE))) / _SAMPLE)
    return wrapped(text(int(size / larger)))


def _unpacked(data: bytes) -> int:
    """The size of a file, or of what is in it, if it is a zip archive."""
    if not data.startswith(b"PK"):
        return len(data)
    with ZipFile(BytesIO(data)) as archive:
        return sum(info.file_size for info in archive.infolist())
