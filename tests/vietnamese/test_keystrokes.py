"""Keystrokes of Telex and VNI: the words they give, and words that only look like keystrokes."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import table
from tests.vietnamese.test_syllable import syllables
from vnsearch.vietnamese.keystrokes import is_ordinary, is_well_spelled, telex, vni
from vnsearch.vietnamese.letters import ACUTE, DOT, GRAVE, HOOK, TILDE
from vnsearch.vietnamese.syllable import Syllable, canonical, spell

PAIRS = "data/lists/telex/gonhanh-vietnamese_telex_pairs.txt"
MODEST = settings(max_examples=300, deadline=None)

TONES = ("", ACUTE, GRAVE, HOOK, TILDE, DOT)
TELEX_TONES = dict(zip(TONES, ("", *"sfrxj"), strict=True))
VNI_TONES = dict(zip(TONES, ("", *"12345"), strict=True))
TELEX = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
VNI = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}

# What the pairs have as decoded, but not here: no key was typed, only the spelling of the pair
# is not the canonical one (hy); a stop without its tone.
NOT_DECODED = {"hi", "ki", "li", "mi", "ti", "teet"}

marked = syllables.filter(is_well_spelled).filter(lambda syllable: not spell(syllable).isascii())


def typed(letters: str, keys: Mapping[str, str]) -> str:
    """The keys of letters with their marks; in Telex a third o for `oo`."""
    doubled = letters.replace("oo", "ooo") if keys is TELEX else letters
    return "".join(keys.get(letter, letter) for letter in doubled)


def standard(syllable: Syllable, keys: Mapping[str, str], tones: Mapping[str, str]) -> set[str]:
    """Both usual orders: the tone key last, and right after the vowel."""
    onset, nucleus, coda, tone = syllable
    nuclei = {nucleus, nucleus.replace("ươ", "uơ"), nucleus.replace("ươ", "ưo")}
    return {
        typed(onset, keys) + typed(way, keys) + end
        for way in nuclei
        for end in (coda + tones[tone], tones[tone] + coda)
    }


@table("keystrokes_telex.tsv")
def test_telex(keys: str, word: str) -> None:
    assert (telex(keys) or "") == word


@table("keystrokes_vni.tsv")
def test_vni(keys: str, word: str) -> None:
    assert (vni(keys) or "") == word


@MODEST
@given(marked)
def test_every_syllable_can_be_typed_in_telex(syllable: Syllable) -> None:
    keys = standard(syllable, TELEX, TELEX_TONES)
    assert {telex(way) for way in keys} == {spell(syllable)}


@MODEST
@given(marked)
def test_every_syllable_can_be_typed_in_vni(syllable: Syllable) -> None:
    keys = standard(syllable, VNI, VNI_TONES)
    assert {vni(way) for way in keys} == {spell(syllable)}


@MODEST
@given(st.one_of(st.text(), st.from_regex(re.compile(r"[a-z0-9]{1,9}"), fullmatch=True)))
def test_any_text_gives_a_canonical_word_or_nothing(text: str) -> None:
    for word in (telex(text), vni(text)):
        assert word is None or (word != text and canonical(word) == word)


@MODEST
@given(st.one_of(st.text(), st.sampled_from(["AS", "Boss", "A4", "b52", "o7", "laf", "a12345"])))
def test_case_does_not_decide_whether_a_word_is_ordinary(text: str) -> None:
    assert is_ordinary(text) == is_ordinary(text.lower())
    if not re.fullmatch("[a-z0-9]+", text.lower()):
        assert not is_ordinary(text)


def test_pairs_of_keys_and_words(shared: Path) -> None:
    lines = (shared / PAIRS).read_text(encoding="utf-8").splitlines()
    pairs = [(keys, canonical(word)) for keys, word in (line.split("\t") for line in lines)]
    assert len(pairs) == 30_337
    wrong = {keys for keys, word in pairs if (telex(keys) or keys) != word}
    assert wrong == NOT_DECODED


@table("keystrokes_words.tsv")
def test_words_and_codes_are_no_sign_of_raw_typing(word: str) -> None:
    assert is_ordinary(word) or (telex(word) is None and vni(word) is None)


@pytest.mark.parametrize("keys", "laf cos nos mas vaf tooi cuar ddos bans soong sachs".split())
def test_keystrokes_of_common_syllables_are_not_ordinary(keys: str) -> None:
    assert telex(keys) is not None
    assert not is_ordinary(keys)


def test_ordinary_words_are_all_needed() -> None:
    path = Path(__file__).parents[2] / "vnsearch" / "vietnamese" / "ordinary.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    words = " ".join(line for line in lines if not line.startswith("#")).split()
    assert len(words) == len(set(words)) > 800
    assert [word for word in words if telex(word) is None and vni(word) is None] == []
    assert [word for word in words if not is_ordinary(word.upper())] == []
