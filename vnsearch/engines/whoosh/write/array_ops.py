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


def radix_argsort(numbers: Numbers, limit: int) -> Numbers:
    """Return the stable order that sorts numbers below `limit`."""
    # By digits of 16 bits, which numpy sorts by radix.
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    for shift in range(16, (limit - 1).bit_length(), 16):
        digits = (numbers >> shift).astype(np.uint16)
        order = order.take(np.argsort(digits.take(order), kind="stable"))
    return order
