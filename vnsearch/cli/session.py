"""What the last search on this terminal found, so that its hits can be named by their ranks."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from vnsearch.errors import VnsearchError
from vnsearch.index import state
from vnsearch.language import _
from vnsearch.model import Hit
from vnsearch.platform import terminal

_PREFIX: Final = "session-"
_KEPT: Final = 7 * 24 * 3600  # seconds


class Found(NamedTuple):
    """A hit of the last search."""

    passage: str  # its id
    query: str


def remember(index: Path, query: str, hits: Iterable[Hit]) -> None:
    """Note the hits of a search."""
    found = {str(hit.rank): hit.passage for hit in hits}
    state.write(_name(), {"index": str(index), "query": query, "hits": found})


def recall(index: Path, rank: str) -> Found | None:
    """The hit with a rank in the last search on this terminal; None when there was no search in
    this index. Raises VnsearchError when it had no such hit."""
    last: Any = state.read(_name())
    if not isinstance(last, dict) or last.get("index") != str(index):
        return None
    hits = last.get("hits", {})
    if rank not in hits:
        what = _("the last search here showed no hit {rank}").format(rank=rank)
        if not hits:
            raise VnsearchError(what, _("search again: it found nothing"))
        first, last_hit = min(hits, key=int), max(hits, key=int)
        advice = _("its hits are {first} to {last}").format(first=first, last=last_hit)
        raise VnsearchError(what, advice)
    return Found(hits[rank], last.get("query", ""))


def _name() -> str:
    """Of the file of this terminal's session. Those of sessions long over are removed."""
    own = f"{_PREFIX}{terminal()}.json"
    with suppress(OSError):
        for entry in os.scandir(state.folder()):
            is_old = entry.name.startswith(_PREFIX) and time.time() - entry.stat().st_mtime > _KEPT
            if is_old and entry.name != own:
                os.unlink(entry.path)
    return own
