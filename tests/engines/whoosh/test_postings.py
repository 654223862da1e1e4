"""Posting lists and frequencies of a segment: those that counting over its passages finds."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.building import build_segment
from tests.engines.slices import row_of
from tests.shapes import as_indexed, word
from vnsearch.analysis.tokenizer import forms_of
from vnsearch.engines.whoosh.format import segment_file
from vnsearch.engines.whoosh.format.segment_file import MAX_TF, Arrays
from vnsearch.engines.whoosh.read.bitset import members
from vnsearch.engines.whoosh.read.segment import FIELD_SEPARATOR, SegmentReader
from vnsearch.engines.whoosh.read.terms import PostingLists, TermDictionary
from vnsearch.engines.whoosh.write import bigrams, inverter, segment_builder, token_strings
from vnsearch.engines.whoosh.write.encoding import as_blobs
from vnsearch.engines.whoosh.write.segment_builder import merge
from vnsearch.engines.whoosh.write.token_strings import MAX_ONE_UNIT_TERMS
from vnsearch.errors import IndexUnusableError
from vnsearch.model import Document, Locator
from vnsearch.ranking import TITLE_WEIGHT
from vnsearch.vietnamese.letters import nfc

MODEST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Several exact forms of most folded ones, some folded forms that begin with others.
FORMS = "ma má mà mã mạ man mân mận dang đang đảng đàng bo bò bộ bố zu zử x 12".split()


class Passage(NamedTuple):
    """The words of a document that is one passage, each with how often it stands there."""

    text: list[str]
    title: list[str]

    def counts(self) -> Counter[str]:
        """Words of the title count as often as ranking says."""
        text, title = self.indexed()
        counts = Counter(text)
        for title_word in title:
            counts[title_word] += TITLE_WEIGHT
        return counts

    def indexed(self) -> tuple[list[str], list[str]]:
        """The exact forms of text and title."""
        text, title = as_indexed(*(list(map(forms, words)) for words in self))
        return [exact for _, exact in text], [exact for _, exact in title]


def forms(word: str) -> tuple[str, str]:
    """The folded and the exact form of a word, or of one of unknown marks."""
    folded, exact = forms_of(word.removesuffix("?"))
    return folded, exact + "?" * word.endswith("?")


# Few different words, often again, so that counts go far beyond MAX_TF.
stretches = st.lists(
    st.tuples(st.sampled_from(FORMS), st.one_of(st.integers(1, 3), st.integers(1, 40))),
    min_size=1,
    max_size=6,
).map(lambda runs: [form for form, count in runs for _ in range(count)])
passages_ = st.builds(Passage, stretches, st.lists(st.sampled_from(FORMS), max_size=9))
collections = st.lists(passages_, min_size=1, max_size=12)

# From which share of the passages on terms are dense, or have bigrams counted: all to none.
shares = st.sampled_from([0, 1 / 5, 1 / 3, 1 / 2, 1, 2])


@contextmanager
def segment_of(
    folder: Path,
    passages: Sequence[Passage],
    dense: float = 1 / 128,
    frequent: float = 1 / 128,
    at_least: int = 1,
) -> Iterator[SegmentReader]:
    documents = [
        (f"{n % 3}.txt", Document(str(n), " ".join(p.title), " ".join(p.text), Locator(1)))
        for n, p in enumerate(passages)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverter, "DENSE_MIN_SHARE", dense)
        patch.setattr(bigrams, "DENSE_MIN_SHARE", dense)
        patch.setattr(bigrams, "MIN_SHARE", frequent)
        patch.setattr(inverter, "DENSE_MIN_DF", at_least)
        assert build_segment(folder / "1.segment", documents).passages == len(passages)
    with closing(SegmentReader(folder / "1.segment")) as segment:
        yield segment


@contextmanager
def postings_of(
    folder: Path,
) -> Iterator[tuple[TermDictionary, TermDictionary, list[int], PostingLists]]:
    """The exact and the folded terms, the first exact one of each folded one, the postings."""
    with closing(Arrays(folder / "1.segment")) as arrays:
        first = arrays["folded.first"].tolist()
        postings = PostingLists(arrays, "exact", first)
        yield TermDictionary(arrays, "exact"), TermDictionary(arrays, "folded"), first, postings


def capped(counts: Sequence[int]) -> bytes:
    return bytes(min(count, MAX_TF) for count in counts)


def dense_of(passages: Sequence[Passage], wanted: set[str]) -> bytes:
    """The dense posting list of some exact forms together."""
    return capped([sum(p.counts()[form] for form in wanted) for p in passages])


# Posting lists, stored dense and sparse


@MODEST
@given(passages=collections, dense=shares)
def test_postings_and_df_of_terms(tmp_path: Path, passages: list[Passage], dense: float) -> None:
    with segment_of(tmp_path, passages, dense), postings_of(tmp_path) as (exact, _, _, postings):
        terms = [exact[number].decode() for number in range(len(exact))]
        occurring = {form for p in passages for form in p.counts()}
        assert sorted(terms) == sorted(occurring)
        for number, term in enumerate(terms):
            expected = dense_of(passages, {term})
            assert row_of(postings.slices(number), len(passages)) == expected, term
            assert postings.df(number) == sum(map(bool, expected)), term


@MODEST
@given(passages=collections, dense=shares, data=st.data())
def test_postings_of_groups(
    tmp_path: Path, passages: list[Passage], dense: float, data: st.DataObject
) -> None:
    with segment_of(tmp_path, passages, dense), postings_of(tmp_path) as (_, folded, _, postings):
        groups = [folded[number].decode() for number in range(len(folded))]
        occurring = {form for p in passages for form in p.counts()}
        assert groups == sorted({forms(form)[0] for form in occurring})
        stretches = [range(n, n + 1) for n in range(len(groups))]
        begin = data.draw(st.integers(0, len(groups)))
        stretches += [range(len(groups)), range(begin, begin)]
        stretches += [range(begin, data.draw(st.integers(begin, len(groups))))]
        for stretch in stretches:
            wanted = {
                form
                for form in occurring
                if forms(form)[0] in groups[slice(stretch.start, stretch.stop)]
            }
            found = row_of(postings.slices_of_groups(stretch), len(passages))
            assert found == dense_of(passages, wanted), stretch


def test_each_posting_list_is_stored_once(tmp_path: Path) -> None:
    """`má` and `mà` are common, and so is their group; `mã` is rare in it. `bo` is a group of one
    common term. Of `xa`, `xá` and `xà` only the group is common; `y` is rare."""
    passages = [Passage([*["má"] * (1 + n % 9), *["mà"] * (n % 20), "bo"], []) for n in range(20)]
    passages += [Passage(["xa", "xá"], []), Passage(["xà"], ["xa"])] * 3
    passages += [Passage(["mã", "y"], []), Passage(["má"] * 16, ["mà"])]
    with (
        segment_of(tmp_path, passages, dense=1 / 4),
        closing(Arrays(tmp_path / "1.segment")) as arrays,
        postings_of(tmp_path) as (exact, folded, _, postings),
    ):
        dense = [exact[n].decode() for n in arrays["exact.dense_terms"]]
        assert dense == ["bo", "mà", "má"]
        assert arrays["exact.dense_df"].tolist() == [20, 20, 21]
        assert [folded[n].decode() for n in arrays["exact.dense_groups"]] == ["ma", "xa"]
        assert len(arrays["exact.dense_at"]) == 1 + len(dense) + 2
        at = arrays["exact.postings_at"].tolist()
        sizes = {exact[n].decode(): at[n + 1] - at[n] for n in range(len(exact))}
        assert {f: s for f, s in sizes.items() if s} == {"mã": 1, "xa": 6, "xà": 3, "xá": 3, "y": 1}
        for number in range(len(exact)):
            found = row_of(postings.slices(number), len(passages))
            assert found == dense_of(passages, {exact[number].decode()})


@pytest.mark.parametrize("others", [1, 2, 13, 16, 17, 18, 34, 38])
def test_sums_of_a_group_are_capped_at_any_number_of_its_terms(tmp_path: Path, others: int) -> None:
    # That many exact forms of `x`, by marks that are no tones.
    variants = [nfc("x" + chr(0x0304 + n)) for n in range(40) if n not in (5, 31)][:others]
    passages = [
        Passage(["x"] * 3 + variants, []),
        *(Passage([variant] * 14, []) for variant in variants),
        Passage(["x"] * 15, ["x"]),
        Passage(["y"], []),
    ]
    for dense in (0, 1):
        with segment_of(tmp_path, passages, dense), postings_of(tmp_path) as (exact, folded, _, p):
            groups = len(folded)
            everything = {form for q in passages for form in q.counts()}
            found = row_of(p.slices_of_groups(range(groups)), len(passages))
            assert found == dense_of(passages, everything)
            for number in range(len(exact)):
                found = row_of(p.slices(number), len(passages))
                assert found == dense_of(passages, {exact[number].decode()})


# What words of queries find


@MODEST
@given(passages=collections, dense=shares)
def test_rows_of_words_are_those_of_the_terms_they_match(
    tmp_path: Path, passages: list[Passage], dense: float
) -> None:
    occurring = {form for p in passages for form in p.counts()}
    typed = [*FORMS, "m*", "má*", "ma*", "đa*", "qq", "qq*", "mma~", "xx~", "zư"]
    with segment_of(tmp_path, passages, dense) as segment:
        for text in typed:
            for exact in (False, True):
                asked = word(text)
                wanted = {f for f in occurring if asked.matches(*forms(f), exact)}
                row = dense_of(passages, wanted)
                found = row_of(segment.slices(asked, exact), len(passages))
                assert found == row, (text, exact)
                characters = segment.characters(asked, exact)
                assert len(characters) == len(set(characters)) == len(wanted)


@MODEST
@given(passages=collections, dense=shares, frequent=shares)
def test_frequencies_of_variants_and_pairs(
    tmp_path: Path, passages: list[Passage], dense: float, frequent: float
) -> None:
    with segment_of(tmp_path, passages, dense, frequent) as segment:
        for folded in {forms(form)[0] for form in FORMS}:
            expected = Counter(e for p in passages for e in exact_forms(p) if forms(e)[0] == folded)
            assert segment.variants(folded) == expected, folded
            by_character = segment.variant_characters(folded)
            assert list(by_character.values()) == list(segment.variants(folded))
        counted = 0
        for first in ("ma", "man", "dang", "bo", "x", "12", "qq"):
            for second in ("ma", "man", "dang", "bo", "zu", "x", "qq"):
                found = segment.bigrams(first, second)
                assert found in (None, pairs_of(passages, first, second)), (first, second)
                counted += found is not None
                for wanted in (None, {*[*(found or ())][::2]}):
                    slices = segment.bigram_slices(first, second, wanted)
                    assert (slices is None) == (found is None)
                    if slices is not None:
                        chosen = pairs_of(passages, first, second) if wanted is None else wanted
                        tfs = [sum(tf_of_pairs(p)[pair] for pair in chosen) for p in passages]
                        row = row_of(slices, len(passages))
                        assert row == bytes(min(3, tf) for tf in tfs), (first, second)
        if frequent == 0:
            assert counted == 49


def exact_forms(passage: Passage) -> set[str]:
    return {forms(form)[1] for form in chain(*passage.indexed())}


def pairs_of(passages: Sequence[Passage], first: str, second: str) -> Counter[tuple[str, str]]:
    """In how many passages exact forms of two folded ones stand side by side."""
    return Counter(
        pair for p in passages for pair in pairs_in(p) if folded_pair(pair) == (first, second)
    )


def tf_of_pairs(passage: Passage) -> Counter[tuple[str, str]]:
    text, title = passage.indexed()
    tf = Counter(pairwise(text))
    for pair in pairwise(title):
        tf[pair] += TITLE_WEIGHT
    return tf


def pairs_in(passage: Passage) -> set[tuple[str, str]]:
    stretches = ([forms(form)[1] for form in words] for words in passage.indexed())
    return {pair for stretch in stretches for pair in pairwise(stretch)}


def folded_pair(pair: tuple[str, str]) -> tuple[str, str]:
    return forms(pair[0])[0], forms(pair[1])[0]


def test_pairs_are_counted_once_a_passage_in_texts_and_titles(tmp_path: Path) -> None:
    passages = [Passage(f"a b c {'á b' * (n % 2)} d{n % 3}".split(), ["b", "a"]) for n in range(15)]
    with segment_of(tmp_path, passages, frequent=0) as segment:
        for first in "a b c d0 d1 d2".split():
            for second in "a b c d0 d1 d2".split():
                assert segment.bigrams(first, second) == pairs_of(passages, first, second)


@pytest.mark.parametrize("most", [0, 1, 3, 4])
def test_only_so_many_words_have_their_pairs_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(bigrams, "_MAX_FOLDED", most)
    passages = [Passage("a b c d".split(), [])] * 5
    passages += [Passage("d c b".split(), [])] * 4 + [Passage("d d c".split(), ["c", "c"])] * 3
    commonest = "cdba"[:most]  # in 12, 12, 9 and 5 passages
    with segment_of(tmp_path, passages, frequent=0) as segment:
        for first in "abcd":
            for second in "abcd":
                counted = first in commonest and second in commonest
                expected = pairs_of(passages, first, second) if counted else None
                assert segment.bigrams(first, second) == expected


def test_only_so_many_exact_forms_have_their_pairs_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigrams, "_MAX_EXACT", 4)
    passages = [Passage("ma má b bà mà b mã b".split(), [])] * 3
    with segment_of(tmp_path, passages, frequent=0) as segment:
        assert segment.bigrams("ma", "ma") == {("ma", "má"): 3}
        assert segment.bigrams("ma", "b") is segment.bigrams("b", "ba") is None


def test_pairs_of_many_rare_words_take_little_memory(tmp_path: Path) -> None:
    # A word list: in a small collection even a word that occurs once is in one of 128 passages.
    words = [f"w{n}" for n in range(6000)]
    parts = [words[begin : begin + 200] for begin in range(0, len(words), 200)]
    tracemalloc.start()
    try:
        found = [Passage(part, []) for part in parts]
        with segment_of(tmp_path, found, at_least=inverter.DENSE_MIN_DF) as segment:
            assert segment.bigrams("w7", "w8") in (None, {("w7", "w8"): 1})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000, f"{peak:,} bytes for {len(words):,} words"


# What is kept of passages


def read_back(segment: SegmentReader) -> list[Passage]:
    """The passages as their words tell."""
    form_of = {}
    for number in range(len(segment.exact)):
        form = segment.exact[number].decode()
        form_of[segment.characters_of(range(number, number + 1))] = form
    assert len(form_of) == len(segment.exact)
    assert FIELD_SEPARATOR not in form_of
    found = []
    for passage in range(segment.size):
        text, title, *_ = segment.token_string(passage).split(FIELD_SEPARATOR)
        found.append(Passage([form_of[c] for c in text], [form_of[c] for c in title]))
    return found


@MODEST
@given(passages=collections, kept=st.sampled_from([1, 2, 5, 63_487]))
def test_words_of_passages_when_there_are_more_terms_than_characters(
    tmp_path: Path, passages: list[Passage], kept: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_strings, "MAX_ONE_UNIT_TERMS", kept)
        patch.setattr(inverter, "DENSE_MIN_DF", 1)  # of the merge
        with segment_of(tmp_path, passages) as segment:
            assert read_back(segment) == [Passage(*p.indexed()) for p in passages]
            every = range(len(segment.exact))
            each = [segment.characters_of(range(n, n + 1)) for n in every]
            assert segment.characters_of(every) == "".join(each)
            # Their characters, of which some are rare, still say which word stands where.
            for text in ("ma", "ma*", "đảng", "x"):
                for exact in (False, True):
                    characters = segment.characters(word(text), exact)
                    for number, passage in enumerate(passages):
                        own = sum(segment.token_string(number).count(c) for c in characters)
                        expected = [
                            word(text).matches(*forms(f), exact) for f in chain(*passage.indexed())
                        ]
                        assert own == sum(expected)
        with closing(Arrays(tmp_path / "1.segment")) as arrays:
            assert merge(tmp_path / "2.segment", [(arrays, ())]).passages == len(passages)
    assert (tmp_path / "2.segment").read_bytes() == (tmp_path / "1.segment").read_bytes()


def test_more_terms_than_there_are_characters_of_one_code_unit(tmp_path: Path) -> None:
    words = [f"w{n}" for n in range(MAX_ONE_UNIT_TERMS + 30)]
    parts = [words[begin : begin + 300] for begin in range(0, len(words), 300)]
    passages = [Passage(part, []) for part in [*parts, *parts[:-1]]]
    with segment_of(tmp_path, passages) as segment:
        assert read_back(segment) == passages
        longest = max(map(len, (segment.token_string(n) for n in range(segment.size))))
        assert longest == 1201  # each with its two pieces and a separator


def test_records_lengths_and_sources(tmp_path: Path) -> None:
    passages = [Passage(["má"] * (1 + n), ["x"] * (n % 4)) for n in range(300)]
    with segment_of(tmp_path, passages) as segment:
        assert segment.size == 300
        lengths = [len(p.text) + TITLE_WEIGHT * len(p.title) for p in passages]
        assert segment.lengths.tolist() == lengths
        assert segment.tokens == sum(lengths)
        assert segment.last() == (1 << 300) - 1
        for number in (299, 0, 150, 1, 299):
            record = segment.record(number)
            assert (record.source, record.key) == (f"{number % 3}.txt", str(number))
            assert record.text == " ".join(passages[number].text)
        accepted = segment.from_sources(lambda source: source != "1.txt")
        assert members(accepted) == [n for n in range(300) if n % 3 != 1]
        assert not segment.from_sources(lambda _: False)


def test_more_passages_than_numbers_of_two_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = [Passage(["má", *["mà"] * (n % 20), f"w{n % 5}"], ["x"]) for n in range(40)]
    with segment_of(tmp_path, passages, 1 / 2, 0) as segment:
        rows = {f: segment.slices(word(f), exact=True) for f in ("má", "mà", "w1", "x")}
        pairs = segment.bigrams("ma", "w1")
    for module in (inverter, segment_builder, bigrams):
        monkeypatch.setattr(module, "number_type", lambda _: "I")
    monkeypatch.setattr("vnsearch.engines.whoosh.read.segment.number_type", lambda _: "I")
    with segment_of(tmp_path, passages, 1 / 2, 0) as segment:
        assert segment._arrays["exact.passages"].format == "I"
        assert {f: segment.slices(word(f), exact=True) for f in rows} == rows
        assert segment.bigrams("ma", "w1") == pairs
        assert pairs == pairs_of(passages, "ma", "w1")


# Finding terms

words = st.lists(st.text("abđ \u0301", min_size=1, max_size=4), unique=True, max_size=20)


@MODEST
@given(terms=words, asked=st.text("abđ \u0301z", max_size=4))
def test_terms_are_found_by_themselves_and_by_what_they_begin_with(
    tmp_path: Path, terms: list[str], asked: str
) -> None:
    encoded = sorted(term.encode() for term in terms)
    segment_file.write(tmp_path / "1", as_blobs(encoded, "x.terms").items(), {})
    with closing(Arrays(tmp_path / "1")) as arrays:
        found = TermDictionary(arrays, "x")
        assert [found[n] for n in range(len(found))] == encoded
        assert [found.find(term) for term in encoded] == list(range(len(encoded)))
        assert (found.find(asked.encode()) is None) == (asked not in terms)
        beginning = [found[n].decode() for n in found.beginning_with(asked.encode())]
        assert sorted(beginning) == sorted(term for term in terms if term.startswith(asked))
        if asked:
            ending = [found[n].decode() for n in found.ending_with(asked.encode())]
            assert sorted(ending) == sorted(term for term in terms if term.endswith(asked))


# Interrupts and damage


def test_an_interrupt_while_a_row_is_read_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While it travels up, the frames it left behind still hold on to pieces of the file.
    def interrupted(frame: object) -> bytes:
        assert frame
        raise KeyboardInterrupt

    with segment_of(tmp_path, [Passage(["má"], [])] * 3):
        monkeypatch.setattr("vnsearch.engines.whoosh.read.terms.decompress", interrupted)
    with (
        pytest.raises(KeyboardInterrupt),
        closing(SegmentReader(tmp_path / "1.segment")) as segment,
    ):
        segment.slices(word("ma"), exact=False)


def test_a_segment_that_lacks_an_array_is_refused(tmp_path: Path) -> None:
    with segment_of(tmp_path, [Passage(["má", "x"], ["ma"])]):
        pass
    with closing(Arrays(tmp_path / "1.segment")) as arrays:
        whole = {name: (array.format, bytes(array)) for name, array in arrays._arrays.items()}
        counts = arrays.counts
    assert len(whole) > 20
    for name in ("exact.terms", "folded.first", "lengths", "exact.dense_df", "source.dense_at"):
        segment_file.write(
            tmp_path / "2.segment", [item for item in whole.items() if item[0] != name], counts
        )
        with pytest.raises(IndexUnusableError):
            SegmentReader(tmp_path / "2.segment")
    segment_file.write(tmp_path / "2.segment", whole.items(), {"passages": 1})
    with pytest.raises(IndexUnusableError):
        SegmentReader(tmp_path / "2.segment")
