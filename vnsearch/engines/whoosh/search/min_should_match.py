"""Minimum should match, weighted: the documents with enough of the weight of many clauses."""

from collections.abc import Sequence
from functools import reduce
from math import ceil
from operator import or_

from vnsearch import ranking
from vnsearch.engines.whoosh.read.bitset import at_least, maximum, weighted_sums


def with_enough_weight(weights: Sequence[int], sets: Sequence[int]) -> int:
    """Return the documents with enough of the weight, see `ranking.min_should_match`.

    `weights` are those of clauses, `sets` the documents that match them. Even where the weight of
    all is 0, a document must match a clause.
    """
    sums = weighted_sums(zip(sets, weights, strict=True))
    matching = reduce(or_, sets, 0)
    needed = ranking.min_should_match(maximum(sums, matching))
    return at_least(sums, ceil(needed), matching)
