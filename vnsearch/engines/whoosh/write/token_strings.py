"""Token strings: the text and the title of each passage with a code point a token.

They are the forward index, in UTF-16: substring search in them finds phrases.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from vnsearch.engines.whoosh.format.segment_file import SURROGATES
from vnsearch.engines.whoosh.write.array_ops import slices
from vnsearch.engines.whoosh.write.encoding import Array, Numbers, as_array

# How many terms can have a code point of one code unit: all but U+0000 and the surrogates.
MAX_ONE_UNIT_TERMS: Final = 0x10000 - 1 - len(SURROGATES)


def two_unit_terms(df: Numbers) -> Numbers:
    """Return the terms, ascending, that need a code point of two units: the rarest ones."""
    rarest_first = np.argsort(df, kind="stable")
    return np.sort(rarest_first[: max(0, len(df) - MAX_ONE_UNIT_TERMS)])


def code_points(term_count: int, two_unit: Numbers) -> Numbers:
    """Return the code point of each term, given those that need two code units.

    These have code points from U+10000 on, the others from U+0001 on; both ascend with the terms.
    """
    codes = np.empty(term_count, dtype=np.uint32)
    is_one_unit = np.ones(term_count, dtype=bool)
    is_one_unit[two_unit] = False
    codes[is_one_unit] = np.arange(1, 1 + term_count - len(two_unit))
    codes[codes >= SURROGATES.start] += len(SURROGATES)
    codes[two_unit] = np.arange(0x10000, 0x10000 + len(two_unit))
    return codes if len(two_unit) else codes.astype(np.uint16)


def token_string_arrays(
    code_of: Numbers, tokens: Numbers, sizes: Numbers
) -> Iterator[tuple[str, Array]]:
    """Encode the tokens of all passages, given the code point of each term and how many tokens each
    passage has."""
    two_unit = [np.zeros(0, dtype=np.int64)]  # where tokens of two code units are
    yield "tokens", ("H", b"")
    for chunk in slices(len(tokens)):
        codes = code_of.take(tokens[chunk])
        found = np.flatnonzero(codes > 0xFFFF)
        if found.size:
            two_unit.append(chunk.start + found)
            units = codes.astype("<u4").tobytes().decode("utf-32-le").encode("utf-16-le")
        else:
            units = codes.astype("<u2").tobytes()
        yield "tokens", ("H", units)
    ends = np.append(0, np.cumsum(sizes))
    yield "tokens_at", as_array("I", ends + np.searchsorted(np.concatenate(two_unit), ends))
