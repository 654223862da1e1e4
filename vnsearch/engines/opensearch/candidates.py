"""Passages with the highest upper bounds -> the best documents, by exact scores.

As in the embedded engine, passages are scored by falling bound until no bound is above the last
score wanted: the best are the same as if all had been scored.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from vnsearch.engines.opensearch.bounds import MARGIN
from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.documents import from_text, name_of, tokens_of
from vnsearch.engines.opensearch.matching import NOTHING, PART, UNIT, all_of
from vnsearch.engines.opensearch.qualifying import Qualified
from vnsearch.engines.opensearch.refusals import ChangedError
from vnsearch.engines.opensearch.schema import MAX_WINDOW
from vnsearch.engines.opensearch.scoring import Scorer
from vnsearch.engines.opensearch.state import State, terms
from vnsearch.engines.opensearch.transport import Json
from vnsearch.engines.opensearch.writer import scan
from vnsearch.errors import VnsearchError
from vnsearch.language import _

_MORE: Final = 15  # candidates than documents wanted, at first
_FEW: Final = 60  # documents: all of them are scored
_GROWTH: Final = 4
_TOGETHER: Final = 1_000  # documents whose passages are read together
FIELDS: Final = ["d", "i", "np", "src", "key", "h", "stored"]


class Found(NamedTuple):
    """A document with its best passage."""

    document: str
    score: float
    source: str
    key: str
    hash: str
    body: Json  # of the passage

    @property
    def place(self) -> tuple[float, str, str]:
        """What documents are sorted by."""
        return -self.score, self.source, self.key


class Candidates:
    """The documents of one search."""

    def __init__(
        self,
        client: Client,
        state: State,
        preference: str,
        qualified: Qualified,
        scorer: Scorer,
        clauses: Sequence[Json],
        *,
        copies: bool,
    ) -> None:
        """`clauses`: conditions of documents that match the wanted clauses; `copies`: whether each
        of the documents with the same text counts."""
        self._client, self._state = client, state
        self._path = f"/{state.passages}/_search?preference={preference}"
        self._qualified, self._scorer, self._copies = qualified, scorer, copies
        self._clauses = [
            {"bool": {"filter": [clause], "_name": str(number)}}
            for number, clause in enumerate(clauses)
            if clause != NOTHING
        ]
        self._header = {"index": state.passages, "preference": preference}
        # Of documents that were looked at: how many clauses they match, if they qualify.
        self._matched: dict[str, int | None] = {}
        self._same: dict[str, int] = {}  # by hash, how many of those that qualify have it
        self._best: dict[str, Found] = {}
        self._scores: dict[str, float] = {}  # of passages, by id

    def best(self, bounds: Json, slack: float, wanted: int) -> list[Found]:
        """Return the best documents, at least so many as are `wanted` if there are."""
        if self._qualified.total <= max(_FEW, wanted):
            return self.all_of(None)
        if bounds == NOTHING:
            return self._first_by_name(wanted)
        size = wanted + _MORE
        while True:
            size = min(size, MAX_WINDOW)
            hits = self._search(bounds, size)
            self._take(hits)
            ranked = self._ranked()
            if len(hits) < size:
                break  # there are no others with a word of the query
            last = ranked[wanted - 1].score if len(ranked) >= wanted else -math.inf
            if (hits[-1]["_score"] + slack) * MARGIN < last:
                return ranked
            if size == MAX_WINDOW:
                raise VnsearchError(
                    _("too many passages are as good as one another"),
                    _("add words to the query"),
                )
            size *= _GROWTH
        return ranked if len(ranked) >= wanted else self._with_wordless(ranked, wanted)

    def all_of(self, condition: Json | None) -> list[Found]:
        """Return all documents that qualify, under one more condition, best first."""
        query = all_of(
            [self._visible, self._qualified.condition, *([condition] if condition else [])]
        )
        units = [hit["_source"] for hit in scan(self._client, self._path, query, FIELDS)]
        self._add(unit for unit in units if unit["np"] == 1)
        long = [unit["d"] for unit in units if unit["np"] > 1]
        for begin in range(0, len(long), _TOGETHER):
            own = all_of([PART, {"terms": {"d": long[begin : begin + _TOGETHER]}}])
            self._add(hit["_source"] for hit in scan(self._client, self._path, own, FIELDS))
        return self._ranked()

    @property
    def _visible(self) -> Json:
        return self._state.visible()

    def _search(self, bounds: Json, size: int) -> list[Json]:
        # All shards count as one collection, so that their scores are of one kind.
        kind = "&search_type=dfs_query_then_fetch" if len(self._state.routing) > 1 else ""
        path = f"{self._path}{kind}"
        body = {"size": size, "track_total_hits": False, "query": bounds, "_source": FIELDS}
        hits: list[Json] = self._client.search(path, body)["hits"]["hits"]
        return hits

    def _take(self, hits: Sequence[Json]) -> None:
        """Score the candidates that qualify."""
        parts = [
            hit for hit in hits if hit["_id"] not in self._scores and "stored" in hit["_source"]
        ]
        self._look_at(hit["_source"] for hit in parts)
        for hit in parts:
            if self._matched[hit["_source"]["d"]] is not None:
                (score,) = self._add([hit["_source"]])
                if score > hit["_score"] * MARGIN + _TINY:
                    raise ChangedError
            self._scores[hit["_id"]] = 0.0

    def about(self, page: Iterable[Found]) -> Iterator[tuple[Found, int, int]]:
        """Yield the documents of a page, each with how many clauses it matches, and how many others
        that qualify have the same text."""
        page = list(page)
        self._look_at(found.body for found in page)
        for found in page:
            matched = self._matched[found.document]
            if matched is None:
                raise ChangedError
            yield found, matched, self._same.get(found.hash, 1) - 1

    def _look_at(self, passages: Iterable[Json]) -> None:
        """Find out about the documents of passages, those that are new."""
        new = {body["d"]: body.get("h", "") for body in passages if body["d"] not in self._matched}
        qualify = [self._visible, self._qualified.condition]
        hashes = sorted({*new.values()} - {"", *self._same}) if not self._copies else []
        # Each by itself, as the cluster limits the size of a query.
        bodies = [
            {"size": len(new), "track_total_hits": False, "_source": ["d"], "query": query}
            for condition in terms("d", sorted(new))
            for query in (
                all_of([condition, *qualify]),
                {"bool": {"filter": [condition, UNIT, self._visible], "should": self._clauses}},
            )
        ]
        same = [
            {
                "size": 0,
                "query": all_of([*qualify, condition]),
                "aggs": {"h": {"terms": {"field": "h", "size": len(hashes), "include": hashes}}},
            }
            for condition in terms("h", hashes)
        ]
        found = self._client.searches([(self._header, body) for body in (*bodies, *same)])
        self._matched.update(dict.fromkeys(new))
        hits = [
            {hit["_source"]["d"]: hit for hit in one["hits"]["hits"]}
            for one in found[: len(bodies)]
        ]
        for qualified, about in zip(hits[::2], hits[1::2], strict=True):
            for document in qualified.keys() & about.keys():
                self._matched[document] = len(about[document].get("matched_queries", ()))
        for one in found[len(bodies) :]:
            for bucket in one["aggregations"]["h"]["buckets"]:
                self._same[bucket["key"]] = bucket["doc_count"]

    def _add(self, passages: Iterable[Json]) -> list[float]:
        """Score passages; each document keeps the best one."""
        scores = []
        for body in passages:
            score = self._scorer.score(tokens_of(body), name_of(body))
            scores.append(score)
            old = self._best.get(body["d"])
            if old is None or (score, -body["i"]) > (old.score, -old.body["i"]):
                self._best[body["d"]] = Found(
                    body["d"], score, from_text(body["src"]), body["key"], body.get("h", ""), body
                )
        return scores

    def _ranked(self) -> list[Found]:
        ranked = sorted(self._best.values(), key=lambda found: found.place)
        if self._copies:
            return ranked
        firsts: dict[str, Found] = {}
        for found in ranked:
            firsts.setdefault(found.hash or f" {found.document}", found)
        return list(firsts.values())

    def _with_wordless(self, ranked: Sequence[Found], wanted: int) -> list[Found]:
        """Documents, and after them those that qualify without a word of the query."""
        found = self._first_by_name(wanted, [each.document for each in self._best.values()])
        return found if found else list(ranked)

    def _first_by_name(self, wanted: int, known: Sequence[str] = ()) -> list[Found]:
        """Return documents without a score, the first by source and key, behind those known."""
        body: dict[str, Any] = {
            "size": _TOGETHER,
            "track_total_hits": False,
            "query": {
                "bool": {
                    "filter": [self._visible, self._qualified.condition],
                    "must_not": terms("d", known),
                }
            },
            "sort": [{"src": "asc"}, {"key": "asc"}, {"d": "asc"}],
            "_source": ["d", "np"],
        }
        while True:
            hits = self._client.search(self._path, body)["hits"]["hits"]
            ids = [f"{hit['_source']['d']}.0" for hit in hits]
            if ids:
                found = self._client.documents(self._state.passages, ids)
                self._add(one["_source"] for one in found if one.get("found"))
            ranked = self._ranked()
            if len(ranked) >= wanted or len(hits) < _TOGETHER:
                return ranked
            body["search_after"] = hits[-1]["sort"]


_TINY: Final = 1e-9
