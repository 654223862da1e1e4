"""Files by their names: what is indexed of a file that is read, of one that is not, and of records;
what becomes of it when the file changes."""

import gzip
import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Files, write_files
from vnsearch.index.check import check
from vnsearch.indexing.roots import RootOptions
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.model import Hit
from vnsearch.search.searcher import Searcher

FILES: Files = {
    "Hợp đồng/Thuê nhà 2021.txt": "Bên A và bên B.",
    "Ảnh/DaLat_01.JPG": b"\xff\xd8\xff",
    "phim/Tết ở quê.mp4": b"\0" * 100,
    "hỏng.pdf": b"%PDF-1.4 nothing",
    "rỗng.txt": b"",
    "cài_đặt.exe": b"MZ",
    "danh sách.jsonl": '{"text": "một hai"}\n{"text": "ba bốn"}\n',
    "hồ sơ.jsonl": "{oops\n" * 3,
    "nén.txt.gz": gzip.compress("văn bản nén".encode()),
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    write_files(tmp_path / "docs", FILES)
    index = tmp_path / ".vnsearch"
    update(index, [str(tmp_path / "docs")])
    return index


def found(index: Path, query: str) -> list[Hit]:
    with closing(Searcher(index)) as searcher:
        return list(searcher.search(query, correct=False, relax=False).hits)


def names(index: Path, query: str) -> list[str]:
    return [Path(hit.path).name for hit in found(index, query)]


@pytest.mark.parametrize(
    ("query", "name", "unread"),
    [
        ("thuê nhà 2021", "Thuê nhà 2021.txt", ""),
        ("hop dong", "Thuê nhà 2021.txt", ""),
        ("nhà bên", "Thuê nhà 2021.txt", ""),
        ("đà lạt", "DaLat_01.JPG", "format not supported (.JPG)"),
        ("ảnh", "DaLat_01.JPG", "format not supported (.JPG)"),
        ("tet o que", "Tết ở quê.mp4", "format not supported (.mp4)"),
        ("name:hỏng", "hỏng.pdf", "damaged"),
        ("rỗng", "rỗng.txt", "empty file"),
        ("cài_đặt.exe", "cài_đặt.exe", "format not supported (.exe)"),
        ("hồ sơ", "hồ sơ.jsonl", "line 1"),
        ("danh sách", "danh sách.jsonl", ""),
        ("nén.txt.gz", "nén.txt.gz", ""),
    ],
)
def test_a_file_is_found_by_its_name(index: Path, query: str, name: str, unread: str) -> None:
    (hit,) = found(index, query)
    assert Path(hit.path).name == name
    assert hit.unread.startswith(unread)
    assert bool(hit.unread) == bool(unread)
    assert not hit.stale
    if unread or name.endswith(".jsonl"):
        assert (hit.by_name, hit.title, hit.snippet.text) == (True, name, "")
    else:
        assert not hit.by_name


def test_records_do_not_have_the_name_of_their_file(index: Path) -> None:
    assert [hit.id for hit in found(index, "một")] == ["docs/danh sách.jsonl#1"]
    assert found(index, "một danh") == []
    assert [hit.id for hit in found(index, "jsonl -hồ")] == ["docs/danh sách.jsonl"]


def test_what_is_not_read_is_no_document_of_the_counts(index: Path) -> None:
    now = status(index)
    assert (now.files, now.documents, now.passages) == (3, 4, 4)
    unread = {Path(item.path).name for item in now.skipped}
    assert unread == {Path(name).name for name in FILES} - {
        "Thuê nhà 2021.txt",
        "danh sách.jsonl",
        "nén.txt.gz",
    }
    assert (now.new, now.changed, now.removed) == (0, 0, 0)
    again = update(index)
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 3)
    assert (again.skipped, again.skipped_before, again.documents) == ((), len(now.skipped), 4)
    assert check(index).damages == ()


def test_no_byte_is_read_of_what_has_no_reader(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.mp4": b"\0" * 5000, "b.txt": "hai"})
    (tmp_path / "docs/a.mp4").chmod(0)
    assert update(tmp_path / ".vnsearch", [str(tmp_path / "docs")]).bytes_read == 3
    (hit,) = found(tmp_path / ".vnsearch", "a.mp4")
    assert hit.unread == "format not supported (.mp4)"


def test_an_unread_file_is_followed(index: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "hỏng.pdf").rename(docs / "lành.txt")
    (docs / "lành.txt").write_text("nay đọc được")
    (docs / "Ảnh/DaLat_01.JPG").rename(docs / "Huế.jpg")
    (docs / "phim/Tết ở quê.mp4").unlink()
    (docs / "Hợp đồng/Thuê nhà 2021.txt").write_bytes(b"\0\1\2")
    done = update(index)
    assert (done.added, done.removed) == (1, 1)
    assert names(index, "hỏng") == names(index, "đà lạt") == names(index, "tết") == []
    (hit,) = found(index, "name:lành đọc")
    assert not hit.by_name
    assert names(index, "huế") == ["Huế.jpg"]
    (hit,) = found(index, "thuê nhà")
    assert (hit.by_name, hit.unread) == (True, "binary file")
    assert check(index).damages == ()


def test_folders_are_those_inside_the_root(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"sâu/hơn/a.txt": "một", "b.txt": "hai", "sâu/c.jpg": ""})
    index = tmp_path / ".vnsearch"
    update(index, [str(tmp_path / "docs/sâu")])
    assert names(index, "name:hơn") == ["a.txt"]
    assert names(index, "name:sâu") == names(index, "name:docs") == []
    done = update(index, [str(tmp_path / "docs")])
    assert (done.added, done.changed, done.unchanged) == (1, 0, 1)
    assert sorted(names(index, "name:sâu")) == ["a.txt", "c.jpg"]
    assert names(index, "name:docs") == []
    done = update(index, [str(tmp_path / "docs/sâu/hơn")], options=RootOptions(["*.md"]))
    assert (done.added, done.changed, done.unchanged) == (0, 0, 1)
    assert names(index, "name:sâu") == ["c.jpg"]


def test_a_name_of_any_bytes(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "docs")
    os.mkdir(folder)
    try:
        for name in (b"th\xf4ng b\xe1o.jpg", b"th\xf4ng.txt"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(b"ba")
    except OSError:
        pytest.skip("the file system refuses such names")
    index = tmp_path / ".vnsearch"
    update(index, [str(tmp_path / "docs")])
    (hit,) = found(index, "jpg")
    assert hit.path.endswith("th\udcf4ng b\udce1o.jpg")
    assert len(found(index, "ng")) == 2


def test_a_file_given_up_is_found_by_its_name_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vnsearch.errors import GivenUpError
    from vnsearch.readers.sandbox import Sandbox

    def give_up(*_: object, **__: object) -> None:
        raise GivenUpError("takes too long")

    write_files(tmp_path / "docs", {"trang.html": "<p>chữ</p>", "a.txt": "một"})
    index = tmp_path / ".vnsearch"
    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "read", give_up)
        for _ in range(2):
            update(index, [str(tmp_path / "docs")], jobs=1)
            (hit,) = found(index, "trang")
            assert hit.unread == "takes too long; the next run tries again"
    assert update(index).added == 1
    assert not found(index, "trang")[0].by_name
