"""Documents, or other segments, -> a segment.

Both become a token stream (see `engines.tokens.streams`). From there one way leads to the arrays
(docs/index-format.md).
"""

from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, compress, pairwise
from math import inf
from operator import ne
from pathlib import Path
from typing import Final

import numpy as np

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines.tokens.names import NameTokens
from vnsearch.engines.tokens.streams import FIELD_SEPARATOR, TokenStream, repeat, token_stream
from vnsearch.engines.whoosh.format import segment_file
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import (
    BUCKET_BITS,
    LENGTH_BUCKETS,
    NO_TERM,
    Arrays,
    number_type,
)
from vnsearch.engines.whoosh.format.stored_fields import StoredBlocks
from vnsearch.engines.whoosh.write.array_ops import gather, slices
from vnsearch.engines.whoosh.write.bigrams import bigram_arrays
from vnsearch.engines.whoosh.write.encoding import (
    Array,
    Numbers,
    as_array,
    as_blobs,
    bit_slices,
)
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays
from vnsearch.engines.whoosh.write.names import name_arrays
from vnsearch.engines.whoosh.write.stored_fields import StoredFieldsWriter
from vnsearch.engines.whoosh.write.titles import title_arrays
from vnsearch.engines.whoosh.write.token_strings import (
    code_points,
    token_string_arrays,
    two_unit_terms,
)
from vnsearch.model import Document
from vnsearch.ranking import TITLE_WEIGHT

_MERGED_TOGETHER: Final = 4_096  # passages, so that a large segment is not in memory once more


class _SegmentTokens:
    """The passages of a segment to come, in the fewest pieces of memory."""

    def __init__(self) -> None:
        self.terms = array("i")
        self._columns: list[Sequence[Numbers]] = []
        self._names: list[NameTokens] = []
        self._size = 0  # passages

    def add(self, passages: TokenStream) -> None:
        """Add the next passages."""
        terms, *columns, names = passages
        self.terms.frombytes(terms.astype(np.int32, copy=False).view(np.uint8).data)
        self._columns.append(columns)
        self._names.append(names._replace(documents=names.documents + self._size))
        self._size += len(passages.sizes)

    def columns(self) -> list[Numbers]:
        """Return sizes, last and hashes of all passages."""
        return [*map(np.concatenate, zip(*self._columns, strict=True))]

    def names(self) -> NameTokens:
        """Return the names of all documents."""
        return NameTokens.joined(self._names)


class SegmentBuilder:
    """Builds a segment of documents."""

    def __init__(self, vocabulary: Vocabulary, most_terms: float = inf) -> None:
        """`vocabulary` gets the terms of the documents; it may have others, but when there are
        over `most_terms` in all, no more documents are taken."""
        self._vocabulary, self._most_terms = vocabulary, most_terms
        self._stored = StoredFieldsWriter()
        self._tokens = _SegmentTokens()

    def add(self, documents: Sequence[tuple[str, Document]]) -> None:
        """Add documents, each with its source; raises TooManyWordsError, and then has none of
        them."""
        self._tokens.add(
            token_stream(documents, self._vocabulary, self._stored.add, self._most_terms)
        )

    def write(self, path: Path) -> SegmentEntry:
        """Write the segment; the builder is of no more use then."""
        terms = self._vocabulary.terms
        del self._vocabulary  # if nobody else needs it, its memory is
        return _write_segment(path, terms, self._tokens, self._stored)


def _write_segment(
    path: Path,
    vocabulary: Sequence[bytes],
    stream: _SegmentTokens,
    stored: StoredFieldsWriter,
) -> SegmentEntry:
    """Write a segment. The terms of the stream are renumbered.

    The vocabulary has folded form, zero byte and exact form of each term, in any order.
    """
    (sizes, last, hashes), names = stream.columns(), stream.names()
    tokens = np.asarray(stream.terms)
    terms = _sort_terms(vocabulary, tokens, names.terms)
    text_sizes, title_sizes = _field_sizes(np.flatnonzero(tokens == len(terms)), sizes)
    lengths = text_sizes + TITLE_WEIGHT * title_sizes
    one = np.ones_like(text_sizes)
    fields = (text_sizes, one, title_sizes, sizes - text_sizes - 1 - title_sizes)
    weights = repeat((1, 1, TITLE_WEIGHT, 1), fields)
    edges = _edges(tokens, text_sizes, sizes)
    arrays = chain(
        _passage_arrays(lengths, last, edges).items(),
        _hash_arrays(hashes).items(),
        stored.arrays(),
        _term_arrays(terms, tokens, sizes, weights, names, last),
    )
    counts = {
        "passages": len(sizes),
        "without_words": int((lengths == 0).sum()),
        "tokens": int(lengths.sum()),
    }
    segment_file.write(path, arrays, counts)
    return SegmentEntry(path.name, path.stat().st_size, len(sizes), len(terms))


def _field_sizes(separators: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return how many tokens the text and the title of each passage have."""
    ends = np.cumsum(sizes)
    first = np.searchsorted(separators, ends - sizes)
    separators = np.append(separators, sizes.sum())
    text_ends, title_ends = separators[first], np.minimum(separators[first + 1], ends)
    return text_ends - ends + sizes, title_ends - text_ends - 1


def _sort_terms(vocabulary: Sequence[bytes], *streams: Numbers) -> list[bytes]:
    """Return the terms that occur, sorted, and give the streams their new numbers.

    The separator becomes the number of terms.
    """
    new_numbers = np.zeros(len(vocabulary) + 1, dtype=np.int32)
    for tokens in streams:
        new_numbers[tokens] = 1
    order = sorted(np.flatnonzero(new_numbers[:-1]).tolist(), key=vocabulary.__getitem__)
    new_numbers[order] = np.arange(len(order))
    new_numbers[FIELD_SEPARATOR] = len(order)
    for tokens in streams:
        for chunk in slices(len(tokens)):
            tokens[chunk] = new_numbers.take(tokens[chunk], mode="wrap")
    return [vocabulary[number] for number in order]


def _edges(tokens: Numbers, text_sizes: Numbers, sizes: Numbers) -> Numbers:
    """Return the first and the last term of each passage's text; of an empty one, NO_TERM."""
    begins = np.cumsum(sizes) - sizes
    places = np.stack((begins, begins + np.maximum(text_sizes, 1) - 1), axis=1)
    return np.where(text_sizes[:, np.newaxis] > 0, tokens[places], NO_TERM).ravel()


def _passage_arrays(lengths: Numbers, last: Numbers, edges: Numbers) -> dict[str, Array]:
    buckets = np.searchsorted(LENGTH_BUCKETS, lengths, side="right") - 1
    return {
        "lengths": as_array("H", lengths),
        "length_buckets": ("B", b"".join(bit_slices(buckets, BUCKET_BITS))),
        "last": as_array("B", last),
        "edges": as_array("I", edges),
    }


def _hash_arrays(hashes: Numbers) -> dict[str, Array]:
    hashed = np.flatnonzero(hashes)
    order = hashed[np.argsort(hashes[hashed], kind="stable")]
    return {"hashes": as_array("Q", hashes), "hashes.order": as_array("I", order)}


def _term_arrays(
    terms: Sequence[bytes],
    tokens: Numbers,
    sizes: Numbers,
    weights: Numbers,
    names: NameTokens,
    last: Numbers,
) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of terms, posting lists, token strings, names, titles and bigrams, each when
    it is made."""
    size = len(sizes)
    exact_terms = [term.partition(b"\0")[2] for term in terms]
    folded_terms, groups = _group([term.partition(b"\0")[0] for term in terms])
    first = np.searchsorted(groups, np.arange(len(folded_terms) + 1))
    # In the fewest bytes, which are the fastest to sort.
    passages = np.repeat(np.arange(size, dtype=number_type(size)), sizes)
    inverted = invert(tokens, passages, len(terms), weights)
    yield from as_blobs(exact_terms, "exact.terms").items()
    yield from posting_arrays("exact", first, inverted, size).items()
    df = inverted.df
    del inverted
    yield "exact.order", as_array("I", sorted(range(len(terms)), key=exact_terms.__getitem__))
    two_unit = two_unit_terms(df)
    yield "exact.two_unit", as_array("I", two_unit)
    codes = np.append(code_points(len(terms), two_unit), np.uint16(0))
    yield from token_string_arrays(codes, tokens, sizes)
    yield from name_arrays(names, codes, size)
    in_titles = np.flatnonzero(weights == TITLE_WEIGHT)
    yield from title_arrays(tokens[in_titles], passages[in_titles], last)
    yield from as_blobs(folded_terms, "folded.terms").items()
    yield "folded.first", as_array("I", first)
    folded_df = np.bincount(groups, weights=df, minlength=len(folded_terms))
    yield from bigram_arrays(tokens, passages, weights, groups, folded_df, size)


def _group(folded: Sequence[bytes]) -> tuple[list[bytes], Numbers]:
    """Return the distinct ones of sorted folded forms, and for each form which of them it is."""
    is_first = np.array([True, *map(ne, folded, folded[1:])])[: len(folded)]
    return list(compress(folded, is_first)), np.cumsum(is_first) - 1


def merge(path: Path, segments: Sequence[tuple[Arrays, Collection[int]]]) -> SegmentEntry:
    """Merge segments, each without its deleted passages."""
    numbers: dict[bytes, int] = {}  # of terms, as in `_write_segment`
    stored = StoredFieldsWriter()
    stream = _SegmentTokens()
    for arrays, deleted in segments:
        for passages in _live_passages(arrays, deleted, numbers, stored):
            stream.add(passages)
    return _write_segment(path, list(numbers), stream, stored)


def _live_passages(
    arrays: Arrays, deleted: Collection[int], numbers: dict[bytes, int], stored: StoredFieldsWriter
) -> Iterator[TokenStream]:
    """Read the passages that are not deleted, some at a time; new terms are added to `numbers`."""
    is_live = np.ones(arrays.counts["passages"], dtype=bool)
    is_live[list(deleted)] = False
    terms = [numbers.setdefault(term, len(numbers)) for term in _read_terms(arrays)]
    of_old = np.array([*terms, FIELD_SEPARATOR], dtype=np.int32)
    at = 0
    blocks = StoredBlocks(arrays)
    for number in range(len(blocks)):
        passages = blocks[number].passages()
        stored.add(list(compress(passages, is_live[at:])))
        at += len(passages)
    names = _live_names(arrays, is_live, of_old)
    for begin in range(0, len(is_live), _MERGED_TOGETHER):
        part = slice(begin, begin + _MERGED_TOGETHER)
        live = is_live[part]
        tokens, sizes = _read_tokens(arrays, "tokens", part)
        tokens = gather(of_old, tokens)[np.repeat(live, sizes)]
        last, hashes = (np.array(arrays[name][part])[live] for name in ("last", "hashes"))
        yield TokenStream(tokens, sizes[live], last, hashes, names)
        names = NameTokens(*(column[:0] for column in names))  # all came with the first ones


def _live_names(arrays: Arrays, is_live: Numbers, of_old: Numbers) -> NameTokens:
    """Read the names of documents that are not deleted; `of_old`: the new number of each term."""
    documents = np.array(arrays["name.documents"], dtype=np.int64)
    terms, sizes = _read_tokens(arrays, "name.tokens", slice(len(documents)))
    is_kept = is_live[documents]
    new_numbers = np.cumsum(is_live) - 1
    terms = gather(of_old, terms[np.repeat(is_kept, sizes)])
    return NameTokens(new_numbers[documents[is_kept]], terms, sizes[is_kept])


def _read_tokens(arrays: Arrays, name: str, strings: slice) -> tuple[Numbers, Numbers]:
    """Return the tokens of some strings of `name` by the terms of the segment, and how many each
    string has."""
    at = np.array(arrays[f"{name}_at"][strings.start : strings.stop + 1], dtype=np.int64)
    data = arrays.read(name, 2 * int(at[0]), 2 * int(at[-1]))
    codes = data.decode("utf-16-le").encode("utf-32-le")
    code_of = code_points(len(arrays["exact.order"]), np.array(arrays["exact.two_unit"]))
    term_of = np.full(int(code_of.max(initial=0)) + 1, FIELD_SEPARATOR, dtype=np.int32)
    term_of[code_of] = np.arange(len(code_of))
    # Second halves of surrogate pairs begin no token.
    is_second = np.frombuffer(data, dtype="<u2") & 0xFC00 == 0xDC00
    before = np.searchsorted(np.flatnonzero(is_second), at - at[0])
    return term_of[np.frombuffer(codes, dtype="<u4")], np.diff(at - before)


def _read_terms(arrays: Arrays) -> Iterator[bytes]:
    exact = _blobs(arrays, "exact.terms")
    first = arrays["folded.first"]
    for group, folded in enumerate(_blobs(arrays, "folded.terms")):
        for _ in range(first[group], first[group + 1]):
            yield folded + b"\0" + next(exact)


def _blobs(arrays: Arrays, name: str) -> Iterator[bytes]:
    at = arrays[f"{name}_at"].tolist()
    return (arrays.read(name, begin, end) for begin, end in pairwise(at))
