"""Subtitles (.srt, .vtt, .ass, .ssa): what is said, on the lines where it stands, without times,
numbers and styles.

Formats: SubRip has none but its custom; WebVTT (W3C); Advanced SubStation Alpha.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from vnsearch.model import Document, Locator
from vnsearch.readers.base import Source

_TIME: Final = re.compile(r"\s*(\d+:)?\d+:\d+[.,]\d+\s*-->")
_NUMBER: Final = re.compile(r"\s*\d+\s*$")
_HEAD: Final = re.compile(r"\ufeff?(WEBVTT|STYLE|REGION)\b|NOTE\b(?=\s*$)")
_SPEAKER: Final = re.compile(r"<v(?:\.[^\s>]{0,50})?\s+([^<>]{1,100})>")
_TAG: Final = re.compile(r"</?[a-zA-Z0-9:.][^<>]{0,300}>|\{\\?[^{}]{0,300}\}")
_DIALOGUE: Final = re.compile(r"(?:Dialogue|Comment):(.*)")
_FORMAT: Final = re.compile(r"Format:(.*,\s*Text)\s*$")
_FIELDS: Final = 9  # before the text, unless the format says otherwise
_STATED: Final = re.compile(r"Title:\s*(?!<)(.+)")
_LINE_END: Final = re.compile(r"\\[Nnh]")


def read(source: Source) -> Iterator[Document]:
    """Yield one document; raises UnusableFileError."""
    lines = source.text().split("\n")
    is_ass = any(line.startswith("[Script Info]") for line in lines[:20])
    shown = [*_dialogue(lines)] if is_ass else [*_cues(lines)]
    stated = map(_STATED.match, lines[:50]) if is_ass else ()
    title = next((found[1].strip() for found in stated if found), "")
    yield Document("", title, "\n".join(shown), Locator(1), source.encoding)


def _dialogue(lines: list[str]) -> Iterator[str]:
    """The texts of the lines of an .ass file; "" for those that have none."""
    fields = _FIELDS
    for line in lines:
        if found := _FORMAT.match(line):
            fields = found[1].count(",")
        found = _DIALOGUE.match(line)
        parts = found[1].split(",", fields) if found else []
        yield _plain(_LINE_END.sub(" ", parts[fields])) if len(parts) > fields else ""


def _cues(lines: list[str]) -> Iterator[str]:
    """The lines of cues; all others blank."""
    left_out = False  # a block of styles
    for at, line in enumerate(lines):
        if not line.strip():
            left_out = False
        elif _HEAD.match(line):
            left_out = True
        # The name of a cue stands above its time.
        names = at + 1 < len(lines) and _TIME.match(lines[at + 1]) is not None
        is_text = not (left_out or names or _TIME.match(line) or _NUMBER.match(line))
        yield _plain(line) if is_text else ""


def _plain(line: str) -> str:
    return unescape(_TAG.sub("", _SPEAKER.sub(r"\1: ", line))).strip()
