"""The window of a text with the most weight of query words: see `ranking.PROXIMITY_WINDOW`."""

from collections.abc import Sequence

from vnsearch.engines.whoosh.read.phrases import Frequency, TokenString
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR
from vnsearch.ranking import PROXIMITY_WINDOW


class ProximityWindows:
    """Windows of texts, each as a bit mask of the query words in it."""

    def __init__(self, weights: Sequence[float], words: Sequence[Frequency]) -> None:
        """`weights` are what the words add to the score of a window, each once."""
        self._weights, self._words = weights, words
        self._weight_of = {0: 0.0}  # of windows seen before
        self._bits: dict[int, dict[str, int]] = {}  # by segment and character

    def max_weight(self, tokens: TokenString) -> float:
        """Return the weight of the best window of a text."""
        return self.weight(self.best(tokens))

    def weight(self, window: int) -> float:
        """Return the sum of the weights of the words in a window."""
        if window not in self._weight_of:
            weights = (weight for n, weight in enumerate(self._weights) if window >> n & 1)
            self._weight_of[window] = sum(weights)
        return self._weight_of[window]

    def best(self, tokens: TokenString) -> int:
        """Return the window of a text, its title aside, that has the most weight."""
        segment, string = tokens
        bits, text = self._bits_in(segment), string.partition(FIELD_SEPARATOR)[0]
        at = list[tuple[int, int]]()
        for char, words in bits.items():
            place = text.find(char)
            while place >= 0:
                at.append((place, words))
                place = text.find(char, place + 1)
        at.sort()
        windows = {0}
        for first, (begin, _) in enumerate(at):
            window = 0
            for place, bit in at[first : first + PROXIMITY_WINDOW]:
                if place >= begin + PROXIMITY_WINDOW:
                    break
                window |= bit
            windows.add(window)
        return max(windows, key=self.weight)

    def _bits_in(self, segment: int) -> dict[str, int]:
        """The words, as bits, that each character of a segment may be."""
        if segment not in self._bits:
            bits = self._bits[segment] = {}
            for n, word in enumerate(self._words):
                for character in word.characters(segment)[0]:
                    bits[character] = bits.get(character, 0) | 1 << n
        return self._bits[segment]
