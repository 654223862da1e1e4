"""A text as the lines of a pane."""

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from vnsearch.interactive.lines import Lines, Position
from vnsearch.render.marking import Ranges, marks_on
from vnsearch.render.safety import visible

CONSOLE = Console(width=80, color_system=None)
TEXTS = st.text(alphabet="ab ạ文\n\f\t\x1b\u202e", max_size=200)


def lines(text: str, width: int = 20, here: int = 0, marks: Ranges = ()) -> Lines:
    return Lines(text, marks, (), marks_on(CONSOLE), width, CONSOLE, here)


@given(TEXTS, st.integers(2, 30))
def test_all_of_a_text_is_shown_and_no_more(text: str, width: int) -> None:
    shown = lines(text, width).shown(Position(0, 0), 10_000)
    letters = "".join("".join(line.plain.split()) for line, _ in shown)
    assert letters == "".join(visible(text).split())


@given(TEXTS, st.integers(0, 199), st.integers(2, 30))
def test_the_line_of_a_place_is_found(text: str, place: int, width: int) -> None:
    text += "x"
    place = min(place, len(text) - 1)
    shown = lines(text, width, place)
    at = shown.of(place)
    ((_, is_here),) = shown.shown(at, 1)
    assert is_here or text[place].isspace()


@given(TEXTS, st.lists(st.integers(-9, 9), max_size=9))
def test_one_never_leaves_a_text(text: str, moves: list[int]) -> None:
    shown = lines(text)
    at = Position(0, 0)
    for move in moves:
        at = shown.moved(at, move)
        assert shown.shown(at, 1)
    assert shown.moved(Position(0, 0), 10**9) >= at
    assert len(shown.shown(shown.last(5), 100)) <= 5


def test_a_long_line_is_broken_as_it_is_needed() -> None:
    text = "chữ " * 500_000
    shown = lines(text, 40, len(text) // 2)
    at = shown.of(len(text) // 2)
    assert at.piece > 100
    assert len(shown.shown(at, 30)) == 30
    assert all(line.cell_len <= 40 for line, _ in shown.shown(at, 30))


def test_several_empty_lines_are_one() -> None:
    plain = [line.plain for line, _ in lines("a\n\n\n\n b\n\nc").shown(Position(0, 0), 99)]
    assert plain == ["a", "", "b", "", "c"]


def test_matches_are_marked_on_both_sides_of_the_place() -> None:
    (line, is_here) = lines("một hai ba", here=4, marks=((0, 3), (4, 7), (8, 10))).shown(
        Position(0, 0), 1
    )[0]
    assert is_here
    marked = [line.plain[span.start : span.end] for span in line.spans if str(span.style)]
    assert [text for text in marked if len(text) > 1] == ["một", "hai", "ba"]
