"""Exact scores of passages, by `ranking`, from the words that the cluster keeps of them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.opensearch.tokens import Counter, Name, Tokens
from vnsearch.model import ScorePart
from vnsearch.query.clauses import Word
from vnsearch.ranking import PROXIMITY_WINDOW, Feature, Weight

_NEARLY: Final = 1 - 1e-9  # by which sums of the same floats in another order differ less


class NameWord(NamedTuple):
    """A word of the query that counts in names."""

    word: Word
    idf: float


class Scorer:
    """Scores of passages by the features of one query."""

    def __init__(
        self,
        features: Sequence[tuple[Feature, Weight]],
        names: Sequence[NameWord],
        named: Sequence[Word],
        exact: bool,
        average_length: float,
    ) -> None:
        """`named`: all words that may be in names; `exact`: whether the query asks for exact forms
        only."""
        self._named, self._highest = named, ranking.highest(weight for _f, weight in features)
        self._features = features
        self._names, self._exact, self._average = names, exact, average_length
        self._near = [(f.words[0], f.exact, w.window) for f, w in features if w.window]

    def score(self, tokens: Tokens, name: Name) -> float:
        """Return the score of a passage."""
        counter = Counter(tokens)
        total: float = sum(self._in_name(word, name) for word in self._names)
        total += self._first(name)
        damping = self._damping(tokens)
        for feature, weight in self._features:
            if tf := self._tf(counter, feature):
                total += weight.score * ranking.saturation(tf, damping)
        return total + sum(self._near[n][2] for n in self._window(counter))

    def parts(self, tokens: Tokens, name: Name) -> tuple[ScorePart, ...]:
        """Return the parts of the score of a passage, the largest first."""
        counter, damping = Counter(tokens), self._damping(tokens)
        parts = [
            ScorePart(
                feature.label,
                " ".join(word.text for word in feature.words),
                weight.score * ranking.saturation(tf, damping),
            )
            for feature, weight in self._features
            if (tf := self._tf(counter, feature))
        ]
        window = self._window(counter)
        if near := sum(self._near[n][2] for n in window):
            words = " ".join(self._near[n][0].text for n in window)
            parts.append(ScorePart(ranking.NEARBY, words, near))
        parts += [
            ScorePart(ranking.IN_NAME, word.word.text, score)
            for word in self._names
            if (score := self._in_name(word, name))
        ]
        if first := self._first(name):
            parts.append(ScorePart(ranking.NAMED, "", first))
        return tuple(sorted(parts, key=lambda part: -part.score))

    def to_show(self, passages: Sequence[Tokens]) -> list[int]:
        """Return the passage of a document whose text without title scores best, then in order the
        others with at least half of the weight that the features of its text have."""
        if len(passages) == 1:
            return [0]
        found = [self._of_text(tokens) for tokens in passages]
        best = max(range(len(passages)), key=lambda n: (found[n][0], -n))
        needed = found[best][1] * ranking.PLACE_SHARE * _NEARLY
        if needed <= 0:
            return [best]
        return [best, *(n for n, (_, own) in enumerate(found) if n != best and own >= needed)]

    def _of_text(self, tokens: Tokens) -> tuple[float, float]:
        """The score of a text without its title, and the weight of the features in it."""
        counter, damping = Counter(tokens), self._damping(tokens)
        tfs = [(w.score, self._tf(counter, f, text_only=True)) for f, w in self._features]
        score = sum(weight * ranking.saturation(tf, damping) for weight, tf in tfs)
        near = sum(self._near[n][2] for n in self._window(counter))
        return score + near, sum(weight for weight, tf in tfs if tf)

    def _tf(self, counter: Counter, feature: Feature, *, text_only: bool = False) -> int:
        # Pieces count for single words only: what was typed ranks first.
        with_pieces = len(feature.words) == 1 and feature.exact == self._exact
        return counter.frequency(
            feature.words, feature.exact, with_pieces=with_pieces, text_only=text_only
        )

    def _damping(self, tokens: Tokens) -> float:
        return ranking.damping(tokens.length, self._average) if self._average else ranking.K1

    def _first(self, name: Name) -> float:
        """What it adds that the name has all words."""
        return self._highest * name.first(self._named, self._exact) if name.own else 0.0

    def _in_name(self, word: NameWord, name: Name) -> float:
        tf = name.tf((word.word,), self._exact) if name.own else 0
        return word.idf * ranking.name_score(tf) if tf else 0.0

    def _window(self, counter: Counter) -> Sequence[int]:
        """The words of the window of a text that has most of their weight, by number."""
        at = sorted(
            (place, number)
            for number, (word, exact, _) in enumerate(self._near)
            for place in counter.places(word, exact)
        )
        windows = {frozenset[int]()}
        for first, (begin, _) in enumerate(at):
            window = set()
            for place, number in at[first:]:
                if place >= begin + PROXIMITY_WINDOW:
                    break
                window.add(number)
            windows.add(frozenset(window))
        return sorted(
            max(windows, key=lambda window: sum(self._near[n][2] for n in sorted(window)))
        )
