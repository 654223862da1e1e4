"""Bulk operations on arrays of numbers, in chunks that stay in the processor's caches."""

from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.write.encoding import Numbers

CHUNK: Final = 1 << 18  # numbers


def slices(size: int) -> Iterator[slice]:
    """Cut `size` numbers into chunks."""
    return (slice(begin, begin + CHUNK) for begin in range(0, size, CHUNK))


def passage_slices(passages: Numbers) -> list[slice]:
    """Cut tokens into chunks between passages, given the passage of each token, ascending."""
    cuts = np.unique(np.searchsorted(passages, passages[CHUNK::CHUNK])).tolist()
    return [slice(*ends) for ends in pairwise([0, *cuts, len(passages)])]


def run_starts(*columns: Numbers) -> Numbers:
    """Return a mask of the rows that differ from the row before; the first row does."""
    starts = np.ones(len(columns[0]), dtype=bool)
    starts[1:] = reduce(or_, [column[1:] != column[:-1] for column in columns])
    return starts


def sums(numbers: Numbers, starts: Numbers) -> Numbers:
    """Return the sum of the numbers from each start to before the next, the first of which is 0."""
    if not starts.size:
        return np.zeros(0, dtype=np.int64)
    return np.add.reduceat(numbers, starts, dtype=np.int64)


def concatenated_ranges(begins: Numbers, sizes: Numbers) -> Numbers:
    """Return the numbers of several ranges, one range after another."""
    return np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def gather(table: Numbers, indices: Numbers) -> Numbers:
    """Return `table[indices]`; negative indices count from the end."""
    gathered = np.empty(len(indices), dtype=table.dtype)
    # In chunks, since numpy first makes 8-byte numbers of the indices.
    for chunk in slices(len(indices)):
        table.take(indices[chunk], out=gathered[chunk], mode="wrap")
    return gathered
