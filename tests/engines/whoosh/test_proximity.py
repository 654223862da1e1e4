"""The densest window against all windows, one by one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnsearch.engines.whoosh.search.proximity import ProximityWindows
from vnsearch.ranking import PROXIMITY_WINDOW


class Characters:
    """Stands for a word of a query: the characters that stand for it in any segment."""

    def __init__(self, characters: str) -> None:
        self._characters = characters

    def characters(self, _: int) -> list[str]:
        return [self._characters]


def windows(weights: Sequence[float], words: Sequence[str]) -> ProximityWindows:
    return ProximityWindows(weights, [Characters(word) for word in words])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 0, id="no words"),
        pytest.param("xxx", 0, id="none of the words"),
        pytest.param("xax", 1, id="one word"),
        pytest.param("aaa", 1, id="a word counts once"),
        pytest.param("aA", 1, id="in any of its forms"),
        pytest.param("c" + "x" * 20 + "ab", 4, id="the rarer word is worth more than two"),
        pytest.param("a" + "x" * (PROXIMITY_WINDOW - 2) + "b", 3, id="just inside"),
        pytest.param("a" + "x" * (PROXIMITY_WINDOW - 1) + "b", 2, id="just outside"),
        pytest.param("d", 4, id="a form of two words of the query"),
    ],
)
def test_most(text: str, expected: float) -> None:
    found = windows([1, 2, 4], ["aA", "bd", "c"])
    if text == "d":
        found = windows([1, 3], ["ad", "bd"])
    assert found.max_weight((0, f"{text}\0")) == expected


def test_titles_are_no_part_of_it() -> None:
    assert windows([1, 2], ["a", "b"]).max_weight((0, "a\0b")) == 1


def test_no_words_are_worth_nothing() -> None:
    assert windows([], []).max_weight((0, "ab\0")) == 0


@given(st.text("abcx", max_size=60), st.lists(st.floats(0.1, 9), min_size=3, max_size=3))
def test_no_window_is_worth_more(text: str, weights: list[float]) -> None:
    found = windows(weights, ["a", "b", "c"])
    best = max(
        (
            sum(
                weight
                for weight, word in zip(weights, "abc", strict=True)
                if word in text[begin : begin + PROXIMITY_WINDOW]
            )
            for begin in range(len(text))
        ),
        default=0,
    )
    assert found.max_weight((0, f"{text}\0")) == pytest.approx(best)
    window = found.best((0, f"{text}\0"))
    assert found.weight(window) == pytest.approx(best)
