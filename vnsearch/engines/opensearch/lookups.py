"""What a search asks of a cluster, gathered until it must be known, then asked all at once.

What is not known yet is 0 or nothing; `settled` repeats a computation with what it asked for until
it asks for nothing new.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from vnsearch.engines.opensearch.client import Client
from vnsearch.engines.opensearch.counts import DOCUMENTS, left, uncommitted
from vnsearch.engines.opensearch.refusals import ChangedError
from vnsearch.engines.opensearch.state import State, terms
from vnsearch.engines.opensearch.tokens import folded_of, term
from vnsearch.engines.opensearch.transport import Json
from vnsearch.errors import VnsearchError
from vnsearch.language import _
from vnsearch.query.clauses import Kind, Word

_MOST_WORDS: Final = 10_000  # that one search gives
_MOST_TIMES: Final = 20  # that a computation is repeated

T = TypeVar("T")


class NotYetError(Exception):
    """A computation cannot go on before what it asked for is known."""


class Lookups:
    """The answers of a cluster, those that were needed so far."""

    def __init__(self, client: Client, state: State, preference: str) -> None:
        """`preference` lets all requests go to the same copies, so that they agree."""
        self.preference = preference
        self._client, self._state = client, state
        self._counts: dict[str, int] = {}  # by term
        self._forms: dict[str, tuple[str, ...]] = {}  # by folded form
        self._fitting: dict[tuple[Word, bool], tuple[str, ...]] = {}
        self._totals: dict[str, int] = {}  # by condition
        self._highest: dict[str, float] = {}
        self._df: dict[tuple[str, str], int] = {}  # Lucene's, by field and term
        self._fields: dict[str, tuple[int, int]] = {}
        self._asked: dict[str, dict[Any, Any]] = {}
        self._early: tuple[int, Mapping[str, int]] = state.counted, {}  # see `_take_counts`

    def settled(self, compute: Callable[[], T]) -> T:
        """Return what `compute` gives when all that it asks for is known."""
        for _turn in range(_MOST_TIMES):
            try:
                found = compute()
            except NotYetError:
                pass
            else:
                if not self._asked:
                    return found
            self._fetch()
        raise AssertionError("asks for ever more")

    def ready(self) -> None:
        """Stop here unless all that was asked for is known."""
        if self._asked:
            raise NotYetError

    def count(self, name: str) -> int:
        """Return how often a term of `counts` was counted."""
        return self._get("counts", self._counts, name, name, 0)

    def forms(self, folded: str) -> tuple[str, ...]:
        """Return the exact forms of a folded one, sorted; some may be of removed documents."""
        return self._get("forms", self._forms, folded, folded, ())

    def fitting(self, word: Word, exact: bool) -> tuple[str, ...]:
        """Return the exact forms that a prefix or a fuzzy word stands for."""
        key = word._replace(others=(), readings=(), in_title=False, in_name=False), exact
        return self._get("fitting", self._fitting, key, key, ())

    def total(self, condition: Json) -> int:
        """Return how much matches of what is visible."""
        return self._get("totals", self._totals, json.dumps(condition), condition, 0)

    def highest(self, query: Json) -> float:
        """Return the highest score of what is visible."""
        return self._get("highest", self._highest, json.dumps(query), query, 0.0)

    def df(self, field: str, name: str) -> int:
        """Return in how many passages Lucene has a term, deleted ones included."""
        return self._get("df", self._df, (field, name), (field, name), 0)

    def field(self, name: str) -> tuple[int, int]:
        """Return how many passages have a field and how many terms that has, by Lucene; of a field
        of which a df was asked."""
        return self._fields.get(name, (0, 0))

    def _get(self, kind: str, known: Mapping[Any, T], key: Any, asked: Any, default: T) -> T:
        if key in known:
            return known[key]
        self._asked.setdefault(kind, {})[key] = asked
        return default

    def _fetch(self) -> None:
        asked, self._asked = self._asked, {}
        self._search(asked)
        counted, lucene = asked.get("counts", {}), asked.get("df", {})
        if counted:
            self._take_counts(list(counted))
        if lucene:
            self._take_df(list(lucene))

    def _counted(self, names: list[str]) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
        """What came and what went of some terms of `counts`, of all that a search sees."""
        text = " ".join([*names, DOCUMENTS])
        fields = {"plus": text, "minus": text}
        found = self._client.terms(self._state.counts, fields, self.preference)
        return _terms(found, "plus"), _terms(found, "minus")

    def _take_counts(self, counted: list[str]) -> None:
        """Take counts of what is committed. Others may be seen while a run ends, or after one that
        came to nothing: they are looked for when there are more documents of counts than those
        that were committed, and then it is asked again whether there are still as many."""
        for _turn in range(_MOST_TIMES):
            plus, minus = self._counted(counted)
            seen = plus.get(DOCUMENTS, {}).get("ttf", 0)
            if seen == self._early[0]:
                break
            if seen < self._state.counted:
                self._client.refresh(self._state.counts)
            else:
                self._early = seen, uncommitted(self._client, self._state, self.preference)
        else:
            raise ChangedError
        for name in counted:
            times = [each.get(name, {}).get("ttf", 0) for each in (plus, minus)]
            self._counts[name] = times[0] - times[1] - self._early[1].get(name, 0)

    def _search(self, asked: Mapping[str, Mapping[Any, Any]]) -> None:
        """Ask for words, totals and highest scores."""
        folded = list(asked.get("forms", ()))
        fitting, totals, highest = (asked.get(k, {}) for k in ("fitting", "totals", "highest"))
        bodies: list[Json] = (
            [_words({"bool": {"should": terms("wf", map(term, folded))}})] if (folded) else []
        )
        bodies += [_words(_likely(word, exact)) for word, exact in fitting]
        words = [{"index": self._state.counts, "preference": self.preference}] * len(bodies)
        bodies += [
            {"size": 0, "track_total_hits": True, "query": self._visible(condition)}
            for condition in totals.values()
        ]
        bodies += [
            {"size": 1, "track_total_hits": False, "_source": False, "query": self._visible(q, q)}
            for q in highest.values()
        ]
        passages = {"index": self._state.passages, "preference": self.preference}
        headers = [*words, *[passages] * (len(totals) + len(highest))]
        answers = iter(self._client.searches(list(zip(headers, bodies, strict=True))))
        if folded:
            self._take_forms(folded, next(answers))
        for word, exact in fitting:
            self._take_fitting(word, exact, next(answers))
        for key in totals:
            self._totals[key] = next(answers)["hits"]["total"]["value"]
        for key in highest:
            self._highest[key] = next(answers)["hits"]["max_score"] or 0.0

    def _visible(self, condition: Json, scored: Json | None = None) -> Json:
        found = {"bool": {"filter": [self._state.visible(), condition]}}
        if scored is not None:
            found["bool"] = {"filter": [self._state.visible()], "must": [scored]}
        return found

    def _take_forms(self, folded: list[str], answer: Json) -> None:
        by_folded: dict[str, list[str]] = {}
        for hit in _hits(answer):
            by_folded.setdefault(hit["_source"]["wf"], []).append(hit["_source"]["wx"])
        for word in folded:
            self._forms[word] = tuple(sorted(by_folded.get(term(word), ())))

    def _take_fitting(self, word: Word, exact: bool, answer: Json) -> None:
        if answer["hits"]["total"]["value"] > _MOST_WORDS:
            raise too_many_words(word)
        forms = (hit["_source"]["wx"] for hit in _hits(answer))
        found = sorted(form for form in forms if word.matches(folded_of(form), form, exact))
        self._fitting[word, exact] = tuple(found)

    def _take_df(self, asked: list[tuple[str, str]]) -> None:
        by_field: dict[str, list[str]] = {}
        for field, name in asked:
            by_field.setdefault(field, []).append(name)
        fields = {field: " ".join(names) for field, names in by_field.items()}
        found = [
            self._client.terms(self._state.passages, fields, self.preference, routing)
            for routing in self._state.routing
        ]
        for field, names in by_field.items():
            every = [_terms(one, field) for one in found]
            for name in names:
                self._df[field, name] = sum(e.get(name, {}).get("doc_freq", 0) for e in every)
            known = [one.get(field, {}).get("field_statistics", {}) for one in found]
            self._fields[field] = (
                sum(max(0, each.get("doc_count", 0)) for each in known),
                sum(max(0, each.get("sum_ttf", 0)) for each in known),
            )


def too_many_words(word: Word) -> VnsearchError:
    """The error for a prefix, or a fuzzy word, that stands for more words than can be had."""
    why = _("too many words are like {word}").format(word=word.text)
    return VnsearchError(why, _("type more letters of it"))


def counted_documents(client: Client, current: State) -> int:
    """Return how many documents of counts are committed when a run is, of those that a search
    sees; what a run that came to nothing sent too late to be taken back is none of them."""
    found = _terms(client.terms(current.counts, {"plus": DOCUMENTS}, "_primary"), "plus")
    others = sum(1 for _ in left(client, current, "_primary"))
    return int(found.get(DOCUMENTS, {}).get("ttf", 0)) - others


def _hits(answer: Json) -> list[Json]:
    hits: list[Json] = answer["hits"]["hits"]
    return hits


def _words(query: Json) -> Json:
    return {
        "size": _MOST_WORDS,
        "track_total_hits": True,
        "query": {"bool": {"filter": [query]}},
        "_source": ["wf", "wx"],
    }


def _likely(word: Word, exact: bool) -> Json:
    """A condition of all words that a prefix or a fuzzy word may stand for."""
    if word.kind is Kind.PREFIX:
        stems = [{"prefix": {"wf": term(word.stem(as_typed=False))}}]
        stems += [{"prefix": {"wx": term(word.stem(as_typed=True))}}] if exact else []
        same = [{"term": {"wf": term(word.folded)}}]
        return {"bool": {"should": [*stems, *same]}}
    near = {"fuzziness": 1, "max_expansions": 1_000, "rewrite": "constant_score"}
    return {
        "bool": {
            "should": [
                *terms("wf", [word.folded, *word.confused()]),
                {"fuzzy": {"wf": {"value": word.folded, **near}}},
                {"fuzzy": {"wx": {"value": word.exact, **near}}},
            ]
        }
    }


def _terms(found: Json, field: str) -> Mapping[str, Json]:
    terms_of: Mapping[str, Json] = found.get(field, {}).get("terms", {})
    return terms_of
