"""Objects of JSON as documents: their texts, and which of these is the title."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vnsearch.language import N_
from vnsearch.model import Document, Encoding, Locator

# Keys, in lower case, whose text is the title of an object, the surest first.
_TITLES: Final = ("title", "tiêu đề", "tieu_de", "tieude", "headline", "heading", "subject", "name")
_LONGEST: Final = 1_000  # code points of a text without a space: beyond, it is encoded data


def record(
    row: Mapping[str, Any], number: int, line: int, encoding: Encoding | None = None
) -> Document:
    """The document of an object.

    Its text is that of the key `text`, and its key that of `id`; without a `text`, all strings in
    it are its text, and its `number` the key, as such objects may share an id. `line`: where in
    its file it begins. Raises ValueError if there is no text.
    """
    locator = Locator(line, "line", 0)
    text = row.get("text")
    if isinstance(text, str) and text.strip():
        key, title = row.get("id"), row.get("title")
        own = str(number if key in (None, "") else key)
        return Document(own, title if isinstance(title, str) else "", text, locator, encoding)
    text = "\n".join(strings(row))
    if not text.strip():
        raise ValueError(N_("no text"))
    return Document(str(number), title_of(row), text, locator, encoding)


def title_of(row: Mapping[str, Any]) -> str:
    """The title that an object states; "" if none."""
    stated = {key.lower(): value for key, value in row.items() if isinstance(value, str)}
    return next((stated[key] for key in _TITLES if stated.get(key, "").strip()), "")


def strings(value: Any) -> Iterator[str]:
    """The strings in a value of JSON, in their order; not the keys of objects, nor encoded data."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            if is_text(item) and not item.isspace():
                yield item
        elif isinstance(item, dict):
            left.extend(reversed(item.values()))
        elif isinstance(item, list):
            left.extend(reversed(item))


def is_text(value: str) -> bool:
    """Whether a string is text, and not data that is encoded in letters, such as a picture."""
    return len(value) <= _LONGEST or any(map(str.isspace, value[:_LONGEST]))
