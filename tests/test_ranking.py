"""Ranking: the evidence a query asks for, and what it is worth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.model import Abbreviation
from vnsearch.query.clauses import Word
from vnsearch.query.parser import parse
from vnsearch.ranking import (
    BIGRAM_WEIGHT,
    K1,
    KIND_ASKED_FOR_WEIGHT,
    PROXIMITY_WEIGHT,
    QUESTION_WEIGHT,
    damping,
    features,
    idf,
    integer_idf,
    min_should_match,
    saturation,
    weights,
)

MODEST = settings(max_examples=100, deadline=None)

Piece = tuple[str, bool, float]


def pieces(source: str, *, exact: bool = False) -> list[Piece]:
    """The evidence of a query: the exact forms of its words, whether compared, the weight."""
    found = features(parse(source, exact=exact))
    return [(" ".join(word.exact for word in e.words), e.exact, e.weight) for e in found]


P = BIGRAM_WEIGHT
N, Q = KIND_ASKED_FOR_WEIGHT, QUESTION_WEIGHT


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("-dang", [], id="only what must not match"),
        pytest.param("dang", [("dang", False, 2.0)], id="bare word"),
        pytest.param("2020", [("2020", False, 2.0)], id="number"),
        pytest.param("đảng", [("đảng", False, 0.5), ("đảng", True, 1.5)], id="marked word"),
        pytest.param(
            "dang bo",
            [("dang", False, 2.0), ("bo", False, 2.0), ("dang bo", False, P)],
            id="pair of bare words",
        ),
        pytest.param(
            "đảng bo",
            [
                ("đảng", False, 0.5),
                ("đảng", True, 1.5),
                ("bo", False, 2.0),
                ("đảng bo", False, P),
            ],
            id="half typed with marks: the pair is folded",
        ),
        pytest.param(
            "dang dang", [("dang", False, 2.0), ("dang dang", False, P)], id="typed twice"
        ),
        pytest.param(
            "a b a b",
            [
                ("a", False, 2.0),
                ("b", False, 2.0),
                ("a b", False, P),
                ("b a", False, P),
            ],
            id="pair typed twice",
        ),
        pytest.param(
            "hoà HÒA",
            [("hòa", False, 0.5), ("hòa", True, 1.5), ("hòa hòa", False, P)],
            id="two spellings of one word count once",
        ),
        pytest.param("đảng~", [("đảng", False, 2.0)], id="the marks of a slip say nothing"),
        pytest.param("ngo*", [("ngo", False, 2.0)], id="prefix"),
        pytest.param("ngoạ*", [("ngọa", False, 0.5), ("ngọa", True, 1.5)], id="marked prefix"),
        pytest.param(
            "a-b",
            [("a", False, 2.0), ("b", False, 2.0), ("a b", False, P)],
            id="typed without a space",
        ),
        pytest.param(
            '"a b" c',
            [
                ("a", False, 2.0),
                ("b", False, 2.0),
                ("c", False, 2.0),
                ("a b", False, P),
                ("b c", False, P),
            ],
            id="phrase and word are neighbours",
        ),
        pytest.param("a -x b", [("a", False, 2.0), ("b", False, 2.0)], id="no pair across -word"),
        pytest.param("a OR b", [("a", False, 2.0), ("b", False, 2.0)], id="no pair across OR"),
        pytest.param(
            "a AND b",
            [("a", False, 2.0), ("b", False, 2.0), ("a b", False, P)],
            id="AND keeps neighbours",
        ),
        pytest.param(
            "x là y gì",
            [
                ("x", False, 2.0),
                ("là", False, 0.5 * N),
                ("là", True, 1.5 * N),
                ("y", False, 2.0 * N),
                ("gì", False, 0.5 * Q),
                ("gì", True, 1.5 * Q),
                ("x là", False, P * N),
                ("là y", False, P * N),
                ("y gì", False, P * Q),
            ],
            id="what is asked for weighs less, what asks least",
        ),
        pytest.param("a title:b", [("a", False, 2.0), ("b", False, 2.0)], id="none with the title"),
    ],
)
def test_evidence(source: str, expected: list[Piece]) -> None:
    # Single words come before pairs in one run, but their order means nothing.
    assert sorted(pieces(source)) == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("dang", [("dang", True, 2.0)], id="bare word"),
        pytest.param("đảng", [("đảng", True, 2.0)], id="marked word"),
        pytest.param("đảng~", [("đảng", True, 2.0)], id="slip"),
        pytest.param(
            "đảng bộ",
            [("đảng", True, 2.0), ("bộ", True, 2.0), ("đảng bộ", True, P)],
            id="the pair is exact too",
        ),
    ],
)
def test_evidence_when_marks_must_match(source: str, expected: list[Piece]) -> None:
    assert sorted(pieces(source, exact=True)) == sorted(expected)


def test_words_with_and_without_marks_weigh_the_same() -> None:
    def total(source: str) -> float:
        return sum(item.weight for item in features(parse(source)))

    assert total("đảng bộ") == total("dang bo") == total("đảng bo")


def test_words_of_longer_queries_count_again_where_they_stand_together() -> None:
    def near(source: str) -> list[tuple[str, float]]:
        return [(e.words[0].text, e.proximity) for e in features(parse(source)) if e.proximity]

    assert not near("đảng bộ cơ")
    assert near("đảng bo cơ ai") == [
        ("đảng", PROXIMITY_WEIGHT),
        ("bo", PROXIMITY_WEIGHT),
        ("cơ", PROXIMITY_WEIGHT),
        ("ai", PROXIMITY_WEIGHT * QUESTION_WEIGHT),
    ]
    assert near("đảng bộ cơ quan ngo* vien~ title:x")[-1] == ("quan", PROXIMITY_WEIGHT)


def test_labels() -> None:
    labels = [item.label for item in features(parse("đảng bo"))]
    assert sorted(labels) == [
        "neighbours",
        "word in any typing",
        "word in any typing",
        "word just so",
    ]


@pytest.mark.parametrize(
    ("with_it", "passages", "expected"),
    [
        (0, 10, 0.0),
        (1, 1, 0.287682),  # ln(1 + 0.5 / 1.5)
        (1, 10, 1.992430),  # ln(1 + 9.5 / 1.5)
        (5, 10, 0.693147),  # ln(1 + 5.5 / 5.5)
        (10, 10, 0.046520),  # ln(1 + 0.5 / 10.5)
        (100, 100_000, 6.902778),  # ln(1 + 99,900.5 / 100.5)
    ],
)
def test_idf(with_it: int, passages: int, expected: float) -> None:
    assert idf(with_it, passages) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("with_it", "passages", "expected"),
    [(0, 10, 0), (1, 1, 2_877), (1, 10, 19_924), (10, 10, 465), (100, 100_000, 69_028)],
)
def test_a_weight_is_the_idf_in_whole_ten_thousandths(
    with_it: int, passages: int, expected: int
) -> None:
    assert integer_idf(with_it, passages) == expected
    assert type(integer_idf(with_it, passages)) is int


def test_a_document_needs_a_share_of_the_most_weight() -> None:
    assert min_should_match(0) == 0
    assert 0 < min_should_match(1_000) < 1_000


def test_folded_words_of_long_queries_weigh_by_the_square_of_their_idf() -> None:
    for size, power in ((7, 1), (8, 2)):
        found = features(parse(" ".join("abcdefgh"[:size])))
        idfs = [4.0 if item.words[0].exact == "a" else 2.0 for item in found]
        score = {
            item.words[0].exact: weight.score / item.weight
            for item, weight in zip(found, weights(found, idfs), strict=True)
            if len(item.words) == 1
        }
        assert score["a"] == 4.0
        assert score["b"] == pytest.approx(4 * (2 / 4) ** power)


def test_what_a_bare_word_may_stand_for_weighs_by_how_likely_it_is() -> None:
    query = parse("dang")
    (word,) = query.clauses
    assert isinstance(word, Word)
    likely = word._replace(readings=(("đảng", 0.7), ("đang", 0.3)))
    found = {
        (item.words[0].exact, item.exact): item.weight
        for item in features(query._replace(clauses=(likely,)))
    }
    of_each = found["đảng", True], found["đang", True]
    assert of_each[0] > of_each[1] > of_each[0] * 0.3 / 0.7
    assert found["dang", False] + max(of_each) <= 2.0


@pytest.mark.parametrize("short_is_typed", [True, False])
def test_an_abbreviation_weighs_less_than_any_word(short_is_typed: bool) -> None:
    text = "đb" if short_is_typed else "đảng bộ"
    found = Abbreviation("đb", "đảng bộ", spelt_out=not short_is_typed)
    pieces = list(features(parse(text)._replace(related=(found,))))
    related = [piece.weight for piece in pieces if piece.related]
    assert related
    assert sum(related) < min(piece.weight for piece in pieces if not piece.related)


@pytest.mark.parametrize(
    ("source", "asking"),
    [
        ("ai làm", {"ai"}),
        ("như thế nào", {"như", "thế", "nào"}),
        ("như thế", set()),
        ("bao nhiêu tiền", {"bao", "nhiêu"}),
        ("bao gạo", set()),
        ("vì sao sao sáng", {"vì", "sao"}),
    ],
)
def test_words_and_phrases_that_ask_weigh_less(source: str, asking: set[str]) -> None:
    found = [item for item in features(parse(source)) if len(item.words) == 1]
    less = {
        item.words[0].exact
        for item in found
        if item.weight / (1.5 if item.exact else 0.5 if item.words[0].marked else 2.0) < 1
    }
    assert less == asking


@pytest.mark.parametrize(
    ("length", "average", "expected"),
    [
        (100, 100.0, 1.2),
        (200, 100.0, 2.1),  # 1.2 * (0.25 + 0.75 * 2)
        (50, 100.0, 0.75),  # 1.2 * (0.25 + 0.75 / 2)
        (0, 100.0, 0.3),  # 1.2 * 0.25
    ],
)
def test_damping(length: int, average: float, expected: float) -> None:
    assert damping(length, average) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("frequency", "length", "average", "expected"),
    [
        (0, 100, 100.0, 0.0),
        (1, 100, 100.0, 1.0),  # 2.2 / (1 + 1.2)
        (2, 100, 100.0, 1.375),  # 4.4 / (2 + 1.2)
        (1, 200, 100.0, 0.709677),  # 2.2 / (1 + 1.2 * (0.25 + 1.5))
        (3, 50, 100.0, 1.76),  # 6.6 / (3 + 1.2 * (0.25 + 0.375))
        (1, 0, 100.0, 1.692308),  # 2.2 / (1 + 1.2 * 0.25)
    ],
)
def test_saturation(frequency: float, length: int, average: float, expected: float) -> None:
    share = saturation(frequency, damping(length, average))
    assert share == pytest.approx(expected, abs=1e-6)


@MODEST
@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_idf_is_positive_and_falls_with_commonness(with_it: int, without: int) -> None:
    passages = with_it + without
    assert idf(with_it, passages) > 0
    assert idf(with_it, passages) > idf(with_it + 1, passages + 1)


@MODEST
@given(st.integers(1, 1000), st.integers(1, 1000), st.floats(1, 1000))
def test_saturation_rises_with_frequency_below_its_limit(
    frequency: int, length: int, average: float
) -> None:
    share = saturation(frequency, damping(length, average))
    assert 0 < share < saturation(frequency + 1, damping(length, average)) < K1 + 1


@MODEST
@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(1, 1000), st.floats(1, 1000))
def test_saturation_falls_with_the_length(
    frequency: int, length: int, more: int, average: float
) -> None:
    longer = saturation(frequency, damping(length + more, average))
    assert longer < saturation(frequency, damping(length, average))
