"""A query of the cluster whose score of a passage is never below the exact one.

Lucene's BM25 of a word is no lower than ours: its length of a passage is rounded down, its idf is
divided out, and where its average length is lower than ours, that much is added. What it cannot
score by tf (prefixes, pieces of compounds, names, nearness) counts in full wherever it is. Scores
are floats: `MARGIN` is more than they can be off.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.opensearch.lookups import Lookups
from vnsearch.engines.opensearch.matching import NOTHING, Matching, all_of, word_in
from vnsearch.engines.opensearch.schema import MAX_CLAUSES
from vnsearch.engines.opensearch.scoring import NameWord
from vnsearch.engines.opensearch.tokens import bigram, both, term
from vnsearch.engines.opensearch.transport import Json
from vnsearch.query.clauses import Kind, Word
from vnsearch.ranking import MAX_SATURATION, Feature, Weight

MARGIN: Final = 1 + 1e-5

# Conditions of prefixes may be of two clauses or three.
_MOST: Final = MAX_CLAUSES - 200


class _Bound(NamedTuple):
    most: float
    query: Json


class Bounds:
    """The upper bounds of one query. To be asked within `Lookups.settled`."""

    def __init__(
        self,
        lookups: Lookups,
        matching: Matching,
        exact: bool,
        average_length: float,
        legacy: bool,
    ) -> None:
        """`legacy`: whether the cluster's BM25 has the factor K1 + 1 in it."""
        self._lookups, self._matching, self._exact = lookups, matching, exact
        self._average, self._legacy = average_length, legacy

    def query(
        self,
        features: Sequence[tuple[Feature, Weight]],
        names: Sequence[NameWord],
        named: Sequence[Word],
    ) -> tuple[Json, float]:
        """Return the query, and what is to be added to its scores; `named`: all words that may be
        in names."""
        found = [*self._of_features(features), *self._of_names(names)]
        first = ranking.named(len(named), whole=True)
        most = ranking.highest(weight for _feature, weight in features) * first
        found += _everywhere(self._all_named(named), most) if named else ()
        found.sort(key=lambda bound: -bound.most)
        slack = sum(bound.most for bound in found[_MOST:])
        should = [bound.query for bound in found[:_MOST]]
        return {"bool": {"should": should, "minimum_should_match": 1}} if should else NOTHING, slack

    def _all_named(self, words: Sequence[Word]) -> Json:
        """The condition that a name itself may have all words."""
        conditions = [
            self._matching.in_name((word,), self._exact)
            if word.others
            else word_in(word, self._exact, "o", self._lookups)
            for word in words
        ]
        return NOTHING if NOTHING in conditions else all_of(conditions)

    def _of_names(self, names: Sequence[NameWord]) -> Iterator[_Bound]:
        highest = ranking.name_score(ranking.MAX_NAME_TF)
        for name in names:
            condition = self._matching.in_name((name.word,), self._exact)
            yield from _everywhere(condition, name.idf * highest)

    def _of_features(self, features: Iterable[tuple[Feature, Weight]]) -> Iterator[_Bound]:
        for feature, weight in features:
            words, exact = feature.words, feature.exact
            most = weight.score * MAX_SATURATION
            if len(words) > 1:
                pair = bigram(words[0].folded, words[1].folded)
                yield from self._scored("q", pair, weight.score)
                continue
            for typing in self._matching.typings(words[0])[1:]:
                yield from _everywhere(self._matching.in_passage(typing, exact), most)
            word = words[0]._replace(others=())
            if word.kind is Kind.WORD and not word.in_field:
                yield from self._of_word(word, exact, weight.score)
            else:
                yield from _everywhere(self._matching.in_passage((word,), exact), most)
            if weight.window:
                yield from _everywhere(word_in(word, exact, "", self._lookups), weight.window)

    def _of_word(self, word: Word, exact: bool, weight: float) -> Iterator[_Bound]:
        if exact:
            for form in (word.exact, *word.unknown(as_typed=True)):
                yield from self._scored("x", both(word.folded, form), weight)
        else:
            yield from self._scored("f", term(word.folded), weight)
        if exact == self._exact:
            pieces = {"term": {"s": f"c:{term(word.folded)}"}}
            yield from _everywhere(pieces, weight * MAX_SATURATION)

    def _scored(self, field: str, name: str, weight: float) -> Iterator[_Bound]:
        """A word as Lucene scores it."""
        df = self._lookups.df(field, name)
        passages, words = self._lookups.field(field)
        if not df or not weight:
            return
        own_idf = ranking.idf(df, passages)
        longer = max(1.0, self._average * passages / words) if words else 1.0
        boost = weight / own_idf * longer * (1 if self._legacy else MAX_SATURATION)
        yield _Bound(weight * MAX_SATURATION, {"term": {field: {"value": name, "boost": boost}}})


def _everywhere(condition: Json, most: float) -> Iterator[_Bound]:
    """What adds so much wherever it is."""
    if condition != NOTHING and most > 0:
        yield _Bound(most, {"constant_score": {"filter": condition, "boost": most}})
