"""Which files a search may find, and in which order."""

import os
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_files
from vnsearch.engines import Filters
from vnsearch.errors import VnsearchError
from vnsearch.files.types import TYPES, suffixes_of, type_of
from vnsearch.indexing.update import update
from vnsearch.readers import FORMATS
from vnsearch.search.dates import period
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.searcher import Searcher

FILES = {
    "docs/luật/đất đai.txt": "một",
    "docs/luat/nha-o.md": "một",
    "docs/Báo/bão.html": "<p>một</p>",
    "docs/thư.eml": "Subject: thư\n\nmột",
    "more/bảng.csv": "một,hai",
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    write_files(tmp_path / "home", FILES)
    write_files(tmp_path, {"outside/luật.txt": "một"})
    for year, name in enumerate(sorted(FILES), 2020):
        moment = datetime(year, 3, 11, 12).timestamp()
        os.utime(tmp_path / "home" / name, (moment, moment))
    moment = datetime(2019, 3, 11, 12).timestamp()
    os.utime(tmp_path / "outside/luật.txt", (moment, moment))
    paths = [str(tmp_path / name) for name in ("home/docs", "home/more", "outside")]
    update(tmp_path / "home/.vnsearch", paths)
    return tmp_path / "home/.vnsearch"


def found(index: Path, files: FileFilter, **options: object) -> list[str]:
    searcher = Searcher(index)
    try:
        hits = searcher.search("mot", files=files, limit=99, copies=True, **options).hits  # type: ignore[arg-type]
        return [Path(hit.id).name for hit in hits]
    finally:
        searcher.close()


@pytest.mark.parametrize(
    ("here", "typed", "names"),
    [
        ("", ["docs"], "bão.html nha-o.md thư.eml đất đai.txt"),
        ("", ["docs/luật"], "đất đai.txt"),
        ("", ["docs/luat"], "nha-o.md"),
        ("docs", ["luật"], "đất đai.txt"),
        ("docs", ["luat"], "nha-o.md đất đai.txt"),
        ("docs", ["LUAT"], "nha-o.md đất đai.txt"),
        ("docs", ["Luật/"], "đất đai.txt"),
        ("docs", ["./luật/đất đai.txt"], "đất đai.txt"),
        ("docs", ["../more"], "bảng.csv"),
        ("docs", ["../*/*.csv"], "bảng.csv"),
        ("docs/luat", [".."], "bão.html nha-o.md thư.eml đất đai.txt"),
        ("docs/luat", ["."], "nha-o.md"),
        ("", ["bao*"], "bão.html"),
        ("", ["báo"], "bão.html"),
        ("", ["bão"], ""),
        ("", ["*.html", "more"], "bão.html bảng.csv"),
        ("", ["{outside}"], "luật.txt"),
        ("docs", ["{outside}/*.txt"], "luật.txt"),
        ("", ["../outside"], "luật.txt"),
        ("", [".."], "bão.html bảng.csv luật.txt nha-o.md thư.eml đất đai.txt"),
        ("", ["/more/"], "bảng.csv"),
        ("", ["./gone"], ""),
    ],
)
def test_in(
    index: Path, monkeypatch: pytest.MonkeyPatch, here: str, typed: list[str], names: str
) -> None:
    monkeypatch.chdir(index.parent / here)
    outside = str(index.parent.parent / "outside")
    within = tuple(item.format(outside=outside) for item in typed)
    shown = found(index, FileFilter(within))
    assert " ".join(sorted(shown)) == names


def test_in_takes_glob_signs_of_a_real_path_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a/[x] b/1.txt": "một", "a/x b/2.txt": "một"})
    update(tmp_path / ".vnsearch", [str(tmp_path / "a")])
    monkeypatch.chdir(tmp_path)
    assert found(tmp_path / ".vnsearch", FileFilter(("a/[x] b",))) == ["1.txt"]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (FileFilter(types="page"), "bão.html"),
        (FileFilter(types="mail,SHEET"), "bảng.csv thư.eml"),
        (FileFilter(types=".md, txt"), "luật.txt nha-o.md đất đai.txt"),
        (FileFilter(types="pdf"), ""),
        (FileFilter(since="2023"), "bảng.csv thư.eml"),
        (FileFilter(until="2019"), "luật.txt"),
        (FileFilter(since="2021-03-11", until="11/3/2021"), "nha-o.md"),
        (FileFilter(since="2021-03-12", until="2022-03"), "đất đai.txt"),
        (FileFilter(("docs",), "text", "2000", "2100"), "đất đai.txt"),
        (FileFilter(since="1d"), ""),
    ],
)
def test_types_and_times(index: Path, files: FileFilter, names: str) -> None:
    assert " ".join(sorted(found(index, files))) == names


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (FileFilter(("",)), "--in is empty"),
        (FileFilter(types="pdff"), "no such type of files: pdff"),
        (FileFilter(since="hôm qua"), "not a date: hôm qua"),
        (FileFilter(until="2025-02-30"), "not a date: 2025-02-30"),
        (FileFilter(until="99999d"), None),
    ],
)
def test_what_is_no_filter(index: Path, files: FileFilter, message: str | None) -> None:
    if message is None:
        assert found(index, files) == found(index, FileFilter())
        return
    with pytest.raises(VnsearchError, match=message) as caught:
        found(index, files)
    assert caught.value.advice


def test_order(index: Path) -> None:
    by_time = ["bảng.csv", "thư.eml", "đất đai.txt", "nha-o.md", "bão.html", "luật.txt"]
    assert found(index, FileFilter(), sort="modified") == by_time
    assert found(index, FileFilter(), sort="modified", reverse=True) == by_time[::-1]
    by_path = found(index, FileFilter(), sort="path")
    assert by_path == ["luật.txt", "bão.html", "nha-o.md", "đất đai.txt", "thư.eml", "bảng.csv"]
    by_score = found(index, FileFilter())
    assert found(index, FileFilter(), reverse=True) == by_score[::-1]


def test_pages_of_the_reverse_order(index: Path) -> None:
    searcher = Searcher(index)
    whole = searcher.search("mot", reverse=True, limit=99).hits
    assert [hit.rank for hit in whole] == [1, 2, 3, 4, 5, 6]
    for offset in range(7):
        page = searcher.search("mot", reverse=True, limit=2, offset=offset).hits
        assert page == whole[offset : offset + 2]
    searcher.close()


def test_facets(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(index.parent)
    searcher = Searcher(index)
    types, folders, years = searcher.facets("mot")
    assert types == {"text": 2, "markdown": 1, "page": 1, "mail": 1, "sheet": 1}
    inside = {name: count for name, count in folders.items() if not name.startswith("/")}
    assert inside == {"docs": 4, "docs/Báo": 1, "docs/luat": 1, "docs/luật": 1, "more": 1}
    assert years == {str(year): 1 for year in range(2019, 2025)}
    for facet, count in types.items():
        assert searcher.search("mot", files=FileFilter(types=facet)).total == count
    for facet, count in inside.items():
        assert searcher.search("mot", files=FileFilter((f"./{facet}",))).total == count
    for year in years:
        files = FileFilter(since=year, until=year)
        assert searcher.search("mot", files=files).total == 1
        assert searcher.facets("mot", files=files).years == {year: 1}
    searcher.close()


NOW = datetime(2025, 3, 15, 10, 30)


@pytest.mark.parametrize(
    ("typed", "begin", "end"),
    [
        ("2025-03-11", (2025, 3, 11), (2025, 3, 12)),
        ("2025-3-1", (2025, 3, 1), (2025, 3, 2)),
        ("11/3/2025", (2025, 3, 11), (2025, 3, 12)),
        ("11.03.2025", (2025, 3, 11), (2025, 3, 12)),
        ("31-12-2024", (2024, 12, 31), (2025, 1, 1)),
        ("2025-12", (2025, 12, 1), (2026, 1, 1)),
        ("2/2024", (2024, 2, 1), (2024, 3, 1)),
        ("2024", (2024, 1, 1), (2025, 1, 1)),
        ("7d", (2025, 3, 8, 10, 30), (2025, 3, 15, 10, 30)),
        ("2W", (2025, 3, 1, 10, 30), (2025, 3, 15, 10, 30)),
        ("1y", (2024, 3, 15, 10, 30), (2025, 3, 15, 10, 30)),
    ],
)
def test_dates(typed: str, begin: Any, end: Any) -> None:
    expected = tuple(datetime(*moment).astimezone() for moment in (begin, end))
    assert period(typed, NOW) == expected


@pytest.mark.parametrize("typed", ["", "x", "0", "2025-13", "32/1/2025", "0000", "9999", "-1d"])
def test_no_dates(typed: str) -> None:
    with pytest.raises(VnsearchError, match="not a date"):
        period(typed, NOW)


def test_every_format_has_a_type() -> None:
    code = [suffix for suffix, found in FORMATS.items() if found == FORMATS[".py"]]
    others = [suffix for suffix in FORMATS if suffix and suffix not in code]
    assert not [suffix for suffix in others if type_of(f"x{suffix}") not in TYPES]
    for suffix in filter(None, FORMATS):
        assert suffix in suffixes_of(type_of(f"x{suffix}"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.PDF", "pdf"),
        ("a/b.html.gz", "page"),
        ("x.tar.gz", "archive"),
        ("README", "text"),
        ("a.b/c", "text"),
        ("x.foo", "foo"),
    ],
)
def test_types(name: str, expected: str) -> None:
    assert type_of(name) == expected


@pytest.mark.parametrize("name", ["a.PDF", "a/b.html.gz", "README", "a.b/c", "notes.gz", ".env"])
def test_a_file_is_found_by_its_type(name: str) -> None:
    accepts = Filters(suffixes=suffixes_of(type_of(name))).accepts()
    assert accepts is not None
    assert accepts(name)
    assert not accepts("a.docx")


def test_times_are_those_of_the_file(index: Path) -> None:
    assert datetime.now(timezone.utc).year > 2000
    assert found(index, FileFilter(since="2024-03-11")) == ["bảng.csv"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (FileFilter(), []),
        (FileFilter(("docs",), "pdf"), ["is of type pdf"]),
        (FileFilter(("khong-co/", "*.htm", "docs")), ["is in khong-co/", "is in *.htm"]),
        (FileFilter(("./gone",), "page", "2099"), ["is in ./gone", "was modified then"]),
        (FileFilter(("docs",), "page", "2000", "2100"), []),
    ],
)
def test_what_no_file_passes_is_told_when_nothing_is_found(
    index: Path, monkeypatch: pytest.MonkeyPatch, files: FileFilter, told: list[str]
) -> None:
    monkeypatch.chdir(index.parent)
    with closing(Searcher(index)) as searcher:
        notices = searcher.search("xyzt", files=files).notices
    assert [notice.removeprefix("nothing that is indexed ") for notice in notices] == told


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (FileFilter(("more",)), "1 document elsewhere matches, but not in what --in names"),
        (FileFilter(types="text"), "1 document matches, but is not of the type that --type names"),
        (FileFilter(since="2021-06"), "1 document matches, but was not modified then"),
        (
            FileFilter(("more",), "text"),
            "1 document matches, but is kept out by what is asked of its file",
        ),
        (FileFilter(("docs",)), ""),
    ],
)
def test_the_filter_that_keeps_all_out_is_told(
    index: Path, monkeypatch: pytest.MonkeyPatch, files: FileFilter, told: str
) -> None:
    monkeypatch.chdir(index.parent)
    with closing(Searcher(index)) as searcher:
        found = searcher.search("name:bão", files=files)
    assert bool(found.total) is not bool(told)
    assert found.notices == ((told,) if told else ())
