"""Features + posting lists -> the best documents, without scoring every passage.

Passages are scored exactly in the order of their upper bounds (see `bounds`) until no bound is
above the last score wanted. So the best are the same, with the same scores, as if all had been
scored: dynamic pruning as in MaxScore (Turtle and Flood, 1995), with one pass over bytes in
place of skips in posting lists. Of the bounds 9, 7, 4, 4, 2 and the scores 6, 5, 4, 1, 2, for
the best two passages: 9 and 7 are scored, and as no other bound is above 5, that is all.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.read.phrases import Frequency, without_pieces
from vnsearch.engines.whoosh.search.bounds import UpperBounds, saturations_of
from vnsearch.engines.whoosh.search.name_scores import NameScores
from vnsearch.engines.whoosh.search.proximity import ProximityWindows
from vnsearch.model import ScorePart
from vnsearch.query.clauses import Word
from vnsearch.ranking import Feature, Weight

_ROUNDING_ERROR: Final = 1e-6  # more than sums of the same floats in another order may differ by


class _ScoredFeature(NamedTuple):
    """A feature in a collection."""

    feature: Feature
    weight: float  # its own times its idf; times the saturation, this is its score
    dense: tuple[int, int]  # posting lists of its first and last word, by place in Scorer._dense
    # Whether that list has its tf, up to MAX_TF; else the lesser is a bound, and pieces of
    # compounds do not count: what was typed ranks first.
    tf_is_exact: bool
    tf: Frequency
    proximity_weight: float


class Scorer:
    """Scores of passages by the features of one query."""

    def __init__(
        self,
        collection: Collection,
        features: Sequence[Feature],
        exact: bool,
        names: Sequence[Word] = (),
    ) -> None:
        """`exact`: whether the query asks for exact forms only; `names`: the words that count in
        names, too."""
        self._collection = collection
        self._saturations = saturations_of(collection.average_length)
        self._dense: list[bytes] = []  # posting lists, each once
        self._places: dict[int, int] = {}  # in `_dense`, by the id of the list
        idfs = [ranking.idf(collection.df(f.words, f.exact), collection.passages) for f in features]
        weights = ranking.weights(features, idfs)
        self._features = [
            self._in_collection(feature, weight, exact)
            for feature, weight in zip(features, weights, strict=True)
        ]
        dense = self._dense
        self._exact = [(f.weight, dense[f.dense[0]], f.tf) for f in self._features if f.tf_is_exact]
        # In reverse, for bigrams come last, and often turn out to be missing.
        self._inexact = [
            (f.weight, dense[f.dense[0]], dense[f.dense[1]], f.tf)
            for f in reversed(self._features)
            if not f.tf_is_exact
        ]
        in_windows = [f for f in self._features if f.proximity_weight]
        self._window_words = [f.feature.words[0].text for f in in_windows]
        self._windows = ProximityWindows(
            [f.proximity_weight for f in in_windows], [f.tf for f in in_windows]
        )
        self._max_window = sum(f.proximity_weight for f in in_windows)
        terms = [
            feature.words
            for feature in features
            if not feature.related and len(feature.words) == 1 and feature.exact == exact
        ]
        sets = [collection.passages_with(term, exact) for term in terms]
        self._names = NameScores(collection, names, exact)
        # The passages with any of the query's words.
        self.scored = reduce(or_, sets, self._names.passages)

    def best(self, passages: int, count: int, *, copies: bool = True) -> list[tuple[float, int]]:
        """Return the best documents of a set of passages: scores and each one's best passage.

        The `count` best are among them, and others may be, in no order. Without `copies`, those
        with the same text count as one.
        """
        top = _Top(count, self._collection.size, None if copies else self._collection.text_hash)
        if count:
            weights = self._weights()
            bounds = UpperBounds(self._collection, self._dense, weights)
            self._rank(bounds.descending(passages, self._collection.size), top)
        return list(top.best.values())

    def parts(self, passage: int) -> tuple[ScorePart, ...]:
        """Return the parts of a passage's score, the largest first."""
        tokens = self._collection.token_string(passage)
        running = without_pieces(tokens)
        parts = [
            ScorePart(
                f.feature.label,
                " ".join(word.text for word in f.feature.words),
                f.weight * self._saturation(tf, passage),
            )
            for f in self._features
            if (tf := f.tf(tokens if f.tf_is_exact else running))
        ]
        window = self._windows.best(tokens)
        if weight := self._windows.weight(window):
            words = [text for n, text in enumerate(self._window_words) if window >> n & 1]
            parts.append(ScorePart(ranking.NEARBY, " ".join(words), weight))
        parts += self._names.parts(passage)
        return tuple(sorted(parts, key=lambda part: -part.score))

    def passages_to_show(self, best: int) -> list[int]:
        """Return the passage, of the document of `best`, whose text without title scores best, then
        in order the others with at least half of the weight that the features of its text have."""
        documents = self._collection.documents
        passages = documents.passages_of(documents.document_of(best))
        if len(passages) == 1:
            return [best]
        found = {passage: self._score_of_text(passage) for passage in passages}
        best = max(passages, key=lambda passage: (found[passage][0], -passage))
        needed = found[best][1] * ranking.PLACE_SHARE - _ROUNDING_ERROR
        if needed <= 0:
            return [best]
        return [best, *(p for p in passages if p != best and found[p][1] >= needed)]

    def _score_of_text(self, passage: int) -> tuple[float, float]:
        """The score of a text without its title, and the weight of the features in it."""
        tokens = self._collection.token_string(passage)
        running = without_pieces(tokens)
        tfs = [
            (f, f.tf(tokens if f.tf_is_exact else running, text_only=True)) for f in self._features
        ]
        score = sum(f.weight * self._saturation(tf, passage) for f, tf in tfs)
        weight = sum(f.weight for f, tf in tfs if tf)
        return score + self._windows.max_weight(tokens), weight

    def _in_collection(self, feature: Feature, weight: Weight, exact: bool) -> _ScoredFeature:
        collection, words = self._collection, feature.words
        places = [self._place(collection.dense((word,), feature.exact)) for word in words]
        return _ScoredFeature(
            feature,
            weight=weight.score,
            dense=(places[0], places[-1]),
            tf_is_exact=len(words) == 1 and feature.exact == exact,
            tf=collection.phrase_frequency(words, feature.exact),
            proximity_weight=weight.window,
        )

    def _place(self, dense: bytes) -> int:
        """The place of a posting list in `_dense`."""
        place = self._places.setdefault(id(dense), len(self._dense))
        if place == len(self._dense):
            self._dense.append(dense)
        return place

    def _weights(self) -> dict[tuple[int, int], tuple[float, float]]:
        """The weights of features and their proximity weights, by their posting lists."""
        weights: dict[tuple[int, int], tuple[float, float]] = {}
        for feature in self._features:
            weight, proximity = weights.get(feature.dense, (0.0, 0.0))
            weights[feature.dense] = weight + feature.weight, proximity + feature.proximity_weight
        for _, dense, by_tf in self._names.words:
            place = self._place(dense)
            weights[place, place] = 0.0, by_tf[-1]
        return weights

    def _rank(self, bounded: Iterable[tuple[float, int]], top: "_Top") -> None:
        """Score the passages that may be among the best, given upper bounds, descending."""
        documents = self._collection.documents
        needed = top.threshold - _ROUNDING_ERROR
        for bound, passage in bounded:
            if bound < needed:
                return
            score = self._score(passage, bound, needed)
            if score >= needed:
                top.add(documents.document_of(passage), score, passage)
                needed = top.threshold - _ROUNDING_ERROR

    def _score(self, passage: int, bound: float, needed: float) -> float:
        """The score of a passage, which is `bound` at most; or any less than
        `needed` if it is less than that."""
        collection = self._collection
        tokens = collection.token_string(passage)
        running = without_pieces(tokens)
        saturations = self._saturations.by_length[collection.lengths[passage]]
        total = self._names.score(passage) if self._names.words else 0.0
        for weight, one, other, tf_of in self._inexact:
            max_tf = one[passage] if one[passage] < other[passage] else other[passage]
            if max_tf:
                tf = tf_of(running)
                score = weight * (saturations[tf] if tf < MAX_TF else self._saturation(tf, passage))
                total += score
                bound -= weight * saturations[max_tf] - score
                if bound < needed - _ROUNDING_ERROR:
                    return bound
        for weight, dense, tf_of in self._exact:
            tf = dense[passage]
            total += weight * (
                saturations[tf] if tf < MAX_TF else self._saturation(tf_of(tokens), passage)
            )
        if not self._max_window or total + self._max_window < needed - _ROUNDING_ERROR:
            return total
        return total + self._windows.max_weight(tokens)

    def _saturation(self, tf: int, passage: int) -> float:
        return self._saturations.exact(tf, self._collection.lengths[passage])


class _Top:
    """The best passages of documents so far."""

    def __init__(self, count: int, documents: int, text: Callable[[int], int] | None) -> None:
        """`text`: what is the same for documents that count as one, 0 for those that do not."""
        self.best: dict[int, tuple[float, int]] = {}  # score and passage, by document
        self._count = count if count < documents else None  # of all, none can be left out
        self._text = text
        self._scores: list[float] = []  # ascending
        self._score_of: dict[tuple[int, int], float] = {}  # those, by document or text

    @property
    def threshold(self) -> float:
        """The least score of a document that may still be among the best."""
        if self._count is None or len(self._scores) < self._count:
            return -math.inf
        return self._scores[-self._count]

    def add(self, document: int, score: float, passage: int) -> None:
        """Add a passage, unless a better one of its document is there."""
        old = self.best.get(document)
        if old is not None and (old[0], -old[1]) > (score, -passage):
            return
        self.best[document] = (score, passage)
        if self._count is not None:
            text = 0 if self._text is None else self._text(document)
            one = (text, 0) if text else (0, document)
            known = self._score_of.get(one, -math.inf)
            if score > known:
                if known != -math.inf:
                    del self._scores[bisect_left(self._scores, known)]
                insort(self._scores, score)
                self._score_of[one] = score
