"""Evidence + rows -> the best documents and their scores, without scoring every passage.

Each passage has an upper bound, a byte: of every piece of evidence the most it can add, given
how often it occurs there and the length class of the passage. Passages are scored exactly in
the order of their bounds, until no bound is above the last score wanted. So the best are the
same, with the same scores, as if all had been scored.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, itemgetter, or_
from typing import Final

from vnsearch import ranking
from vnsearch.engines.whoosh.collection import Collection
from vnsearch.engines.whoosh.lanes import passages_in
from vnsearch.engines.whoosh.layout import MOST
from vnsearch.model import Part
from vnsearch.ranking import Evidence

_FULL: Final = bytes([0]) + bytes([0xFF]) * 255
_ROUNDING: Final = 1e-6  # more than floating-point sums may differ by


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of evidence in a collection."""

    evidence: Evidence
    worth: float  # weight times idf: what it adds is this times the saturation
    rows: tuple[bytes, ...]  # of its words
    count: Callable[[int], int]  # in a passage

    def frequency(self, passage: int) -> int:
        """How often a passage has it."""
        if len(self.rows) == 1 and self.rows[0][passage] < MOST:
            return self.rows[0][passage]
        return self.count(passage) if all(row[passage] for row in self.rows) else 0


class Scoring:
    """What the passages of a collection score by some evidence."""

    def __init__(self, collection: Collection, evidence: Sequence[Evidence], exact: bool) -> None:
        self._collection = collection
        self._pieces = [_piece(collection, item) for item in evidence]
        self._bonus = ranking.complete(piece.worth for piece in self._pieces)
        words = [i.words for i in evidence if len(i.words) == 1 and i.exact == exact]
        sets = [collection.having(word, exact) for word in words]
        self.scored = reduce(or_, sets, 0)  # the passages that have any of it
        self._complete = reduce(and_, sets) if sets else 0  # those with all the words

    def best(self, passages: int, count: int) -> list[tuple[float, int]]:
        """Scores and passages of the `count` best documents in a set of passages, and of more
        of them, in any order: of each document the best passage.
        """
        top = _Top(count, self._collection.size)
        if count:
            documents = self._collection.documents
            complete = passages & self._complete
            self._rank(complete, self._bonus, top)
            if documents.having(complete).bit_count() < count:
                self._rank(passages & ~complete, 0.0, top)
        return list(top.best.values())

    def score(self, passage: int) -> float:
        """The whole score of a passage."""
        total = sum(score for _, score in self._scores(passage))
        return total + self._bonus if self._is_complete(passage) else total

    def parts(self, passage: int) -> tuple[Part, ...]:
        """What the score of a passage is made of, the most first."""
        parts = [
            Part(item.label, " ".join(word.text for word in item.words), score)
            for item, score in self._scores(passage)
        ]
        if self._is_complete(passage):
            parts.append(Part(ranking.ALL_WORDS, "", self._bonus))
        return tuple(sorted(parts, key=lambda part: -part.score))

    def shown(self, best: int) -> int:
        """The passage of a document whose own text, title aside, scores best."""
        documents = self._collection.documents
        passages = documents.passages(documents.of(best))
        if len(passages) == 1:
            return best
        pieces = [(piece.worth, self._in_text(piece.evidence)) for piece in self._pieces]
        worth = {p: sum(w * self._saturation(count(p), p) for w, count in pieces) for p in passages}
        return max(passages, key=lambda p: (worth[p], -p))

    def _in_text(self, item: Evidence) -> Callable[[int], int]:
        return self._collection.counter(item.words, item.exact, text_only=True)

    def _scores(self, passage: int) -> Iterator[tuple[Evidence, float]]:
        for piece in self._pieces:
            if frequency := piece.frequency(passage):
                yield piece.evidence, piece.worth * self._saturation(frequency, passage)

    def _saturation(self, frequency: int, passage: int) -> float:
        length, average = self._collection.length(passage), self._collection.average_length
        return ranking.saturation(frequency, length, average)

    def _is_complete(self, passage: int) -> bool:
        return bool(self._complete >> 8 * passage & 1)

    def _rank(self, lanes: int, bonus: float, top: "_Top") -> None:
        """Score the passages of a set that may be among the best."""
        documents = self._collection.documents
        for bound, passage in self._bounded(passages_in(lanes, self._collection.size)):
            if bound + bonus < top.needed - _ROUNDING:
                return
            top.add(documents.of(passage), self.score(passage), passage)

    def _bounded(self, passages: list[int]) -> Iterator[tuple[float, int]]:
        """Passages with upper bounds of their scores (without bonus), the highest first."""
        if len(passages) < 2:
            yield from ((math.inf, passage) for passage in passages)
            return
        size, pick = len(passages), itemgetter(*passages)
        classes = int.from_bytes(bytes(pick(self._collection.classes)), "little")
        # So many steps that the sum of all bounds, each rounded up, is a byte.
        most = sum(piece.worth for piece in self._pieces) * (ranking.K1 + 1)
        steps = (255 - len(self._pieces)) / most
        total = 0
        for piece in self._pieces:
            row, *others = (bytes(pick(row)) for row in piece.rows)
            keys = (int.from_bytes(row, "little") + classes).to_bytes(size, "little")
            table = bytes(math.ceil(piece.worth * steps * s) for s in self._collection.saturations)
            bounds = int.from_bytes(keys.translate(table), "little")
            for other in others:
                bounds &= int.from_bytes(other.translate(_FULL), "little")
            total += bounds
        bounds_of = total.to_bytes(size, "little")
        for bound in range(255, -1, -1):
            at = bounds_of.find(bound)
            while at >= 0:
                yield bound / steps, passages[at]
                at = bounds_of.find(bound, at + 1)


def _piece(collection: Collection, item: Evidence) -> _Piece:
    idf = ranking.idf(collection.frequency(item.words, item.exact), collection.passages)
    rows = tuple(collection.row((word,), item.exact) for word in item.words)
    count = collection.counter(item.words, item.exact)
    return _Piece(item, item.weight * idf, rows, count)


class _Top:
    """The best passages of documents so far."""

    def __init__(self, count: int, documents: int) -> None:
        self.best: dict[int, tuple[float, int]] = {}
        self._count = count if count < documents else None  # of all, none can be left out
        self._scores: list[float] = []  # ascending

    @property
    def needed(self) -> float:
        """The least score of a document that may still be among the best."""
        if self._count is None or len(self._scores) < self._count:
            return -math.inf
        return self._scores[-self._count]

    def add(self, document: int, score: float, passage: int) -> None:
        """Take in a passage."""
        old = self.best.get(document)
        if old is not None and (old[0], -old[1]) > (score, -passage):
            return
        self.best[document] = (score, passage)
        if self._count is not None:
            if old is not None:
                del self._scores[bisect_left(self._scores, old[0])]
            insort(self._scores, score)
