"""Clauses of a query -> conditions of the cluster.

What a passage has, and what a document has, are conditions of their own: a document may have a
phrase across the border of two passages, or in its name.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from vnsearch.engines.opensearch.lookups import Lookups, too_many_words
from vnsearch.engines.opensearch.tokens import bigram, both, folded_of, term
from vnsearch.engines.opensearch.transport import Json
from vnsearch.query.clauses import All, Clause, Kind, Not, Phrase, Word
from vnsearch.query.clauses import Any as AnyOf

NOTHING: Final[Json] = {"match_none": {}}
PART: Final[Json] = {"term": {"kind": "part"}}
UNIT: Final[Json] = {"term": {"kind": "unit"}}

_MOST_FORMS: Final = 150  # of a word in a phrase


class Matching:
    """The conditions of one query."""

    def __init__(self, lookups: Lookups, exact: bool) -> None:
        """`exact`: whether all words match exact forms."""
        self._lookups, self._exact = lookups, exact

    def in_passage(self, words: Sequence[Word], exact: bool) -> Json:
        """The condition of passages with a phrase in text, title or pieces."""
        if words[0].others:
            return one_of(self.in_passage(typing, exact) for typing in self.typings(words[0]))
        if words[0].in_name:
            return NOTHING
        if len(words) > 1:
            return self._phrase(words, exact, ("t",) if words[0].in_title else ("x", "e"))
        return word_in(words[0], exact, "t" if words[0].in_title else "", self._lookups)

    def in_name(self, words: Sequence[Word], exact: bool) -> Json:
        """The condition of documents with a phrase in their names."""
        if words[0].others:
            return one_of(self.in_name(typing, exact) for typing in self.typings(words[0]))
        if len(words) > 1:
            return self._phrase(words, exact, ("n",))
        return word_in(words[0], exact, "n", self._lookups)

    def of_document(self, clause: Clause) -> Json:
        """The condition of documents that match a clause."""
        match clause:
            case Not(part):
                return {"bool": {"must_not": [self.of_document(part)]}}
            case All(parts):
                return all_of(map(self.of_document, parts))
            case AnyOf(parts):
                return one_of(map(self.of_document, parts))
            case Word() as word:
                return self._has((word,))
            case Phrase(words, joined=joined):
                return self._has(words if joined is None else (joined,))

    def typings(self, word: Word) -> list[tuple[Word, ...]]:
        """A word, and those of its other typings whose words are neighbours anywhere: of a date
        there are a dozen, and the cluster limits the size of a query."""
        return [(word._replace(others=()),), *filter(self._may_be, word.others)]

    def _may_be(self, typing: Sequence[Word]) -> bool:
        if any(word.kind is not Kind.WORD for word in typing):
            return True
        pairs = [bigram(one.folded, other.folded) for one, other in pairwise(typing)]
        count = self._lookups.count
        found = [sum([count(f"{kind}:{pair}") for kind in ("q", "b", "nq")]) for pair in pairs]
        return all(found)

    def _has(self, words: Sequence[Word]) -> Json:
        if words[0].others:
            return one_of(map(self._has, self.typings(words[0])))
        if words[0].in_title:
            return self.in_passage(words, self._exact)
        named = self.in_name(words, self._exact)
        if words[0].in_name:
            return named
        if len(words) == 1:
            return one_of([self.in_passage(words, self._exact), named])
        return self._phrase(words, self._exact, ("x", "w"))

    def _phrase(self, words: Sequence[Word], exact: bool, fields: Iterable[str]) -> Json:
        slots = [self._slot(word, exact) for word in words]
        if not all(slots):
            return NOTHING
        intervals = [{"any_of": {"intervals": slot}} for slot in slots]
        rule = {"ordered": True, "max_gaps": 0, "intervals": intervals}
        return one_of({"intervals": {field: {"all_of": rule}}} for field in fields)

    def _slot(self, word: Word, exact: bool) -> list[Json]:
        """What may stand in the place of a word of a phrase."""
        if word.kind is Kind.WORD and not (exact or word.match_marks):
            return [{"prefix": {"prefix": both(word.folded, "")}}]
        if word.kind is Kind.WORD:
            forms: Sequence[str] = (word.exact, *word.unknown(exact))
        else:
            forms = self._lookups.fitting(word, exact)
        if len(forms) > _MOST_FORMS:
            raise too_many_words(word)
        return [{"match": {"query": both(folded_of(form), form)}} for form in forms]


def word_in(word: Word, exact: bool, field: str, lookups: Lookups) -> Json:
    """The condition that a word is in a field, see `schema`."""
    by_marks = exact or word.match_marks
    if word.kind is Kind.FUZZY:
        forms = [f"{field}x:{term(form)}" for form in lookups.fitting(word, exact)]
        return {"terms": {"s": forms}} if forms else NOTHING
    folded, unknown = f"{field}f:", f"{field}k:"
    if word.kind is Kind.WORD:
        if by_marks:
            own = (word.exact, *word.unknown(exact))
            return {"terms": {"s": [f"{field}x:{term(form)}" for form in own]}}
        return {"term": {"s": folded + term(word.folded)}}
    if not by_marks:
        return _beginning(folded, word.folded, word.stem(as_typed=False))
    own = _beginning(f"{field}x:", word.exact, word.stem(as_typed=True))
    if not word.unknown(exact):
        return own
    return one_of([own, _beginning(unknown, word.folded, word.stem(as_typed=False))])


def _beginning(field: str, word: str, stem: str) -> Json:
    return one_of([{"term": {"s": field + term(word)}}, {"prefix": {"s": field + term(stem)}}])


def one_of(conditions: Iterable[Json]) -> Json:
    """The condition that one of several holds."""
    found = [condition for condition in conditions if condition != NOTHING]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return {"bool": {"should": found, "minimum_should_match": 1}}


def all_of(conditions: Iterable[Json]) -> Json:
    """The condition that all of several hold."""
    found: list[Any] = list(conditions)
    return found[0] if len(found) == 1 else {"bool": {"filter": found}}
