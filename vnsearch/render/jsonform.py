"""Results as JSON: the public format, described by `results.schema.json`."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vnsearch.files.paths import is_valid, shown
from vnsearch.language import english
from vnsearch.model import (
    Changes,
    Check,
    Hit,
    IndexSummary,
    Interpretation,
    Results,
    Skipped,
    Snippet,
    Status,
    Token,
)

if TYPE_CHECKING:
    from vnsearch.search.documents import DocumentText, PassageText

SCHEMA_VERSION: Final = 2

Object = dict[str, Any]

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def dump(value: Object) -> str:
    r"""Encode an object as one line of JSON, which is valid Unicode.

    A byte of a file name that is not UTF-8 is written as `\xe9`; beside a `path` with such bytes,
    `path_bytes` has all of them, in base64.
    """
    text = _ENCODER.encode(value)
    return text if is_valid(text) else _ENCODER.encode(_valid(value))


def schema() -> str:
    """The JSON Schema of all outputs."""
    return (Path(__file__).parent / "results.schema.json").read_text("utf-8").rstrip("\n")


def _valid(value: Any) -> Any:
    """A value with all its texts as valid Unicode."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        found[name] = _valid(item)
        if name == "path" and not is_valid(item):
            from base64 import b64encode  # most paths are UTF-8

            found["path_bytes"] = b64encode(os.fsencode(item)).decode("ascii")
    return found


def results(found: Results) -> Object:
    """The answer to one query."""
    understood = found.understood
    answer: Object = {
        "schema_version": SCHEMA_VERSION,
        "query": found.query,
        "understood": {
            "text": understood.text,
            "suggestion": understood.suggestion,
            "corrected": understood.corrected,
            "relaxed": understood.relaxed,
            "missing": list(understood.missing),
        },
        "total": found.total,
        "complete": found.complete,
        "limit": found.limit,
        "offset": found.offset,
        "hits": [hit(item) for item in found.hits],
    }
    if understood.abbreviations:
        answer["understood"]["abbreviations"] = [
            {"short": item.short, "long": item.long} for item in understood.abbreviations
        ]
    if found.reading:
        answer["reading"] = [english(line) for line in found.reading]
    return answer


def hit(item: Hit) -> Object:
    """One hit."""
    answer: Object = {
        "rank": item.rank,
        "score": round(item.score, 4),
        "id": item.id,
        "passage": item.passage,
        "path": item.path,
        "type": item.type,
        "title": item.title,
        "title_highlights": item.title_highlights,
        "line": None,
        "matched": item.matched,
        "words": item.words,
        "places": item.places,
        "copies": item.copies,
        **_excerpt(item.snippet),
        "modified": _time(item.modified),
        "stale": item.stale,
    }
    if item.by_name:
        answer["by_name"] = True
    if item.unread:
        answer["unread"] = item.unread
    if item.others:
        answer["passages"] = [
            {"passage": other.passage, "line": None, **_excerpt(other.snippet)}
            for other in item.others
        ]
    if item.parts:
        answer["explain"] = [
            {"evidence": part.evidence, "words": part.words, "score": round(part.score, 4)}
            for part in item.parts
        ]
    return answer


def _excerpt(found: Snippet) -> Object:
    """Where the match is, and the snippet around it."""
    snippet: Object = {"text": found.text, "highlights": found.highlights, "line": None}
    if found.locator is not None:
        snippet[found.locator.unit] = found.locator.number
    if found.confidence is not None:
        snippet["confidence"] = round(found.confidence, 2)
    place: Object = {}
    if (match := found.match) is not None:
        place[match.unit] = match.number
        if match.name:
            place[f"{match.unit}_name"] = match.name
    return {**place, "snippet": snippet}


def text(
    found: "DocumentText",
    kind: str,
    passage: "PassageText | None",
    start: int,
    end: int,
    highlights: Sequence[tuple[int, int]],
) -> Object:
    """The output of `show`: a document from `start` to `end`, of the type `kind`."""
    begin = found.locator(start)
    return {
        "schema_version": SCHEMA_VERSION,
        "id": found.id,
        "passage": None if passage is None else passage.id,
        "path": found.path,
        "type": kind,
        "title": found.title,
        "line": None,
        **({} if begin is None else {begin.unit: begin.number}),
        "text": found.text[start:end],
        "highlights": highlights,
        "modified": _time(found.modified),
        "stale": found.stale,
    }


def changes(done: Changes) -> Object:
    """The output of `index`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "added": done.added,
        "changed": done.changed,
        "removed": done.removed,
        "unchanged": done.unchanged,
        "skipped": _skipped(done.skipped),
        "skipped_before": done.skipped_before,
        "missing_roots": _skipped(done.missing_roots),
        "unread": _skipped(done.unread),
        "documents": done.documents,
        "bytes_read": done.bytes_read,
        "seconds": round(done.seconds, 3),
        "seconds_writing": round(done.seconds_writing, 3),
        "encodings": [item._asdict() for item in done.encodings],
        "mb_per_second": round(done.bytes_read / 1e6 / max(done.seconds, 1e-9), 3),
    }


def status(found: Status) -> Object:
    """The output of `status`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "index": found.folder,
        "roots": [
            {
                "path": root.path,
                "excludes": list(root.excludes),
                "encoding": root.encoding or None,
                "ocr": root.ocr,
                "gitignore": root.gitignore,
                "missing": root.path in found.missing_roots,
            }
            for root in found.roots
        ],
        "files": found.files,
        "documents": found.documents,
        "passages": found.passages,
        "bytes_on_disk": found.bytes_on_disk,
        "updated": _time(found.updated),
        "changes": {"new": found.new, "changed": found.changed, "removed": found.removed},
        "skipped": _skipped(found.skipped),
        "encodings": [item._asdict() for item in found.encodings],
        "formats": [{"suffix": name, "files": files} for name, files in found.formats.items()],
        "reasons": [{"reason": why, "files": files} for why, files in found.reasons.items()],
        "versions": found.versions,
        **({"cluster": found.cluster._asdict()} if found.cluster else {}),
    }


def indexes(found: Iterable[IndexSummary]) -> Object:
    """The output of `status --all`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "indexes": [
            {
                "index": item.folder,
                "roots": list(item.roots),
                "files": item.files,
                "documents": item.documents,
                "bytes_on_disk": item.bytes_on_disk,
                "updated": _time(item.updated),
            }
            for item in found
        ],
    }


def check(found: Check) -> Object:
    """The output of `check`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "index": found.folder,
        "files": found.files,
        "bytes": found.bytes,
        "damages": [damage._asdict() for damage in found.damages],
    }


def error(message: str, advice: str, code: int) -> Object:
    """An error, in place of any output or behind some of it; `code` is the exit code."""
    about = {"message": english(message), "advice": english(advice), "code": code}
    return {"schema_version": SCHEMA_VERSION, "error": about}


def tokens(
    found: Iterable[Token],
    readings: Sequence[Interpretation] = (),
    pieces: Iterable[tuple[str, Sequence[str]]] = (),
    typings: Iterable[tuple[str, Sequence[str]]] = (),
) -> Object:
    """The output of `analyze`; `readings` are those of the tokens by an index, if there is one, as
    are other `typings`; `pieces` those of compounds."""
    objects = [token._asdict() for token in found]
    for token, reading in zip(objects, readings, strict=False):
        variants = [{"exact": form, "passages": n} for form, n in reading.variants.items()]
        token |= {"restored": reading.exact, "variants": variants}
    return {
        "schema_version": SCHEMA_VERSION,
        "tokens": objects,
        "compounds": [{"text": text, "pieces": list(words)} for text, words in pieces],
        "typings": [{"text": text, "others": list(others)} for text, others in typings],
    }


def _skipped(items: Iterable[Skipped]) -> list[Object]:
    return [{"path": item.path, "reason": item.reason} for item in items]


def _time(moment: datetime) -> str:
    """A time in UTC as RFC 3339, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
