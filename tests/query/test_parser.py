"""The query language: how any text is read as a query."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cases import table
from tests.shapes import reading, shape
from vnsearch.query.clauses import Demand, Word, words_of
from vnsearch.query.describe import describe
from vnsearch.query.parser import MAX_NESTING, MAX_WORDS, parse

MODEST = settings(max_examples=200, deadline=None)

# Texts dense in the signs of the query language, and any text.
sources = st.one_of(
    st.lists(
        st.sampled_from(
            'đảng bo 12 ki OR AND ( ) " “ ” - * ~ title: / … \u0301 \u00ad'.split(" ")
            + [" ", " OR ", " AND "] * 2
        ),
        max_size=15,
    ).map("".join),
    st.text(),
)


@table("queries.tsv")
def test_reading(query: str, reading_: str, notice: str) -> None:
    parsed = parse(query)
    assert reading(parsed) == reading_
    assert bool(parsed.notices) == bool(notice), parsed.notices
    assert notice in "; ".join(parsed.notices)


def test_a_query_keeps_what_it_was_asked() -> None:
    query = parse("vie\u0323\u0302t", exact=True, demand=Demand.ALL)
    assert (query.source, query.exact, query.demand) == ("việt", True, Demand.ALL)
    assert (parse("a").exact, parse("a").demand) == (False, Demand.SMART)


def test_words_up_to_the_limit_are_searched() -> None:
    query = parse("từ " * MAX_WORDS)
    assert len(query.clauses) == MAX_WORDS
    assert query.notices == ()


def test_words_beyond_the_limit_are_left_out_with_a_notice() -> None:
    query = parse("từ " * MAX_WORDS + "thừa")
    assert len(query.clauses) == MAX_WORDS
    assert [shape(clause) for clause in query.clauses[-1:]] == ["từ"]
    assert query.notices == (f"only the first {MAX_WORDS} words are searched",)


@pytest.mark.parametrize(
    "part",
    [*'từ a a- ( ) " “ - a( -( title: ~* a* \u0301 a\u0301 a\u00ad đ\u00ad\u0301'.split(" ")]
    + [part + " " for part in ("từ", "a (", "(a)", "a OR", '"a"', "-a", "title:a")],
    ids=ascii,
)
def test_long_queries(part: str) -> None:
    query = parse(part * (100_000 // len(part)))
    assert len(list(words_of(query.clauses))) <= MAX_WORDS
    assert len(list(describe(query))) <= MAX_WORDS


def test_nesting_up_to_the_limit() -> None:
    query = parse("(" * MAX_NESTING + "a b" + ")" * MAX_NESTING)
    assert reading(query) == "a | b"
    assert query.notices == ()
    query = parse("-(" * MAX_NESTING + "a" + ")" * MAX_NESTING)
    assert reading(query) == "-" * MAX_NESTING + "a"
    assert len(list(describe(query))) == 1


@pytest.mark.parametrize("opening", ["(", "-(", "(a OR ", "(a AND -("])
def test_nesting_beyond_the_limit_is_plain_words(opening: str) -> None:
    depth = (MAX_NESTING + 1) * opening.count("(")
    query = parse(opening * (MAX_NESTING + 1) + "b" + ")" * depth)
    assert query.notices == ("searched as plain words: parentheses nested too deeply",)
    assert all(isinstance(clause, Word) for clause in query.clauses)


@MODEST
@given(sources, st.booleans())
@example(source="-(-(a OR) b", exact=False)
@example(source="(" * 99, exact=True)
def test_any_text_is_a_query(source: str, exact: bool) -> None:
    query = parse(source, exact=exact)
    of_questions = len(list(describe(query))) - len(query.clauses)
    assert of_questions in range(3)  # what asks, and what is asked for
    assert all(all(run) for run in query.runs())
    if not query.runs() and not query.clauses:
        assert query.notices
    for found in words_of(query.clauses):
        assert found.folded
        assert found.exact
        assert found.matches(found.folded, found.exact, as_typed=exact)


def test_notices_of_different_kinds_come_together() -> None:
    notices = parse('"' + "từ " * (MAX_WORDS + 1) + '"').notices
    assert len(notices) == 2
    assert all(a != b for a, b in pairwise(notices))
