"""`vnsearch search --batch`: a query a line -> a JSON object a line, as the lines come.

A line is a query, or a JSON object with a `query` and, if wanted, an `id` and options by their long
names: `{"id": 7, "query": "đảng bộ", "limit": 3, "no-correct": true}`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, Final, NamedTuple

from vnsearch.cli.quick import options_of
from vnsearch.errors import EXIT_ERROR, EXIT_FOUND, EXIT_NOTHING, VnsearchError, reason_of
from vnsearch.language import _
from vnsearch.model import Results
from vnsearch.render import jsonform, streams

# Options of all lines, or of what is printed.
_NOT_OF_A_LINE: Final = {
    "as_json", "as_jsonl", "as_paths", "as_paths0", "as_count", "as_lines", "batch", "folder",
    "color", "quiet", "link_format", "no_pager", "refresh",
}  # fmt: skip


class Asked(NamedTuple):
    """What a line asks for."""

    query: Any
    own: dict[str, Any]  # its id, if it has one
    options: dict[str, Any]  # as they stand in the line
    notice: str = ""


def answer_lines(ask: Callable[..., Results], file: str, *, quiet: bool) -> int:
    """Answer each line of a file as it is read, so that a program can converse; an exit code.

    `ask` searches for a text, with the options that a line has, which are those of
    `cli.search.Options`. A line that asks for what cannot be is answered by an error, and the rest
    goes on.
    """
    code = EXIT_NOTHING
    for number, line in enumerate(_lines(file), 1):
        asked = _asked(line)
        try:
            found = ask(_query(asked), **_options(asked))
        except VnsearchError as error:
            if type(error) is not VnsearchError:  # of the index
                raise
            told, code = jsonform.error(error.message, error.advice, EXIT_ERROR), EXIT_ERROR
            why = _("line {number}: {reason}").format(number=number, reason=error.message)
            streams.say(why, error.advice)
        else:
            told = jsonform.results(found)
            notices = (*filter(None, [asked.notice]), *found.notices)
            for notice in notices if found.query.strip() and not quiet else ():
                streams.say(_("line {number}: {reason}").format(number=number, reason=notice))
            if found.total and code == EXIT_NOTHING:
                code = EXIT_FOUND
        streams.write_now(jsonform.dump({**asked.own, **told}))
    return code


def _lines(file: str) -> Iterator[str]:
    """The lines of a file, or of stdin."""
    if file == "-" and sys.stdin is None:
        raise VnsearchError(_("--batch -: stdin is closed"), _("name a file with a query a line"))
    try:
        lines = nullcontext(sys.stdin.buffer) if file == "-" else open(file, "rb")  # noqa: SIM115
    except OSError as error:
        why = _("cannot read {path}: {why}").format(path=file, why=reason_of(error))
        advice = _("name a file with a query a line, or - for stdin")
        raise VnsearchError(why, advice) from error
    with lines as opened:
        for line in opened:
            yield line.decode("utf-8", "replace").rstrip("\r\n").removeprefix("\ufeff")


def _asked(line: str) -> Asked:
    if not line.lstrip().startswith("{"):
        return Asked(line, {}, {})
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Asked(line, {}, {}, _("no JSON, so its words are searched"))
    own = {"id": found.pop("id")} if "id" in found else {}
    return Asked(found.pop("query", None), own, found)


def _query(asked: Asked) -> str:
    if not isinstance(asked.query, str):
        raise _misused(_("a line needs a query, a text"))
    return asked.query


def _options(asked: Asked) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in asked.options.items():
        read = options_of({name.replace("_", "-"): value})
        if read is None or isinstance(value, dict) or read.keys() & _NOT_OF_A_LINE:
            told = _("{name}: {value} is no option of a line")
            raise _misused(told.format(name=name, value=json.dumps(value)))
        options |= read
    return options


def _misused(message: str) -> VnsearchError:
    example = '{"id": 1, "query": "…", "limit": 5}'
    advice = _("write a line as {example}; see: vnsearch search --help").format(example=example)
    return VnsearchError(message, advice)
