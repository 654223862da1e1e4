"""Writing an index: however it came about, it answers as one built at once."""

from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import building
from tests.engines.building import build_segment
from tests.engines.slices import row_of
from vnsearch.engines import Filters
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.engines.whoosh.write import bigrams
from vnsearch.engines.whoosh.write.limits import Limits
from vnsearch.engines.whoosh.write.segment_builder import merge
from vnsearch.engines.whoosh.write.writer import to_merge
from vnsearch.errors import TooManyWordsError
from vnsearch.model import Document, Locator, Matches
from vnsearch.query.parser import parse

MODEST = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Sourced = tuple[str, Document]

ENGINE = WhooshEngine()
FORMS = "ma má mà mạ đang đảng dang bo bộ nước nuoc x 12 ð ngoẳng".split()
QUERIES = [
    *("ma", "má", "dang bo", "đảng bộ", '"dang bo"', "ma -má", "m*", "má*", "nuocs~", "title:ma"),
    *("ma bo nuoc x 12", "ma OR x", "x AND bo", "bo -title:x", "qq ma", "ngoang đ", "12-x"),
]


def document(text: str, title: str = "", key: str = "") -> Document:
    return Document(key, title, text, Locator(1))


def some(count: int, begin: int = 0) -> list[Sourced]:
    """Documents that share their words, some of several passages, with several to a file."""
    found = []
    for n in range(begin, begin + count):
        few = [FORMS[(n * k + k) % len(FORMS)] for k in range(2, 7)]
        repeats = 120 if n % 5 == 0 else 1 + n % 30
        found.append((f"{n // 2}.txt", document(" ".join(few * repeats), few[0], str(n))))
    return found


def write(
    folder: Path,
    documents: Sequence[Sourced],
    removed: Sequence[str] = (),
    limits: Limits | None = None,
) -> Path:
    return building.build(WhooshEngine(limits), folder, documents, removed)


def answers(folder: Path, limit: int = 1000) -> list[Matches]:
    with closing(ENGINE.reader(folder)) as reader:
        found = [reader.search(parse(q), limit=limit, explain=True) for q in QUERIES]
        exact = [reader.search(parse(q, exact=True), limit=limit) for q in QUERIES]
        low = Filters(("[01]*",))
        within = [reader.search(parse(q), limit=3, filters=low) for q in QUERIES]
    return [*found, *exact, *within]


def passages_in(folder: Path) -> int:
    with closing(ENGINE.reader(folder)) as reader:
        return reader.count_passages()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def check_folder(folder: Path) -> None:
    """The manifest is true, and nothing lies about."""
    segments = manifest.read(folder)
    assert {s.file for s in segments} | {manifest.NAME} == {p.name for p in folder.iterdir()}
    for segment in segments:
        assert segment.bytes == (folder / segment.file).stat().st_size
        with closing(Arrays(folder / segment.file)) as arrays:
            assert segment.passages == arrays.counts["passages"]
            assert segment.terms == len(arrays["exact.order"])
        assert segment.deleted < set(range(segment.passages))


THREE = Limits(batch_documents=3)


# Batches


@pytest.mark.parametrize(
    ("limits", "count", "segments"),
    [
        pytest.param(THREE, 9, [3, 3, 3], id="three documents each"),
        pytest.param(THREE, 10, [3, 3, 3, 1], id="and the rest"),
        pytest.param(Limits(batch_documents=1), 3, [1, 1, 1], id="one document each"),
        pytest.param(Limits(), 10, [10], id="all in one"),
        pytest.param(Limits(batch_bytes=20), 7, [3, 3, 1], id="by the size of the texts"),
    ],
)
def test_a_batch_of_documents_becomes_a_segment(
    tmp_path: Path, limits: Limits, count: int, segments: list[int]
) -> None:
    documents = [(f"{n}.txt", document("má mà")) for n in range(count)]
    folder = write(tmp_path / "e", documents, limits=limits)
    assert [s.passages for s in manifest.read(folder)] == segments
    assert [s.file for s in manifest.read(folder)] == [
        f"{n}.segment" for n in range(1, 1 + len(segments))
    ]
    check_folder(folder)


def numbers(begin: int, count: int) -> Document:
    return document(" ".join(map(str, range(begin, begin + count))), key=str(begin))


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=30),
    terms=st.integers(400, 2000),
)
@MODEST
def test_a_batch_has_no_more_terms_than_a_segment_can(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], terms: int
) -> None:
    documents = [("a.txt", numbers(100 * n, size)) for n, size in enumerate(sizes, 1)]
    folder = tmp_path_factory.mktemp("e") / "e"
    write(folder, documents, limits=Limits(batch_terms=terms))
    segments = manifest.read(folder)
    assert all(0 < segment.terms <= terms for segment in segments)
    fresh = write(folder.parent / "fresh", documents)
    with closing(ENGINE.reader(folder)) as some, closing(ENGINE.reader(fresh)) as one:
        for n in range(1, 1 + len(sizes)):
            query = parse(str(100 * n))
            assert some.search(query, limit=9) == one.search(query, limit=9)
            assert some.search(query, limit=9).total == 1


def test_one_text_with_too_many_terms_is_refused_and_others_are_kept(tmp_path: Path) -> None:
    writer = WhooshEngine(Limits(batch_terms=100)).writer(tmp_path / "e")
    builder = writer.builder(0)
    builder.add("a.txt", document("má mà"))
    with pytest.raises(TooManyWordsError, match="over 100 different words in one text"):
        builder.add("b.txt", numbers(1, 101))
    builder.add("c.txt", numbers(1, 100))
    for batch in builder.finish():
        writer.add(batch)
    writer.commit()
    with closing(ENGINE.reader(tmp_path / "e")) as reader:
        assert reader.count_passages() == 2
        assert reader.search(parse("ma"), limit=1).total == 1
        assert reader.search(parse("77"), limit=1).total == 1


def test_several_segments_answer_as_one(tmp_path: Path) -> None:
    several = write(tmp_path / "several", some(21), limits=THREE)
    assert len(manifest.read(several)) == 7
    one = write(tmp_path / "one", some(21))
    assert len(manifest.read(one)) == 1
    assert answers(several) == answers(one)
    assert answers(several, 3) == answers(one, 3)


# Merging


@pytest.mark.parametrize("cuts", [[0, 30], [0, 3, 30], [0, 10, 11, 29, 30]], ids=str)
@pytest.mark.parametrize("gone", [(), (0, 7, 8, 9, 29), range(29)], ids=["none", "some", "most"])
def test_merged_segments_are_those_built_at_once(
    tmp_path: Path, cuts: list[int], gone: Sequence[int]
) -> None:
    documents = [(source, item) for n, (source, item) in enumerate(some(30)) if n % 5]
    documents += some(30 - len(documents), 100)
    parts = []
    for begin, end in pairwise(cuts):
        path = tmp_path / f"{begin}.segment"
        build_segment(path, documents[begin:end])
        arrays = Arrays(path)
        keys = {item.key: n for n, (_, item) in enumerate(documents)}
        with closing(SegmentReader(path)) as segment:
            deleted = [
                p for p in range(segment.size) if keys[segment.record(p).key] in gone
            ]  # fmt: skip
        parts.append((arrays, frozenset(deleted)))
    merged = merge(tmp_path / "merged", parts)
    for arrays, _ in parts:
        arrays.close()
    kept = [item for n, item in enumerate(documents) if n not in gone]
    assert build_segment(tmp_path / "built", kept)._replace(file="merged") == merged
    assert (tmp_path / "merged").read_bytes() == (tmp_path / "built").read_bytes()


def segments_of(*sizes: int, deleted: Sequence[int] = ()) -> list[SegmentEntry]:
    """Segments 1, 2, … of so many passages, so many of them deleted."""
    gone = [*deleted, *[0] * (len(sizes) - len(deleted))]
    return [
        SegmentEntry(f"{n}.segment", 1, size, 1, frozenset(range(less)))
        for n, (size, less) in enumerate(zip(sizes, gone, strict=True), 1)
    ]


LIMITS = Limits()
HALF = LIMITS.full // 2


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(segments_of(1), [], id="one"),
        pytest.param(segments_of(*[1] * 7), [], id="few small ones"),
        pytest.param(segments_of(*[5] * 8), [1, 2, 3, 4, 5, 6], id="one too many"),
        pytest.param(segments_of(9, 8, 7, 6, 5, 4, 3, 2, 1), [4, 5, 6, 7, 8, 9], id="smallest"),
        pytest.param(segments_of(*[HALF] * 20), [], id="many that are half full or fuller"),
        pytest.param(segments_of(*[HALF - 1] * 9), [1, 2], id="no more than is full"),
        pytest.param(segments_of(*[LIMITS.full // 3] * 9), [1, 2, 3], id="three fit"),
        pytest.param(segments_of(*[HALF] * 20, *[1] * 7), [], id="few small beside large ones"),
        pytest.param(segments_of(4, deleted=[1]), [], id="a quarter deleted"),
        pytest.param(segments_of(4, deleted=[2]), [1], id="half deleted"),
        pytest.param(segments_of(100_000, deleted=[25_001]), [1], id="a large one too"),
        pytest.param(segments_of(9, 9, 4, deleted=[3, 0, 2]), [3], id="one at a time"),
        pytest.param(segments_of(*[5] * 9, 8, deleted=[0] * 9 + [3]), [10], id="before the small"),
        pytest.param(
            segments_of(HALF + 2, *[1] * 8, deleted=[5]), [2, 3, 4, 5, 6, 7], id="by what is left"
        ),
    ],
)
def test_what_is_merged(segments: list[SegmentEntry], expected: list[int]) -> None:
    chosen = {int(segment.file.partition(".")[0]) for segment in to_merge(segments, LIMITS)}
    assert sorted(chosen) == expected


@given(
    st.lists(st.tuples(st.integers(1, 70_000), st.integers(0, 100)), max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_merging_comes_to_an_end(sizes: list[tuple[int, int]]) -> None:
    segments = [
        SegmentEntry(f"{n}.segment", 1, size, 1, frozenset(range(min(less, size - 1))))
        for n, (size, less) in enumerate(sizes)
    ]
    total, next_, rounds = sum(s.live for s in segments), len(segments), 0
    while chosen := to_merge(segments, LIMITS):
        assert len(chosen) > 1 or chosen[0].deleted
        assert len(chosen) == 1 or sum(s.live for s in chosen) <= LIMITS.full
        segments = [s for s in segments if s not in chosen]
        segments.append(SegmentEntry(f"{next_}.segment", 1, sum(s.live for s in chosen), 1))
        next_, rounds = next_ + 1, rounds + 1
        assert rounds <= 2 * len(sizes)
    assert sum(s.live for s in segments) == total
    assert sum(s.live < HALF for s in segments) <= LIMITS.segments


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param([10] * 9, [1, 2, 3, 4, 5, 6], id="few terms"),
        pytest.param([20] * 9, [1, 2, 3, 4, 5], id="five have as many as a segment can"),
        pytest.param([100, *[10] * 9], [2, 3, 4, 5, 6, 7], id="the smallest has too many"),
        pytest.param([60, 60, *[30] * 9], [1, 3], id="others after one that does not fit"),
        pytest.param([60] * 12, [], id="no two fit"),
    ],
)
def test_merged_segments_have_no_more_terms_than_one_can(
    terms: list[int], expected: list[int]
) -> None:
    segments = [SegmentEntry(f"{n}.segment", 1, n, count) for n, count in enumerate(terms, 1)]
    chosen = to_merge(segments, Limits(terms=100))
    assert [int(segment.file.partition(".")[0]) for segment in chosen] == expected


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError()], ids=repr)
def test_what_cannot_be_merged_is_committed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(path: Path, _: object) -> NoReturn:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr("vnsearch.engines.whoosh.write.segment_builder.merge", failing)
    folder = write(tmp_path / "e", some(60), limits=THREE)
    assert len(manifest.read(folder)) == 20
    check_folder(folder)
    assert answers(folder) == answers(write(tmp_path / "fresh", some(60)))


def test_many_small_segments_are_merged_and_their_files_removed(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(60), limits=THREE)
    assert len(manifest.read(folder)) <= LIMITS.segments
    check_folder(folder)


def test_many_small_updates_leave_few_segments(tmp_path: Path) -> None:
    for n in range(12):
        folder = write(tmp_path / "e", some(2, 2 * n), limits=THREE)
    assert len(manifest.read(folder)) <= LIMITS.segments
    check_folder(folder)
    assert answers(folder) == answers(write(tmp_path / "fresh", some(24)))


# Removing


def test_what_is_removed_is_not_found(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(20))
    before = passages_in(folder)
    write(folder, [], ["0.txt", "9.txt", "not there.txt"])
    left = some(20)[2:18]
    fresh = write(tmp_path / "fresh", left)
    assert passages_in(folder) == passages_in(fresh) < before
    assert answers(folder) == answers(fresh)


def test_little_that_is_removed_changes_no_segment(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(20))
    before = files_of(folder)
    write(folder, [], ["1.txt"])
    after = files_of(folder)
    assert {n for n in before if before[n] != after[n]} == {manifest.NAME}
    check_folder(folder)


def test_a_segment_with_much_removed_is_written_anew(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(20))
    write(folder, [], [f"{n}.txt" for n in range(6)])
    (segment,) = manifest.read(folder)
    assert segment.file != "1.segment"
    assert not segment.deleted
    fresh = write(tmp_path / "fresh", some(8, 12))
    assert (folder / segment.file).read_bytes() == (fresh / "1.segment").read_bytes()
    check_folder(folder)


def test_all_may_be_removed_and_others_added(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(4))
    write(folder, [], ["0.txt", "1.txt"])
    assert manifest.read(folder) == []
    assert passages_in(folder) == 0
    assert all(matches.total == 0 for matches in answers(folder))
    write(folder, some(6))
    check_folder(folder)
    assert answers(folder) == answers(write(tmp_path / "fresh", some(6)))


def test_only_what_was_there_before_is_removed(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", [("a.txt", document("má")), ("b.txt", document("má"))])
    writer = ENGINE.writer(folder)
    builder = writer.builder(0)
    builder.add("a.txt", document("mà"))
    (batch,) = builder.finish()
    writer.add(batch)
    writer.remove("a.txt")
    writer.commit()
    fresh = write(tmp_path / "f", [("b.txt", document("má")), ("a.txt", document("mà"))])
    assert answers(folder) == answers(fresh)


def test_nothing_to_do_changes_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(5))
    before = files_of(folder)
    write(folder, [])
    assert files_of(folder) == before


class Change(NamedTuple):
    """What one update does: files that are removed, files with the texts that they have now."""

    removed: set[str]
    written: dict[str, list[tuple[str, str]]]


files = st.sampled_from("abcdefg").map("{}.txt".format)
words = st.lists(st.sampled_from(FORMS), min_size=1, max_size=5)
contents = st.lists(
    st.tuples(
        st.builds(
            lambda few, times: " ".join(few * times),
            words,
            st.one_of(st.integers(1, 4), st.integers(1, 90)),
        ),
        st.lists(st.sampled_from(FORMS), max_size=3).map(" ".join),
    ),
    min_size=1,
    max_size=4,
)
changes = st.lists(
    st.builds(Change, st.sets(files, max_size=3), st.dictionaries(files, contents, max_size=4)),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize(
    ("batch", "segments", "full"),
    [(1, 2, 20), (2, 1, 65_535), (1000, 8, 65_535)],
    ids=["many small segments", "always merged", "as it is"],
)
@MODEST
@given(updates=changes)
def test_an_updated_index_answers_as_one_built_fresh(
    tmp_path_factory: pytest.TempPathFactory,
    batch: int,
    segments: int,
    full: int,
    updates: list[Change],
) -> None:
    place = tmp_path_factory.mktemp("e")
    folder, there = place / "e", dict[str, list[Document]]()
    limits = Limits(batch_documents=batch, segments=segments, full=full)
    for removed, written in updates:
        new = {
            name: [document(*texts, str(n)) for n, texts in enumerate(found)]
            for name, found in written.items()
        }
        sourced = [(name, item) for name, items in new.items() for item in items]
        write(folder, sourced, sorted(removed | written.keys()), limits)
        there = {n: items for n, items in there.items() if n not in removed} | new
    survivors = [(name, item) for name, items in there.items() for item in items]
    fresh = write(place / "fresh", survivors)
    assert passages_in(folder) == passages_in(fresh)
    assert answers(folder) == answers(fresh)
    assert answers(folder, 2) == answers(fresh, 2)
    with closing(ENGINE.reader(folder)) as one, closing(ENGINE.reader(fresh)) as other:
        for text in ("ma bo", "đảng bộ", "m* x"):
            for offset in (1, 2):
                pages = [r.search(parse(text), limit=2, offset=offset) for r in (one, other)]
                assert pages[0] == pages[1]


# Large segments


def test_more_passages_than_two_bytes_can_number(tmp_path: Path) -> None:
    size = 65_600
    documents = [
        (f"{n // 1000}.txt", document(f"má w{n % 300}", "x" * (n % 2))) for n in range(size)
    ]
    path = tmp_path / "1.segment"
    assert build_segment(path, documents).passages == size
    with closing(Arrays(path)) as arrays:
        assert arrays["exact.passages"].format == arrays["source.passages"].format == "I"
        assert max(arrays["exact.passages"]) >= 65_536
        assert merge(tmp_path / "2.segment", [(arrays, [])]).passages == size
        assert merge(tmp_path / "3.segment", [(arrays, range(1, size))]).passages == 1
    assert (tmp_path / "2.segment").read_bytes() == path.read_bytes()
    with closing(SegmentReader(path)) as segment:
        asked = [parse(text).runs()[0] for text in ("ma", "w7", "ma w7", "x")]
        rows = [row_of(segment.slices(words[0], exact=False), size) for words in asked]
        assert rows[0] == b"\1" * size
        assert rows[1] == bytes(n % 300 == 7 for n in range(size))
        assert rows[3] == bytes(n % 2 * 2 for n in range(size))
        assert segment.variants("w7") == {"w7": sum(rows[1])}
        assert segment.bigrams("ma", "w7") in (None, {("má", "w7"): sum(rows[1])})
        for passage in (0, 65_535, 65_536, size - 1):
            assert segment.record(passage).text == documents[passage][1].text


def test_frequent_pairs_of_many_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [("a.txt", document(f"má {'mà ' * (n % 2)}w{'abc'[n % 3]}")) for n in range(9000)]
    build_segment(tmp_path / "1.segment", documents)
    with closing(SegmentReader(tmp_path / "1.segment")) as segment:
        assert segment.bigrams("ma", "ma") == {("má", "mà"): 4500}
        assert segment.bigrams("ma", "wb") == {("má", "wb"): 1500, ("mà", "wb"): 1500}
        assert segment.bigrams("wb", "ma") == segment.bigrams("wa", "wb") == {}
    # With room for the two commonest words only, others have no lists of bigrams.
    monkeypatch.setattr(bigrams, "_MAX_EXACT", 3)
    build_segment(tmp_path / "2.segment", documents)
    with closing(SegmentReader(tmp_path / "2.segment")) as segment:
        assert segment.bigrams("ma", "ma") == {("má", "mà"): 4500}
        assert segment.bigrams("ma", "wa") == {("má", "wa"): 1500, ("mà", "wa"): 1500}
        assert segment.bigrams("ma", "wb") is None
