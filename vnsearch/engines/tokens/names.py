"""Names of documents -> their terms.

Those of each typing of a name (see `analysis.names`), a separator between them; then two
separators, and so the folders. A name without any marked word was typed without marks: its words
are those of the text, or else their marks are unknown.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

import numpy as np

from vnsearch.analysis.bulk import Numbers, Vocabulary
from vnsearch.analysis.names import ends_with_suffix, readings, typings
from vnsearch.analysis.unmarked import MARKED, OTHER

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
            ends = zip(accumulate(size), field, strict=True)
            suffixes = {end - 1 for end, typing in ends if ends_with_suffix(typing)}
            words = _meant(terms[at : at + sum(size)], suffixes, text, vocabulary)
            at += len(words)
            stream += _with_separators(words, size)
        sizes.append(len(stream) - begin)
    return NameTokens(
        np.array(documents, np.int64), np.array(stream, np.int32), np.array(sizes, np.int64)
    )


def _meant(
    terms: Sequence[int], suffixes: Container[int], text: Numbers, vocabulary: Vocabulary
) -> Sequence[int]:
    """The terms of a name or of folders; if none has marks, those of the text, or else with
    unknown marks, but for suffixes, whose places these are."""
    kinds = [vocabulary.kinds[term] for term in terms]
    if MARKED in kinds:
        return terms
    bare = [
        term
        for place, (term, kind) in enumerate(zip(terms, kinds, strict=True))
        if kind != OTHER and place not in suffixes
    ]
    known = _readings(bare, text, vocabulary)
    for term in bare:
        if term not in known:
            known[term] = vocabulary.with_unknown_marks(term)
    return [
        term if place in suffixes else known.get(term, term) for place, term in enumerate(terms)
    ]


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
