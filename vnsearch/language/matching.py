"""English texts made of messages and values -> the same in Vietnamese.

Why a file was not read is kept in an index as an English text, for the next to read it may have
another language. To translate it, the message is found that it was made of, and its values.
"""

import re
from collections.abc import Mapping

_VALUE = re.compile(r"\{(\w+)[^{}]*\}")


def translate(text: str, messages: Mapping[str, str]) -> str:
    """A text, and the values in it, translated; those as they are that were made of no message.

    Of several messages that it may have been made of, the one with most letters is taken.
    """
    if text in messages:
        return messages[text]
    fitting = (template for template in messages if _may_be(text, template))
    for template in sorted(fitting, key=lambda template: -len(_VALUE.sub("", template))):
        if (values := _values(text, template)) is not None:
            pieces = _VALUE.split(messages[template])
            pieces[1::2] = (translate(values[name], messages) for name in pieces[1::2])
            return "".join(pieces)
    return text


def _may_be(text: str, template: str) -> bool:
    """Whether all that is not a value in a message is in a text; quick."""
    if "{" not in template:
        return False
    pieces = _VALUE.split(template)[::2]
    return bool(re.search(r"\w", "".join(pieces))) and all(piece in text for piece in pieces)


def _values(text: str, template: str) -> dict[str, str] | None:
    """The values with which a message is the text; None if there are none."""
    pieces = _VALUE.split(template)
    pattern = "".join(
        f"(?P<{piece}>.+?)" if nth % 2 else re.escape(piece) for nth, piece in enumerate(pieces)
    )
    found = re.fullmatch(pattern, text, re.DOTALL)
    return found and found.groupdict()
