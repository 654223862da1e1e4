"""vnsearch on Windows: the real command, run by CPython for Windows under wine (see `wine`).

Skipped where wine is not set up: `make wine` does that, and runs what else of the tests can run so.
`$VNSEARCH_WINE_TIMES` says how often what may fail at any moment is done; a few times by default.
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import formats
from tests.conftest import CORPUS, write_files
from tests.windows import skipped, wine
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

needs_wine = pytest.mark.skipif(
    not wine.is_ready(), reason="needs CPython for Windows under wine: make wine"
)

TIMES = int(os.environ.get("VNSEARCH_WINE_TIMES", "5"))
FILES = {
    "docs/Đảng bộ/nghị quyết.txt": "Đảng bộ Bộ Ngoại giao họp tại Hà Nội.",
    "docs/bao-cao.md": "# Báo cáo\n\nĐảng uỷ cơ quan nghe báo cáo.",
    "docs/sub/trang.html": "<title>Trang</title><p>Đảng viên mới</p>",
    "docs/.hidden/a.txt": "Đảng",
}

Done = subprocess.CompletedProcess[bytes]
Windows = Callable[..., Done]


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    """Run the command in the temporary folder, where streams have the code page of Vietnamese."""

    def run(*arguments: str, **variables: str) -> Done:
        return wine.run(
            "-m", "vnsearch", *arguments, cwd=tmp_path, env=_variables(tmp_path, **variables),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
        )  # fmt: skip

    return run


def _variables(folder: Path, **others: str) -> dict[str, str]:
    homes = ("XDG_STATE_HOME", "XDG_CONFIG_HOME")  # wine sets those of Windows itself
    own = {"PYTHONIOENCODING": "cp1258", "PYTHONUTF8": "0"}
    return {**own, **dict.fromkeys(homes, wine.windows_path(folder / "home")), **others}


def found(done: Done) -> Any:
    """The answer in JSON."""
    assert done.returncode in (0, 1), done.stderr.decode()
    return json.loads(done.stdout)


@needs_wine
def test_index_search_show_update(tmp_path: Path, windows: Windows) -> None:
    write_files(tmp_path, FILES)
    done = windows("index", "docs")
    assert (done.returncode, done.stderr) == (0, b""), done
    assert b"files: 3 added; .vnsearch now has 3 documents" in done.stdout
    hits = found(windows("search", "--json", "dang"))["hits"]
    names = {"docs/Đảng bộ/nghị quyết.txt", "docs/bao-cao.md", "docs/sub/trang.html"}
    assert {hit["id"] for hit in hits} == {hit["path"] for hit in hits} == names
    inside = windows("search", "-l", "--in", "docs\\sub", "dang").stdout
    assert inside.split() == [b"docs/sub/trang.html"]
    shown = windows("show", "DOCS\\bao-cao.MD").stdout.decode()
    assert "Đảng uỷ cơ quan" in shown
    text = windows("search", "đảng bộ", PYTHONIOENCODING="cp1252").stdout.decode()
    assert "Đảng bộ Bộ Ngoại giao" in text
    (tmp_path / "docs/bao-cao.md").unlink()
    write_files(tmp_path, {"docs/moi.txt": "Hoàn toàn mới"})
    done = windows("index")
    assert b"1 added, 1 removed, 2 unchanged" in done.stdout, done
    assert b"3 unchanged" in windows("index", "DOCS").stdout  # the same folder, so the same root
    assert found(windows("status", "--json"))["roots"][0]["path"] == "docs"
    assert windows("check").returncode == 0
    assert not windows("search", "-q", "hoan toan moi").returncode
    assert (tmp_path / "home/vnsearch/indexes.json").exists()


@needs_wine
def test_what_is_told_is_utf8(tmp_path: Path, windows: Windows) -> None:
    write_files(tmp_path, {"docs/ă.txt": "một"})
    windows("index", "docs")
    done = windows("search", "khôngcó")
    assert done.returncode == 1
    assert "khôngcó" in done.stderr.decode() + done.stdout.decode()
    assert b"\\u" not in done.stderr + done.stdout
    missing = windows("index", "thiếu")
    assert (missing.returncode, "thiếu" in missing.stderr.decode()) == (2, True)


BESIDE = """
import sys, time
from pathlib import Path
from vnsearch import api
from vnsearch.indexing.update import update
folder = Path(sys.argv[1])
index, docs = folder / ".vnsearch", folder / "docs"
(docs / "a.txt").write_text("mot", "utf-8")
update(index, [str(docs)])
with api.open(index) as reader:
    assert reader.search("mot").total == 1
    for n in range(int(sys.argv[2])):
        (docs / f"{n}.txt").write_text(f"hai so{n}", "utf-8")
        assert update(index).added == 1
        assert reader.search("mot").total == 1
        assert reader.search("hai").total == 0
assert len(list(index.glob("generation-*"))) >= 1
with api.open(index) as reader:
    assert reader.search("hai").total == int(sys.argv[2])
update(index, rebuild=True)
assert len(list(index.glob("generation-*"))) == 1
print("done")
"""


@needs_wine
def test_updates_beside_a_reader_that_never_closes(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    done = wine.run(
        "-c", BESIDE, wine.windows_path(tmp_path), str(4 * TIMES), cwd=tmp_path,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=1200,
    )  # fmt: skip
    assert done.stdout.split() == [b"done"], done.stderr.decode()


@needs_wine
def test_several_processes_and_one_writer(tmp_path: Path, windows: Windows) -> None:
    texts = {f"docs/{n}.txt": f"số {n} " + "đảng bộ ngoại giao " * 90_000 for n in range(4)}
    write_files(tmp_path, {**texts, "docs/p.html": "<p>trang</p>"})
    first = subprocess.Popen(
        wine.command("-m", "vnsearch", "index", "docs", "--jobs", "2"), cwd=tmp_path,
        env={**wine.environment_of(), **_variables(tmp_path)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not (tmp_path / ".vnsearch/lock").exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    second = windows("index", "docs")
    out, err = first.communicate(timeout=300)
    assert b"5 added" in out, err.decode()
    assert second.returncode in (75, 0)
    if second.returncode:
        assert b"is writing the index" in second.stderr
    assert found(windows("search", "--json", "trang"))["total"] == 1


@needs_wine
def test_a_writer_killed_at_any_moment_leaves_a_whole_index(
    tmp_path: Path, windows: Windows
) -> None:
    write_files(tmp_path, FILES)
    assert not windows("index", "docs").returncode
    chance = random.Random(24)
    for n in range(TIMES):
        write_files(tmp_path, {f"docs/{n}.txt": f"thêm lần {n}"})
        writer = subprocess.Popen(
            wine.command("-m", "vnsearch", "index", *(["--rebuild"] if n % 2 else [])),
            cwd=tmp_path, env={**wine.environment_of(), **_variables(tmp_path)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.2, 2.5))
        writer.kill()
        writer.wait()
        assert windows("check").returncode == 0, n
        assert found(windows("search", "--json", "nghi quyet"))["total"] >= 1
    assert not windows("index").returncode
    assert found(windows("search", "--json", "them lan"))["total"] == TIMES


@needs_wine
def test_a_hostile_file_costs_itself_only(tmp_path: Path, windows: Windows) -> None:
    write_files(
        tmp_path,
        {
            "docs/broken.docx": b"PK\x03\x04 no document",
            "docs/good.html": "<p>trang tốt</p>",
        },
    )
    done = windows("index", "docs")
    # Not one that takes too long: wine does not tell the processor time of another process.
    assert "broken.docx" in (done.stdout + done.stderr).decode()
    assert found(windows("search", "--json", "trang tot"))["total"] == 1


QUERIES = ("dang ky cu tru", "đăng ký", '"nơi cư trú"', "luật -cong", "15/2020/NĐ-CP", "name:docx")


@needs_wine
def test_answers_are_those_of_linux(tmp_path: Path, windows: Windows) -> None:
    docs = tmp_path / "docs"
    formats.make(docs, formats.sample(CORPUS / "law" / "dang-ky-cu-tru.txt"))
    done = windows("index", "docs")
    assert done.returncode == 0, done
    update(tmp_path / "linux/.vnsearch", [str(docs)])
    searcher = Searcher(tmp_path / "linux/.vnsearch")
    try:
        for query in QUERIES:
            there = found(windows("search", "--json", "-n", "200", "--copies", query))
            here = searcher.search(query, limit=200, copies=True)
            assert there["total"] == here.total, query
            assert [hit["score"] for hit in there["hits"]] == pytest.approx(
                [hit.score for hit in here.hits], abs=0.01
            )
            names = {os.path.relpath(hit.id, tmp_path): hit.snippet.text for hit in here.hits}
            if len(names) == here.total:
                assert {h["id"]: h["snippet"]["text"] for h in there["hits"]} == names
    finally:
        searcher.close()


def test_what_is_skipped_on_windows_is_there() -> None:
    assert skipped.problems(wine.ROOT) == []
