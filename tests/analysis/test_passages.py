"""Passages: a document is cut at paragraph and sentence ends, and nothing of it is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnsearch.analysis.passages import CUT_TOKENS, MAX_TOKENS, MIN_TOKENS, split
from vnsearch.analysis.tokenizer import tokenize
from vnsearch.model import Document, Locator, Passage, Token

MODEST = settings(max_examples=60, deadline=None)

GAPS = (" ", "\n", "\n\n", " \n\t", ". ", ".” ", " “", "-", "/", "… ", "; (", "\u00a0", "_", ".\n")


def document(text: str, line: int | None = 1, line_step: int = 1) -> Document:
    return Document("", "", text, None if line is None else Locator(line, step=line_step))


def passages_of(item: Document) -> list[Passage]:
    tokens = list(tokenize(item.text))
    return list(split(item, [token.start for token in tokens], [token.end for token in tokens]))


def tokens_of(item: Document, passage: Passage) -> list[Token]:
    return list(tokenize(item.text))[passage.first : passage.last]


def words(count: int, first: int = 0) -> str:
    return " ".join(f"từ{number}" for number in range(first, first + count))


def sizes(text: str) -> list[int]:
    return [passage.last - passage.first for passage in passages_of(document(text))]


# Runs of words with one gap between them: few choices that make long and varied texts.
bodies = st.lists(st.tuples(st.sampled_from(GAPS), st.integers(1, 300)), max_size=7).map(
    lambda runs: "".join(f"chữ{gap}" * count for gap, count in runs)
)
texts = st.one_of(
    bodies,
    st.builds(lambda head, body, tail: head + body + tail, st.text(), bodies, st.text()),
    st.text(),
)


@pytest.mark.parametrize("text", ["", " \n ", "… – !"], ids=["empty", "blank", "punctuation"])
def test_a_text_without_tokens_is_one_passage(text: str) -> None:
    assert [passage.text for passage in passages_of(document(text))] == [text.strip()]


def test_a_short_document_is_one_passage_stripped() -> None:
    (passage,) = passages_of(document("\n\n  “Đảng bộ” tỉnh.\n"))
    assert passage.text == "“Đảng bộ” tỉnh."
    assert (passage.first, passage.last) == (0, 3)
    assert passage.locator == Locator(3)
    assert not passage.cut_before
    assert not passage.cut_after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(words(MAX_TOKENS), [350], id="a tail joins"),
        pytest.param(words(MAX_TOKENS + 1), [250, 101], id="no end anywhere: cut at CUT_TOKENS"),
        pytest.param(words(200) + "\n" + words(200), [200, 200], id="paragraph end"),
        pytest.param(words(160) + "\n" + words(40) + "\n" + words(200), [200, 200], id="last one"),
        pytest.param(words(160) + "\n" + words(60) + ". " + words(200), [220, 200], id="hard line"),
        pytest.param(words(160) + ".\n" + words(60) + ". " + words(200), [160, 260], id="not it"),
        pytest.param(words(160) + "\n\n" + words(60) + "\n" + words(200), [160, 260], id="blank"),
        pytest.param(words(160) + ". " + words(60) + "! " + words(200), [220, 200], id="sentence"),
        pytest.param(words(200) + "?” " + words(200), [200, 200], id="sentence end in quotes"),
        pytest.param(words(200) + "…\u00bb) " + words(200), [200, 200], id="and parenthesis"),
        pytest.param(words(200) + "; " + words(200), [200, 200], id="semicolon"),
        pytest.param(words(200) + ", " + words(200), [250, 150], id="a comma ends no sentence"),
        pytest.param(words(149) + "\n" + words(251), [250, 150], id="too early"),
        pytest.param(words(150) + "\n" + words(250), [150, 250], id="just late enough"),
        pytest.param(words(250) + "\n" + words(150), [250, 150], id="just early enough"),
        pytest.param(words(251) + "\n" + words(149), [250, 150], id="too late"),
        pytest.param(words(150) + ".a " + words(250), [250, 151], id="a full stop inside a word"),
        pytest.param("-".join(["a"] * 400), [250, 150], id="no space to cut at"),
    ],
)  # fmt: skip
def test_where_a_document_is_cut(text: str, expected: list[int]) -> None:
    assert sizes(text) == expected


def test_punctuation_stays_with_its_sentence_and_a_quote_goes_on() -> None:
    text = words(200) + ".” “" + words(200)
    first, second = passages_of(document(text))
    assert first.text.endswith("từ199.”")
    assert second.text.startswith("“từ0")
    assert (first.cut_before, first.cut_after) == (False, True)
    assert (second.cut_before, second.cut_after) == (True, False)


def test_tokens_are_counted_in_the_document() -> None:
    item = document(words(200) + "\n\n" + words(200, first=200))
    _, second = passages_of(item)
    assert (second.first, second.last) == (200, 400)
    token = tokens_of(item, second)[0]
    assert (token.text, token.position) == ("từ200", 200)
    assert item.text[token.start : token.end] == "từ200"


@pytest.mark.parametrize("count", [1, MIN_TOKENS, MAX_TOKENS], ids=str)
def test_where_tokens_are_does_not_matter_when_there_is_nothing_to_cut(count: int) -> None:
    # Of such documents `building` does not fetch where the tokens begin and end.
    item = document("\n\n“" + words(count) + "”.\n")
    assert list(split(item, range(count), range(count))) == passages_of(item)


@pytest.mark.parametrize(
    ("line", "line_step", "lines"),
    [(1, 1, [1, 4, 7]), (10, 1, [10, 13, 16]), (7, 0, [7, 7, 7]), (None, 1, [None] * 3)],
    ids=["file", "after front matter", "record", "no lines"],
)
def test_lines(line: int | None, line_step: int, lines: list[int | None]) -> None:
    paragraph = words(100) + "\n" + words(100)
    text = words(200) + "\n\n\n" + paragraph + "\n\n" + words(200)
    assert [
        p.locator and p.locator.number for p in passages_of(document(text, line, line_step))
    ] == lines


@MODEST
@given(texts)
def test_passages_partition_the_tokens(text: str) -> None:
    passages = passages_of(document(text))
    borders = [0, *(passage.last for passage in passages)]
    assert [passage.first for passage in passages] == borders[:-1]
    assert borders[-1] == len(list(tokenize(text)))
    counts = [passage.last - passage.first for passage in passages]
    assert all(0 < count <= MAX_TOKENS for count in counts) or counts == [0]
    assert all(MIN_TOKENS <= count <= CUT_TOKENS for count in counts[:-1])
    assert [passage.cut_before for passage in passages] == [bool(n) for n in range(len(passages))]
    assert [passage.cut_after for passage in passages][::-1] == [
        bool(n) for n in range(len(passages))
    ]


@MODEST
@given(texts, st.integers(1, 50), st.integers(0, 1))
def test_texts_of_passages_and_their_lines(text: str, line: int, line_step: int) -> None:
    end = 0
    item = document(text, line, line_step)
    for passage in passages_of(item):
        own, of_document = list(tokenize(passage.text)), tokens_of(item, passage)
        assert [token.text for token in own] == [token.text for token in of_document]
        if not own:
            assert passages_of(item) == [passage]
            continue
        begin = of_document[0].start - own[0].start
        assert begin >= end
        assert not text[end:begin].strip()
        end = begin + len(passage.text)
        assert text[begin:end] == passage.text == passage.text.strip()
        assert passage.locator
        assert passage.locator.number == line + line_step * text.count("\n", 0, begin)
    assert not list(tokenize(text[end:]))
