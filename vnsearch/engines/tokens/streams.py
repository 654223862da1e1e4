"""Documents -> token streams: for each passage the terms of its text, a separator, the terms of
its title, then for each compound of both a separator and the terms of its pieces (see
`analysis.compounds`).
"""

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Final, NamedTuple

import numpy as np

from vnsearch.analysis.bulk import Compounds, Numbers, Vocabulary
from vnsearch.analysis.passages import MAX_TOKENS, split, whole
from vnsearch.engines.tokens.copies import text_hashes
from vnsearch.engines.tokens.names import NameTokens, tokenized
from vnsearch.engines.tokens.unmarked import forget_marks
from vnsearch.model import Document, Passage, StoredPassage

FIELD_SEPARATOR: Final = -1  # in a token stream: before the title, and before pieces of a compound
_TEXT, _SEPARATOR, _TITLE = range(3)
_STORED_TOGETHER: Final = 1_000  # passages, so that a long text is not in memory once more


class TokenStream(NamedTuple):
    """The tokens of some passages, one passage after another."""

    terms: Numbers  # numbers of terms, and separators
    sizes: Numbers  # how many of them each passage has
    last: Numbers  # whether a passage is the last of its document
    hashes: Numbers  # of the text of a document, at its last passage, else 0
    names: NameTokens


def token_stream(
    documents: Sequence[tuple[str, Document]],
    vocabulary: Vocabulary,
    store: Callable[[Sequence[StoredPassage]], None],
    most_terms: float = inf,
) -> TokenStream:
    """Cut documents, each with its source, into passages, `store` these, return their tokens.

    Raises TooManyWordsError, and has then stored nothing, when the vocabulary gets over
    `most_terms` terms.
    """
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
                store(kept)
                kept = []
    store(kept)
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
    return TokenStream(terms, of_passage + of_pieces, last, hashes, names)


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
    passages = np.searchsorted(np.cumsum(text_sizes), places[:in_texts], side="right")
    if in_texts < len(places):  # in titles, each of which is that of several passages
        documents = np.searchsorted(np.cumsum(title_sizes), places[in_texts:] - size, side="right")
        begins = np.searchsorted(document_of, documents)
        copies = np.searchsorted(document_of, documents + 1) - begins
        passages = np.concatenate((passages, _ranges(begins, copies)))
        which = np.append(np.arange(in_texts), np.repeat(np.arange(in_texts, len(places)), copies))
        order = np.argsort(passages, kind="stable")
        passages, which = passages[order], which[order]
        terms = terms[_ranges((np.cumsum(counts) - counts)[which], counts[which])]
        counts = counts[which]
    stream = np.full(len(terms) + len(counts), FIELD_SEPARATOR, dtype=np.int32)
    is_piece = np.ones(len(stream), dtype=bool)
    is_piece[np.cumsum(counts + 1) - counts - 1] = False
    stream[is_piece] = terms
    of_pieces = np.bincount(passages, counts + 1, len(text_sizes)).astype(np.int64)
    return stream, of_pieces


def _in_turn(streams: Sequence[Numbers], sizes: Sequence[Numbers]) -> Numbers:
    """Return what each passage has of one stream, then of the other; `sizes` tells how much."""
    kinds = repeat((0, 1), sizes)
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
    kinds = repeat((_TEXT, _SEPARATOR, _TITLE), (text_sizes, np.ones_like(text_sizes), sizes))
    texts, titles = np.split(terms, [text_sizes.sum()])
    stream = np.full(len(kinds), FIELD_SEPARATOR, dtype=np.int32)
    stream[kinds == _TEXT] = texts
    stream[kinds == _TITLE] = titles[_ranges(begins, sizes)]
    return stream, text_sizes + 1 + sizes


def repeat(values: Sequence[int], counts: Sequence[Numbers]) -> Numbers:
    """Return the values (bytes), passage by passage, value i `counts[i][passage]` times."""
    of_each = np.tile(np.array(values, dtype=np.uint8), len(counts[0]))
    return np.repeat(of_each, np.column_stack(counts).ravel())


def _ranges(begins: Numbers, sizes: Numbers) -> Numbers:
    """Return the numbers of several ranges, one range after another."""
    return np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
