"""Names of documents -> arrays of a segment (docs/index-format.md)."""

from collections.abc import Iterator

import numpy as np

from vnsearch.engines.tokens.names import NameTokens
from vnsearch.engines.whoosh.format.segment_file import number_type
from vnsearch.engines.whoosh.write.encoding import Array, Numbers, as_array
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays
from vnsearch.engines.whoosh.write.token_strings import token_string_arrays
from vnsearch.ranking import FOLDER_TF, NAME_TF


def name_arrays(names: NameTokens, codes: Numbers, size: int) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of names in a segment of `size` passages, given the code point of each
    term, that of the separator the last; separators have the number of terms."""
    documents, terms, sizes = names
    yield "name.documents", as_array("I", documents)
    strings = token_string_arrays(codes, terms, sizes)
    yield from ((f"name.{name}", array) for name, array in strings)
    is_separator = terms == len(codes) - 1
    exact, numbers = np.unique(terms[~is_separator], return_inverse=True)
    yield "name.exact", as_array("I", exact)
    weights = _weights(is_separator, sizes)[~is_separator]
    named = np.repeat(np.arange(len(sizes)), sizes)[~is_separator]
    # A term counts once, as one of the name rather than of the folders, which come behind.
    _, firsts = np.unique(named * max(len(exact), 1) + numbers, return_index=True)
    passages = documents.astype(number_type(size)).take(named[firsts])
    inverted = invert(numbers[firsts], passages, len(exact), weights[firsts])
    yield from posting_arrays("name", np.arange(len(exact) + 1), inverted, size).items()


def _weights(is_separator: Numbers, sizes: Numbers) -> Numbers:
    """Return the tf that each term adds: what two separators in a row are before is a folder."""
    ends = np.cumsum(sizes)
    is_second = is_separator[1:] & is_separator[:-1]
    seconds = np.flatnonzero(is_second) + 1
    borders = seconds[np.searchsorted(seconds, ends - sizes)] if len(sizes) else seconds
    in_folder = np.arange(len(is_separator)) > np.repeat(borders, sizes)
    weights: Numbers = np.where(in_folder, FOLDER_TF, NAME_TF)
    return weights
