"""Features + posting lists -> the best documents, without scoring every passage.

Passages are scored exactly, those with the highest upper bounds (see `bounds`) first, until no
bound is above the last score wanted. So the best are the same, with the same scores, as if all
had been scored: dynamic pruning as in MaxScore (Turtle and Flood, 1995), with one pass over bits
in place of skips in posting lists. Of the bounds 9, 7, 4, 4, 2 and the scores 6, 5, 4, 1, 2, for
the best two passages: 9 and 7 are scored, and as no other bound is above 5, that is all.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import bitset_of, members
from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.read.phrases import Frequency, TokenString, without_pieces
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR
from vnsearch.engines.whoosh.search.bounds import BoundedFeature, UpperBounds, saturations_of
from vnsearch.engines.whoosh.search.name_scores import NameScores
from vnsearch.engines.whoosh.search.proximity import ProximityWindows
from vnsearch.model import ScorePart
from vnsearch.query.clauses import Word
from vnsearch.ranking import TITLE_WEIGHT, Feature, Weight

# By this factor sums of the same floats, none below 0, differ less in another order.
_NEARLY: Final = 1 - 1e-9
_NOT_WORTH_BOUNDS: Final = 128  # passages: to score all takes no longer than bounds of them
_MANY: Final = 256  # passages: to score more takes longer than to find closer bounds
_SOME: Final = 64  # passages: to score more takes longer than a bound of each
_SCORED_TOGETHER: Final = 32  # passages at first, and then ever more


class _ScoredFeature(NamedTuple):
    """A feature in a collection."""

    feature: Feature
    weight: float  # its own times its idf; times the saturation, this is its score
    # Whether pieces of compounds count; they do for single words only: what was typed ranks first.
    with_pieces: bool
    tf: Frequency
    proximity_weight: float


# Of a feature in a segment: its weight, whether pieces count, the parts of token strings that
# match it, and what else counts it.
_Counted = tuple[float, bool, list[str] | None, Frequency]


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
        idfs = [ranking.idf(collection.df(f.words, f.exact), collection.passages) for f in features]
        weights = ranking.weights(features, idfs)
        self._highest = ranking.highest(weights)
        self._features = [
            self._in_collection(feature, weight, exact)
            for feature, weight in zip(features, weights, strict=True)
            if weight.score or weight.window
        ]
        self._strings: LazyTable[int, list[_Counted]] = LazyTable(partial(_counted, self._features))
        in_windows = [f for f in self._features if f.proximity_weight]
        self._window_words = [f.feature.words[0].text for f in in_windows]
        self._windows = ProximityWindows(
            [f.proximity_weight for f in in_windows], [f.tf for f in in_windows]
        )
        self._max_window = sum(f.proximity_weight for f in in_windows)
        self._names = NameScores(collection, names, exact)

    def best(self, passages: int, count: int, *, copies: bool = True) -> list[tuple[float, int]]:
        """Return the best documents of a set of passages: scores and each one's best passage.

        The `count` best are among them, and others may be, in no order. Without `copies`, those
        with the same text count as one.
        """
        top = _Top(count, self._collection.size, None if copies else self._collection.text_hash)
        if not count:
            return []
        bounds = None
        if top.is_limited and passages.bit_count() > _NOT_WORTH_BOUNDS:
            bounds = UpperBounds(self._collection, self._bounded())
        for times, group in self._names.groups(passages):
            more = times * self._highest
            if bounds is None:
                self._score_all(members(group), top, more)
            else:
                self._score_best(group, bounds, count, top, more)
        return list(top.best.values())

    def _score_best(
        self, passages: int, bounds: UpperBounds, count: int, top: "_Top", more: float
    ) -> None:
        """Score those of some passages that may be among the best; each scores so much more."""
        together = max(count, _SCORED_TOGETHER)
        passages = bounds.reaching(passages, top.threshold * _NEARLY - more)
        while passages:
            chosen = bounds.highest(passages, together)
            if chosen.bit_count() > _MANY and bounds.refine():
                chosen = bounds.highest(passages, together)
            batch = members(chosen)[: 2 * together]
            self._score_all(batch, top, more)
            passages &= ~bitset_of(batch, self._collection.size)
            passages = bounds.reaching(passages, top.threshold * _NEARLY - more)
            if passages.bit_count() > _MANY and bounds.refine():
                passages = bounds.reaching(passages, top.threshold * _NEARLY - more)
            if passages.bit_count() > _SOME:
                self._score_by_closest(bounds, members(passages), top, more)
                break
            together *= 2

    def _score_by_closest(
        self, bounds: UpperBounds, passages: Sequence[int], top: "_Top", more: float
    ) -> None:
        """Score passages by falling bound, each by its own, until none is high enough."""
        order = sorted(zip(bounds.closest(passages), passages, strict=True), reverse=True)
        for bound, passage in order:
            if bound < top.threshold * _NEARLY - more:
                break
            self._score_all((passage,), top, more)

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
            if (tf := f.tf(tokens if f.with_pieces else running))
        ]
        window = self._windows.best(tokens)
        if weight := self._windows.weight(window):
            words = [text for n, text in enumerate(self._window_words) if window >> n & 1]
            parts.append(ScorePart(ranking.NEARBY, " ".join(words), weight))
        parts += self._names.parts(passage, self._highest)
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
        needed = found[best][1] * ranking.PLACE_SHARE * _NEARLY
        if needed <= 0:
            return [best]
        return [best, *(p for p in passages if p != best and found[p][1] >= needed)]

    def _score_of_text(self, passage: int) -> tuple[float, float]:
        """The score of a text without its title, and the weight of the features in it."""
        tokens = self._collection.token_string(passage)
        score, weight = self._score_of(tokens, passage, 0)
        return score + self._windows.max_weight(tokens), weight

    def _in_collection(self, feature: Feature, weight: Weight, exact: bool) -> _ScoredFeature:
        return _ScoredFeature(
            feature,
            weight=weight.score,
            with_pieces=len(feature.words) == 1 and feature.exact == exact,
            tf=self._collection.phrase_frequency(feature.words, feature.exact),
            proximity_weight=weight.window,
        )

    def _bounded(self) -> list[BoundedFeature]:
        return [
            BoundedFeature(f.feature.words, f.feature.exact, f.weight, f.proximity_weight)
            for f in self._features
        ] + self._names.bounded()

    def _score_all(self, passages: Iterable[int], top: "_Top", more: float) -> None:
        """Score passages, each so much more."""
        documents = self._collection.documents
        for passage in passages:
            needed = top.threshold * _NEARLY
            score = self._score(passage, needed - more) + more
            if score >= needed:
                top.add(documents.document_of(passage), score, passage)

    def _score(self, passage: int, needed: float) -> float:
        """The score of a passage, or less than `needed` if it is less than that."""
        tokens = self._collection.token_string(passage)
        total, _ = self._score_of(tokens, passage, TITLE_WEIGHT)
        if self._names:
            total += self._names.score(passage)
        if not self._max_window or total + self._max_window < needed * _NEARLY:
            return total
        return total + self._windows.max_weight(tokens)

    def _score_of(self, tokens: TokenString, passage: int, of_title: int) -> tuple[float, float]:
        """The score of the features in the tokens of a passage, and the weight of those there.

        `of_title`: the tf of a word in the title.
        """
        segment, string = tokens
        text, _, rest = string.partition(FIELD_SEPARATOR)
        title, _, pieces = rest.partition(FIELD_SEPARATOR)
        saturations = self._saturations.by_length[self._collection.lengths[passage]]
        score = of_all = 0.0
        for weight, with_pieces, strings, tf_of in self._strings[segment]:
            if strings is None:
                running = tokens if with_pieces else without_pieces(tokens)
                tf = tf_of(running, text_only=not of_title)
            else:
                tf = 0
                for phrase in strings:
                    if phrase in string:
                        tf += text.count(phrase)
                        if of_title:
                            tf += of_title * title.count(phrase)
                        if pieces and with_pieces:
                            tf += pieces.count(phrase)
            if tf:
                of_all += weight
                score += weight * (
                    saturations[tf] if tf < MAX_TF else self._saturation(tf, passage)
                )
        return score, of_all

    def _saturation(self, tf: int, passage: int) -> float:
        return self._saturations.exact(tf, self._collection.lengths[passage])


def _counted(features: Sequence[_ScoredFeature], segment: int) -> list[_Counted]:
    """The features that a segment has."""
    return [
        (weight, with_pieces, strings, tf)
        for _, weight, with_pieces, tf, _ in features
        if (strings := tf.strings(segment)) != []
    ]


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
    def is_limited(self) -> bool:
        """Whether documents can be left out."""
        return self._count is not None

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
