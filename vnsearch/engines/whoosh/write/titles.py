"""Titles of documents -> posting lists of their words (docs/index-format.md)."""

from collections.abc import Iterator

import numpy as np

from vnsearch.engines.whoosh.write.encoding import Array, Numbers, as_array
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays


def title_arrays(tokens: Numbers, passages: Numbers, last: Numbers) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of titles, given the terms of the title in each passage, the passage of each
    of these, ascending, and which passages are the last of their documents."""
    is_last, size = last.astype(bool), len(last)
    apart = _apart(tokens, passages, is_last)
    yield "title.apart", as_array("I", np.flatnonzero(apart))
    kept = (is_last | apart)[passages]
    exact, numbers = np.unique(tokens[kept], return_inverse=True)
    yield "title.exact", as_array("I", exact)
    inverted = invert(numbers, passages[kept], len(exact))
    yield from posting_arrays("title", np.arange(len(exact) + 1), inverted, size).items()


def _apart(tokens: Numbers, passages: Numbers, is_last: Numbers) -> Numbers:
    """Return a mask of the passages of documents whose title has not the same terms in all of them:
    marks may be unknown in one that are known in another."""
    document_of = np.cumsum(is_last) - is_last
    differs = np.zeros(len(is_last), dtype=bool)  # by document
    sizes = np.bincount(passages, minlength=len(is_last))  # the same in all of a document
    one = np.flatnonzero(~is_last[passages])
    other = one + sizes[passages[one]]  # the same token of the title, in the next passage
    differs[document_of[passages[one[tokens[one] != tokens[other]]]]] = True
    mask: Numbers = differs[document_of]
    return mask
