"""The words of a passage -> the window in which most of the query stands: see `ranking.WINDOW`."""

from collections.abc import Sequence

from vnsearch.engines.whoosh.read.collection import PhraseFrequency, TokenString
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR
from vnsearch.ranking import WINDOW


class Windows:
    """Windows of texts, each as the words of the query it has: a bit for each word."""

    def __init__(self, worths: Sequence[float], words: Sequence[PhraseFrequency]) -> None:
        """`worths` are what the words are worth in a window."""
        self._worths, self._words = worths, words
        self._known = {0: 0.0}
        self._bits: dict[int, dict[str, int]] = {}  # of each segment, by characters

    def most(self, found: TokenString) -> float:
        """What the densest window of a text is worth."""
        return self.worth(self.densest(found))

    def worth(self, window: int) -> float:
        """What the words of a window are worth together."""
        if window not in self._known:
            worths = (worth for n, worth in enumerate(self._worths) if window >> n & 1)
            self._known[window] = sum(worths)
        return self._known[window]

    def densest(self, found: TokenString) -> int:
        """The window of a text that is worth most."""
        number, words = found
        bits, text = self._bits_in(number), words.partition(FIELD_SEPARATOR)[0]
        at = [(place, bits[char]) for place, char in enumerate(text) if char in bits]
        windows = {0}
        for first, (begin, _) in enumerate(at):
            window = 0
            for place, bit in at[first : first + WINDOW]:
                if place >= begin + WINDOW:
                    break
                window |= bit
            windows.add(window)
        return max(windows, key=self.worth)

    def _bits_in(self, number: int) -> dict[str, int]:
        """The words that the characters of a segment stand for."""
        if number not in self._bits:
            bits = self._bits[number] = {}
            for n, word in enumerate(self._words):
                for character in word.characters(number)[0]:
                    bits[character] = bits.get(character, 0) | 1 << n
        return self._bits[number]
