"""Documents, or other segments, -> a segment.

Both become a token stream: for each passage the terms of its text, a separator, the terms of
its title, then for each compound of both a separator and the terms of its pieces (see
`analysis.compounds`). From there one way leads to the arrays (docs/index-format.md).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress, pairwise
from math import inf
from operator import ne
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from vnsearch.analysis.bulk import Compounds, Vocabulary
from vnsearch.analysis.passages import MAX_TOKENS, split, whole
from vnsearch.engines.whoosh.format import segment_file
from vnsearch.engines.whoosh.format.compression import decompress
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import (
    BUCKET_BITS,
    LENGTH_BUCKETS,
    NO_TERM,
    Arrays,
    number_type,
)
from vnsearch.engines.whoosh.format.stored_fields import unpack
from vnsearch.engines.whoosh.write.array_ops import concatenated_ranges, gather
from vnsearch.engines.whoosh.write.bigrams import bigram_arrays
from vnsearch.engines.whoosh.write.copies import text_hashes
from vnsearch.engines.whoosh.write.encoding import (
    Array,
    Numbers,
    as_array,
    as_blobs,
    bit_slices,
)
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays
from vnsearch.engines.whoosh.write.names import NameTokens, name_arrays, tokenized
from vnsearch.engines.whoosh.write.stored_fields import StoredFieldsWriter
from vnsearch.engines.whoosh.write.token_strings import (
    code_points,
    token_string_arrays,
    two_unit_terms,
)
from vnsearch.engines.whoosh.write.unmarked import forget_marks
from vnsearch.model import Document, Passage, StoredPassage
from vnsearch.ranking import TITLE_WEIGHT

FIELD_SEPARATOR: Final = -1  # in a token stream: before the title, and before pieces of a compound
_TEXT, _SEPARATOR, _TITLE = range(3)
_STORED_TOGETHER: Final = 1_000  # passages, so that a long text is not in memory once more


class _TokenStream(NamedTuple):
    """The tokens of some passages, one passage after another."""

    terms: Numbers  # numbers of terms, and separators
    sizes: Numbers  # how many of them each passage has
    last: Numbers  # whether a passage is the last of its document
    hashes: Numbers  # of the text of a document, at its last passage, else 0
    names: NameTokens


class SegmentBuilder:
    """Builds a segment of documents."""

    def __init__(self, vocabulary: Vocabulary, most_terms: float = inf) -> None:
        """`vocabulary` gets the terms of the documents; it may have others, but when there are
        over `most_terms` in all, no more documents are taken."""
        self._vocabulary, self._most_terms = vocabulary, most_terms
        self._stored = StoredFieldsWriter()
        self._streams: list[_TokenStream] = []

    def add(self, documents: Sequence[tuple[str, Document]]) -> None:
        """Add documents, each with its source; raises TooManyWordsError, and then has none of
        them."""
        self._streams.append(_tokenize(documents, self._vocabulary, self._stored, self._most_terms))

    def write(self, path: Path) -> SegmentEntry:
        """Write the segment; the builder is of no more use then."""
        terms = self._vocabulary.terms
        del self._vocabulary  # if nobody else needs it, its memory is
        return _write_segment(path, terms, self._streams, self._stored)


def _tokenize(
    documents: Sequence[tuple[str, Document]],
    vocabulary: Vocabulary,
    stored: StoredFieldsWriter,
    most_terms: float,
) -> _TokenStream:
    """Cut documents into passages, add these to the stored fields, return their tokens."""
    texts = [document.text for _, document in documents]
    titles = [document.title for _, document in documents]
    tokens = vocabulary.tokenize([*texts, *titles], MAX_TOKENS, most_terms)
    text_sizes, title_sizes = np.split(tokens.counts, [len(texts)])
    kept: list[StoredPassage] = []
    sizes, numbers = [], []
    for number, ((source, document), size) in enumerate(
        zip(documents, text_sizes.tolist(), strict=True)
    ):
        if size <= MAX_TOKENS:
            passages: Iterable[Passage] = (whole(document, size),)
        else:
            passages = split(document, *(places.data for places in tokens.spans(number)))
        key, title = document.key, document.title
        for text, first, stop, locator, before, after, gap in passages:
            kept.append(StoredPassage(source, key, title, text, locator, before, after, gap))
            sizes.append(stop - first)
            numbers.append(number)
            if len(kept) == _STORED_TOGETHER:
                stored.add(kept)
                kept = []
    stored.add(kept)
    document_of = np.array(numbers, dtype=np.int64)
    last = np.append(document_of[1:] != document_of[:-1], [True] * bool(numbers))
    of_text = np.array(sizes, dtype=np.int64)
    terms, compounds = tokens.terms, tokens.compounds
    del tokens  # the places of the tokens of a long text take much memory
    terms, of_passage = _interleave(terms, of_text, title_sizes, document_of)
    terms = forget_marks(terms, of_text, of_passage, vocabulary)
    names = _names(documents, terms, of_text, of_passage, last, vocabulary)
    pieces, of_pieces = _pieces_of_passages(compounds, of_text, title_sizes, document_of)
    terms = _in_turn((terms, pieces), (of_passage, of_pieces))
    hashes = np.zeros(len(last), dtype=np.uint64)
    hashes[last] = text_hashes(document for _, document in documents)
    return _TokenStream(terms, of_passage + of_pieces, last, hashes, names)


def _names(
    documents: Sequence[tuple[str, Document]],
    stream: Numbers,
    of_text: Numbers,
    of_passage: Numbers,
    last: Numbers,
    vocabulary: Vocabulary,
) -> NameTokens:
    """Tokenize the names of the documents that have one; the stream is that of `_interleave`."""
    lasts, ends = np.flatnonzero(last), np.cumsum(of_passage)
    counts = np.column_stack((of_text, of_passage - of_text)).ravel()
    is_text = np.repeat(np.arange(len(counts)) % 2 == 0, counts)
    texts = np.where(is_text, stream, FIELD_SEPARATOR)
    bounds = np.append(0, ends[lasts])
    named = [n for n, (_, document) in enumerate(documents) if document.name]
    return tokenized(
        lasts[named].tolist() if named else [],
        [(documents[n][1].name, documents[n][1].folders) for n in named],
        [texts[bounds[n] : bounds[n + 1]] for n in named],
        vocabulary,
    )


def _pieces_of_passages(
    compounds: Compounds, text_sizes: Numbers, title_sizes: Numbers, document_of: Numbers
) -> tuple[Numbers, Numbers]:
    """Return the pieces of the compounds in the text and title of each passage, a separator before
    those of each, and how many terms these are. Places of compounds are those in the terms of
    `_interleave`."""
    places, counts, terms = compounds
    size = int(text_sizes.sum())
    in_texts = int(np.searchsorted(places, size))
    of_texts = np.searchsorted(np.cumsum(text_sizes), places[:in_texts], side="right")
    documents = np.searchsorted(np.cumsum(title_sizes), places[in_texts:] - size, side="right")
    begins = np.searchsorted(document_of, documents)  # a title is that of several passages
    copies = np.searchsorted(document_of, documents + 1) - begins
    passages = np.concatenate((of_texts, concatenated_ranges(begins, copies)))
    which = np.repeat(np.arange(len(places)), np.append(np.ones(in_texts, copies.dtype), copies))
    order = np.argsort(passages, kind="stable")
    passages, which = passages[order], which[order]
    sizes = counts[which]
    stream = np.full(int(sizes.sum()) + len(sizes), FIELD_SEPARATOR, dtype=np.int32)
    at = np.cumsum(sizes + 1) - sizes
    from_ = (np.cumsum(counts) - counts)[which]
    stream[concatenated_ranges(at, sizes)] = terms[concatenated_ranges(from_, sizes)]
    of_pieces = np.bincount(passages, sizes + 1, len(text_sizes)).astype(np.int64)
    return stream, of_pieces


def _in_turn(streams: Sequence[Numbers], sizes: Sequence[Numbers]) -> Numbers:
    """Return what each passage has of one stream, then of the other; `sizes` tells how much."""
    kinds = _repeat((0, 1), sizes)
    together = np.empty(len(kinds), dtype=np.int32)
    for kind, stream in enumerate(streams):
        together[kinds == kind] = stream
    return together


def _interleave(
    terms: Numbers,
    text_sizes: Numbers,
    title_sizes: Numbers,
    document_of: Numbers,
) -> tuple[Numbers, Numbers]:
    """Return text, separator and title of each passage in turn, and how many terms those are.

    `terms` are those of all texts, then of all titles; `text_sizes` tells how many each passage's
    text has, `title_sizes` each document's title, `document_of` the document of each passage.
    """
    sizes = title_sizes[document_of]
    begins = (np.cumsum(title_sizes) - title_sizes)[document_of]
    kinds = _repeat((_TEXT, _SEPARATOR, _TITLE), (text_sizes, np.ones_like(text_sizes), sizes))
    texts, titles = np.split(terms, [text_sizes.sum()])
    stream = np.full(len(kinds), FIELD_SEPARATOR, dtype=np.int32)
    stream[kinds == _TEXT] = texts
    stream[kinds == _TITLE] = titles[concatenated_ranges(begins, sizes)]
    return stream, text_sizes + 1 + sizes


def _repeat(values: Sequence[int], counts: Sequence[Numbers]) -> Numbers:
    """Return the values (bytes), passage by passage, value i `counts[i][passage]` times."""
    of_each = np.tile(np.array(values, dtype=np.uint8), len(counts[0]))
    return np.repeat(of_each, np.column_stack(counts).ravel())


def _write_segment(
    path: Path,
    vocabulary: Sequence[bytes],
    streams: list[_TokenStream],
    stored: StoredFieldsWriter,
) -> SegmentEntry:
    """Write a segment. `streams` are emptied.

    The vocabulary has folded form, zero byte and exact form of each term, in any order.
    """
    *columns, parts = zip(*streams, strict=True)
    tokens, sizes, last, hashes = map(np.concatenate, columns)
    begins = accumulate([0, *(len(stream.sizes) for stream in streams[:-1])])
    names = NameTokens.joined(
        part._replace(documents=part.documents + begin)
        for part, begin in zip(parts, begins, strict=True)
    )
    streams.clear()  # what follows needs the memory
    del columns, parts
    terms, (tokens, in_names) = _sort_terms(vocabulary, (tokens, names.terms))
    text_sizes, title_sizes = _field_sizes(np.flatnonzero(tokens == len(terms)), sizes)
    lengths = text_sizes + TITLE_WEIGHT * title_sizes
    one = np.ones_like(text_sizes)
    fields = (text_sizes, one, title_sizes, sizes - text_sizes - 1 - title_sizes)
    weights = _repeat((1, 1, TITLE_WEIGHT, 1), fields)
    edges = _edges(tokens, text_sizes, sizes)
    arrays = chain(
        _passage_arrays(lengths, last, edges).items(),
        [("hashes", as_array("Q", hashes))],
        stored.arrays(),
        _term_arrays(terms, tokens, sizes, weights, names._replace(terms=in_names)),
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


def _sort_terms(
    vocabulary: Sequence[bytes], streams: Sequence[Numbers]
) -> tuple[list[bytes], list[Numbers]]:
    """Return the terms that occur, sorted, and the tokens by their new numbers.

    The separator becomes the number of terms.
    """
    new_numbers = np.zeros(len(vocabulary) + 1, dtype=np.int32)
    for tokens in streams:
        new_numbers[tokens] = 1
    order = sorted(np.flatnonzero(new_numbers[:-1]).tolist(), key=vocabulary.__getitem__)
    new_numbers[order] = np.arange(len(order))
    new_numbers[FIELD_SEPARATOR] = len(order)
    return (
        [vocabulary[number] for number in order],
        [gather(new_numbers, tokens) for tokens in streams],
    )


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


def _term_arrays(
    terms: Sequence[bytes], tokens: Numbers, sizes: Numbers, weights: Numbers, names: NameTokens
) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of terms, posting lists, token strings, names and bigrams, each when it is
    made."""
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
    yield from token_string_arrays(gather(codes, tokens), sizes).items()
    yield from name_arrays(names, codes, size)
    yield from as_blobs(folded_terms, "folded.terms").items()
    yield "folded.first", as_array("I", first)
    folded_df = np.bincount(groups, weights=df, minlength=len(folded_terms))
    yield from bigram_arrays(tokens, passages, weights, groups, folded_df, size).items()


def _group(folded: Sequence[bytes]) -> tuple[list[bytes], Numbers]:
    """Return the distinct ones of sorted folded forms, and for each form which of them it is."""
    is_first = np.array([True, *map(ne, folded, folded[1:])])[: len(folded)]
    return list(compress(folded, is_first)), np.cumsum(is_first) - 1


def merge(path: Path, segments: Sequence[tuple[Arrays, Collection[int]]]) -> SegmentEntry:
    """Merge segments, each without its deleted passages."""
    numbers: dict[bytes, int] = {}  # of terms, as in `_write_segment`
    stored = StoredFieldsWriter()
    streams = [_live_tokens(arrays, deleted, numbers, stored) for arrays, deleted in segments]
    return _write_segment(path, list(numbers), streams, stored)


def _live_tokens(
    arrays: Arrays, deleted: Collection[int], numbers: dict[bytes, int], stored: StoredFieldsWriter
) -> _TokenStream:
    """Read the passages that are not deleted; new terms are added to `numbers`."""
    is_live = np.ones(arrays.counts["passages"], dtype=bool)
    is_live[list(deleted)] = False
    terms = [numbers.setdefault(term, len(numbers)) for term in _read_terms(arrays)]
    of_old = np.array([*terms, FIELD_SEPARATOR], dtype=np.int32)
    tokens, sizes = _read_tokens(arrays, "tokens")
    tokens = gather(of_old, tokens)
    at = 0
    for block in _blobs(arrays, "stored.blocks"):
        passages = unpack(decompress(block))
        stored.add(list(compress(passages, is_live[at:])))
        at += len(passages)
    last, hashes = (np.array(arrays[name])[is_live] for name in ("last", "hashes"))
    tokens, names = tokens[np.repeat(is_live, sizes)], _live_names(arrays, is_live, of_old)
    return _TokenStream(tokens, sizes[is_live], last, hashes, names)


def _live_names(arrays: Arrays, is_live: Numbers, of_old: Numbers) -> NameTokens:
    """Read the names of documents that are not deleted; `of_old`: the new number of each term."""
    documents = np.array(arrays["name.documents"], dtype=np.int64)
    terms, sizes = _read_tokens(arrays, "name.tokens")
    is_kept = is_live[documents]
    new_numbers = np.cumsum(is_live) - 1
    terms = gather(of_old, terms[np.repeat(is_kept, sizes)])
    return NameTokens(new_numbers[documents[is_kept]], terms, sizes[is_kept])


def _read_tokens(arrays: Arrays, name: str) -> tuple[Numbers, Numbers]:
    """Return the tokens of a segment by its own terms, and how many each string of `name` has."""
    units = np.array(arrays[name])
    codes = units.tobytes().decode("utf-16-le").encode("utf-32-le")
    code_of = code_points(len(arrays["exact.order"]), np.array(arrays["exact.two_unit"]))
    term_of = np.full(int(code_of.max(initial=0)) + 1, FIELD_SEPARATOR, dtype=np.int32)
    term_of[code_of] = np.arange(len(code_of))
    # Second halves of surrogate pairs begin no token.
    counted = np.concatenate(([0], np.cumsum((units & 0xFC00) != 0xDC00)))
    sizes = np.diff(counted[np.array(arrays[f"{name}_at"])])
    return term_of[np.frombuffer(codes, dtype="<u4")], sizes


def _read_terms(arrays: Arrays) -> Iterator[bytes]:
    exact = _blobs(arrays, "exact.terms")
    first = arrays["folded.first"]
    for group, folded in enumerate(_blobs(arrays, "folded.terms")):
        for _ in range(first[group], first[group + 1]):
            yield folded + b"\0" + next(exact)


def _blobs(arrays: Arrays, name: str) -> Iterator[bytes]:
    data, at = arrays[name], arrays[f"{name}_at"].tolist()
    return (bytes(data[begin:end]) for begin, end in pairwise(at))
