"""Names of documents -> arrays of a segment (docs/index-format.md).

The token string of a name has the terms of each of its typings (see `analysis.names`), a
separator between them; then two separators, and so the folders. A name without any marked word was
typed without marks: its words are those of the text, or else their marks are unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.analysis.names import readings, typings
from vnsearch.analysis.unmarked import MARKED, OTHER
from vnsearch.engines.whoosh.format.segment_file import number_type
from vnsearch.engines.whoosh.write.encoding import Array, Numbers, as_array
from vnsearch.engines.whoosh.write.inverter import invert, posting_arrays
from vnsearch.engines.whoosh.write.token_strings import token_string_arrays
from vnsearch.ranking import FOLDER_TF, NAME_TF

SEPARATOR: Final = -1  # as in the token stream of passages


class NameTokens(NamedTuple):
    """The names of some documents."""

    documents: Numbers  # the number of the last passage of each
    terms: Numbers  # of one name after another, with separators
    sizes: Numbers  # how many of them each name has

    @classmethod
    def joined(cls, parts: Iterable["NameTokens"]) -> "NameTokens":
        """Return several as one."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def tokenized(
    documents: Sequence[int],
    names: Sequence[tuple[str, str]],
    texts: Sequence[Numbers],
    vocabulary: Vocabulary,
) -> NameTokens:
    """Tokenize names, each with its folders; `texts` are the terms of the documents' texts, with
    separators between passages."""
    fields = [typings(field) for name in names for field in name]
    tokens = vocabulary.tokenize([*chain.from_iterable(fields)])
    terms, counts = tokens.terms.tolist(), iter(tokens.counts.tolist())
    stream, sizes, at = list[int](), list[int](), 0
    for own, folders, text in zip(fields[::2], fields[1::2], texts, strict=True):
        begin = len(stream)
        for number, field in enumerate((own, folders)):
            stream += [SEPARATOR, SEPARATOR] * number
            size = [next(counts) for _ in field]
            words = _meant(terms[at : at + sum(size)], text, vocabulary)
            at += len(words)
            stream += _with_separators(words, size)
        sizes.append(len(stream) - begin)
    return NameTokens(
        np.array(documents, np.int64), np.array(stream, np.int32), np.array(sizes, np.int64)
    )


def _meant(terms: Sequence[int], text: Numbers, vocabulary: Vocabulary) -> Sequence[int]:
    """The terms of a name or of folders; if none has marks, those of the text, or else with
    unknown marks."""
    kinds = [vocabulary.kinds[term] for term in terms]
    if MARKED in kinds:
        return terms
    bare = [term for term, kind in zip(terms, kinds, strict=True) if kind != OTHER]
    known = _readings(bare, text, vocabulary)
    for term in bare:
        if term not in known:
            known[term] = vocabulary.with_unknown_marks(term)
    return [known.get(term, term) for term in terms]


def _readings(words: Sequence[int], text: Numbers, vocabulary: Vocabulary) -> dict[int, int]:
    """What bare words of a name are in a text, see `analysis.names.readings`."""
    is_wanted = np.zeros(len(vocabulary.terms) + 1, dtype=bool)  # separators are the last
    for word in {*words}:
        is_wanted[vocabulary.same_folded(word)] = True
    places = np.flatnonzero(is_wanted[text])
    found = (
        (place, *vocabulary.forms(term))
        for place, term in zip(places.tolist(), text[places].tolist(), strict=True)
    )
    folded = [vocabulary.forms(word)[0] for word in words]
    known = readings(folded, found)
    return {
        word: vocabulary.term(known[form])
        for word, form in zip(words, folded, strict=True)
        if form in known
    }


def _with_separators(terms: Sequence[int], sizes: Iterable[int]) -> Iterator[int]:
    begin = 0
    for size in sizes:
        if begin:
            yield SEPARATOR
        yield from terms[begin : begin + size]
        begin += size


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
