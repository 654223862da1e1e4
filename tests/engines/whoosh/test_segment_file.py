"""Files of segments: what was written is read, and what was not written is refused."""

import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnsearch.engines.whoosh.format.segment_file import (
    LENGTH_BUCKETS,
    MAGIC,
    Arrays,
    number_type,
    write,
)
from vnsearch.errors import REPAIR, IndexUnusableError

MODEST = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

HEAD = struct.Struct("<8sQQ")
BYTES = {"B": 1, "H": 2, "I": 4, "Q": 8}
SAMPLE = {
    "flags": ("B", b"\0\1\2"),
    "places": ("I", struct.pack("<4I", 0, 1, 0xFFFF, 0xFFFFFFFF)),
    "nothing": ("H", b""),
    "large": ("Q", struct.pack("<Q", 1 << 63)),
}

arrays = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from("BHIQ").flatmap(
        lambda kind: st.tuples(
            st.just(kind), st.lists(st.integers(0, 256 ** BYTES[kind] - 1), max_size=9)
        )
    ),
    max_size=8,
)


def as_bytes(kind: str, numbers: list[int]) -> bytes:
    return b"".join(number.to_bytes(BYTES[kind], "little") for number in numbers)


def sample(folder: Path, counts: Mapping[str, int] | None = None) -> Path:
    path = folder / "1.segment"
    write(path, SAMPLE.items(), {"passages": 3} if counts is None else counts)
    return path


def read_all(path: Path) -> None:
    """Open a file and look at everything in it."""
    with closing(Arrays(path)) as found:
        assert found.counts is not None
        for name in SAMPLE:
            if name in found:
                found[name].tolist()


@MODEST
@given(
    arrays=arrays,
    counts=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0)),
)
def test_arrays_are_read_as_they_were_written(
    tmp_path: Path, arrays: dict[str, tuple[str, list[int]]], counts: dict[str, int]
) -> None:
    path = tmp_path / "1.segment"
    data = {name: (kind, as_bytes(kind, numbers)) for name, (kind, numbers) in arrays.items()}
    write(path, data.items(), counts)
    with closing(Arrays(path)) as found:
        assert found.counts == counts
        for name, (kind, numbers) in arrays.items():
            assert name in found
            assert found[name].tolist() == numbers
            assert found[name].format == kind
            assert bytes(found[name]) == data[name][1]


def test_the_same_arrays_make_the_same_file(tmp_path: Path) -> None:
    first = sample(tmp_path).read_bytes()
    assert sample(tmp_path).read_bytes() == first
    assert first.startswith(MAGIC)


def test_no_file_is_left_open_or_mapped(tmp_path: Path) -> None:
    path = sample(tmp_path)
    found = Arrays(path)
    found.close()
    with pytest.raises(ValueError, match="released"):
        found["flags"].tolist()
    assert str(path) not in Path("/proc/self/maps").read_text()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match=r"1\.segment"):
        Arrays(tmp_path / "1.segment")
    with pytest.raises(IndexUnusableError, match="no such name"):
        Arrays(tmp_path / "no such name")


def test_a_folder_is_no_segment(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError):
        Arrays(tmp_path)


def test_a_damaged_file_is_told_by_name_and_with_advice(tmp_path: Path) -> None:
    path = sample(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexUnusableError, match=r"the index is damaged: 1\.segment: ") as caught:
        Arrays(path)
    assert caught.value.advice == REPAIR


def test_cut_short_anywhere(tmp_path: Path) -> None:
    path = sample(tmp_path)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexUnusableError):
            Arrays(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(IndexUnusableError):
        Arrays(path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"SQLite format 3\0" + bytes(4000), id="another format"),
        pytest.param(lambda data: b"vnseg999" + data[8:], id="another version"),
        pytest.param(lambda data: bytes(len(data)), id="zeros"),
        pytest.param(lambda data: data[::-1], id="backwards"),
        pytest.param(lambda data: b"\xff" * len(data), id="ones"),
    ],
)
def test_foreign_files(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = sample(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(IndexUnusableError):
        Arrays(path)


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"7", id="a number"),
        pytest.param(b'{"arrays": {}}', id="no counts"),
        pytest.param(b'{"counts": {}}', id="no arrays"),
        pytest.param(b'{"arrays": [], "counts": {}}', id="arrays in a list"),
        pytest.param(b'{"arrays": null, "counts": {}}', id="null for arrays"),
        pytest.param(b'{"arrays": {"a": null}, "counts": {}}', id="null for an array"),
        pytest.param(b'{"arrays": {"a": ["B", 0]}, "counts": {}}', id="no size"),
        pytest.param(b'{"arrays": {"a": ["B", 0, 9e9]}, "counts": {}}', id="a size with a point"),
        pytest.param(b'{"arrays": {"a": ["B", 0, "8"]}, "counts": {}}', id="a size in letters"),
        pytest.param(b'{"arrays": {"a": ["B", 0, 999]}, "counts": {}}', id="too long"),
        pytest.param(b'{"arrays": {"a": ["I", 0, 7]}, "counts": {}}', id="no whole numbers"),
        pytest.param(b'{"arrays": {"a": ["x", 0, 8]}, "counts": {}}', id="no such type"),
        pytest.param(b'{"arrays": {"a": ["", 0, 8]}, "counts": {}}', id="an empty type"),
        pytest.param(b'{"arrays": {"a": [7, 0, 8]}, "counts": {}}', id="a number for a type"),
        pytest.param(b"[" * 100_000, id="nested too deeply"),
    ],
)
def test_directories_that_were_never_written(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "1.segment"
    path.write_bytes(HEAD.pack(MAGIC, HEAD.size, len(ending)) + ending)
    with pytest.raises(IndexUnusableError):
        Arrays(path)


def test_a_flipped_bit_in_head_or_directory_never_does_worse(tmp_path: Path) -> None:
    """Refused, or read: a place may still be one inside of the file."""
    path = sample(tmp_path)
    whole = path.read_bytes()
    _, place, size = HEAD.unpack_from(whole)
    refused = 0
    for at in (*range(HEAD.size), *range(place, place + size)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[at] ^= 1 << bit
            path.write_bytes(flipped)
            try:
                read_all(path)
            except IndexUnusableError:
                refused += 1
    assert refused > 8 * HEAD.size


@pytest.mark.parametrize(
    ("passages", "kind"), [(0, "H"), (1, "H"), (0xFFFF, "H"), (0x10000, "I"), (1 << 30, "I")]
)
def test_number_type(passages: int, kind: str) -> None:
    assert number_type(passages) == kind
    assert passages < 256 ** BYTES[kind]


def test_length_buckets_ascend_from_0() -> None:
    assert LENGTH_BUCKETS[0] == 0
    assert list(LENGTH_BUCKETS) == sorted(set(LENGTH_BUCKETS))
    assert len(LENGTH_BUCKETS) == 16


def test_an_array_may_come_in_pieces(tmp_path: Path) -> None:
    pieces = [("a", b"1"), ("a", b"23"), ("b", b""), ("b", b"4"), ("c", b"")]
    write(tmp_path / "1", ((name, ("B", data)) for name, data in pieces), {})
    with closing(Arrays(tmp_path / "1")) as arrays:
        assert [bytes(arrays[name]) for name in "abc"] == [b"123", b"4", b""]
