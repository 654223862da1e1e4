"""The command line of a plain search -> its options, without click, whose import takes longer than
most searches.

What click would say no to, or read in any other way, is left to it: then there are no options.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from vnsearch.cli import config
from vnsearch.errors import VnsearchError

# What stands first and is none of these begins a query.
COMMANDS: Final = frozenset("index search show open watch status check analyze mcp schema".split())
_ASKING_FOR_HELP: Final = ("-h", "--help", "--version")

_FLAGS: Final = {
    "--json": "as_json",
    "--jsonl": "as_jsonl",
    "-l": "as_paths",
    "--files-with-matches": "as_paths",
    "-0": "as_paths0",
    "--print0": "as_paths0",
    "-c": "as_count",
    "--count": "as_count",
    "--exact": "exact",
    "--all": "need_all",
    "--any": "need_any",
    "--no-correct": "no_correct",
    "--no-relax": "no_relax",
    "--explain": "explain",
    "--lines": "as_lines",
    "--reverse": "reverse",
    "--copies": "copies",
    "--no-pager": "no_pager",
    "--refresh": "refresh",
    "-q": "quiet",
    "--quiet": "quiet",
}


def _number(value: str, least: int = 0) -> int | None:
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and int(value) >= least):
        return None
    return int(value)


def _count(value: str) -> int | None:
    return sys.maxsize if value == "all" else _number(value, 1)


def _one_of(*values: str) -> Callable[[str], str | None]:
    return lambda value: value if value in values else None


# Options with a value: their names, and what the value means; None for what click must read.
_VALUES: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "-n": ("limit", _number),
    "--limit": ("limit", _number),
    "--offset": ("offset", _number),
    "-C": ("context", _number),
    "--context": ("context", _number),
    "--passages": ("passages", _count),
    "--snippet-length": ("snippet_length", lambda value: _number(value, 1)),
    "--batch": ("batch", str),
    "--type": ("types", str),
    "--since": ("since", str),
    "--until": ("until", str),
    "--hyperlink-format": ("link_format", str),
    "--sort": ("sort", _one_of("score", "modified", "path")),
    "--color": ("color", _one_of("auto", "always", "never")),
    "--index": ("folder", lambda value: value or None),
}

_COMMON_WITH_VALUE: Final = ("--index", "--color", "--log")

# What click reads too.
_VARIABLES: Final = (
    "VNSEARCH_SEARCH_",
    "VNSEARCH_HYPERLINK_FORMAT",
    "VNSEARCH_COLOR",
    "VNSEARCH_QUIET",
    "VNSEARCH_LOG",
    "_VNSEARCH_COMPLETE",
)


def with_command(arguments: Sequence[str]) -> tuple[int, list[str]]:
    """The arguments with `search` before what is no command, and where the command stands; its
    number is that of the arguments if there is none."""
    at = 0
    while at < len(arguments) and _is_common(arguments[at]):
        at += 2 if arguments[at] in _COMMON_WITH_VALUE else 1
    at = min(at, len(arguments))
    if at == len(arguments) or arguments[at] in (*COMMANDS, *_ASKING_FOR_HELP):
        return at, [*arguments]
    return at, [*arguments[:at], "search", *arguments[at:]]


def _is_common(argument: str) -> bool:
    return argument.partition("=")[0] in _COMMON_WITH_VALUE or argument in ("-q", "--quiet")


def search_options(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Query and `search.Options` in the arguments of the program; None for click."""
    at, arguments = with_command(arguments)
    if arguments[at : at + 1] != ["search"]:
        return None
    if any(name.startswith(_VARIABLES) for name in os.environ):
        return None
    try:
        configured = config.load()
    except VnsearchError:
        return None
    defaults = _configured(configured) if configured else {}
    typed = _typed(iter([*arguments[:at], *arguments[at + 1 :]]))
    return None if typed is None or defaults is None else {**defaults, **typed}


def _typed(rest: Iterator[str]) -> dict[str, Any] | None:
    query: list[str] = []
    options: dict[str, Any] = {}
    for argument in rest:
        if argument == "--":
            query += rest
        elif not argument.startswith("-"):
            query.append(argument)
        elif argument in _FLAGS:
            options[_FLAGS[argument]] = True
        elif (value := next(rest, None)) is None or not _add(options, argument, value):
            return None
    return {"query": tuple(query), **options}


def _add(options: dict[str, Any], option: str, value: str) -> bool:
    """Add an option with a value; return whether that could be done."""
    if option == "--in":
        options["within"] = (*options.get("within", ()), value)
        return True
    name, read = _VALUES.get(option, ("", _one_of()))
    found = read(value)
    options[name] = found
    return found is not None


def _configured(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The options that the configuration gives a search."""
    if any(isinstance(value, dict) and key not in COMMANDS for key, value in found.items()):
        return None
    values = {key: value for key, value in found.items() if not isinstance(value, dict)}
    values |= found.get("search", {})
    values.pop("index", None)
    options = options_of(values)
    return options and {name: value for name, value in options.items() if value is not False}


def options_of(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The `search.Options` in values by the long names of options; None when there is
    one that click would not take."""
    options: dict[str, Any] = {}
    for key, value in values.items():
        option = f"--{key}"
        if isinstance(value, bool):
            if option not in _FLAGS:
                return None
            options[_FLAGS[option]] = value
        elif not _add_all(options, option, value):
            return None
    return options


def _add_all(options: dict[str, Any], option: str, value: Any) -> bool:
    """Add an option with a configured value, or each of several."""
    values = value if isinstance(value, list) else [value]
    if len(values) != 1 and option != "--in":
        return False
    return all(_add(options, option, str(item)) for item in values)
