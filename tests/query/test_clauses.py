"""A query as data: what can be told of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import table
from tests.shapes import word
from vnsearch.query.clauses import (
    Word,
    count_words,
    is_required,
    within_one_edit,
    words_of,
)
from vnsearch.query.describe import describe
from vnsearch.query.parser import parse

MODEST = settings(max_examples=200, deadline=None)


@table("readings.tsv")
def test_description(query: str, described: str) -> None:
    assert list(describe(parse(query))) == [described]


def test_description_when_marks_must_match() -> None:
    assert list(describe(parse("đảng title:bo hoà*", exact=True))) == [
        "word “đảng”, marks as typed",
        "word “bo” in the title, marks as typed",
        "words beginning with “hoà”, marks as typed",
    ]


def test_forms_of_a_word() -> None:
    assert parse("KĨ").clauses == (Word("KĨ", "ky", "kỹ", match_marks=True),)
    assert parse("ki").clauses == (Word("ki", "ky", "ky"),)
    assert word("kĩ").marked
    assert not word("ki").marked


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("a b c", [["a", "b", "c"]]),
        ("a -x b", [["a"], ["b"]]),
        ('a "b c" d', [["a", "b", "c", "d"]]),
        ("12-KL/TW d", [["12", "kl", "tw", "d"]]),
        ("a title:b c", [["a"], ["b"], ["c"]]),
        ("a OR b", [["a"], ["b"]]),
        ("(a b) OR c", [["a", "b"], ["c"]]),
        ("a AND b", [["a", "b"]]),
        ("-a -(b c)", []),
        ("a OR -b", [["a"]]),
    ],
)
def test_runs_of_neighbours(source: str, runs: list[list[str]]) -> None:
    query = parse(source)
    assert [[word.exact for word in run] for run in query.runs()] == runs
    assert [word.exact for word in words_of(query.clauses)] == [w for run in runs for w in run]


@pytest.mark.parametrize(
    ("typed", "token", "smart", "as_typed"),
    [
        pytest.param("đảng", ("dang", "đảng"), True, True, id="the same"),
        pytest.param("đảng", ("dang", "đang"), False, False, id="other marks"),
        pytest.param("đảng", ("dang", "dang"), False, False, id="no marks by right"),
        pytest.param("đảng", ("dang", "dang?"), True, False, id="unknown marks"),
        pytest.param("dang", ("dang", "dang?"), True, True, id="bare, unknown marks"),
        pytest.param("đảng", ("bo", "bo?"), False, False, id="another of unknown marks"),
        pytest.param("ngoạ*", ("ngoai", "ngoai?"), True, False, id="prefix, unknown marks"),
        pytest.param("ngo*", ("ngoai", "ngoai?"), True, True, id="bare prefix, unknown marks"),
        pytest.param("thuyết~", ("thuyet", "thuyet?"), True, False, id="slip, unknown marks"),
        pytest.param("dang", ("dang", "đảng"), True, False, id="bare"),
        pytest.param("đảng", ("bo", "bộ"), False, False, id="another word"),
        pytest.param("ngo*", ("ngoai", "ngoại"), True, True, id="prefix"),
        pytest.param("ngoạ*", ("ngoai", "ngoại"), True, True, id="prefix with marks"),
        pytest.param("ngoạ*", ("ngoai", "ngoài"), False, False, id="prefix with other marks"),
        pytest.param("ngọa*", ("ngoa", "ngọa"), True, True, id="prefix that is the word"),
        pytest.param("ki*", ("kinh", "kinh"), True, True, id="i before a final consonant"),
        pytest.param("ki*", ("ky", "ky"), True, True, id="i as y"),
        pytest.param("ky*", ("kinh", "kinh"), False, False, id="y is no i before a consonant"),
        pytest.param("ðả*", ("dang", "đảng"), True, True, id="look-alike of đ in a prefix"),
        pytest.param("ngo*", ("ng", "ng"), False, False, id="shorter than the prefix"),
        pytest.param("thuyet~", ("thuy", "thủy"), False, False, id="two slips"),
        pytest.param("thuyet~", ("thuye", "thuye"), True, True, id="slip: letter left out"),
        pytest.param("thuyết~", ("thuyet", "thuyêt"), True, True, id="slip: a tone left out"),
        pytest.param("htuyet~", ("thuyet", "thuyết"), True, False, id="slip: letters swapped"),
    ],
)
def test_what_a_word_matches(
    typed: str, token: tuple[str, str], smart: bool, as_typed: bool
) -> None:
    assert word(typed).matches(*token, as_typed=False) == smart
    assert word(typed).matches(*token, as_typed=True) == as_typed


def distance(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours, by dynamic programming."""
    rows: list[list[int]] = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(row[-1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (x != y)))
            if i > 1 and j > 1 and (x, y) == (b[j - 2], a[i - 2]):
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@settings(max_examples=500, deadline=None)
@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_one_slip_is_a_distance_of_one_at_most(a: str, b: str) -> None:
    assert within_one_edit(a, b) == (distance(a, b) <= 1) == within_one_edit(b, a)


@MODEST
@given(st.text("abđ", max_size=8), st.data())
def test_any_one_slip_is_within_one_slip(a: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(a)))
    letter = data.draw(st.sampled_from("abđ"))
    head, tail = a[:at], a[at:]
    for b in (a, head + letter + tail, head + tail[1:], head + letter + tail[1:]):
        assert within_one_edit(a, b)
    assert within_one_edit(a, head + tail[1::-1] + tail[2:])


@pytest.mark.parametrize(
    ("source", "firm"),
    [
        ("a", False),
        ("12-KL", False),
        ('"a b"', True),
        ('"a b" c d e f g', True),
        ('"a b" c d e f g h', False),
        ("title:a", True),
        ("title:a-b", True),
        ("a AND b", True),
        ("a OR b", False),
    ],
)
def test_what_was_asked_for_in_so_many_signs(source: str, firm: bool) -> None:
    assert is_required(parse(source).clauses[0]) == firm


@pytest.mark.parametrize(
    ("source", "words"),
    [("a b", 2), ("12-KL/TW a", 2), ('"a b" c', 3), ("a AND (b OR c)", 3), ("a -b", 1), ("", 0)],
)
def test_what_is_typed_without_spaces_counts_as_one_word(source: str, words: int) -> None:
    assert count_words(parse(source).clauses) == words


def test_the_part_of_words_in_a_question_is_described() -> None:
    assert list(describe(parse("ho là bệnh gì")))[-2:] == [
        "“gì” asks, and weighs less",
        "“là bệnh” names what is asked for, and weighs less",
    ]
