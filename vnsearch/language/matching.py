"""English texts made of messages and values -> the same in Vietnamese.

Why a file was not read is kept in an index as an English text, for the next to read it may have
another language. To translate it, the message is found that it was made of, and its values.
"""

import re
from collections.abc import Mapping

from vnsearch.language.writing import SWAPPED

_VALUE = re.compile(r"\{(\w+)[^{}]*\}")
_NUMBERS = frozenset("bytes count documents found limit number seconds size written".split())
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+\.\d+")


def translate(text: str, messages: Mapping[str, str]) -> str:
    """A text, and the values in it, translated; those as they are that were made of no message.

    Of several messages that it may have been made of, the one with most letters is taken.
    """
    if text in messages:
        return messages[text]
    if _NUMBER.fullmatch(text):
        return text.translate(SWAPPED)
    fitting = (template for template in messages if _may_be(text, template))
    for template in sorted(fitting, key=lambda template: -_letters(template)):
        if (values := _values(text, template)) is not None:
            own = {name: translate(value, messages) for name, value in values.items()}
            if _letters(template) or own != values:
                pieces = _VALUE.split(messages[template])
                pieces[1::2] = (own[name] for name in pieces[1::2])
                return "".join(pieces)
    return text


def _letters(template: str) -> int:
    """How many letters of a message are not those of values."""
    return sum(map(str.isalpha, _VALUE.sub("", template)))


def _may_be(text: str, template: str) -> bool:
    """Whether all that is not a value in a message is in a text; quick."""
    return "{" in template and all(piece in text for piece in _VALUE.split(template)[::2])


def _values(text: str, template: str) -> dict[str, str] | None:
    """The values with which a message is the text; None if there are none."""
    pieces, names = _VALUE.split(template), set[str]()
    pattern = re.escape(pieces[0])
    for name, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        value = r"[\d.,]+" if name in _NUMBERS else ".+?"
        pattern += f"(?P={name})" if name in names else f"(?P<{name}>{value})"
        pattern += re.escape(piece)
        names.add(name)
    found = re.fullmatch(pattern, text, re.DOTALL)
    return found and found.groupdict()
