"""The index in a cluster opened for searching: the `engines.IndexReader` of this engine."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import starmap
from typing import Final, NamedTuple
from uuid import uuid4

from vnsearch import ranking
from vnsearch.engines import Filters
from vnsearch.engines.opensearch import counts
from vnsearch.engines.opensearch.bounds import Bounds
from vnsearch.engines.opensearch.candidates import Candidates, Found
from vnsearch.engines.opensearch.client import Client, pages
from vnsearch.engines.opensearch.documents import (
    as_text,
    from_text,
    name_of,
    passage_of,
    tokens_of,
)
from vnsearch.engines.opensearch.frequencies import Frequencies
from vnsearch.engines.opensearch.lexicon import ClusterLexicon
from vnsearch.engines.opensearch.lookups import Lookups
from vnsearch.engines.opensearch.matching import PART, UNIT, Matching, all_of, one_of
from vnsearch.engines.opensearch.qualifying import Qualified, Qualifying
from vnsearch.engines.opensearch.refusals import ChangedError, ClusterError, GoneError
from vnsearch.engines.opensearch.scoring import NameWord, Scorer
from vnsearch.engines.opensearch.state import State, committed, terms
from vnsearch.engines.opensearch.transport import Json
from vnsearch.engines.opensearch.writer import scan
from vnsearch.language import _
from vnsearch.model import Cluster, Match, Matches, StoredPassage
from vnsearch.query.clauses import Query, all_words, joined_words

_PAGE: Final = 5_000
_SHOWN: Final = ["d", "i", "src", "key", "stored"]
_PATIENCE: Final = 8  # times that a search is begun anew, when the index was changed during it
_PAUSE: Final = 0.1  # seconds before it is, longer each time
_LOOKED_AT: Final = 100  # words, for a check
_OLDEST: Final = (2, 19)
_ANY: Final = ranking.Weight(1.0, 1.0)
_LEGACY: Final = 2  # up to this major version, BM25 has the factor K1 + 1


class ClusterReader(ClusterLexicon):
    """The `engines.IndexReader` of this engine."""

    def __init__(self, client: Client, state: State) -> None:
        """Raises ClusterError."""
        self._preference = uuid4().hex
        super().__init__(client, state, Lookups(client, state, self._preference))
        self._major = major_version(client)

    def _renew(self, *, newest: bool) -> None:
        """Forget what was asked, and if `newest`, see what was committed since."""
        found = committed(self._client) if newest else None
        if found is not None and found.state.epoch > self._state.epoch:
            self._state = found.state
        self._lookups = Lookups(self._client, self._state, self._preference)
        self.__dict__.pop("_sources", None)

    def close(self) -> None:
        """See `engines.IndexReader`."""
        self._client.close()

    def faults(self) -> Iterator[str]:
        """See `engines.IndexReader`: counts, of which some are looked at, and passages."""
        query = {"exists": {"field": "wf"}}
        body = {"size": _LOOKED_AT, "query": query, "_source": ["wf"], "track_total_hits": False}
        hits = self._client.search(self._path(self._state.counts), body)["hits"]["hits"]
        words = sorted({hit["_source"]["wf"] for hit in hits})
        asked = {counts.PASSAGES: {"exists": {"field": "x"}}}
        asked |= {f"f:{word}": {"term": {"s": f"f:{word}"}} for word in words}

        def compute() -> list[tuple[str, int, int]]:
            return [
                (name, self._lookups.count(name), self._lookups.total(all_of([PART, condition])))
                for name, condition in asked.items()
            ]

        for name, counted, there in self._lookups.settled(compute):
            if counted != there:
                yield f"{name} is counted in {counted} passages, and in {there}"

    def cluster(self) -> Cluster:
        """See `engines.IndexReader`."""
        indexes = f"{self._state.passages},{self._state.counts}"
        health = self._client.health(indexes)
        stored = self._client.get(f"/{indexes}/_stats/store") or {}
        return Cluster(
            str(self._client.address),
            health["status"],
            health["number_of_data_nodes"],
            health["active_primary_shards"],
            health["active_shards"],
            stored["_all"]["total"]["store"]["size_in_bytes"],
        )

    def count_passages(self) -> int:
        """See `engines.IndexReader`."""
        return self._lookups.settled(lambda: self._lookups.count(counts.PASSAGES))

    def documents_by_source(self) -> Iterable[tuple[str, int]]:
        """See `engines.IndexReader`."""
        return self._sources.items()

    @cached_property
    def _sources(self) -> Mapping[str, int]:
        """How many documents each file has."""
        return self._by_source(UNIT)

    def _by_source(self, condition: Json) -> dict[str, int]:
        sources = {"composite": {"size": _PAGE, "sources": [{"s": {"terms": {"field": "src"}}}]}}
        query = all_of([self._state.visible(), condition])
        body = {"size": 0, "query": query, "aggs": {"sources": sources}}
        found = pages(self._client, self._path(self._state.passages), body, "sources")
        return {from_text(bucket["key"]["s"]): bucket["doc_count"] for bucket in found}

    def passages(self, source: str, key: str) -> Sequence[StoredPassage]:
        """See `engines.IndexReader`."""
        one = [{"term": {"src": as_text(source)}}, {"term": {"key": key}}]
        query = all_of([self._state.visible(), PART, *one])
        hits = scan(self._client, self._path(self._state.passages), query, _SHOWN)
        return [passage_of(hit["_source"]) for hit in hits]

    def matches_by_source(
        self,
        query: Query,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
    ) -> Mapping[str, int]:
        """See `engines.IndexReader`."""
        search = _Search(self._lookups, query)
        qualified = self._lookups.settled(lambda: search.qualified(self._condition(filters)))
        return self._by_source(qualified.condition) if qualified.total else {}

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        filters: Filters = Filters(),  # noqa: B008 - a tuple of nothing
        order: Sequence[str] | None = None,
        places: int = 1,
        explain: bool = False,
        copies: bool = False,
    ) -> Matches:
        """See `engines.IndexReader`."""
        options = query, limit, offset, filters, order, places, explain, copies
        for turn in range(_PATIENCE):
            gone = False
            try:
                return self._search(*options)
            except ChangedError as error:
                gone = isinstance(error, GoneError)
            time.sleep(_PAUSE * turn)
            self._renew(newest=gone)
        return self._search(*options)

    def _search(
        self,
        query: Query,
        limit: int,
        offset: int,
        filters: Filters,
        order: Sequence[str] | None,
        places: int,
        explain: bool,
        copies: bool,
    ) -> Matches:
        copies = copies or order is not None
        condition = self._condition(filters)
        search = _Search(self._lookups, query)
        found = self._lookups.settled(lambda: search.prepared(condition, self._major <= _LEGACY))
        qualified, scorer = found.qualified, found.scorer
        candidates = Candidates(
            self._client,
            self._state,
            self._preference,
            qualified,
            scorer,
            found.clauses,
            copies=copies,
        )
        if not qualified.total or not limit:
            page: list[Found] = []
        elif order is None:
            best = candidates.best(found.bounds, found.slack, offset + limit)
            page = best[offset : offset + limit]
        else:
            page = self._in_order(candidates, qualified, order, offset, limit)
        matches = self._matches(candidates, scorer, page, places, explain)
        total, relaxed, complete = qualified.total, qualified.relaxed, qualified.complete
        return Matches(total, relaxed, matches, complete, found.missing)

    def _in_order(
        self,
        candidates: Candidates,
        qualified: Qualified,
        order: Sequence[str],
        offset: int,
        limit: int,
    ) -> list[Found]:
        """Return one page, in the order of the sources."""
        by_source = self._by_source(qualified.condition)
        before, first, chosen = 0, 0, list[str]()
        for source in filter(by_source.__contains__, order):
            if before >= offset + limit:
                break
            count = by_source[source]
            if before + count > offset:
                first = first if chosen else before
                chosen.append(source)
            before += count
        places = {source: place for place, source in enumerate(chosen)}
        found = candidates.all_of(one_of(terms("src", map(as_text, chosen))))
        found.sort(key=lambda item: places[item.source])  # each is sorted by score
        return found[offset - first : offset - first + limit]

    def _matches(
        self,
        candidates: Candidates,
        scorer: Scorer,
        page: Sequence[Found],
        places: int,
        explain: bool,
    ) -> tuple[Match, ...]:
        """The documents of a page, as they are shown."""
        if not page:
            return ()
        passages = self._passages_of(page) if places else {}

        def match(item: Found, matched: int, same: int) -> Match:
            own = passages.get(item.document) or [item.body]
            shown, *others = scorer.to_show(list(map(tokens_of, own))) if places else [0]
            tokens, name = tokens_of(item.body), name_of(item.body)
            return Match(
                passage_of(own[shown]),
                item.score,
                scorer.parts(tokens, name) if explain else (),
                matched,
                own[shown]["i"] + 1,
                1 + len(others),
                tuple((own[n]["i"] + 1, passage_of(own[n])) for n in others[: places - 1]),
                same,
            )

        return tuple(starmap(match, candidates.about(page)))

    def _passages_of(self, page: Iterable[Found]) -> dict[str, list[Json]]:
        """All passages of the documents of a page that have several."""
        long = [item.document for item in page if item.body["np"] > 1]
        found = dict[str, list[Json]]()
        if long:
            query = all_of([PART, {"terms": {"d": long}}])
            for hit in scan(self._client, self._path(self._state.passages), query, _SHOWN):
                found.setdefault(hit["_source"]["d"], []).append(hit["_source"])
        return found

    def _condition(self, filters: Filters) -> Json | None:
        """The condition that filters are."""
        accepts = filters.accepts()
        if accepts is None:
            return None
        if filters.globs or filters.suffixes or filters.folders:
            sources: Iterable[str] = filter(accepts, self._sources)
        else:
            sources = filters.sources or ()
        return one_of(terms("src", sorted(map(as_text, sources))))


class _Prepared(NamedTuple):
    """What is known of a query before its documents are."""

    qualified: Qualified  # the documents that qualify
    scorer: Scorer
    bounds: Json  # the query of upper bounds
    slack: float  # to be added to its scores
    missing: tuple[int, ...]  # the wanted clauses that no document has
    clauses: list[Json]  # conditions of documents that match the wanted ones


class _Search:
    """A query in one index. To be asked within `Lookups.settled`."""

    def __init__(self, lookups: Lookups, query: Query) -> None:
        self._query, self._lookups = query, lookups
        self._matching = Matching(lookups, query.exact)
        self._frequencies = Frequencies(lookups, self._matching)
        self._qualifying = Qualifying(query, lookups, self._matching, self._frequencies)

    def qualified(self, filters: Json | None) -> Qualified:
        """Return the documents that qualify."""
        self._know_typings()
        return self._qualifying.qualified(filters)

    def _know_typings(self) -> None:
        """Which typings there are decides what else is asked for."""
        for word in (*all_words(self._query.clauses), *joined_words(self._query.clauses)):
            self._matching.typings(word)
        self._lookups.ready()

    def prepared(self, filters: Json | None, legacy: bool) -> _Prepared:
        """Return what is known of the query before its documents are."""
        query, frequencies = self._query, self._frequencies
        self._know_typings()
        average, every = frequencies.average_length, ranking.features(query)
        words = ranking.name_words(query)
        bounds = Bounds(self._lookups, self._matching, query.exact, average, legacy)
        bounds.query([(feature, _ANY) for feature in every], [], words)  # asks for all at once
        idfs = [frequencies.idf(f.words, f.exact) for f in every]
        weighed = [
            (feature, weight)
            for feature, weight in zip(every, ranking.weights(every, idfs), strict=True)
            if weight.score or weight.window
        ]
        named = [
            NameWord(word, ranking.idf(frequencies.df_in_names(word, query.exact), count))
            for word in words
            if (count := frequencies.names)
        ]
        names = [name for name in named if name.idf]
        bound, slack = bounds.query(weighed, names, words)
        qualified = self.qualified(filters)
        self._lookups.ready()
        missing = self._qualifying.missing(qualified)
        clauses = list(map(self._matching.of_document, query.wanted()))
        scorer = Scorer(weighed, names, words, query.exact, average)
        return _Prepared(qualified, scorer, bound, slack, missing, clauses)


def major_version(client: Client) -> int:
    """Return the major version of a cluster; raises ClusterError for one that is too old."""
    said = client.get("/") or {}
    version = said.get("version", {})
    text = str(version.get("number", ""))
    numbers = [int(part) for part in text.split(".")[:2] if part.isdecimal()]
    if version.get("distribution") != "opensearch" or len(numbers) < 2:
        raise ClusterError(
            _("what answers is no OpenSearch"),
            _("see docs/opensearch.md for the versions that work"),
        )
    if tuple(numbers) < _OLDEST:
        raise ClusterError(
            _("the cluster is OpenSearch {version}, which is too old").format(version=text),
            _("upgrade it to 2.19 or newer"),
        )
    return numbers[0]
