"""Query -> the condition of the documents that qualify, and how many there are."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

from vnsearch import ranking
from vnsearch.engines.opensearch.frequencies import Frequencies
from vnsearch.engines.opensearch.lookups import Lookups
from vnsearch.engines.opensearch.matching import NOTHING, UNIT, Matching, all_of, one_of
from vnsearch.engines.opensearch.schema import MAX_CLAUSES
from vnsearch.engines.opensearch.transport import Json
from vnsearch.errors import VnsearchError
from vnsearch.language import _
from vnsearch.query.clauses import (
    Clause,
    Demand,
    Not,
    Query,
    Word,
    count_words,
    is_required,
    words_of,
)


class Qualified(NamedTuple):
    """The documents that qualify."""

    condition: Json
    total: int
    complete: int  # of them, those that match all wanted clauses
    relaxed: bool


class _Level(NamedTuple):
    """Conditions of the documents that qualify by one rule."""

    condition: Json
    complete: Json  # of those with all clauses
    relaxed: bool = False


class Qualifying:
    """Which documents qualify for a query. To be asked within `Lookups.settled`."""

    def __init__(
        self, query: Query, lookups: Lookups, matching: Matching, frequencies: Frequencies
    ) -> None:
        self._query, self._lookups = query, lookups
        self._matching, self._frequencies = matching, frequencies

    def qualified(self, filters: Json | None) -> Qualified:
        """Return the documents that qualify; `filters` is a condition of documents that may."""
        query, of_document = self._query, self._matching.of_document
        wanted = query.wanted()
        unwanted = [of_document(c.part) for c in query.clauses if isinstance(c, Not)]
        allowed: dict[str, Any] = {"filter": [UNIT, *([filters] if filters else [])]}
        if unwanted:
            allowed["must_not"] = unwanted

        def among(condition: Json) -> Json:
            return {"bool": {**allowed, "filter": [*allowed["filter"], condition]}}

        if unwanted and not wanted:
            total = self._lookups.total({"bool": allowed})
            return Qualified({"bool": allowed}, total, total, relaxed=False)
        total_of = self._lookups.total
        found = [
            Qualified(
                among(level.condition),
                total_of(among(level.condition)),
                total_of(among(level.complete)),
                level.relaxed,
            )
            for level in self._levels(wanted)
            if query.relax or not level.relaxed
        ]
        return next((each for each in found if each.total), Qualified(NOTHING, 0, 0, relaxed=False))

    def missing(self, found: Qualified) -> tuple[int, ...]:
        """Return the wanted clauses that no document matches."""
        if found.complete:
            return ()
        return tuple(n for n, clause in enumerate(self._query.wanted()) if self._is_missing(clause))

    def _is_missing(self, clause: Clause) -> bool:
        exact = self._query.exact
        if isinstance(clause, Word) and not (clause.in_field or clause.others):
            words = (clause,)
            df = self._frequencies.df(words, exact)
            return not (df or self._frequencies.df_in_names(clause, exact))
        condition = self._matching.of_document(clause)
        return condition == NOTHING or not self._lookups.total(all_of([UNIT, condition]))

    def _levels(self, wanted: Sequence[Clause]) -> list[_Level]:
        """The documents that qualify, and then those that do by ever more relaxed rules."""
        if not wanted:
            return []
        every = self._all(wanted)
        match self._query.demand:
            case Demand.ANY:
                return [_Level(self._any(wanted), every)]
            case Demand.ALL:
                return [_Level(every, every)]
        optional = [clause for clause in wanted if not is_required(clause)]
        required = [clause for clause in wanted if is_required(clause)]
        with_required = self._all(required)
        if not optional:
            return [_Level(with_required, every)]
        enough = self._enough(optional)
        relaxed = with_required if required else self._any(optional)
        if required:
            enough = _Level(*(all_of([each, with_required]) for each in enough[:2]))
        return [enough, _Level(relaxed, every, relaxed=True)]

    def _enough(self, clauses: Sequence[Clause]) -> _Level:
        """The documents with all of a few words, or with enough of the weight of many."""
        every = self._all(clauses)
        if count_words(clauses) <= ranking.SHORT_QUERY_WORDS:
            return _Level(every, every)
        is_marked = all(word.match_marks for word in words_of(clauses))
        if count_words(clauses) <= ranking.SHORT_MARKED_WORDS and is_marked:
            found = self._lookups.total(all_of([UNIT, every]))
            self._lookups.ready()
            if found:
                return _Level(every, every)
        return self._with_weight(clauses, every)

    def _with_weight(self, clauses: Sequence[Clause], every: Json) -> _Level:
        """The documents with enough of the weight of the clauses, `every`: with all of them. The
        cluster adds weights up in floats of 24 bits, which sums of some 90 words fit in."""
        weights = [self._weight(clause) for clause in clauses]
        conditions = [self._matching.of_document(clause) for clause in clauses]
        self._lookups.ready()
        weighed = [
            {"constant_score": {"filter": condition, "boost": weight}}
            for condition, weight in zip(conditions, weights, strict=True)
            if condition != NOTHING
        ]
        if not weighed:
            return _Level(NOTHING, NOTHING)
        if len(weighed) > MAX_CLAUSES:
            raise VnsearchError(
                _("a query of so many words is too much for a cluster"),
                _("search for a part of them"),
            )
        sums = {"bool": {"should": weighed, "filter": [UNIT], "minimum_should_match": 1}}
        most = round(self._lookups.highest(sums))
        self._lookups.ready()
        needed = ceil(ranking.min_should_match(most))
        if all(weights) and NOTHING not in conditions:
            every = {"function_score": {"query": sums, "min_score": sum(weights)}}
        return _Level({"function_score": {"query": sums, "min_score": needed}}, every)

    def _weight(self, clause: Clause) -> int:
        words = words_of([clause])
        return sum(self._frequencies.weight(word, self._query.exact) for word in words)

    def _all(self, clauses: Sequence[Clause]) -> Json:
        return all_of([self._matching.of_document(clause) for clause in clauses])

    def _any(self, clauses: Sequence[Clause]) -> Json:
        return one_of([self._matching.of_document(clause) for clause in clauses])
