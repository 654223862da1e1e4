"""The Python interface."""

import ast
import gc
import inspect
import locale
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import vnsearch
from tests.conftest import REPOSITORY, Command, write_files
from vnsearch import api
from vnsearch.index.generations import Generations
from vnsearch.search.searcher import Searcher

if sys.platform != "win32":
    import resource

TEXTS = {
    "a.txt": "Đảng bộ Bộ Ngoại giao\n\nhọp tại Hà Nội",
    "b.txt": "Dáng bò trên đồng cỏ",
    "n.jsonl": '{"id": "k1", "title": "Một", "text": "đảng bộ cơ sở"}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "docs", TEXTS)
    return tmp_path


@pytest.fixture
def index(folder: Path) -> Iterator[vnsearch.Index]:
    with vnsearch.open(folder, create=True) as index:
        index.update([folder / "docs"])
        yield index


def test_the_package_hands_on_all_that_the_module_has() -> None:
    assert vnsearch.__all__ == api.__all__
    assert all(getattr(vnsearch, name) is getattr(api, name) for name in api.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        vnsearch.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; before = {*sys.modules}; import vnsearch; print({*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == {"vnsearch"}


def test_what_a_hit_tells(index: vnsearch.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(index.folder.parent)
    found = index.search("ha noi")
    (hit,) = found
    assert (hit.id, hit.passage, hit.path) == ("docs/a.txt", "docs/a.txt#~1", "docs/a.txt")
    assert (hit.title, hit.rank, hit.matched, hit.words) == ("Đảng bộ Bộ Ngoại giao", 1, 2, 2)
    assert str(hit.place) == "line 3"
    assert [hit.text[a:b] for a, b in hit.highlights] == ["Hà Nội"]
    assert not hit.stale
    assert found.total == found.complete == len(found) == 1
    assert found.understood.text == "hà nội"
    assert found[:1] == (hit,)


def test_the_same_is_found_as_by_the_command(index: vnsearch.Index, run: Command) -> None:
    for query in ("dang bo", "đảng bộ", '"bo tren"', "nothing", "", "xyz dang bo", "-bò"):
        printed = run("search", "--json", "--", query, cwd=index.folder.parent)
        assert [hit.id for hit in index.search(query)] == [
            line.split('"')[1] for line in printed.stdout.split('"id": ')[1:]
        ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["docs/a.txt", "docs/n.jsonl#k1"]),
        ({"limit": 1}, ["docs/a.txt"]),
        ({"limit": 0}, []),
        ({"limit": 1, "offset": 1}, ["docs/n.jsonl#k1"]),
        ({"within": "*.txt"}, ["docs/a.txt"]),
        ({"within": ["n*", Path("b.txt")]}, ["docs/n.jsonl#k1"]),
        ({"type": "data"}, ["docs/n.jsonl#k1"]),
        ({"since": "1d"}, ["docs/a.txt", "docs/n.jsonl#k1"]),
        ({"until": date(2001, 2, 3)}, []),
        ({"sort": "path", "reverse": True}, ["docs/n.jsonl#k1", "docs/a.txt"]),
        ({"exact": True}, []),
        ({"match": "all"}, ["docs/a.txt", "docs/n.jsonl#k1"]),
    ],
)
def test_options(index: vnsearch.Index, options: dict[str, Any], expected: list[str]) -> None:
    query = "dang bo" if "exact" in options else "đảng bộ"
    assert [hit.id for hit in index.search(query, **options)] == expected


def test_other_places_of_a_document(folder: Path) -> None:
    text = "\n\n".join(f"đảng bộ {n} " + "từ " * 200 for n in range(4))
    (folder / "docs/long.txt").write_text(text)
    with vnsearch.open(folder, create=True) as index:
        index.update([folder / "docs/long.txt"])
        (hit,) = index.search("dang bo", passages=3, length=50)
        assert len(hit.others) == 2
        for other in (hit, *hit.others):
            assert len(other.text) < 80
            assert "đảng bộ" in index.passage(other.passage).text
            assert [other.text[a:b] for a, b in other.highlights][:1] == ["đảng bộ"]


def test_texts(index: vnsearch.Index) -> None:
    document = index.document("docs/a.txt")
    assert document.text == TEXTS["a.txt"]
    assert str(document.place) == "line 1"
    passage = index.passage(document.passages[0])
    assert passage.document == document
    assert document.text[passage.start : passage.end] == passage.text
    assert (passage.before, passage.after) == (None, None)
    assert index.document("docs/n.jsonl#k1").title == "Một"
    for read in (index.document, index.passage):
        with pytest.raises(vnsearch.UnknownIdError):
            read("docs/z.txt")


def test_the_neighbours_of_a_passage(folder: Path) -> None:
    (folder / "docs/long.txt").write_text("\n\n".join(f"đoạn {n} " + "từ " * 200 for n in range(4)))
    with vnsearch.open(folder, create=True) as index:
        index.update([folder / "docs"])
        ids = index.document("docs/long.txt").passages
        assert len(ids) > 2
        passages = list(map(index.passage, ids))
        assert [p.before for p in passages] == [None, *ids[:-1]]
        assert [p.after for p in passages] == [*ids[1:], None]


def test_an_update_tells_what_it_did_and_is_seen_at_once(index: vnsearch.Index) -> None:
    folder = index.folder.parent
    assert not index.reload()
    (folder / "docs/a.txt").write_text("Công đoàn")
    (folder / "docs/b.txt").unlink()
    (folder / "docs/c.pdf").write_text("no PDF")
    calls: list[tuple[int, int]] = []
    status = index.status()
    assert (status.new, status.changed, status.removed) == (1, 1, 1)
    done = index.update(progress=lambda read, total: calls.append((read, total)))
    assert (done.changed, done.removed, done.documents) == (1, 1, 2)
    assert len(done.skipped) == 1
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1] > 0
    assert [hit.id for hit in index.search("cong doan")] == ["docs/a.txt"]


def test_an_update_by_another_process_is_seen_after_reload(
    index: vnsearch.Index, run: Command
) -> None:
    (index.folder.parent / "docs/d.txt").write_text("Công đoàn")
    assert run("index", cwd=index.folder.parent).returncode == 0
    assert not index.search("cong doan")
    assert index.reload()
    assert index.search("cong doan")


@pytest.mark.parametrize("name", ["", ".vnsearch"])
def test_an_index_is_opened_by_its_folder_or_the_one_that_holds_it(
    index: vnsearch.Index, name: str
) -> None:
    with vnsearch.open(index.folder.parent / name) as other:
        assert other.folder == index.folder


def test_the_index_is_found_as_by_the_command(
    index: vnsearch.Index, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv("VNSEARCH_INDEX", raising=False)
    monkeypatch.chdir(index.folder.parent / "docs")
    with vnsearch.open() as other:
        assert other.folder == index.folder
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(vnsearch.NoIndexError):
        vnsearch.open()
    monkeypatch.setenv("VNSEARCH_INDEX", str(index.folder))
    with vnsearch.open() as other:
        assert other.folder == index.folder


def test_without_an_index(folder: Path) -> None:
    with pytest.raises(vnsearch.NoIndexError) as raised:
        vnsearch.open(folder)
    assert "vnsearch index" in raised.value.advice
    with vnsearch.open(folder, create=True) as index:
        with pytest.raises(vnsearch.NoIndexError):
            index.search("x")
        with pytest.raises(vnsearch.RootError):
            index.update([folder / "nothing"])
    assert not (folder / ".vnsearch").exists()


def test_an_index_that_is_damaged(index: vnsearch.Index) -> None:
    (index.folder / "current").write_text("?")
    with pytest.raises(vnsearch.IndexUnusableError):
        vnsearch.open(index.folder)
    assert index.search("dang bo")


def test_an_index_that_another_process_writes(index: vnsearch.Index) -> None:
    with Generations(index.folder).writing(0), pytest.raises(vnsearch.LockedError):
        index.update()


def test_what_progress_raises_ends_the_update(index: vnsearch.Index) -> None:
    (index.folder.parent / "docs/e.txt").write_text("x y z")

    def stop(_read: int, _total: int) -> None:
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError):
        index.update(progress=stop)
    assert index.update().added == 1


def test_a_process_that_dies_is_an_error(
    index: vnsearch.Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(vnsearch.VnsearchError, match="died"):
        index.update()
    monkeypatch.setattr(sys, "executable", "/none")
    with pytest.raises(vnsearch.VnsearchError, match="cannot start"):
        index.update()


@pytest.mark.parametrize(
    "use",
    [
        lambda index: index.search("x"),
        lambda index: index.document("x"),
        lambda index: index.passage("x"),
        lambda index: index.reload(),
        lambda index: index.update(),
    ],
)
def test_a_closed_index_is_of_no_use(
    index: vnsearch.Index, use: Callable[[vnsearch.Index], object]
) -> None:
    index.close()
    index.close()
    with pytest.raises(ValueError, match="closed"):
        use(index)


def state_of_the_process() -> list[Any]:
    """What a library must leave as it is."""
    umask = os.umask(0)
    os.umask(umask)
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return [
        umask,
        os.getcwd(),
        dict(os.environ),
        {number: signal.getsignal(number) for number in signal.valid_signals()},
        signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        {name: resource.getrlimit(getattr(resource, name)) for name in limits},
        locale.setlocale(locale.LC_ALL),
        gc.get_threshold(),
        gc.isenabled(),
        sys.getswitchinterval(),
        sys.getrecursionlimit(),
        [sys.stdin, sys.stdout, sys.stderr, sys.excepthook, *sys.path],
        threading.active_count(),
        len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
    ]


def test_nothing_of_the_process_changes(folder: Path) -> None:
    def use() -> None:
        with vnsearch.open(folder, create=True) as index:
            index.update([folder / "docs"], rebuild=index._searcher is not None)
            hit = index.search("dang bo")[0]
            index.document(hit.id)
            index.passage(hit.passage)
            index.status()

    use()  # modules are imported
    before = state_of_the_process()
    use()
    assert state_of_the_process() == before
    gc.collect()
    assert not [item for item in gc.get_objects() if isinstance(item, Searcher)]


def test_threads_share_an_index_while_it_is_updated(index: vnsearch.Index) -> None:
    queries = ("dang bo", "ngoai giao", "bo", "đồng cỏ", "-bò", "title:một")
    expected = {query: {hit.id for hit in index.search(query)} for query in queries}
    stop = threading.Event()

    def search(number: int) -> int:
        count = 0
        while not stop.is_set():
            query = queries[(number + count) % len(queries)]
            found = index.search(query)
            assert {hit.id for hit in found if "new" not in hit.id} == expected[query]
            for hit in found:
                assert index.passage(hit.passage).document.id == hit.id
            count += 1
        return count

    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(search, number) for number in range(6)]
        try:
            for number in range(3):
                (index.folder.parent / f"docs/new{number}.txt").write_text("công đoàn")
                index.update()
                time.sleep(0.05)
        finally:
            stop.set()
        assert all(task.result() for task in running)
    assert index.search("cong doan").total == 3


def test_the_interface_is_documented() -> None:
    page = (REPOSITORY / "docs/python.md").read_text("utf-8")
    methods = [name for name, _ in inspect.getmembers(api.Index, inspect.isfunction)]
    fields = [*api.Hit._fields, *api.Document._fields, *api.Passage._fields, *api.Place._fields]
    options = [*inspect.signature(api.Index.search).parameters][1:]
    options += [*inspect.signature(api.Index.update).parameters][1:]
    public = {name for name in (*methods, *api.__all__, *fields, *options) if name[0] != "_"}
    assert public - {*re.findall(r"\w+", page)} == set()


@pytest.mark.parametrize("name", ["limit", "offset", "passages", "length"])
def test_numbers_below_zero(index: vnsearch.Index, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        index.search("đảng", **{name: -1})  # type: ignore[arg-type]
