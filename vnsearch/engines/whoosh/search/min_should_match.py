"""Minimum should match, weighted: the documents with enough of the weight of many clauses."""

from collections.abc import Sequence
from typing import Literal

from vnsearch import ranking

_TYPES: dict[int, Literal["B", "H", "I", "Q"]] = {1: "B", 2: "H", 4: "I", 8: "Q"}


def with_enough_weight(weights: Sequence[int], sets: Sequence[int], size: int) -> int:
    """Return the documents with enough of the weight, see `ranking.min_should_match`.

    `weights` are those of clauses, `sets` the documents, bitsets of `size` bytes, that match
    them. Documents that match the same clauses have the same pattern, a bit for each clause; as
    few of all possible patterns occur, weights are added up for each pattern, not each document.
    """
    octets = [
        sum(documents << bit for bit, documents in enumerate(sets[begin : begin + 8]))
        for begin in range(0, len(sets), 8)
    ]
    patterns = _interleave([octet.to_bytes(size, "little") for octet in octets], size)
    tables = [_subset_sums(weights[begin : begin + 8]) for begin in range(0, len(weights), 8)]
    weight_of = {
        pattern: sum([table[pattern >> 8 * n & 0xFF] for n, table in enumerate(tables)])
        for pattern in set(patterns)
    }
    needed = ranking.min_should_match(max(weight_of.values(), default=0))
    enough = {pattern: weight >= needed for pattern, weight in weight_of.items()}
    enough[0] = False  # even where the weight of all is 0, a document must match a clause
    return int.from_bytes(bytes(map(enough.__getitem__, patterns)), "little")


def _subset_sums(weights: Sequence[int]) -> list[int]:
    """The sum of each subset of up to eight weights, by the subset's bits."""
    sums = [0]
    for weight in weights:
        sums += [total + weight for total in sums]
    return sums


def _interleave(octets: Sequence[bytes], size: int) -> Sequence[int]:
    """Numbers of one byte from each of `octets`, the first the lowest."""
    for width, code in _TYPES.items():
        if len(octets) <= width:
            numbers = bytearray(width * size)
            for place, octet in enumerate(octets):
                numbers[place::width] = octet
            return memoryview(numbers).cast(code)
    return [int.from_bytes(bytes(each), "little") for each in zip(*octets, strict=True)]
