"""Counting what occurs in many passages at once: the counts of `tokens.Tokens.counts`, at numpy's
speed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from vnsearch.analysis.bulk import Numbers
from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.engines.opensearch import counts
from vnsearch.engines.opensearch.spelling import Name, Passage, Spelling
from vnsearch.engines.opensearch.tokens import bigram, counted, folded_of, term
from vnsearch.engines.tokens.streams import TokenStream
from vnsearch.ranking import TITLE_WEIGHT

_BITS: Final = 20  # of the number of a term; vocabularies are smaller
_MASK: Final = (1 << _BITS) - 1
_PAIR: Final = (1 << 2 * _BITS) - 1


class Counting:
    """Counts of documents that are being built, by the terms of one vocabulary."""

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self._of_text: dict[str, list[Numbers]] = {"x": [], "f": [], "p": [], "q": []}
        self._others: Counter[str] = Counter()
        self.size = 0  # some number of terms that is no less than there are

    def add(self, stream: TokenStream) -> None:
        """Count the passages of a token stream."""
        spelling = self._spelling
        folded_of = np.array(spelling.folded_of, dtype=np.int64)
        terms = stream.terms.astype(np.int64)
        passages = np.repeat(np.arange(len(stream.sizes), dtype=np.int64), stream.sizes)
        is_word = terms >= 0
        words, of_words = terms[is_word], passages[is_word]
        exact = _distinct(of_words << _BITS | words)
        folded = _distinct(of_words << _BITS | folded_of[words])
        beside = is_word[1:] & is_word[:-1] & (passages[1:] == passages[:-1])
        pairs = (terms[:-1] << _BITS | terms[1:])[beside]
        pairs = _distinct(passages[1:][beside] << 2 * _BITS | pairs) & _PAIR
        of_folded = folded_of[pairs >> _BITS] << _BITS | folded_of[pairs & _MASK]
        found = {"x": exact & _MASK, "f": folded & _MASK, "p": pairs, "q": of_folded}
        for kind, numbers in found.items():
            self._of_text[kind].append(numbers)
        self._count_unknown(exact)
        self.size += len(_distinct(pairs))

    def _count_unknown(self, exact: Numbers) -> None:
        """Count the forms that are in a passage beside the same word with unknown marks."""
        spelling = self._spelling
        is_unknown = np.array(spelling.unknown, dtype=bool)
        for passage in _distinct(exact[is_unknown[exact & _MASK]] >> _BITS).tolist():
            own = exact[exact >> _BITS == passage] & _MASK
            forms = {spelling.exact[number] for number in own.tolist()}
            every = (form for form in forms if not form.endswith("?"))
            for form in every:
                if with_unknown_marks(folded_of(form)) in forms:
                    self._others[f"k:{term(form)}"] += 1

    def add_documents(self, documents: Iterable[tuple[list[Passage], Name]]) -> None:
        """Count what is of whole documents: names, lengths, and bigrams across passages."""
        spelling, others = self._spelling, self._others
        for passages, name in documents:
            for passage in passages:
                length = len(passage.text) + TITLE_WEIGHT * len(passage.title)
                if length:
                    others[counts.PASSAGES] += 1
                    others[counts.LENGTH] += length
            for one, other in pairwise(passages):
                if one.text and other.text:
                    ends = (spelling.folded[one.text[-1]], spelling.folded[other.text[0]])
                    others[f"b:{bigram(*ends)}"] += 1
            if name.own:
                others[counts.NAMES] += 1
                fields = [[spelling.exact[n] for n in f] for f in (*name.own, *name.folders)]
                pairs = {pair for f in fields for pair in pairwise(f)}
                others.update(counted({form for f in fields for form in f}, pairs, "n"))

    def finish(self) -> Counter[str]:
        """Return all counts, and begin anew."""
        found = self._others
        for kind, arrays in self._of_text.items():
            numbers = np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
            numbers, times = np.unique(numbers, return_counts=True)
            for name, count in zip(self._names(kind, numbers), times.tolist(), strict=True):
                found[name] = count
            arrays.clear()
        self._others, self.size = Counter(), 0
        return found

    def _names(self, kind: str, numbers: Numbers) -> Iterator[str]:
        exact, folded = self._spelling.exact, self._spelling.folded
        match kind:
            case "x":
                return (f"x:{term(exact[n])}" for n in numbers.tolist())
            case "f":
                return (f"f:{folded[n]}" for n in numbers.tolist())
        pairs = zip((numbers >> _BITS).tolist(), (numbers & _MASK).tolist(), strict=True)
        if kind == "p":
            return (f"p:{bigram(exact[one], exact[other])}" for one, other in pairs)
        return (f"q:{folded[one]}_{folded[other]}" for one, other in pairs)


def _distinct(numbers: Numbers) -> Numbers:
    """Return what is in an array, each once, ascending: by sorting, which is faster here than the
    hashes of numpy's `unique`."""
    found = np.sort(numbers)
    is_first = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=is_first[1:])
    return found[is_first]
