"""Counts of what occurs: documents of the cluster whose terms are added up by the cluster itself.

Each has in `plus` what came and in `minus` what went, as `TERM|TIMES`; the cluster keeps how often
a term occurs in all of them, and says so in one step, whatever there is. Terms are those of
`tokens.counted`, of names with an n in front, and

    docs  documents of counts
    #  passages with words        l  their length, all together        nn  documents with a name
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.state import State, terms
from vnsearch.engines.opensearch.tokens import Name, Tokens, borders, folded_of, term
from vnsearch.engines.opensearch.transport import line_of

DOCUMENTS: Final = "docs"
PASSAGES: Final = "#"
LENGTH: Final = "l"
NAMES: Final = "nn"


def add_up(passages: Sequence[Tokens], name: Name, counts: Counter[str]) -> None:
    """Add a document to counts."""
    counts.update(borders(passages))
    for tokens in passages:
        if length := tokens.length:
            counts[PASSAGES] += 1
            counts[LENGTH] += length
            counts.update(tokens.counts())
    if name.own:
        counts[NAMES] += 1
        counts.update(name.counts())


_ITSELF: Final = f" {DOCUMENTS}|1"


def line(name: str, run: int, plus: Mapping[str, int], minus: Mapping[str, int]) -> bytes:
    """Return a document of counts, as a line of JSON."""
    body: dict[str, Any] = {
        "plus": _written({**plus, DOCUMENTS: 1}),
        "minus": _written(minus),
        "run": run,
    }
    body["name"] = name
    return line_of(body)


def _written(counts: Mapping[str, int]) -> str:
    return " ".join([f"{name}|{count}" for name, count in counts.items() if count])


def undoing(counted: Mapping[str, str], name: str) -> dict[str, Any]:
    """Return the document of counts that takes back another, whose name it knows."""
    plus = counted["plus"].removesuffix(_ITSELF)
    return {"plus": counted["minus"] + _ITSELF, "minus": plus, "run": 0, "undoes": name}


def words_of(counts: Iterable[str]) -> dict[str, bytes]:
    """Return the documents of the exact forms in some terms of counts, by their ids."""
    found = {}
    for name in counts:
        kind, colon, form = name.partition(":")
        if colon and kind in {"x", "nx"}:
            body = {"wf": term(folded_of(form)), "wx": form}
            found[f"w:{form}"] = line_of(body)
    return found


def uncommitted(client: Client, current: State, preference: str) -> Counter[str]:
    """Return what is counted in documents of runs that are not committed and were not taken back:
    seldom any. All of it is what a search sees, as it is with the counts themselves."""
    found: Counter[str] = Counter()
    for _, body in left(client, current, preference):
        for field, sign in (("plus", 1), ("minus", -1)):
            for each in body[field].split():
                counted_term, _, times = each.rpartition("|")
                found[counted_term] += sign * int(times)
    return found


def left(client: Client, current: State, preference: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of counts of runs that are not committed and were not taken back, as a
    search sees it: what takes one back may be there and not be counted yet."""
    later: list[Any] = [{"range": {"run": {"gt": current.epoch}}}]
    later += terms("run", current.aborted)
    query = {"bool": {"should": later, "minimum_should_match": 1}}
    body: dict[str, Any] = {"size": _PAGE, "query": query, "_source": False}
    body["sort"] = [{"run": "asc"}, {"name": "asc"}]
    path = f"/{current.counts}/_search?preference={preference}"
    while hits := client.search(path, body)["hits"]["hits"]:
        names = [hit["_id"] for hit in hits]
        undoing: dict[str, Any] = {"size": _PAGE, "_source": ["undoes"]}
        undoing["query"] = {"terms": {"undoes": names}}
        undone = {hit["_source"]["undoes"] for hit in client.search(path, undoing)["hits"]["hits"]}
        for name in names:
            if name not in undone:
                yield name, (client.get(f"/{current.counts}/_doc/{name}") or {})["_source"]
        body["search_after"] = hits[-1]["sort"]


_PAGE: Final = 1_000
