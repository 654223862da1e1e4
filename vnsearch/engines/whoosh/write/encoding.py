"""Numbers and bytes -> arrays of a segment file, each a type code and its bytes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]  # one-dimensional
Array = tuple[str, bytes]


def as_array(kind: str, numbers: Iterable[int] | Numbers) -> Array:
    """Encode numbers, little-endian, by type code: B, H, I or Q (1, 2, 4 or 8 bytes)."""
    values = np.asarray(numbers if isinstance(numbers, np.ndarray) else list(numbers))
    return kind, values.astype(f"<u{np.dtype(kind).itemsize}").tobytes()


def as_blobs(blobs: Sequence[bytes], name: str) -> dict[str, Array]:
    """Encode blobs one after another as array `name`, and their offsets as `name`_at."""
    sizes = np.fromiter(map(len, blobs), np.int64, len(blobs))
    return {name: ("B", b"".join(blobs)), f"{name}_at": as_array("I", offsets(sizes))}


def blob_pieces(blobs: Iterable[bytes], name: str) -> Iterator[tuple[str, Array]]:
    """Yield blobs as pieces of array `name`, each when it is made, and their offsets at the end."""
    sizes = list[int]()
    yield name, ("B", b"")
    for blob in blobs:
        yield name, ("B", blob)
        sizes.append(len(blob))
    yield f"{name}_at", as_array("I", offsets(np.array(sizes, dtype=np.int64)))


def offsets(sizes: Numbers) -> Numbers:
    """Return where items of these sizes begin, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes)))


def bit_slices(numbers: Numbers, bits: int) -> list[bytes]:
    """Return bit 0 of all numbers, then bit 1 of all of them, and so on, eight to a byte."""
    planes = ((numbers >> bit & 1).astype(np.uint8) for bit in range(bits))
    return [np.packbits(plane, bitorder="little").tobytes() for plane in planes]
