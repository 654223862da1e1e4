"""Counts of what occurs: documents of the cluster whose terms are added up by the cluster itself.

Each has in `plus` what came and in `minus` what went, as `TERM|TIMES`; the cluster keeps how often
a term occurs in all of them, and says so in one step, whatever there is. Terms are those of
`tokens.counted`, of names with an n in front, and

    #  passages with words        l  their length, all together        nn  documents with a name
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from vnsearch.engines.opensearch.tokens import Name, Tokens, folded_of, term

PASSAGES: Final = "#"
LENGTH: Final = "l"
NAMES: Final = "nn"


def add_up(passages: Iterable[Tokens], name: Name, counts: Counter[str]) -> None:
    """Add a document to counts."""
    for tokens in passages:
        if length := tokens.length:
            counts[PASSAGES] += 1
            counts[LENGTH] += length
            counts.update(tokens.counts())
    if name.own:
        counts[NAMES] += 1
        counts.update(name.counts())


def line(plus: Mapping[str, int], minus: Mapping[str, int], run: int) -> bytes:
    """Return a document of counts, as a line of JSON."""
    body = {"plus": _written(plus), "minus": _written(minus), "run": run}
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


def _written(counts: Mapping[str, int]) -> str:
    return " ".join([f"{name}|{count}" for name, count in counts.items() if count])


def words_of(counts: Iterable[str]) -> dict[str, bytes]:
    """Return the documents of the exact forms in some terms of counts, by their ids."""
    found = {}
    for name in counts:
        kind, colon, form = name.partition(":")
        if colon and kind in {"x", "nx"}:
            body = {"wf": term(folded_of(form)), "wx": form}
            found[f"w:{form}"] = json.dumps(body, ensure_ascii=False).encode() + b"\n"
    return found
