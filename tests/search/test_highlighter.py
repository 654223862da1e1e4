"""Snippets: the stretch of a passage that is shown, and the words marked in it."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.analysis.unmarked import unmarked_fields, with_unknown_marks
from vnsearch.model import Locator, Snippet, StoredPassage
from vnsearch.query.clauses import words_of
from vnsearch.query.parser import parse
from vnsearch.search.highlighter import LENGTH, Highlighter

MODEST = settings(max_examples=200, deadline=None)


def found(
    text: str,
    line: int | None = 1,
    line_step: int = 1,
    cut_before: bool = False,
    cut_after: bool = False,
) -> StoredPassage:
    place = None if line is None else Locator(line, step=line_step)
    return StoredPassage("a.txt", "", "", text, place, cut_before, cut_after)


def snippet(text: str, query: str, *, exact: bool = False) -> Snippet:
    return Highlighter(parse(query, exact=exact)).snippet(found(text))


def shown(snippet: Snippet) -> str:
    """The text of a snippet with its highlighted words in brackets."""
    text = snippet.text
    for start, end in reversed(snippet.highlights):
        words = re.sub(r"([ \xa0\n])", r"]\1[", text[start:end])
        text = f"{text[:start]}[{words}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("text", "query", "ranges"),
    [
        pytest.param("Đảng bộ họp", "dang bo", ["Đảng bộ"], id="neighbours are one"),
        pytest.param(
            "Đảng bộ Bộ Ngoại giao",
            "dang bo ngoai giao",
            ["Đảng bộ", "Bộ Ngoại giao"],
            id="the same word begins another",
        ),
        pytest.param("Đảng\nbộ", "dang bo", ["Đảng\nbộ"], id="across the end of a line"),
        pytest.param("Đảng, bộ", "dang bo", ["Đảng", "bộ"], id="a sign between"),
        pytest.param("bộ Đảng", "dang bo", ["bộ Đảng"], id="in any order"),
        pytest.param("漢字", "漢字", ["漢字"], id="without a space"),
    ],
)
def test_neighbours_are_one_range(text: str, query: str, ranges: list[str]) -> None:
    found_ = snippet(text, query)
    assert [found_.text[start:end] for start, end in found_.highlights] == ranges


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Họp đảng bộ", "Họp đảng bộ\n\nSáng nay bộ họp.", "Sáng nay [bộ] [họp]."),
        ("Họp đảng bộ", "Họp đảng bộ\nMưa.", "Mưa."),
        ("Họp đảng bộ", "Họp đảng bộ", "[Họp] đảng [bộ]"),
        ("Họp đảng bộ", "Họp đảng bộ tỉnh", "[Họp] đảng [bộ] tỉnh"),
        ("Họp", "Đầu đề\nHọp bộ", "Đầu đề\n[Họp] [bộ]"),
        ("", "Họp bộ", "[Họp] [bộ]"),
    ],
)
def test_nothing_of_the_title_is_repeated(title: str, text: str, expected: str) -> None:
    passage = found(text)._replace(title=title)
    result = Highlighter(parse("hop bo"), skip_title=True).snippet(passage)
    assert shown(result) == expected
    assert result.locator == Locator(text[: text.index(result.text)].count("\n") + 1)
    assert result.match is not None
    assert result.match.number <= text.count("\n") + 1


SENTENCES = "Câu một. Câu hai! Đây là bộ. Câu bốn?\nDòng năm\nDòng sáu."


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (0, "… Đây là [bộ]. …"),
        (1, "… Câu hai! Đây là [bộ]. Câu bốn? …"),
        (2, "Câu một. Câu hai! Đây là [bộ]. Câu bốn?\nDòng năm …"),
        (9, "Câu một. Câu hai! Đây là [bộ]. Câu bốn?\nDòng năm\nDòng sáu."),
    ],
)
def test_context(context: int, expected: str) -> None:
    assert shown(Highlighter(parse("bộ"), context=context).snippet(found(SENTENCES))) == expected


def test_length() -> None:
    text = f"{filler(200)} bộ {filler(200)}"
    lengths = [len(Highlighter(parse("bộ"), length=n).snippet(found(text)).text) for n in (80, 600)]
    assert lengths[0] <= 84
    assert 590 <= lengths[1] <= 604


def filler(count: int, word: str = "chữ") -> str:
    return " ".join([word] * count)


@table("snippets.tsv")
def test_highlights(text: str, query: str, shown_: str) -> None:
    assert shown(snippet(text, query)) == shown_


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Đảng và đang", "đảng", "[Đảng] và đang"),
        ("Đảng và đang", "dang", "Đảng và đang"),
        ("dang bo, đảng bộ", '"dang bo"', "[dang] [bo], đảng bộ"),
        ("dang bo", '"đảng bộ"', "dang bo"),
        ("hòa và hoà", "hoà", "[hòa] và [hoà]"),
        ("số 12 của KL và kl", "12-KL", "số [12] của [KL] và [kl]"),
        ("ngoại, ngoài, ngo", "ngoa*", "ngoại, ngoài, ngo"),
        ("ngoại, ngoài, ngo", "ngoạ*", "[ngoại], ngoài, ngo"),
        ("thuyết, thuyêt, thuyet", "thuyết~", "[thuyết], [thuyêt], [thuyet]"),
    ],
)
def test_highlights_when_marks_must_match(text: str, query: str, expected: str) -> None:
    assert shown(snippet(text, query, exact=True)) == expected


def test_a_short_passage_is_shown_whole() -> None:
    text = "a" * (LENGTH - 4) + " bộ."
    assert snippet(text, "bộ") == Snippet(text, ((LENGTH - 3, LENGTH - 1),), Locator(1), Locator(1))


@pytest.mark.parametrize(
    ("cut_before", "cut_after", "text"),
    [
        (False, False, "đảng bộ"),
        (True, False, "… đảng bộ"),
        (False, True, "đảng bộ …"),
        (True, True, "… đảng bộ …"),
    ],
)
def test_ellipses_say_that_the_document_goes_on(
    cut_before: bool, cut_after: bool, text: str
) -> None:
    passage = found("đảng bộ", cut_before=cut_before, cut_after=cut_after)
    result = Highlighter(parse("bộ")).snippet(passage)
    assert result.text == text
    assert [text[start:end] for start, end in result.highlights] == ["bộ"]


@pytest.mark.parametrize(
    ("before", "after", "begins", "ends"),
    [
        pytest.param(0, 200, "Đảng chữ", "chữ …", id="at the beginning"),
        pytest.param(200, 200, "… chữ", "chữ …", id="in the middle"),
        pytest.param(200, 0, "… chữ", "chữ Đảng", id="at the end"),
    ],
)
def test_a_long_passage_is_cut_at_words(before: int, after: int, begins: str, ends: str) -> None:
    text = " ".join(filter(None, (filler(before), "Đảng", filler(after))))
    result = snippet(text, "đảng")
    assert result.text.startswith(begins)
    assert result.text.endswith(ends)
    assert LENGTH - 10 < len(result.text.strip("… ")) <= LENGTH
    assert [result.text[start:end] for start, end in result.highlights] == ["Đảng"]


def test_a_cut_keeps_the_punctuation_of_its_last_word() -> None:
    text = "Đảng " + filler(100, "(chữ)")
    assert snippet(text, "đảng").text.endswith("(chữ) …")


def test_without_a_match_the_beginning_is_shown() -> None:
    text = "Điều 1. " + filler(200)
    result = snippet(text, "đảng")
    assert result.text.startswith("Điều 1. chữ")
    assert result.highlights == ()


def test_a_text_without_words_is_shown_from_its_beginning() -> None:
    assert snippet("… – !", "đảng") == Snippet("… – !", (), Locator(1), Locator(1))
    assert snippet("!" * 1000, "đảng").text == "!" * LENGTH + " …"
    assert snippet("", "đảng").text == ""


@pytest.mark.parametrize(
    ("parts", "query", "expected"),
    [
        pytest.param(["đảng", "bộ đảng", "bộ"], "đảng bộ", "[bộ] [đảng]", id="more words"),
        pytest.param(["bộ", "bộ bộ bộ", "đảng bộ"], "đảng bộ", "[đảng] [bộ]", id="different words"),
        pytest.param(["đảng và bộ", "đảng bộ"], "đảng bộ", "[đảng] [bộ]", id="neighbours"),
        pytest.param(["đảng bộ", "đảng bộ x"], "đảng bộ", "[đảng] [bộ]", id="the first of equals"),
        pytest.param(["bộ", "số 12-KL/TW", "TW"], "12-KL/TW bộ", "[12]-[KL]/[TW]", id="phrase"),
    ],
)
def test_the_densest_stretch_is_shown(parts: list[str], query: str, expected: str) -> None:
    text = f" {filler(100)} ".join(["", *parts, ""])
    result = snippet(text, query)
    assert expected in shown(result)
    assert shown(result).count("[") == expected.count("[")


@pytest.mark.parametrize("words_between", range(35, 65))
def test_a_phrase_is_never_marked_in_part(words_between: int) -> None:
    # The snippet is full before, in or behind the second occurrence.
    text = f"đảng bộ {filler(words_between)} đảng bộ {filler(100)}"
    marked = shown(snippet(text, '"đảng bộ"'))
    assert marked.count("[") == 2 * marked.count("[đảng] [bộ]") > 0


@pytest.mark.parametrize(
    ("line", "line_step", "expected"),
    [(1, 1, 3), (10, 1, 12), (7, 0, 7), (None, 1, None)],
    ids=["file", "after front matter", "record", "no lines"],
)
def test_line(line: int | None, line_step: int, expected: int | None) -> None:
    text = f"Điều 1.\n\n{filler(90)}\nĐảng bộ\n{filler(90)}"
    result = Highlighter(parse("đảng")).snippet(found(text, line, line_step))
    assert result.text.startswith("… chữ")
    assert (result.locator and result.locator.number) == expected
    place = Highlighter(parse("điều")).snippet(found(text, line, line_step)).locator
    assert (place and place.number) == line


@pytest.mark.parametrize(
    ("text", "query", "line"),
    [
        pytest.param("một\nhai\nba đảng\nbốn", "đảng", 3, id="a short text"),
        pytest.param("a\n" * 300 + "đảng\n" + "a\n" * 300, "đảng", 301, id="a long one"),
        pytest.param("đảng\nviệc\nbộ và\nđảng bộ\nbộ", "đảng bộ", 4, id="closest together"),
        pytest.param("đảng\nđảng\nbộ", "đảng bộ", 2, id="the shortest with all words"),
        pytest.param("đảng\nmột\nđảng", "đảng", 1, id="the first of equals"),
        pytest.param("An | Văn\nVăn | Tú\nVăn Tú | 7", "văn tú", 2, id="rows of a table"),
        pytest.param("một\nhai", "đảng", 1, id="none"),
    ],
)
def test_the_line_of_the_match(text: str, query: str, line: int) -> None:
    assert Highlighter(parse(query)).snippet(found(text, 1, 1)).match == Locator(line)


RULER = "-" * 5000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{RULER} Đảng bộ", id="before the first word"),
        pytest.param(f"Đảng bộ {RULER}", id="behind the last word"),
        pytest.param(f"Đảng bộ{RULER}", id="clinging to the last word"),
        pytest.param(f"Đảng bộ{RULER} {filler(200)}", id="clinging to a word"),
        pytest.param(f"Đảng bộ {RULER} {filler(200)}", id="between words"),
        pytest.param(f"{filler(200)} {RULER} Đảng bộ {filler(200)}", id="between words before"),
        pytest.param(f"Mục lục {'. ' * 3000} Đảng bộ {'. ' * 3000}", id="dot leaders"),
    ],
)
def test_rulers_do_not_make_a_snippet_long(text: str) -> None:
    result = snippet(text, "đảng bộ")
    assert "[Đảng] [bộ]" in shown(result)
    assert len(result.text) <= LENGTH + 40


def test_long_words_beside_the_match_are_left_out() -> None:
    result = snippet(f"{'a' * 5000} Đảng bộ {'b' * 5000} {filler(100)}", "đảng")
    assert shown(result) == "… [Đảng] bộ …"


def test_a_match_longer_than_a_snippet_is_shown_whole() -> None:
    result = snippet(f"{filler(50)} {'a' * 1000} {filler(50)}", "a*")
    assert shown(result) == f"… [{'a' * 1000}] …"


@pytest.mark.parametrize("words", [10, 25, 32, 60])
def test_a_long_phrase_is_marked(words: int) -> None:
    phrase = " ".join(f"chữ{number}" for number in range(words))
    result = snippet(f"{filler(100)} {phrase} {filler(100)}", f'"{phrase}"')
    assert "[chữ0] [chữ1]" in shown(result)


WORDS = "đảng đang dang bộ bo ngoại ngoài kĩ kỹ kinh 12 KL TW thuyết".split()
GAPS = [" ", " ", " ", ", ", "-", "\n", ".\n\n", " “", "” ", "…", "_", "\u00ad"]
passages = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS), st.sampled_from([1, 1, 1, 30])),
    max_size=25,
).map(lambda parts: "".join((word + gap) * count for word, gap, count in parts).strip())
queries = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "", "-", '"', "title:", "("]),
        st.sampled_from([*WORDS, "ng", "ki", "12-KL/TW", "bo ngoai", "a OR bộ"]),
        st.sampled_from(["", "", "", "*", "~", '"', ")"]),
    ),
    max_size=5,
).map(" ".join)


def cores(result: Snippet, text: str) -> list[tuple[int, int]]:
    """Where the snippet without its ellipses may stand: (place in the text, length of lead)."""
    return [
        (at, len(before))
        for before in ("", "… ")
        for after in ("", " …")
        if result.text.startswith(before) and result.text.endswith(after)
        for core in [result.text[len(before) : len(result.text) - len(after)]]
        for at in range(len(text) - len(core) + 1)
        if text.startswith(core, at)
    ]


def words_of_ranges(result: Snippet) -> Iterator[tuple[int, int]]:
    """The words of its highlights, each by itself."""
    for start, end in result.highlights:
        for word in re.finditer(r"[^ \xa0\n]+", result.text[start:end]):
            yield start + word.start(), start + word.end()


@MODEST
@given(passages, queries, st.booleans(), st.integers(1, 9))
def test_highlights_are_whole_words_that_match(
    text: str, source: str, exact: bool, line: int
) -> None:
    query = parse(source, exact=exact)
    result = Highlighter(query).snippet(found(text, line))
    result = result._replace(highlights=tuple(words_of_ranges(result)))
    tokens = {(token.start, token.end): token for token in tokenize(text)}
    sought = [word for word in words_of(query.clauses) if not word.in_title]
    end = 0
    for start, stop in result.highlights:
        assert end <= start < stop <= len(result.text)
        end = stop
    places = [
        at
        for at, lead in cores(result, text)
        if result.locator
        and result.locator.number == line + text.count("\n", 0, at)
        and all((a + at - lead, b + at - lead) in tokens for a, b in result.highlights)
    ]
    assert places, "the snippet is no stretch of the passage with whole words marked"
    for start, stop in result.highlights:
        (token,) = tokenize(result.text[start:stop])
        forms = token.exact, with_unknown_marks(token.folded)
        possible = forms if token.exact == token.folded else forms[:1]
        assert any(word.matches(token.folded, form, exact) for word in sought for form in possible)
    longest = max((stop - start for start, stop in tokens), default=0)
    assert len(result.text) <= LENGTH + 20 + longest


@MODEST
@given(st.text(max_size=300), st.text(max_size=30), st.booleans())
def test_any_text_and_query_give_a_snippet(text: str, source: str, exact: bool) -> None:
    result = Highlighter(parse(source, exact=exact)).snippet(found(text))
    assert cores(result, text)
    assert all(0 <= start < end <= len(result.text) for start, end in result.highlights)


@MODEST
@given(passages, st.sampled_from(WORDS))
def test_a_word_that_stands_in_the_passage_is_marked(text: str, word: str) -> None:
    tokens = list(tokenize(text))
    (sought,) = words_of(parse(word).clauses)
    unmarked, _ = unmarked_fields([(token.folded, token.exact) for token in tokens], [])
    stands = any(
        sought.matches(token.folded, token.exact, as_typed=False)
        or (unmarked and (token.folded, token.exact) == (sought.folded, sought.folded))
        for token in tokens
    )
    assert bool(Highlighter(parse(word)).snippet(found(text)).highlights) == stands


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("dang bo", ["Đảng bộ"], id="words"),
        pytest.param("title:hop", ["họp"], id="words of the title alone"),
        pytest.param('"bộ họp"', ["bộ họp"], id="a phrase"),
        pytest.param('"họp bộ"', [], id="not a phrase that is not there"),
        pytest.param("-họp", [], id="nothing that is left out"),
    ],
)
def test_highlights_of_a_title(query: str, expected: list[str]) -> None:
    title = "Đảng bộ họp"
    passage = found("chữ")._replace(title=title)
    places = Highlighter(parse(query)).title(passage)
    assert [title[start:end] for start, end in places] == expected


def test_a_phrase_given_up_is_marked_by_its_words() -> None:
    passage = StoredPassage(
        "a.txt", "", "", "Bộ này, đảng kia", Locator(1), cut_before=False, cut_after=False
    )
    query = parse('"đảng bộ" họp')
    assert not Highlighter(query).snippet(passage).highlights
    assert len(Highlighter(query, relaxed=True).snippet(passage).highlights) == 2


def test_other_typings_of_a_bare_word_are_highlighted_weakly() -> None:
    query = parse("dang")
    (word,) = words_of(query.clauses)
    meant = query._replace(clauses=(word._replace(exact="đảng", readings=(("đảng", 0.95),)),))
    found_ = Highlighter(meant).snippet(found("Đảng đang họp"))
    assert shown(found_) == "[Đảng] [đang] họp"
    assert [found_.text[start:end] for start, end in found_.weak] == ["đang"]


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("dang bo ngoai giao", "", "[dang] bo ngoai giao"),
        ("Bộ Ngoại giao, dang bo", "", "Bộ Ngoại giao, dang bo"),
        ("dang bo", "Bộ Ngoại giao họp", "dang bo"),
        ("dang bo", "dang bo", "[dang] bo"),
    ],
)
def test_marked_words_in_texts_typed_without_marks(text: str, title: str, expected: str) -> None:
    assert shown(Highlighter(parse("đảng")).snippet(found(text)._replace(title=title))) == expected
