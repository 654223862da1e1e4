"""Pictures in office files: which may have text, and what was recognized in them."""

from collections.abc import Collection, Mapping
from typing import Final

from vnsearch.errors import GivenUpError
from vnsearch.language import N_
from vnsearch.readers import PICTURES
from vnsearch.readers.package import Package
from vnsearch.readers.pdf_text import paragraphs

_FOLDERS: Final = ("word/media/", "ppt/media/", "Pictures/")
_SMALLEST: Final = 5_000  # bytes; smaller ones are logos and icons


def names(package: Package) -> list[str]:
    """The names of pictures in a file; the number of a picture is its place among them, from 1."""
    return [
        name
        for name, size in package.sizes()
        if name.startswith(_FOLDERS) and name.lower().endswith((*PICTURES,)) and size >= _SMALLEST
    ]


class Pictures:
    """The pictures in a file with what was recognized in them."""

    def __init__(self, package: Package, recognized: Mapping[int, str] | None) -> None:
        """`recognized`: as in `Source`."""
        known = recognized or {}
        numbers = {} if recognized is None else dict(enumerate(names(package), 1))
        self._texts = {name: known.get(number, "") for number, name in numbers.items()}
        self._are_all_known = 0 in known or known.keys() >= numbers.keys()

    def text(self, of: Collection[str] | None = None) -> str:
        """What is in those of the names `of`, or in all of them."""
        found = (text for name, text in self._texts.items() if of is None or name in of)
        return "\n".join(filter(None, map(paragraphs, found)))

    def check(self) -> None:
        """Raise GivenUpError unless all were looked at."""
        if not self._are_all_known:
            raise GivenUpError(N_("the text in its pictures was not recognized"))
