"""In how many passages, or names, something is: the counts of `counts` where they tell, else a
search for it."""

from collections.abc import Sequence
from itertools import product

from vnsearch import ranking
from vnsearch.engines.opensearch import counts
from vnsearch.engines.opensearch.lookups import Lookups
from vnsearch.engines.opensearch.matching import NOTHING, PART, UNIT, Matching, all_of
from vnsearch.engines.opensearch.tokens import bigram, term
from vnsearch.query.clauses import Kind, Word


class Frequencies:
    """Document frequencies in one index; what is not known yet is 0."""

    def __init__(self, lookups: Lookups, matching: Matching) -> None:
        self._lookups, self._matching = lookups, matching

    @property
    def passages(self) -> int:
        """How many passages with words there are."""
        return self._lookups.count(counts.PASSAGES)

    @property
    def names(self) -> int:
        """How many documents have a name."""
        return self._lookups.count(counts.NAMES)

    @property
    def average_length(self) -> float:
        """Of a passage, in tokens."""
        length = self._lookups.count(counts.LENGTH)
        return length / self.passages if self.passages else 0.0

    def df(self, words: Sequence[Word], exact: bool) -> int:
        """Return in how many passages a phrase is; of two words, the sum over their bigrams."""
        one, other = words[0], words[-1]
        if all(w.kind is Kind.WORD and not (w.in_field or w.others) for w in words):
            if len(words) == 1:
                return self._of_word(one, exact, "")
            if len(words) == 2:
                if exact:
                    pairs = product(*((w.exact, *w.unknown(as_typed=True)) for w in (one, other)))
                    return sum(self._lookups.count(f"p:{bigram(*pair)}") for pair in pairs)
                if not (one.match_marks or other.match_marks):
                    return self._lookups.count(f"q:{bigram(one.folded, other.folded)}")
        condition = self._matching.in_passage(words, exact)
        return 0 if condition == NOTHING else self._lookups.total(all_of([PART, condition]))

    def df_in_names(self, word: Word, exact: bool) -> int:
        """Return in how many names a word is."""
        if word.kind is Kind.WORD and not word.others:
            return self._of_word(word, exact, "n")
        condition = self._matching.in_name((word,), exact)
        return 0 if condition == NOTHING else self._lookups.total(all_of([UNIT, condition]))

    def idf(self, words: Sequence[Word], exact: bool) -> float:
        """Return the idf of a phrase among the passages."""
        return ranking.idf(self.df(words, exact), self.passages)

    def weight(self, word: Word, exact: bool) -> int:
        """Return what a word weighs: its idf among the passages, or if none has it, the names."""
        if not word.in_name and (df := self.df((word,), exact)):
            return ranking.integer_idf(df, self.passages)
        df = self.df_in_names(word, exact)
        return ranking.integer_idf(df, self.names) if df else 0

    def _of_word(self, word: Word, exact: bool, field: str) -> int:
        count = self._lookups.count
        if not (exact or word.match_marks):
            return count(f"{field}f:{term(word.folded)}")
        found = count(f"{field}x:{term(word.exact)}")
        for unknown in word.unknown(exact):
            found += count(f"{field}x:{term(unknown)}") - count(f"{field}k:{term(word.exact)}")
        return found
