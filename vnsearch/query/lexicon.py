"""What a query asks of an index: statistics of words, and texts.

Each request is for all that is asked at once: an engine on the same machine may look things up as
they are read, a server answers in one response.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from vnsearch.analysis.unmarked import with_unknown_marks
from vnsearch.query.clauses import Word


class Statistics(NamedTuple):
    """Document frequencies of words and bigrams, those of one request."""

    passages: int  # in the index
    # By folded form: the exact forms that the index has, each with its df; among them that of
    # unknown marks, see `analysis.unmarked`.
    variants: Mapping[str, Mapping[str, int]]
    # By two folded forms: the bigrams of their exact forms, each with its df.
    bigrams: Mapping[tuple[str, str], Mapping[tuple[str, str], int]]

    def lacks(self, word: Word) -> bool:
        """Whether the index does not have a word, with the marks it was typed with if any."""
        variants = self.variants[word.folded]
        if not word.marked:
            return not variants
        return word.exact not in variants and with_unknown_marks(word.folded) not in variants


class Lexicon(Protocol):
    """An index, as a query asks it. Words are folded forms."""

    def statistics(
        self, words: Iterable[str], bigrams: Iterable[tuple[str, str]] = ()
    ) -> Statistics:
        """Return statistics, at least of these words and bigrams."""

    def words_with_prefixes(self, prefixes: Iterable[str]) -> Iterable[str]:
        """Return the words that begin with one of some prefixes; words of deleted passages may be
        among them."""

    def cooccur(self, groups: Iterable[Sequence[str]]) -> Sequence[bool]:
        """Return, for each group of words, whether a passage has all of them, wherever in it."""

    def sample_texts(self, word: str, count: int) -> Iterable[str]:
        """Return the texts of at most `count` passages with a word: those of the documents whose
        texts have the lowest hashes, which are the same in whatever order they came."""
