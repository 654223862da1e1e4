"""The tools of agents: search, read, status. Arguments -> text, as short as can be.

They only read, and nothing but what is in the index: an id names a text of the index, never a file
to be opened.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from vnsearch import api
from vnsearch.errors import explain
from vnsearch.files.paths import shown
from vnsearch.vietnamese.letters import nfc

Object = dict[str, Any]

_LEAST_SHOWN: Final = 200  # characters of the first hit, however few are wanted

_READ_ONLY: Final = {"readOnlyHint": True, "openWorldHint": False}


class _Argument(NamedTuple):
    """An argument of a tool: what it is, and which values it may have."""

    about: str
    default: int | None = None
    numbers: range | None = None  # that it may be; None: it is a text
    required: bool = False

    def schema(self) -> Object:
        """Its JSON Schema."""
        if self.numbers is None:
            return {"type": "string", "description": self.about}
        limits = {"minimum": self.numbers[0], "maximum": self.numbers[-1]}
        default = {} if self.default is None else {"default": self.default}
        return {"type": "integer", "description": self.about, **limits, **default}

    def checked(self, name: str, value: object) -> str | int:
        """A value for it; raises _WrongArgumentError."""
        if self.numbers is None:
            if isinstance(value, str):
                return value
            raise _WrongArgumentError(f"{name} is a text")
        if isinstance(value, int | float) and not isinstance(value, bool) and value in self.numbers:
            return int(value)
        raise _WrongArgumentError(
            f"{name} is a whole number from {self.numbers[0]} to {self.numbers[-1]}"
        )


class _WrongArgumentError(ValueError):
    pass


_ARGUMENTS: Final[dict[str, dict[str, _Argument]]] = {
    "search": {
        "query": _Argument(
            'Vietnamese words, with marks or without; "a phrase", -without, word*, title:word',
            required=True,
        ),
        "limit": _Argument("documents at most", 5, range(1, 51)),
        "folder": _Argument("only files in this folder: its path, or its name"),
        "type": _Argument("only files of these types: pdf, word, sheet, slides, mail, page, …"),
        "since": _Argument("only files modified then or later: 2025-03-11, 2025, 30d"),
        "passages": _Argument("so many places of each document", 1, range(1, 11)),
        "max_chars": _Argument("characters of the answer at most", 4_000, range(200, 100_001)),
    },
    "read": {
        "id": _Argument(
            "of a passage (FILE#~3, FILE#KEY~3) or of a document (FILE, FILE#KEY)", required=True
        ),
        "from": _Argument("where in the document to begin", numbers=range(1 << 31)),
        "max_chars": _Argument("characters of text at most", 6_000, range(100, 100_001)),
        "neighbours": _Argument("so many passages before and after it", 0, range(21)),
    },
    "status": {},
}

_ABOUT: Final = {
    "search": "Search the indexed documents, best first. Each hit has the id of its best passage, "
    "its place, its title, and an excerpt.",
    "read": "Read a document or a passage of the index, by an id that search gave.",
    "status": "What is indexed, and whether files have changed since.",
}


class Tools:
    """The tools, on one index. It need not be there yet, and changes of it are seen."""

    instructions: Final = (
        "Full-text search in the documents of this user, most of them Vietnamese. Words without "
        "marks find every typing; marks that are typed decide. Search with the two to six words "
        "that matter, then read the passages that fit."
    )
    names: Final = tuple(_ARGUMENTS)

    def __init__(self, find: Callable[[], Path]) -> None:
        """`find`: gives the folder of the index; what it raises is told."""
        self._find = find
        self._opened: api.Index | None = None

    def close(self) -> None:
        """Let go of the index."""
        if self._opened is not None:
            self._opened.close()

    def described(self) -> list[Object]:
        """Names, descriptions and schemata of the tools."""
        return [
            {
                "name": name,
                "description": _ABOUT[name],
                "inputSchema": {
                    "type": "object",
                    "properties": {key: item.schema() for key, item in arguments.items()},
                    "required": [key for key, item in arguments.items() if item.required],
                    "additionalProperties": False,
                },
                "annotations": _READ_ONLY,
            }
            for name, arguments in _ARGUMENTS.items()
        ]

    def call(self, name: str, arguments: object) -> tuple[str, bool]:
        """The answer of a tool, or what is wrong; and whether something is."""
        calls: dict[str, Callable[..., Iterator[str]]]
        calls = {"search": _search, "read": _read, "status": _status}
        try:
            options = _checked(_ARGUMENTS[name], arguments)
            answer = "\n".join(calls[name](self._index(), options))
        except _WrongArgumentError as error:
            return str(error), True
        except api.VnsearchError as error:
            return shown("\n".join(filter(None, (str(error), error.advice)))), True
        except OSError as error:
            return shown("\n".join(explain(error))), True
        except Exception as error:  # the next call may be better
            return shown(f"a fault of vnsearch: {type(error).__name__}: {error}"), True
        return shown(answer), False

    def _index(self) -> api.Index:
        if self._opened is None:
            self._opened = api.open(self._find())
        else:
            self._opened.reload()
        return self._opened


def _checked(known: dict[str, _Argument], given: object) -> Object:
    if not isinstance(given, dict):
        raise _WrongArgumentError("arguments are an object")
    if unknown := [key for key in given if key not in known]:
        raise _WrongArgumentError(f"no argument {unknown[0]}; there are: {', '.join(known)}")
    options: Object = {}
    for name, argument in known.items():
        if given.get(name) is not None:
            options[name] = argument.checked(name, given[name])
        elif argument.required:
            raise _WrongArgumentError(f"{name} is missing")
        else:
            options[name] = argument.default
    return options


def _search(index: api.Index, options: Object) -> Iterator[str]:
    found = index.search(
        options["query"],
        limit=options["limit"],
        within=_within(index, options["folder"] or ""),
        type=options["type"] or "",
        since=options["since"] or "",
        passages=options["passages"],
    )
    head = [_summary(found), *_honestly(found, options["query"])]
    yield from head
    left = options["max_chars"] - sum(len(line) + 1 for line in head)
    for number, hit in enumerate(found):
        shown_hit = "\n".join(_hit(hit))
        left -= len(shown_hit) + 1
        if number and left < 0:
            yield f"\n{len(found) - number} more hits did not fit in max_chars"
            return
        yield _cut(shown_hit, max(_LEAST_SHOWN, len(shown_hit) + left))


def _within(index: api.Index, folder: str) -> tuple[str, ...]:
    """Where to search: in a folder by its path from that of the index, else by its name."""
    if not folder:
        return ()
    path = os.path.join(index.folder.parent, folder)
    is_path = os.path.isabs(folder) or folder.startswith(".") or os.path.lexists(path)
    return (path if is_path else f"**/{folder}",)


def _hit(hit: api.Hit) -> Iterator[str]:
    stale = " [changed or gone since it was indexed]" if hit.stale else ""
    title, text = _one_line(hit.title), _one_line(hit.text)
    title = "" if text.startswith(title) else f" {title}"
    yield f"\n{hit.passage}{_in_brackets(hit.place)}{title}{stale}"
    yield text
    for other in hit.others:
        yield f"~{other.passage.rpartition('~')[2]}{_in_brackets(other.place)}"
        yield _one_line(other.text)


def _in_brackets(place: api.Place | None) -> str:
    return f" ({place})" if place else ""


def _summary(found: api.Results) -> str:
    if not found:
        return "nothing found"
    of_more = f" of {found.total:,}" if found.total > len(found) else ""
    return f"{len(found)}{of_more} document{'s' if found.total > 1 else ''}"


def _honestly(found: api.Results, query: str) -> Iterator[str]:
    """What an agent must know of how the query was read."""
    understood = found.understood
    if understood.missing:
        yield f"no document has: {', '.join(understood.missing)}"
    if understood.corrected:
        yield f"searched instead: {understood.text}"
    elif nfc(understood.text) != " ".join(nfc(query).split()):
        yield f"understood as: {understood.text}"
    if understood.relaxed:
        yield "no document has enough of the words; these have some"
    elif found and not found.complete:
        yield "no document has all the words; these have most"
    if understood.suggestion not in (None, understood.text):
        yield f"did you mean: {understood.suggestion}"
    yield from found.notices


def _read(index: api.Index, options: Object) -> Iterator[str]:
    document, start, end = _part(index, options)
    stop = min(end, start + options["max_chars"])
    if stop < end:  # at a space, if there is one near
        stop = max(document.text.rfind(" ", start + (stop - start) // 2, stop), start) + 1 or stop
    text = document.text[start:stop]
    stale = " [the file changed or is gone since it was indexed]" if document.stale else ""
    yield f"{document.id} {_one_line(document.title)}{stale}"
    whole = start == 0 and stop == len(document.text)
    yield f"characters {start} to {stop} of {len(document.text)}\n" if not whole else ""
    yield text
    if stop < len(document.text):
        yield f"\n[goes on from={stop}]"


def _part(index: api.Index, options: Object) -> tuple[api.Document, int, int]:
    """The document that an id is of, and which part of it is asked for."""
    own_id, begin, around = options["id"], options["from"], options["neighbours"]
    try:
        document = index.document(own_id)
    except api.UnknownIdError:
        passage = index.passage(own_id)
        document = passage.document
        if begin is None:
            at = document.passages.index(passage.id)
            near = document.passages[max(0, at - around) : at + around + 1]
            return document, index.passage(near[0]).start, index.passage(near[-1]).end
    return document, min(begin or 0, len(document.text)), len(document.text)


def _status(index: api.Index, _: Object) -> Iterator[str]:
    found = index.status()
    yield f"{found.documents:,} documents in {found.files:,} files, {found.passages:,} passages"
    yield f"updated {found.updated:%Y-%m-%d %H:%M} UTC"
    changes = {"new": found.new, "changed": found.changed, "gone": found.removed}
    since = ", ".join(f"{count:,} {name}" for name, count in changes.items() if count)
    yield f"files since: {since or 'no changes'}"
    if found.skipped:
        yield f"{len(found.skipped):,} files or records could not be read"
    for root in found.roots:
        missing = " (missing)" if root.path in found.missing_roots else ""
        yield f"indexed: {'this folder' if root.path == os.curdir else root.path}{missing}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
