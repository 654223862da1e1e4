"""Feature + rows -> the best documents and their scores, without scoring every passage.

Each passage has an upper bound, a byte: of every piece of evidence the most it can add, given
how often it occurs there and the length class of the passage. Passages are scored exactly in
the order of their bounds, until no bound is above the last score wanted. So the best are the
same, with the same scores, as if all had been scored.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_, itemgetter, or_
from typing import Final, NamedTuple

from vnsearch import ranking
from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import cardinality, members, minimum, quantized_sums
from vnsearch.engines.whoosh.read.collection import COUNTED, SHARES, Collection, PhraseFrequency
from vnsearch.engines.whoosh.search.proximity import Windows
from vnsearch.model import ScorePart
from vnsearch.ranking import Feature, saturation

_FEW: Final = 1 / 10  # of all passages: to pick so many from a row takes less than all of it
_MANY: Final = 30_000  # pieces, whose bounds would not add up in two bytes
_HIGHEST: Final = 65_000  # sum of bounds: with what rounding up adds it fits two bytes
_UNIT: Final = 1 << 24  # in four bytes: what is rounded up to it is in the highest one
_ROUNDING: Final = 1e-6  # more than floating-point sums may differ by


class _Piece(NamedTuple):
    """A piece of evidence in a collection."""

    evidence: Feature
    worth: float  # weight times idf: what it adds is this times the saturation
    rows: tuple[int, int]  # of its first and of its last word, see `Scoring._number`
    told: bool  # whether the row tells how often it occurs, up to MAX_TF; else it is a bound
    count: PhraseFrequency  # in the words of a passage
    near: float  # what it is worth in a window


class Scoring:
    """What the passages of a collection score by some evidence."""

    def __init__(self, collection: Collection, evidence: Sequence[Feature], exact: bool) -> None:
        self._collection = collection
        self._rows: list[bytes] = []  # of the words
        self._numbers: dict[int, int] = {}  # of rows, by their ids
        self._pieces = [self._piece(item, exact) for item in evidence]
        rows = self._rows
        self._told = [(p.worth, rows[p.rows[0]], p.count) for p in self._pieces if p.told]
        # The last ones first: pairs, which may be missing.
        self._unsure = [
            (p.worth, rows[p.rows[0]], rows[p.rows[1]], p.count)
            for p in reversed(self._pieces)
            if not p.told
        ]
        self._bonus = ranking.all_terms_bonus(piece.worth + piece.near for piece in self._pieces)
        near = [piece for piece in self._pieces if piece.near]
        self._windows = Windows([piece.near for piece in near], [piece.count for piece in near])
        self._nearby = [piece.evidence for piece in near]
        self._near = sum(piece.near for piece in near)  # what a window is worth at most
        asked = [item for item in evidence if not item.related]
        words = [i.words for i in asked if len(i.words) == 1 and i.exact == exact]
        sets = [collection.having(word, exact) for word in words]
        self.scored = reduce(or_, sets, 0)  # the passages that have any of it
        self._complete = reduce(and_, sets) if sets else 0  # those with all the words
        # No more of them than have the rarest word: mostly few, which need not be counted.
        self._at_most = min((collection.frequency(word, exact) for word in words), default=0)

    def best(self, passages: int, count: int) -> list[tuple[float, int]]:
        """Scores and passages of the `count` best documents in a set of passages, and of more
        of them, in any order: of each document the best passage.
        """
        top = _Top(count, self._collection.size)
        if count:
            complete = passages & self._complete
            self._rank(self._bounded(complete, self._at_most), self._bonus, top)
            if len(top.best) < count:
                others = passages & ~complete
                self._rank(self._bounded(others, self._collection.size), 0.0, top)
        return list(top.best.values())

    def parts(self, passage: int) -> tuple[ScorePart, ...]:
        """What the score of a passage is made of, the most first."""
        parts = [
            ScorePart(item.label, " ".join(word.text for word in item.words), score)
            for item, score in self._scores(passage)
        ]
        window = self._windows.densest(self._collection.words(passage))
        if worth := self._windows.worth(window):
            nearby = [e.words[0].text for n, e in enumerate(self._nearby) if window >> n & 1]
            parts.append(ScorePart(ranking.NEARBY, " ".join(nearby), worth))
        if self._complete >> 8 * passage & 1:
            parts.append(ScorePart(ranking.ALL_WORDS, "", self._bonus))
        return tuple(sorted(parts, key=lambda part: -part.score))

    def shown(self, best: int) -> int:
        """The passage of a document whose own text, title aside, scores best."""
        documents = self._collection.documents
        passages = documents.passages(documents.of(best))
        if len(passages) == 1:
            return best
        worth = {p: self._worth_of_text(p) for p in passages}
        return max(passages, key=lambda p: (worth[p], -p))

    def _worth_of_text(self, passage: int) -> float:
        words = self._collection.words(passage)
        return sum(
            piece.worth * self._share(piece.count(words, text_only=True), passage)
            for piece in self._pieces
        ) + self._windows.most(words)

    def _scores(self, passage: int) -> Iterator[tuple[Feature, float]]:
        words = self._collection.words(passage)
        for piece in self._pieces:
            if often := piece.count(words):
                yield piece.evidence, piece.worth * self._share(often, passage)

    def _piece(self, item: Feature, exact: bool) -> _Piece:
        collection, words = self._collection, item.words
        idf = ranking.idf(collection.frequency(words, item.exact), collection.passages)
        told = len(words) == 1 and item.exact == exact
        numbers = [self._number(collection.row((word,), item.exact)) for word in words]
        count = collection.counter(words, item.exact)
        rows = numbers[0], numbers[-1]
        return _Piece(item, item.weight * idf, rows, told, count, item.proximity * idf)

    def _number(self, row: bytes) -> int:
        """The number of a row in `_rows`."""
        number = self._numbers.setdefault(id(row), len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
        return number

    def _rank(self, bounded: Iterable[tuple[float, int]], bonus: float, top: "_Top") -> None:
        """Score those of some passages that may be among the best, given their bounds."""
        documents = self._collection.documents
        needed = top.needed - bonus - _ROUNDING
        for bound, passage in bounded:
            if bound < needed:
                return
            score = self._score(passage, bound, needed)
            if score >= needed:
                top.add(documents.of(passage), score + bonus, passage)
                needed = top.needed - bonus - _ROUNDING

    def _score(self, passage: int, bound: float, needed: float) -> float:
        """What the evidence adds up to, `bound` at most, or something less than needed when that
        is less."""
        words, shares = self._collection.words(passage), self._collection.shares(passage)
        total = 0.0
        for worth, one, other, count in self._unsure:
            most = one[passage] if one[passage] < other[passage] else other[passage]
            if most:
                often = count(words)
                share = shares[often] if often < MAX_TF else self._share(often, passage)
                score = worth * share
                total += score
                bound -= worth * shares[most] - score
                if bound < needed - _ROUNDING:
                    return bound
        for worth, row, count in self._told:
            often = row[passage]
            share = shares[often] if often < MAX_TF else self._share(count(words), passage)
            total += worth * share
        if not self._near or total + self._near < needed - _ROUNDING:
            return total
        return total + self._windows.most(words)

    def _share(self, often: int, passage: int) -> float:
        """As `Collection.shares`, and of any count."""
        return saturation(often, self._collection.damping(passage))

    def _bounded(self, lanes: int, at_most: int) -> Iterator[tuple[float, int]]:
        """The passages of a set, of so many at most, with upper bounds of their scores (without
        bonus), the highest first."""
        if not lanes:
            return
        whole = self._collection.size
        if len(self._pieces) > _MANY:
            yield from ((math.inf, passage) for passage in members(lanes, whole))
            return
        passages: Sequence[int] = range(whole)
        pick: Callable[[bytes], bytes] = bytes
        if at_most < whole * _FEW or cardinality(lanes, whole) < whole * _FEW:
            passages = members(lanes, whole)
            first = passages[0]
            of_others = itemgetter(*passages)  # a number for one passage, else numbers
            pick = lambda row: row[first : first + 1]  # noqa: E731
            if len(passages) > 1:
                pick = lambda row: bytes(of_others(row))  # noqa: E731
        size = len(passages)
        classes = int.from_bytes(pick(self._collection.classes), "little")
        counts = [int.from_bytes(pick(row), "little") for row in self._rows]
        tables, steps = self._tables()
        rows_of_bounds = (
            ((counts[one] if one == other else minimum(counts[one], counts[other], size)) + classes)
            .to_bytes(size, "little")
            .translate(table)
            for (one, other), table in tables.items()
        )
        total, unit = quantized_sums(rows_of_bounds, sum(map(max, tables.values())), size)
        if size == whole:
            total &= lanes * 0xFF
        bounds = total.to_bytes(size, "little")
        for bound in range(255, 0, -1):
            at = bounds.find(bound)
            while at >= 0:
                yield bound * unit / steps, passages[at]
                at = bounds.find(bound, at + 1)

    def _tables(self) -> tuple[dict[tuple[int, int], bytes], float]:
        """For each length class and count the most that pieces can add, by their rows, and into
        how many steps of these a score is divided."""
        worths: dict[tuple[int, int], tuple[float, float]] = {}
        for piece in self._pieces:
            worth, near = worths.get(piece.rows, (0.0, 0.0))
            worths[piece.rows] = worth + piece.worth, near + piece.near
        # So many steps that each bound is a byte, and the sum of all is two, each being rounded
        # up.
        highest = [worth * ranking.LIMIT + near for worth, near in worths.values()]
        most, sum_of_all = max(highest, default=0.0) or 1.0, sum(highest) or 1.0
        steps = min(253 / most, (_HIGHEST - 2 * len(worths)) / sum_of_all)
        shares = self._collection.shares_of_classes
        return {
            rows: _table(shares, worth * steps, near * steps)
            for rows, (worth, near) in worths.items()
        }, steps


def _table(shares: int, worth: float, near: float) -> bytes:
    """For each length class and count the most that evidence can add, rounded up, given
    `Collection.shares_of_classes`."""
    of_share = math.ceil(worth * ranking.LIMIT / SHARES * _UNIT)
    of_any = math.ceil(near * _UNIT) + _UNIT - 1
    return (shares * of_share + COUNTED * of_any).to_bytes(4 * 256, "little")[3::4]


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
