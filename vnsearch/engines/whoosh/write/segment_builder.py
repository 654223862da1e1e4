"""Documents, or other segments, -> a segment.

Both give the same stream: for each passage the terms of its text, a gap, the terms of its
title. From there on it is one way to the arrays.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, compress, pairwise
from operator import ne
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.analysis.passages import MAX_TOKENS, split, whole
from vnsearch.engines.whoosh.format import segment_file
from vnsearch.engines.whoosh.format.segment_file import Arrays, decompressed, number_type, unpacked
from vnsearch.engines.whoosh.write.bigrams import pair_arrays
from vnsearch.engines.whoosh.write.inverter import (
    Array,
    as_array,
    as_blob,
    characters,
    field_arrays,
    invert,
    looked_up,
    passage_arrays,
    ranges,
    rarest,
    word_arrays,
)
from vnsearch.engines.whoosh.write.stored_fields import StoredFieldsWriter
from vnsearch.model import Document, Passage, StoredPassage
from vnsearch.ranking import TITLE_WEIGHT

Numbers = NDArray[Any]

FIELD_SEPARATOR: Final = -1
_TEXT, _BETWEEN, _TITLE = range(3)

_SOME: Final = 1 << 18  # code points, of texts that are looked at together


class _Contents(NamedTuple):
    """What a segment will hold, or some of it."""

    stream: Numbers  # terms by number, of text, FIELD_SEPARATOR, title, passage by passage
    counts: Numbers  # how much of the stream is of each passage
    last: Numbers  # whether a passage is the last of its document


def build(path: Path, documents: Iterable[tuple[str, Document]], vocabulary: Vocabulary) -> int:
    """Make a segment of documents, each with its source; returns how many passages it has. If
    that is none, there is no file."""
    records = StoredFieldsWriter()
    parts = [_contents(some, vocabulary, records) for some in _some(documents)]
    return _write(path, vocabulary.terms, parts, records) if parts else 0


def _some(documents: Iterable[tuple[str, Document]]) -> Iterator[list[tuple[str, Document]]]:
    """Documents, some at a time: in the processor's caches, and forgotten soon."""
    some, size = list[tuple[str, Document]](), 0
    for item in documents:
        some.append(item)
        size += len(item[1].text)
        if size >= _SOME:
            yield some
            some, size = [], 0
    if some:
        yield some


def _contents(
    documents: Sequence[tuple[str, Document]], vocabulary: Vocabulary, records: StoredFieldsWriter
) -> _Contents:
    texts = [document.text for _, document in documents]
    titles = [document.title for _, document in documents]
    tokens = vocabulary.tokenize([*texts, *titles], MAX_TOKENS)
    of_texts, of_titles = np.split(tokens.counts, [len(texts)])
    found, sizes, of = [], [], []
    for number, ((source, document), count) in enumerate(
        zip(documents, of_texts.tolist(), strict=True)
    ):
        if count <= MAX_TOKENS:
            passages: Sequence[Passage] = (whole(document, count),)
        else:
            passages = split(document, *(array("i", c.tobytes()) for c in tokens.spans(number)))
        key, title = document.key, document.title
        for text, first, stop, place, before, after in passages:
            found.append(StoredPassage(source, key, title, text, place, before, after))
            sizes.append(stop - first)
            of.append(number)
    records.add(found)
    document_of = np.array(of, dtype=np.int64)
    last = np.append(document_of[1:] != document_of[:-1], [True] * bool(of))
    stream = _stream(tokens.terms, np.array(sizes, dtype=np.int64), of_titles, document_of)
    return _Contents(*stream, last)


def _stream(
    terms: Numbers, sizes: Numbers, of_titles: Numbers, document_of: Numbers
) -> tuple[Numbers, Numbers]:
    """The token stream: text, FIELD_SEPARATOR and title of each passage; and its length there.

    `terms` are those of all texts, then of all titles; `sizes` and `of_titles` are the numbers of
    tokens of each passage's text and of each title."""
    lengths = of_titles[document_of]
    begins = (np.cumsum(of_titles) - of_titles)[document_of]
    kinds = _alternating((_TEXT, _BETWEEN, _TITLE), (sizes, np.ones_like(sizes), lengths))
    texts, titles = np.split(terms, [sizes.sum()])
    stream = np.full(len(kinds), FIELD_SEPARATOR, dtype=np.int32)
    stream[kinds == _TEXT] = texts
    stream[kinds == _TITLE] = titles[ranges(begins, lengths)]
    return stream, sizes + 1 + lengths


def _alternating(values: Sequence[int], counts: Sequence[Numbers]) -> Numbers:
    """For each passage the values (bytes), each as often as is counted for that passage."""
    of_each = np.tile(np.array(values, dtype=np.uint8), len(counts[0]))
    return np.repeat(of_each, np.column_stack(counts).ravel())


def _write(
    path: Path, terms: Sequence[bytes], parts: list[_Contents], records: StoredFieldsWriter
) -> int:
    """Make the file of a segment, given its terms (folded form, a zero byte, exact form; in any
    order) and contents, which are empty then; returns how many passages it has."""
    stream, counts, last = map(np.concatenate, zip(*parts, strict=True))
    parts.clear()  # there is much to come that needs the memory
    terms, stream = _sorted_terms(terms, stream)
    sizes = np.flatnonzero(stream == len(terms)) - np.cumsum(counts) + counts
    of_titles = counts - 1 - sizes
    lengths = sizes + TITLE_WEIGHT * of_titles
    kinds = (sizes, np.ones_like(sizes), of_titles)
    weights = _alternating((1, 1, TITLE_WEIGHT), kinds)
    arrays = chain(
        passage_arrays(lengths, last).items(),
        records.arrays(),
        _word_arrays(terms, stream, counts, weights),
    )
    segment_file.write(path, arrays, {"passages": len(counts), "tokens": int(lengths.sum())})
    return len(counts)


def _word_arrays(
    terms: Sequence[bytes], stream: Numbers, counts: Numbers, weights: Numbers
) -> Iterator[tuple[str, Array]]:
    """The arrays of words and of where they occur, each made when the one before is written."""
    size = len(counts)
    exact_terms = [term.partition(b"\0")[2] for term in terms]
    folded_terms, groups = _groups([term.partition(b"\0")[0] for term in terms])
    first = np.searchsorted(groups, np.arange(len(folded_terms) + 1))
    # In the fewest bytes, which are the fastest to sort.
    passages = np.repeat(np.arange(size, dtype=number_type(size)), counts)
    exact = invert(stream, passages, len(terms), weights)
    yield from field_arrays("exact", exact_terms, first, exact, size).items()
    frequencies = exact.frequencies
    del exact
    yield "exact.order", as_array("I", sorted(range(len(terms)), key=exact_terms.__getitem__))
    rare = rarest(frequencies)
    yield "exact.rare", as_array("I", rare)
    codes = np.append(characters(len(terms), rare), np.uint16(0))
    yield from word_arrays("exact", looked_up(codes, stream), counts).items()
    yield from as_blob(folded_terms, "folded.terms").items()
    yield "folded.first", as_array("I", first)
    of_folded = np.bincount(groups, weights=frequencies, minlength=len(folded_terms))
    yield from pair_arrays(stream, passages, groups, of_folded, size).items()


def merge(path: Path, parts: Sequence[tuple[Arrays, Collection[int]]]) -> int:
    """Make a segment of others, without the passages that are deleted of each; returns how
    many passages it has."""
    numbers: dict[bytes, int] = {}
    records = StoredFieldsWriter()
    contents = [_contents_of(arrays, deleted, numbers, records) for arrays, deleted in parts]
    return _write(path, list(numbers), contents, records)


def _contents_of(
    arrays: Arrays, deleted: Collection[int], numbers: dict[bytes, int], records: StoredFieldsWriter
) -> _Contents:
    """What a segment holds, its terms by `numbers`, which new ones are added to."""
    kept = np.ones(arrays.counts["passages"], dtype=bool)
    kept[list(deleted)] = False
    stream, counts = _stream_of(arrays)
    terms = [numbers.setdefault(term, len(numbers)) for term in _terms_of(arrays)]
    stream = looked_up(np.array([*terms, FIELD_SEPARATOR], dtype=np.int32), stream)
    at = 0
    for frame in _pieces(arrays, "records"):
        found = unpacked(decompressed(frame))
        found, at = [*compress(found, kept[at:])], at + len(found)
        records.add(found)
    last = np.array(arrays["last"])[kept]
    return _Contents(stream[np.repeat(kept, counts)], counts[kept], last)


def _stream_of(arrays: Arrays) -> tuple[Numbers, Numbers]:
    """The stream of a segment."""
    units = np.array(arrays["exact.words"])
    codes = units.tobytes().decode("utf-16-le").encode("utf-32-le")
    rare = np.array(arrays["exact.rare"])
    of_terms = characters(len(arrays["exact.order"]), rare)
    terms = np.full(int(of_terms.max(initial=0)) + 1, FIELD_SEPARATOR, dtype=np.int32)
    terms[of_terms] = np.arange(len(of_terms))
    # A character beyond U+FFFF has two code units; its second one is not counted.
    counted = np.concatenate(([0], np.cumsum((units & 0xFC00) != 0xDC00)))
    counts = np.diff(counted[np.array(arrays["exact.words_at"])])
    return terms[np.frombuffer(codes, dtype="<u4")], counts


def _terms_of(arrays: Arrays) -> Iterator[bytes]:
    """The terms of a segment."""
    exact = _pieces(arrays, "exact.terms")
    first = arrays["folded.first"]
    for group, folded in enumerate(_pieces(arrays, "folded.terms")):
        for _ in range(first[group], first[group + 1]):
            yield folded + b"\0" + next(exact)


def _pieces(arrays: Arrays, name: str) -> Iterator[bytes]:
    data, at = arrays[name], arrays[f"{name}_at"].tolist()
    return (bytes(data[begin:end]) for begin, end in pairwise(at))


def _sorted_terms(terms: Sequence[bytes], stream: Numbers) -> tuple[list[bytes], Numbers]:
    """The terms that occur, sorted, and the stream with their new numbers, where a gap has the
    number behind them."""
    renumbered = np.zeros(len(terms) + 1, dtype=np.int32)
    renumbered[stream] = 1
    order = sorted(np.flatnonzero(renumbered[:-1]).tolist(), key=terms.__getitem__)
    renumbered[order] = np.arange(len(order))
    renumbered[FIELD_SEPARATOR] = len(order)
    return [terms[number] for number in order], looked_up(renumbered, stream)


def _groups(folded: Sequence[bytes]) -> tuple[list[bytes], Numbers]:
    """The different ones of sorted forms, and for each form which of them it is."""
    begins = np.array([True, *map(ne, folded, folded[1:])])[: len(folded)]
    return list(compress(folded, begins)), np.cumsum(begins) - 1
