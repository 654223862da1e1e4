"""Upper bounds of the scores of passages, bit-sliced.

Of a feature, posting lists tell for each passage whether its tf is 1, 2, 3 to 4 or more, and its
length is known by class. So the most that the feature can add to a score there is one of a few
numbers, which are added up for all passages at once (see `bitset`). Bounds are quantized impacts
(Anh and Moffat, "Pruned query evaluation using pre-computed impacts", 2006), rounded up, so that
no score exceeds its bound.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from math import ceil, isinf
from operator import add, itemgetter, sub
from typing import Final, NamedTuple

from vnsearch.engines.whoosh.format.segment_file import MAX_TF
from vnsearch.engines.whoosh.read.bitset import (
    COARSE_LEVELS,
    added_up,
    at_least,
    coarse_levels,
    highest,
    numbers_of,
)
from vnsearch.engines.whoosh.read.caches import LazyTable
from vnsearch.engines.whoosh.read.collection import Collection
from vnsearch.engines.whoosh.read.length_classes import LengthClasses
from vnsearch.engines.whoosh.read.terms import MAX_WIDE_TF
from vnsearch.query.clauses import Word
from vnsearch.ranking import MAX_SATURATION, damping, saturation

_STEPS: Final = 250  # of the highest bound; in longer queries more
_STEPS_PER_FEATURE: Final = 16
# Features that add little are first taken to be everywhere, which saves their posting lists: as
# many as add at most this share of the highest bound.
_EVERYWHERE: Final = 0.06

# From each of these tf on, up to the next, a bound is the same.
_FINE_LEVELS: Final = (
    *range(1, 25),
    *range(26, 60, 3),
    *range(60, MAX_WIDE_TF, 8),
    MAX_WIDE_TF,
)
_FEW: Final = 3  # features: so few have fine levels from the first
_FINE_STEPS: Final = 8_000
_ANY_TF: Final = 1 << 30  # of a tf that posting lists do not tell
_CLASS_BITS: Final = tuple(1 << n for n in range(LengthClasses.MOST))


class Saturations:
    """BM25's saturation in a collection.

    `by_length[length][tf]` is exact, tf below MAX_TF.
    """

    def __init__(self, average_length: float) -> None:
        self.dampings = LazyTable(partial(damping, average=average_length))
        self.by_length = LazyTable(partial(_of_length, average=average_length))

    def exact(self, tf: int, length: int) -> float:
        """Return the saturation of any tf in a passage of `length` tokens."""
        return saturation(tf, self.dampings[length])


# One for the next query: what they hold depends on nothing else.
saturations_of: Final = lru_cache(2)(Saturations)


def _of_length(length: int, average: float) -> list[float]:
    damped = damping(length, average)
    return [saturation(tf, damped) for tf in range(MAX_TF)]


class BoundedFeature(NamedTuple):
    """What a feature can add to the score of a passage."""

    words: tuple[Word, ...]
    exact: bool
    weight: float  # times the saturation of its tf
    proximity: float  # wherever it is

    @property
    def highest(self) -> float:
        """The most that it adds."""
        return self.weight * MAX_SATURATION + self.proximity


class UpperBounds:
    """Upper bounds of scores by the posting lists of features."""

    def __init__(self, collection: Collection, features: Iterable[BoundedFeature]) -> None:
        self._collection = collection
        self._saturations = saturations_of(collection.average_length)
        self._shortest = collection.length_classes.shortest
        self._features = sorted(features, key=lambda feature: feature.highest)
        self._total = sum(feature.highest for feature in self._features) or 1.0
        count = len(self._features)
        self._is_fine = count <= _FEW
        steps = _FINE_STEPS if self._is_fine else max(_STEPS, _STEPS_PER_FEATURE * count)
        self._steps = steps / self._total  # per unit of score
        self._make(0.0 if self._is_fine else _EVERYWHERE * self._total)

    def reaching(self, passages: int, score: float) -> int:
        """Return the passages, of a set, whose score may be at least `score`."""
        if isinf(score):
            return passages
        least = ceil((score - self._everywhere) * self._steps)
        return passages if least <= 0 else at_least(self._sums, least, passages)

    def highest(self, passages: int, count: int) -> int:
        """Return the passages, of a set, with the highest bounds: `count` or some more."""
        return highest(self._sums, passages, count)

    def closest(self, passages: Sequence[int]) -> list[float]:
        """Return the bound of each of some passages by its own tf and length: nearly its score."""
        lengths, damping_of = self._collection.lengths, self._saturations.dampings
        dampings = [damping_of[lengths[passage]] for passage in passages]
        bounds = [0.0] * len(passages)
        for words, exact, weight, proximity in self._features:
            most = weight * MAX_SATURATION
            added = (
                most * tf / (tf + damped) + proximity if tf else 0.0
                for tf, damped in zip(self._tfs(words, exact, passages), dampings, strict=True)
            )
            bounds = list(map(add, bounds, added))
        return bounds

    def _tfs(self, words: tuple[Word, ...], exact: bool, passages: Sequence[int]) -> list[int]:
        """The most that the tf of a phrase can be in each of some passages."""
        slices = self._collection.slices(words, exact)
        known, tfs = (1 << len(slices)) - 1, numbers_of(slices, passages)
        if known not in tfs:
            return tfs
        at_most = [_ANY_TF] * len(passages)
        for word in words if len(words) > 1 else ():
            at_most = list(map(min, at_most, self._tfs((word,), exact, passages)))
        return [tf if tf < known else most for tf, most in zip(tfs, at_most, strict=True)]

    def refine(self) -> bool:
        """Make closer bounds, which take longer to make; returns whether there are such."""
        if self._is_fine:
            return False
        self._is_fine = True
        self._make(0.0)
        return True

    def _make(self, everywhere: float) -> None:
        """Make the bounds; features that add at most `everywhere` are taken to be everywhere."""
        self._everywhere, columns = 0.0, list[list[int]]()
        for feature in self._features:
            if self._everywhere + feature.highest <= everywhere:
                self._everywhere += feature.highest
            else:
                everywhere = 0.0
                self._add(feature, columns)
        self._sums = added_up(columns)

    def _add(self, feature: BoundedFeature, columns: list[list[int]]) -> None:
        """Add the bounds of a feature, for each level what they are above those of the last."""
        classes = self._collection.length_classes
        levels = list(self._levels(feature))
        before = [0] * len(classes.shortest)
        for (_, passages), (tf, _) in zip(levels, [*levels[1:], (None, 0)], strict=True):
            bounds = self._bounds(feature, None if tf is None else tf - 1)
            added = list(map(sub, bounds, before))
            before = bounds
            for bit in range(max(added).bit_length()):
                while bit >= len(columns):
                    columns.append([])
                chosen = 0
                for number, class_of in zip(added, _CLASS_BITS, strict=False):
                    if number >> bit & 1:
                        chosen |= class_of
                if chosen and (found := passages & classes.union(chosen)):
                    columns[bit].append(found)

    def _levels(self, feature: BoundedFeature) -> Iterator[tuple[int, int]]:
        """Ever higher tf, and the passages where the tf of a feature may be so high."""
        slices = self._collection.slices(feature.words, feature.exact)
        if not self._is_fine:
            levels = zip(COARSE_LEVELS, coarse_levels(slices), strict=False)
            yield from takewhile(itemgetter(1), levels)
            return
        passages = self._collection.length_classes.all
        for tf in _FINE_LEVELS:
            if tf < 1 << len(slices):
                passages = at_least(slices, tf, passages)
            else:  # a bigram occurs no more often than its words
                for word in feature.words:
                    passages &= at_least(
                        self._collection.slices((word,), feature.exact), tf, passages
                    )
            if not passages:
                break
            yield tf, passages

    def _bounds(self, feature: BoundedFeature, tf: int | None) -> list[int]:
        """What a feature adds where its tf is at most `tf`, if not None, in passages of each class
        of lengths."""
        weight, near = feature.weight * self._steps, feature.proximity * self._steps
        if tf is None:
            return [ceil(weight * MAX_SATURATION + near)] * len(self._shortest)
        if tf < MAX_TF:
            by_length = self._saturations.by_length
            return [ceil(weight * by_length[length][tf] + near) for length in self._shortest]
        exact = self._saturations.exact
        return [ceil(weight * exact(tf, length) + near) for length in self._shortest]
