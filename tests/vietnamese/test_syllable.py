"""Syllables: their parts, and one canonical spelling for all ways to write them."""

import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import table
from vnsearch.vietnamese.letters import TONE_MARKS, VOWELS, fold
from vnsearch.vietnamese.syllable import (
    CLOSED_NUCLEI,
    CODAS,
    ONSETS,
    OPEN_NUCLEI,
    Syllable,
    canonical,
    parse,
    spell,
)

MODEST = settings(max_examples=200, deadline=None)
TONE_TABLES = "data/lists/tone"

# Pairs of the i/y table that are different words, not two spellings of one.
DIFFERENT_WORDS = {("vi", "vy"), ("bi", "by"), ("vĩ", "vỹ")}

syllables = st.one_of(
    st.builds(
        Syllable,
        st.sampled_from(["", *ONSETS]),
        st.sampled_from(sorted(OPEN_NUCLEI)),
        st.just(""),
        st.sampled_from(["", *sorted(TONE_MARKS)]),
    ),
    st.builds(
        Syllable,
        st.sampled_from(["", *ONSETS]),
        st.sampled_from(sorted(CLOSED_NUCLEI)),
        st.sampled_from(sorted(CODAS - {""})),
        st.sampled_from(["", *sorted(TONE_MARKS)]),
    ),
).filter(lambda syllable: parse("".join(syllable[:3])) == (*syllable[:3], ""))  # not g + ia


def pairs(path: Path) -> list[tuple[str, str]]:
    """The first two columns of a table with a header."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [(first, second) for first, second, *_ in (line.split("\t") for line in lines)]


@table("spellings.tsv")
def test_canonical_spelling(word: str, canonical_: str) -> None:
    assert canonical(word) == canonical_
    assert canonical(canonical_) == canonical_
    assert canonical(unicodedata.normalize("NFD", word)) == canonical_


@table("syllables.tsv")
def test_parts(word: str, onset: str, nucleus: str, coda: str, tone: str) -> None:
    assert parse(word) == Syllable(onset, nucleus, coda, tone)


@table("no-syllables.tsv")
def test_no_syllable(word: str) -> None:
    assert parse(word) is None


def test_both_tone_styles_of_open_syllables_are_one(shared: Path) -> None:
    observed = pairs(shared / TONE_TABLES / "observed-open-syllable-pairs.tsv")
    assert len(observed) == 48
    assert [pair for pair in observed if canonical(pair[0]) != canonical(pair[1])] == []


def test_misplaced_tones_are_put_right(shared: Path) -> None:
    observed = pairs(shared / TONE_TABLES / "observed-misplaced-closed-syllables.tsv")
    assert len(observed) == 15
    assert [pair for pair in observed if canonical(pair[0]) != canonical(pair[1])] == [
        ("jõao", "joão")  # Portuguese
    ]


def test_i_and_y_are_one_but_in_different_words(shared: Path) -> None:
    observed = pairs(shared / TONE_TABLES / "observed-i-y-pairs.tsv")
    assert {pair for pair in observed if canonical(pair[0]) != canonical(pair[1])} == (
        DIFFERENT_WORDS
    )


@MODEST
@given(syllables, st.data())
def test_the_tone_may_stand_on_any_vowel(syllable: Syllable, data: st.DataObject) -> None:
    letters = syllable.onset + syllable.nucleus + syllable.coda
    vowels = [at for at, letter in enumerate(letters) if letter in VOWELS]
    at = data.draw(st.sampled_from(vowels)) + 1
    misplaced = letters[:at] + syllable.tone + letters[at:]
    assert canonical(misplaced) == canonical(spell(syllable))


@MODEST
@given(syllables)
def test_spelling_and_parsing_are_inverse(syllable: Syllable) -> None:
    word = spell(syllable)
    parsed = parse(word)
    assert parsed is not None
    assert spell(parsed) == word == canonical(word)
    assert parsed.tone == syllable.tone


@MODEST
@given(syllables)
def test_a_syllable_typed_bare_folds_the_same(syllable: Syllable) -> None:
    word = spell(syllable)
    assert fold(canonical(fold(word))) == fold(word)


@MODEST
@given(st.text())
def test_canonical_is_idempotent_for_any_text(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert unicodedata.is_normalized("NFC", once)
