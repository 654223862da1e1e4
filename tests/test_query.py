"""The query language: how any text is read as a query."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.query import (
    MAX_NESTING,
    MAX_WORDS,
    All,
    Any,
    Clause,
    Demand,
    Kind,
    Not,
    Phrase,
    Query,
    Word,
    describe,
    is_firm,
    loosened,
    parse,
    within_one_slip,
    words_of,
)

MODEST = settings(max_examples=200, deadline=None)

SIGNS = {Kind.WORD: "", Kind.PREFIX: "*", Kind.SLIP: "~"}


def shape(clause: Clause) -> str:
    """A clause in short: `word`, `word*`, `"a phrase"`, `<a b>` typed without a space, `-x`,
    `(a OR b)`, `(a AND b)`, `(a b)` side by side in parentheses.
    """
    match clause:
        case Word(exact=exact, kind=kind, in_title=in_title):
            return f"{'title:' if in_title else ''}{exact}{SIGNS[kind]}"
        case Phrase(words, quoted):
            inside = " ".join(map(shape, words))
            return f'"{inside}"' if quoted else f"<{inside}>"
        case Not(part):
            return f"-{shape(part)}"
        case All(parts, explicit):
            return f"({(' AND ' if explicit else ' ').join(map(shape, parts))})"
        case Any(parts):
            return f"({' OR '.join(map(shape, parts))})"


def reading(query: Query) -> str:
    return " | ".join(map(shape, query.clauses))


def word(typed: str) -> Word:
    (clause,) = parse(typed).clauses
    assert isinstance(clause, Word)
    return clause


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


@table("readings.tsv")
def test_description(query: str, described: str) -> None:
    assert list(describe(parse(query))) == [described]


def test_description_when_marks_must_match() -> None:
    assert list(describe(parse("đảng title:bo hoà*", exact=True))) == [
        "word “đảng”, marks as typed",
        "word “bo” in the title, marks as typed",
        "words beginning with “hoà”, marks as typed",
    ]


def test_a_query_keeps_what_it_was_asked() -> None:
    query = parse("vie\u0323\u0302t", exact=True, demand=Demand.ALL)
    assert (query.source, query.exact, query.demand) == ("việt", True, Demand.ALL)
    assert (parse("a").exact, parse("a").demand) == (False, Demand.SMART)


def test_forms_of_a_word() -> None:
    assert parse("KĨ").clauses == (Word("KĨ", "ky", "kỹ"),)
    assert word("kĩ").marked
    assert not word("ki").marked


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
    ("typed", "token", "folded", "as_typed"),
    [
        pytest.param("đảng", ("dang", "đảng"), True, True, id="the same"),
        pytest.param("đảng", ("dang", "đang"), True, False, id="other marks"),
        pytest.param("dang", ("dang", "đảng"), True, False, id="bare"),
        pytest.param("đảng", ("bo", "bộ"), False, False, id="another word"),
        pytest.param("ngo*", ("ngoai", "ngoại"), True, True, id="prefix"),
        pytest.param("ngoạ*", ("ngoai", "ngoại"), True, True, id="prefix with marks"),
        pytest.param("ngoạ*", ("ngoai", "ngoài"), True, False, id="prefix with other marks"),
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
    typed: str, token: tuple[str, str], folded: bool, as_typed: bool
) -> None:
    assert word(typed).matches(*token, as_typed=False) == folded
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
    assert within_one_slip(a, b) == (distance(a, b) <= 1) == within_one_slip(b, a)


@MODEST
@given(st.text("abđ", max_size=8), st.data())
def test_any_one_slip_is_within_one_slip(a: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(a)))
    letter = data.draw(st.sampled_from("abđ"))
    head, tail = a[:at], a[at:]
    for b in (a, head + letter + tail, head + tail[1:], head + letter + tail[1:]):
        assert within_one_slip(a, b)
    assert within_one_slip(a, head + tail[1::-1] + tail[2:])


@MODEST
@given(sources, st.booleans())
@example(source="-(-(a OR) b", exact=False)
@example(source="(" * 99, exact=True)
def test_any_text_is_a_query(source: str, exact: bool) -> None:
    query = parse(source, exact=exact)
    assert len(list(describe(query))) == len(query.clauses)
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


@pytest.mark.parametrize(
    ("source", "firm"),
    [
        ("a", False),
        ("12-KL", False),
        ('"a b"', True),
        ("title:a", True),
        ("title:a-b", True),
        ("a AND b", True),
        ("a OR b", False),
    ],
)
def test_what_was_asked_for_in_so_many_signs(source: str, firm: bool) -> None:
    (clause,) = parse(source).clauses
    assert is_firm(clause) == firm


@pytest.mark.parametrize(
    ("source", "loose"), [("a", "a"), ("12-KL", "(12 OR kl)"), ("a AND b", "(a AND b)")]
)
def test_loosened(source: str, loose: str) -> None:
    (clause,) = parse(source).clauses
    assert shape(loosened(clause)) == loose
