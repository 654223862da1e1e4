"""The command line of a plain search -> its options, without click, whose import takes longer than
most searches.

What click would say no to, or read in any other way, is left to it: then there are no options.
"""

import os
from collections.abc import Sequence
from typing import Any, Final

_FLAGS: Final = {
    "--json": "as_json",
    "--jsonl": "as_jsonl",
    "-l": "as_paths",
    "-0": "as_paths0",
    "-c": "as_count",
    "--exact": "exact",
    "--all": "need_all",
    "--any": "need_any",
    "--no-correct": "no_correct",
    "--no-relax": "no_relax",
    "--explain": "explain",
    "-q": "quiet",
    "--quiet": "quiet",
}
_NUMBERS: Final = {"-n": "limit", "--limit": "limit", "--offset": "offset"}
_TEXTS: Final = {"--batch": "batch", "--in": "within", "--index": "folder"}

# What click reads too.
_VARIABLES: Final = ("VNSEARCH_HYPERLINK_FORMAT", "_VNSEARCH_COMPLETE")


def search_options(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of `search.answer` in the arguments of the program; None for click."""
    if arguments[:1] != ["search"] or any(name in os.environ for name in _VARIABLES):
        return None
    query: list[str] = []
    options: dict[str, Any] = {}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--":
            query += rest
        elif not argument.startswith("-"):
            query.append(argument)
        elif argument in _FLAGS:
            options[_FLAGS[argument]] = True
        elif (value := next(rest, None)) is None:
            return None
        elif argument in _TEXTS:
            options[_TEXTS[argument]] = value
        elif argument in _NUMBERS and value.isascii() and value.isdecimal() and len(value) < 10:
            options[_NUMBERS[argument]] = int(value)
        else:
            return None
    return {"query": tuple(query), **options}
