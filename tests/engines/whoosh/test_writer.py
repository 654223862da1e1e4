"""Writing an index: however it came about, it answers as one built at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnsearch.analysis.bulk import Vocabulary
from vnsearch.engines import Filters
from vnsearch.engines.whoosh import WhooshEngine
from vnsearch.engines.whoosh.format import manifest
from vnsearch.engines.whoosh.format.manifest import SegmentEntry
from vnsearch.engines.whoosh.format.segment_file import Arrays
from vnsearch.engines.whoosh.read.segment import SegmentReader
from vnsearch.engines.whoosh.write import bigrams, workers, writer
from vnsearch.engines.whoosh.write import writer as writing
from vnsearch.engines.whoosh.write.segment_builder import build, merge
from vnsearch.engines.whoosh.write.writer import _to_merge
from vnsearch.errors import VnsearchError
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
    folder: Path, documents: Sequence[Sourced], removed: Sequence[str] = (), jobs: int = 1
) -> Path:
    writer = ENGINE.writer(folder, jobs)
    for source in removed:
        writer.remove(source)
    for source, item in documents:
        writer.add(source, item)
    writer.commit()
    return folder


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
        assert segment == manifest.described(folder / segment.file, segment.passages)._replace(
            deleted=segment.deleted
        )
        assert segment.deleted < set(range(segment.passages))


@pytest.fixture
def three_to_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_BATCH_DOCUMENTS", 3)


# Batches


@pytest.mark.parametrize(
    ("batch", "count", "segments"),
    [(3, 9, [3, 3, 3]), (3, 10, [3, 3, 3, 1]), (100, 10, [10]), (1, 3, [1, 1, 1])],
)
def test_a_batch_of_documents_becomes_a_segment(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    count: int,
    segments: list[int],
) -> None:
    monkeypatch.setattr(writing, "_BATCH_DOCUMENTS", batch)
    documents = [(f"{n}.txt", document("má mà")) for n in range(count)]
    folder = write(tmp_path / "e", documents)
    assert [s.passages for s in manifest.read(folder)] == segments
    assert [s.file for s in manifest.read(folder)] == [
        f"{n}.segment" for n in range(1, 1 + len(segments))
    ]
    check_folder(folder)


@pytest.mark.parametrize(
    ("size", "jobs", "expected"),
    [
        pytest.param(0, 1, 1000, id="unknown: as much as a batch may have"),
        pytest.param(600, 1, 1000, id="less than a batch: all of it in one"),
        pytest.param(2500, 1, 2500 / 3, id="in equal parts"),
        pytest.param(2500, 2, 625, id="in equal parts for each process"),
        pytest.param(100, 2, 50, id="a part for each process"),
    ],
)
def test_batches_are_of_one_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, jobs: int, expected: float
) -> None:
    monkeypatch.setattr(writing, "_BATCH_BYTES", 1000)
    writer = ENGINE.writer(tmp_path / "e", jobs, size)
    assert writer._enough == pytest.approx(expected)
    writer.cancel()


@pytest.mark.usefixtures("three_to_a_batch")
def test_several_segments_answer_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    several = write(tmp_path / "several", some(24))
    assert len(manifest.read(several)) == 8
    monkeypatch.setattr(writing, "_BATCH_DOCUMENTS", 1000)
    one = write(tmp_path / "one", some(24))
    assert len(manifest.read(one)) == 1
    assert answers(several) == answers(one)
    assert answers(several, 3) == answers(one, 3)


@pytest.mark.usefixtures("three_to_a_batch")
def test_several_processes_write_the_same_files(tmp_path: Path) -> None:
    one = write(tmp_path / "one", some(40))
    two = write(tmp_path / "two", some(40), jobs=2)
    assert files_of(one) == files_of(two)


# Merging


@pytest.mark.parametrize("cuts", [[0, 30], [0, 3, 30], [0, 10, 11, 29, 30]], ids=str)
@pytest.mark.parametrize("gone", [(), (0, 7, 8, 9, 29), range(29)], ids=["none", "some", "most"])
def test_merged_segments_are_those_built_at_once(
    tmp_path: Path, cuts: list[int], gone: Sequence[int]
) -> None:
    documents = [(source, item) for n, (source, item) in enumerate(some(30)) if n % 5]
    documents += some(30 - len(documents), 100)
    parts, vocabulary = [], Vocabulary()
    for begin, end in pairwise(cuts):
        path = tmp_path / f"{begin}.segment"
        build(path, documents[begin:end], vocabulary)
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
    assert build(tmp_path / "built", kept, Vocabulary()) == merged
    assert (tmp_path / "merged").read_bytes() == (tmp_path / "built").read_bytes()


def segments_of(*sizes: int, deleted: Sequence[int] = ()) -> list[SegmentEntry]:
    """Segments 1, 2, … of so many passages, so many of them deleted."""
    gone = [*deleted, *[0] * (len(sizes) - len(deleted))]
    return [
        SegmentEntry(f"{n}.segment", 1, size, frozenset(range(less)))
        for n, (size, less) in enumerate(zip(sizes, gone, strict=True), 1)
    ]


HALF = writer._FULL // 2


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(segments_of(1), [], id="one"),
        pytest.param(segments_of(*[1] * 8), [], id="few small ones"),
        pytest.param(segments_of(*[5] * 9), [1, 2, 3, 4, 5, 6], id="one too many"),
        pytest.param(segments_of(9, 8, 7, 6, 5, 4, 3, 2, 1), [4, 5, 6, 7, 8, 9], id="smallest"),
        pytest.param(segments_of(*[HALF] * 20), [], id="many that are half full or fuller"),
        pytest.param(segments_of(*[HALF - 1] * 9), [1, 2], id="no more than is full"),
        pytest.param(segments_of(*[20_000] * 9), [1, 2, 3], id="three fit"),
        pytest.param(segments_of(*[HALF] * 20, *[1] * 8), [], id="few small beside large ones"),
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
    chosen = {int(segment.file.partition(".")[0]) for segment in _to_merge(segments)}
    assert sorted(chosen) == expected


@given(
    st.lists(st.tuples(st.integers(1, 70_000), st.integers(0, 100)), max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_merging_comes_to_an_end(sizes: list[tuple[int, int]]) -> None:
    segments = [
        SegmentEntry(f"{n}.segment", 1, size, frozenset(range(min(less, size - 1))))
        for n, (size, less) in enumerate(sizes)
    ]
    total, next_, rounds = sum(s.live for s in segments), len(segments), 0
    while chosen := _to_merge(segments):
        assert len(chosen) > 1 or chosen[0].deleted
        assert len(chosen) == 1 or sum(s.live for s in chosen) <= writer._FULL
        segments = [s for s in segments if s not in chosen]
        segments.append(SegmentEntry(f"{next_}.segment", 1, sum(s.live for s in chosen)))
        next_, rounds = next_ + 1, rounds + 1
        assert rounds <= 2 * len(sizes)
    assert sum(s.live for s in segments) == total
    assert sum(s.live < HALF for s in segments) <= writer._SEGMENTS


@pytest.mark.usefixtures("three_to_a_batch")
def test_many_small_segments_are_merged_and_their_files_removed(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(60))
    assert len(manifest.read(folder)) <= writer._SEGMENTS
    check_folder(folder)


@pytest.mark.usefixtures("three_to_a_batch")
def test_many_small_updates_leave_few_segments(tmp_path: Path) -> None:
    for n in range(12):
        folder = write(tmp_path / "e", some(2, 2 * n))
    assert len(manifest.read(folder)) <= writer._SEGMENTS
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
    writer.add("a.txt", document("mà"))
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "_BATCH_DOCUMENTS", batch)
        patch.setattr(writing, "_SEGMENTS", segments)
        patch.setattr(writing, "_FULL", full)
        for removed, written in updates:
            new = {
                name: [document(*texts, str(n)) for n, texts in enumerate(found)]
                for name, found in written.items()
            }
            sourced = [(name, item) for name, items in new.items() for item in items]
            write(folder, sourced, sorted(removed | written.keys()))
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


# When it goes wrong


def killed(path: Path, documents: Sequence[Sourced]) -> NoReturn:
    """Instead of a segment being made, the process is ended from outside."""
    assert parent_process() is not None, "not the process of the tests"
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(path, documents)


def failing(path: Path, documents: Sequence[Sourced]) -> NoReturn:
    """Instead of a segment being made, the disk is full."""
    raise OSError(28, "No space left on device", str(path), documents[0][0])


@pytest.mark.usefixtures("three_to_a_batch")
@pytest.mark.parametrize("pause", [0.0, 0.2], ids=["at once", "while documents still come"])
def test_a_process_that_dies_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    folder = write(tmp_path / "e", some(5))
    before = files_of(folder)
    monkeypatch.setattr(workers, "make", killed)
    writer = ENGINE.writer(folder, 2)

    def change() -> None:
        writer.remove("0.txt")
        for source, item in some(12, 50):
            writer.add(source, item)
            time.sleep(pause)
        writer.commit()

    with pytest.raises(VnsearchError, match="a process that was writing the index died") as caught:
        change()
    assert caught.value.advice
    writer.cancel()
    monkeypatch.undo()
    after = files_of(folder)
    assert {name: after.get(name) for name in before} == before
    assert answers(folder) == answers(write(tmp_path / "fresh", some(5)))


@pytest.mark.usefixtures("three_to_a_batch")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_disk_that_is_full_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    folder = write(tmp_path / "e", some(5))
    before = files_of(folder)
    monkeypatch.setattr(workers, "make", failing)
    writer = ENGINE.writer(folder, jobs)

    def change() -> None:
        for source, item in some(12, 50):
            writer.add(source, item)
        writer.commit()

    with pytest.raises(OSError, match="No space left"):
        change()
    writer.cancel()
    after = files_of(folder)
    assert {name: after.get(name) for name in before} == before


@pytest.mark.usefixtures("three_to_a_batch")
def test_cancelling_ends_the_processes(tmp_path: Path) -> None:
    folder = write(tmp_path / "e", some(5))
    before = (folder / manifest.NAME).read_bytes()
    writer = ENGINE.writer(folder, 2)
    for source, item in some(30, 50):
        writer.add(source, item)
    pids = [worker._process.pid for worker in writer._workers]
    assert pids
    writer.cancel()
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert (folder / manifest.NAME).read_bytes() == before
    assert answers(folder) == answers(write(tmp_path / "fresh", some(5)))


ABANDONED = """
import os, signal, sys
from pathlib import Path
from vnsearch.engines import embedded
from vnsearch.model import Document
writer = embedded().writer(Path(sys.argv[1]), 2, 1)
for n in range(2):
    writer.add("a.txt", Document(str(n), "", "một hai " * 100))
print(*(worker._process.pid for worker in writer._workers), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_processes_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ABANDONED, str(tmp_path / "e")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    pids = [int(pid) for pid in told.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 30
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, pids))
    assert told.stderr == ""


# Large segments


def test_more_passages_than_two_bytes_can_number(tmp_path: Path) -> None:
    size = 65_600
    documents = [
        (f"{n // 1000}.txt", document(f"má w{n % 300}", "x" * (n % 2))) for n in range(size)
    ]
    path = tmp_path / "1.segment"
    assert build(path, documents, Vocabulary()) == size
    with closing(Arrays(path)) as arrays:
        assert arrays["exact.passages"].format == arrays["source.passages"].format == "I"
        assert max(arrays["exact.passages"]) >= 65_536
        assert merge(tmp_path / "2.segment", [(arrays, [])]) == size
        assert merge(tmp_path / "3.segment", [(arrays, range(1, size))]) == 1
    assert (tmp_path / "2.segment").read_bytes() == path.read_bytes()
    with closing(SegmentReader(path)) as segment:
        asked = [parse(text).runs()[0] for text in ("ma", "w7", "ma w7", "x")]
        rows = [segment.dense(words[0], exact=False) for words in asked]
        assert rows[0] == b"\1" * size
        assert rows[1] == bytes(n % 300 == 7 for n in range(size))
        assert rows[3] == bytes(n % 2 * 2 for n in range(size))
        assert segment.variants("w7") == {"w7": sum(rows[1])}
        assert segment.bigrams("ma", "w7") in (None, {("má", "w7"): sum(rows[1])})
        for passage in (0, 65_535, 65_536, size - 1):
            assert segment.record(passage).text == documents[passage][1].text


def test_frequent_pairs_of_many_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [("a.txt", document(f"má {'mà ' * (n % 2)}w{n % 3}")) for n in range(9000)]
    build(tmp_path / "1.segment", documents, Vocabulary())
    with closing(SegmentReader(tmp_path / "1.segment")) as segment:
        assert segment.bigrams("ma", "ma") == {("má", "mà"): 4500}
        assert segment.bigrams("ma", "w1") == {("má", "w1"): 1500, ("mà", "w1"): 1500}
        assert segment.bigrams("w1", "ma") == segment.bigrams("w0", "w1") == {}
    # With room for the two commonest words only, of others pairs are not counted.
    monkeypatch.setattr(bigrams, "_MAX_EXACT", 3)
    build(tmp_path / "2.segment", documents, Vocabulary())
    with closing(SegmentReader(tmp_path / "2.segment")) as segment:
        assert segment.bigrams("ma", "ma") == {("má", "mà"): 4500}
        assert segment.bigrams("ma", "w0") == {("má", "w0"): 1500, ("mà", "w0"): 1500}
        assert segment.bigrams("ma", "w1") is None
