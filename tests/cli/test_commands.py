"""The real command: what it prints, where, and with which exit code."""

import base64
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, Files, write_files
from tests.formats import encoded
from vnsearch import __version__
from vnsearch.indexing.update import update

if sys.platform != "win32":
    import fcntl
    import pty

Done = subprocess.CompletedProcess[str]

# A shell tells both as 130; Python ends by the signal itself when it came during an `exec`.
INTERRUPTED = (130, -signal.SIGINT)

FILES: Files = {
    "dang-bo.txt": "Đảng bộ Bộ Ngoại giao\n\nHội nghị của đảng bộ năm 2020.\n",
    "nghi-dinh.txt": "Nghị định 15/2020/NĐ-CP\n\nVề đảng viên và bộ đội.\n",
    "bien-dong.md": "# Biển Đông\n\nBiển đông có bão, đảng bộ địa phương ứng phó.\n",
    "bao.html": "<title>Bão</title><p>Bão lớn trên biển đông của người Việt.</p>",
    "records.jsonl": (
        '{"id": "ma", "title": "Con ma", "text": "con ma sợ má"}\n'
        '{"id": "mạ", "text": "cây mạ non, bộ rễ"}\n'
        '{"text": "rau má tươi"}\n'
    ),
    **{
        f"pages/{n:02}.txt": f"Trang {n}\n\n" + "hòa bình " * (n % 7 + 1) + f"số {n}\n"
        for n in range(23)
    },
}


def indexed(folder: Path, files: Files = FILES) -> Path:
    """A folder with files in `docs` and an index of them."""
    write_files(folder / "docs", files)
    update(folder / ".vnsearch", [str(folder / "docs")])
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files and their index, only to be read."""
    return indexed(tmp_path_factory.mktemp("library"))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A few files and their index, free to be changed; `run` runs here."""
    return indexed(tmp_path, {name: FILES[name] for name in ("dang-bo.txt", "bao.html")})


def answer(done: Done) -> Any:
    """The one JSON object that was printed."""
    assert done.returncode in (0, 1), done.stderr
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def ids(done: Done) -> list[str]:
    """Of the hits in one JSON object."""
    return [hit["id"] for hit in answer(done)["hits"]]


def assert_error(done: Done, *parts: str) -> None:
    """A message and a line of advice on stderr, on stdout nothing, or the error as JSON."""
    assert done.returncode == 2, done.stderr
    assert not done.stdout or json.loads(done.stdout)["error"]["code"] == 2
    message, advice = done.stderr.splitlines()
    assert message.startswith("vnsearch: ")
    assert advice
    assert not advice.startswith("vnsearch:")
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr


def snapshot(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Which files there are, and whether they are still the same."""
    paths = (path for path in folder.rglob("*") if path.name != "lock" and ".XDG_" not in str(path))
    stats = {str(path): path.stat() for path in paths}
    return {name: (stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()}


def start(*arguments: str, cwd: Path, **options: Any) -> "subprocess.Popen[bytes]":
    """The command, running."""
    command = [sys.executable, "-m", "vnsearch", *arguments]
    return subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, **options)


# Errors as JSON


@pytest.mark.parametrize(
    "arguments",
    [
        "search --type zzz x",
        "search --since nie x",
        "search --limit a x",
        "search --in /nowhere --refresh --batch nowhere",
        "show 3",
        "show nowhere.txt",
        "show dang-bo.txt --page 3",
        "show dang-bo.txt --lines 9-3",
        "index nowhere",
        "index --encoding xx dang-bo.txt",
        "index --forget nowhere",
        "analyze",
        "status --nothing",
        "check --index nowhere",
    ],
)
def test_an_error_is_one_json_object_too(run: Command, library: Path, arguments: str) -> None:
    done = run(*arguments.split(), "--json", cwd=library)
    assert_error(done)
    (line,) = done.stdout.splitlines()
    error = json.loads(line)["error"]
    assert done.stderr.splitlines() == [f"vnsearch: {error['message']}", error["advice"]]


# Exit codes and messages


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", "đảng bộ"], 0),
        (["search", "khongco"], 1),
        (["search", "--json", "khongco"], 1),
        (["search", "--jsonl", "khongco"], 1),
        (["search", "-l", "khongco"], 1),
        (["search", "-c", "khongco"], 1),
        (["search", "-q", "đảng"], 0),
        (["search", "-q", "khongco"], 1),
        (["search", "..."], 1),
        (["search", ""], 1),
        (["status"], 0),
        (["analyze", "đảng"], 0),
        (["analyze", "..."], 1),
        (["--version"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_exit_code(run: Command, library: Path, arguments: list[str], code: int) -> None:
    done = run(*arguments, cwd=library)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert all(line.startswith("vnsearch: ") for line in done.stderr.splitlines())


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--nosuch"], "nosuch"),
        (["--nosuch"], "--nosuch"),
        (["index", "--nosuch"], "--nosuch"),
        (["index", "nosuch"], "nosuch"),
        (["index", "docs", "nosuch"], "nosuch"),
        (["index", "--jobs", "0"], "jobs"),
        (["index", "--wait", "-1"], "wait"),
        (["index", "--index", "docs"], "nothing to index"),
        (["index", "docs/pages", "--index", "docs"], "docs"),
        (["index", "docs", "--index", "docs/bao.html"], "bao.html"),
        (["search"], "QUERY"),
        (["search", "--nosuch", "a"], "--nosuch"),
        (["search", "-n", "-1", "a"], "limit"),
        (["biên", "bản", "-chi"], "no such option: -chi\nto leave a word out"),
        (["index", "-nhap"], "no such option: -nhap\nbefore a name"),
        (["search", "-n", "many", "a"], "many"),
        (["search", "--offset", "-1", "a"], "offset"),
        (["search", "--color", "green", "a"], "green"),
        (["search", "--index", "nosuch", "a"], "nosuch"),
        (["search", "--in", "", "a"], "--in is empty"),
        (["search", "--type", "", "a"], "--type is empty"),
        (["search", "--type", ", ", "a"], "no type of files is named in “, ”"),
        (["search", "--since", "", "a", "--json"], "--since is empty"),
        (["search", "--until=", "a"], "--until is empty"),
        (["search", "--hyperlink-format", "foo", "đảng"], "--hyperlink-format: a link is one of"),
        (["search", "--hyperlink-format", "{x}", "đảng", "-l"], "not: 'x'"),
        (["search", "--hyperlink-format", "", "khongco"], "--hyperlink-format: a link is one of"),
        (["search", "--batch", "nosuch"], "nosuch"),
        (["search", "--batch", "docs"], "docs"),
        (["search", "--batch", "-", "a"], "batch"),
        (["search", "đảng", "-bộ"], "--"),
        (["status", "extra"], "extra"),
        (["status", "--index", "nosuch"], "nosuch"),
        (["analyze"], "TEXT"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_error(run: Command, library: Path, arguments: list[str], part: str) -> None:
    before = snapshot(library)
    assert_error(run(*arguments, cwd=library), part)
    assert snapshot(library) == before


@pytest.mark.parametrize(
    "arguments", [["search", "a"], ["search", "--json", "a"], ["status"]], ids=" ".join
)
def test_no_index(run: Command, tmp_path: Path, arguments: list[str]) -> None:
    assert_error(run(*arguments), "no index", "vnsearch index")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["index"], ["index", "nosuch"]], ids=" ".join)
def test_nothing_to_index_makes_no_index(
    run: Command, tmp_path: Path, arguments: list[str]
) -> None:
    assert_error(run(*arguments))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("docs/gone.txt", "to drop what is gone: vnsearch index docs"),
        ("docs/gone", "to drop what is gone: vnsearch index docs"),
        ("docs/gone/c.txt", "to drop what is gone: vnsearch index docs"),
        ("docs/gon", "is its name right?"),
        ("dosc", "is its name right?"),
        ("docs/a.txt/b.txt", "is its name right?"),
    ],
)
def test_a_path_that_is_not_there(run: Command, tmp_path: Path, path: str, advice: str) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "docs/gone.txt": "hai", "docs/gone/c.txt": "ba"})
    run("index", "docs")
    (tmp_path / "docs/gone.txt").unlink()
    shutil.rmtree(tmp_path / "docs/gone")
    assert_error(run("index", path), f"no such file or folder: {tmp_path / path}", advice)
    if "vnsearch index" in advice:
        assert run(*advice.rsplit("vnsearch ")[1].split()).stdout.startswith("files: 2 removed")


@pytest.mark.parametrize("option", [(), ("--index", ".vnsearch"), ("--index", ".vnsearch/x")])
def test_a_file_where_the_index_should_be(
    run: Command, tmp_path: Path, option: tuple[str, ...]
) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", ".vnsearch": "mine"})
    assert_error(run("index", "docs", *option), "Not a directory", "move it away", "--index DIR")
    assert (tmp_path / ".vnsearch").read_text("utf-8") == "mine"


def test_version(run: Command) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"vnsearch {__version__}\n", "")


def test_a_folder_that_is_no_index_is_left_alone(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "mine/b.txt": "hai"})
    assert_error(run("index", "docs", "--index", "mine"), "mine")
    assert os.listdir(tmp_path / "mine") == ["b.txt"]


@pytest.mark.parametrize(
    "damage",
    ["current", "catalog", "no catalog", "no engine", "no generation"],
    ids=lambda damage: damage.replace(" ", "-"),
)
def test_a_damaged_index_is_told_and_repaired(run: Command, shelf: Path, damage: str) -> None:
    index = shelf / ".vnsearch"
    (generation,) = index.glob("generation-*")
    match damage:
        case "current":
            (index / "current").write_text("nonsense")
        case "catalog":
            (generation / "catalog.db").write_bytes(b"nonsense" * 1000)
        case "no catalog":
            (generation / "catalog.db").unlink()
        case "no engine":
            shutil.rmtree(generation / "engine")
        case "no generation":
            shutil.rmtree(generation)
    assert_error(run("search", "đảng bộ"), "vnsearch index --rebuild")
    if damage in ("catalog", "no catalog", "no generation"):  # it had the roots
        assert_error(run("index", "--rebuild"), "vnsearch index --rebuild FOLDER")
    done = run("index", "--rebuild", "docs")
    assert done.returncode == 0, done.stderr
    assert len(ids(run("search", "--json", "đảng bộ"))) == 1


def test_closed_stdout_gives_no_traceback(library: Path) -> None:
    command = f'"{sys.executable}" -m vnsearch search đảng >&-'
    done = subprocess.run(
        ["sh", "-c", command], cwd=library, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("option", ["--json", "-c", "-l", "--color=always"])
def test_a_full_disk_is_told(library: Path, option: str) -> None:
    with open("/dev/full", "wb") as full:
        process = start("search", option, "đảng", cwd=library, stdout=full)
        errors = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 2
    assert errors.startswith("vnsearch: ")
    assert "Traceback" not in errors


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("color", ["always", "never"])
def test_any_encoding_of_the_terminal_will_do(
    run: Command, library: Path, encoding: str, color: str
) -> None:
    done = run("search", "--color", color, "đảng bộ", cwd=library, PYTHONIOENCODING=encoding)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


# index


def test_index_tells_what_it_did(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {**FILES, "bin.txt": bytes(range(256))})
    done = run("index", "docs")
    assert done.returncode == 0
    assert done.stdout.startswith("files: 28 added, 1 not read; .vnsearch now has 30 documents\n")
    line = r"read [\d.]+ MB in [\d.]+ s \([\d.]+ MB/s\)(, [\d.]+ s of them to write the index)?"
    assert re.fullmatch(line, done.stdout.splitlines()[1])
    assert done.stderr == "vnsearch: docs/bin.txt: binary file\n"


def test_flaws_and_encodings_are_told_once_and_counted(run: Command, tmp_path: Path) -> None:
    old = encoded("Các hộ thống nhất sửa đường đến trường, người dân góp công.\n", "TCVN3")
    lost = ("đảng bộ " * 9).encode() + b"\xff"
    write_files(tmp_path / "docs", {"old.txt": old * 9, "lost.txt": lost, "a.bin": b""})
    first = run("index", "docs").stdout
    assert first.startswith("files: 2 added, 1 not read, 1 with flaws; .vnsearch now has 2 doc")
    assert "decoded 1 file from TCVN3" in first
    os.utime(tmp_path / "docs" / "old.txt", (5, 5))
    for kept in ("files: 2 unchanged, 1 not read, 1 with flaws (all are listed by: status",) * 2:
        done = run("index")
        assert done.stdout.startswith(kept)
        assert "decoded" not in done.stdout
        assert not done.stderr
    told = run("status").stdout
    assert "not read    1 file (status --skipped lists them)" in told
    assert "with flaws  1 file (status --skipped lists them)" in told


def test_index_json(run: Command, shelf: Path) -> None:
    write_files(
        shelf / "docs", {"new.txt": "mới", "bad.txt": bytes(range(256)), "bao.html": "<p>bão tan"}
    )
    (shelf / "docs/dang-bo.txt").unlink()
    done = run("index", "--json")
    assert done.stderr == ""
    summary = answer(done)
    assert summary["skipped"] == [{"path": "docs/bad.txt", "reason": "binary file"}]
    counts = {name: summary[name] for name in "added changed removed unchanged documents".split()}
    assert counts == {"added": 1, "changed": 1, "removed": 1, "unchanged": 0, "documents": 2}


def test_index_quiet_says_nothing(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.txt": "một", "bad.txt": bytes(range(256))})
    done = run("index", "-q", "docs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("files", "code"),
    [({"a.txt": "một"}, 0), ({"a.txt": "một", "b.bin": "x"}, 1)],
    ids=["none-skipped", "one-skipped"],
)
def test_index_strict(run: Command, tmp_path: Path, files: Files, code: int) -> None:
    write_files(tmp_path / "docs", files)
    assert run("index", "--strict", "docs").returncode == code
    assert run("search", "-c", "một").stdout == "1\n"


def test_index_several_paths_and_again_each(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"a/1.txt": "một", "b/2.txt": "hai", "c.txt": "ba"})
    assert answer(run("index", "a", "c.txt", "--json"))["added"] == 2
    assert answer(run("index", "b", "--json"))["documents"] == 3
    write_files(tmp_path, {"a/3.txt": "bốn", "b/4.txt": "năm"})
    (tmp_path / "a/1.txt").unlink()
    only_b = answer(run("index", "b", "--json"))
    assert (only_b["added"], only_b["removed"], only_b["documents"]) == (1, 0, 4)
    all_roots = answer(run("index", "--json"))
    assert (all_roots["added"], all_roots["removed"], all_roots["documents"]) == (1, 1, 4)


@pytest.mark.parametrize("state", ["missing", "empty", "no folder"])
def test_a_root_that_is_gone_keeps_its_documents(run: Command, shelf: Path, state: str) -> None:
    (shelf / "docs").rename(shelf / "away")
    match state:
        case "empty":
            (shelf / "docs").mkdir()
        case "no folder":
            (shelf / "docs").symlink_to("nowhere")
    write_files(shelf, {"more/n.txt": "thêm một tệp"})
    assert run("index", "more").returncode == 0
    write_files(shelf, {"more/m.txt": "thêm tệp nữa"})
    for arguments in (["index"], ["index", "docs", "more"]):
        done = run(*arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("vnsearch: docs: ")
        assert "its documents are kept" in done.stderr
        assert "vnsearch index --forget docs" in done.stderr
    assert len(ids(run("search", "--json", "thêm"))) == 2
    summary = answer(run("index", "--json"))
    assert [root["path"] for root in summary["missing_roots"]] == ["docs"]
    assert_error(run("index", "--rebuild"), "docs", "--forget docs")
    hits = answer(run("search", "--json", "đảng bộ"))["hits"]
    assert [(hit["id"], hit["stale"]) for hit in hits] == [("docs/dang-bo.txt", True)]
    done = run("status", "--json")
    assert (done.returncode, json.loads(done.stdout)["roots"][0]["missing"]) == (1, True)
    assert "docs is missing" in done.stderr


def test_exclude_is_remembered_until_replaced(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.txt": "một", "old/b.txt": "một", "old/c.txt": "một"})
    assert answer(run("index", "docs", "--exclude", "old/", "--json"))["documents"] == 1
    assert answer(run("index", "--json"))["documents"] == 1
    assert answer(run("index", "docs", "--json"))["documents"] == 1
    assert answer(run("status", "--json"))["roots"][0]["excludes"] == ["old/"]
    replaced = run("index", "docs", "--exclude", "b.txt", "--exclude", "/a.*", "--json")
    assert answer(replaced)["documents"] == 1
    assert ids(run("search", "một", "--json")) == ["docs/old/c.txt"]


def test_rebuild_reads_all_again(run: Command, shelf: Path) -> None:
    found = ids(run("search", "--json", "bộ bão", "--any"))
    summary = answer(run("index", "--rebuild", "--json"))
    assert summary["documents"] == 2
    assert summary["bytes_read"] == sum(f.stat().st_size for f in (shelf / "docs").iterdir())
    assert ids(run("search", "--json", "bộ bão", "--any")) == found


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_jobs_change_nothing_but_time(run: Command, tmp_path: Path, jobs: str) -> None:
    write_files(tmp_path / "docs", {f"{n}.txt": f"số {n} " + "hòa bình " * 6000 for n in range(9)})
    assert answer(run("index", "docs", "--jobs", jobs, "--json"))["added"] == 9
    assert ids(run("search", "--json", "7")) == ["docs/7.txt"]


def test_nothing_changed_leaves_the_index_untouched(run: Command, shelf: Path) -> None:
    before = snapshot(shelf / ".vnsearch")
    done = run("index")
    assert done.stdout == "files: 2 unchanged; .vnsearch now has 2 documents\n"
    assert run("index", "docs").returncode == 0
    assert snapshot(shelf / ".vnsearch") == before


def test_one_edited_file_is_the_only_one_read(run: Command, shelf: Path) -> None:
    write_files(shelf / "docs", {"bao.html": "<p>bão đã tan rồi"})
    summary = answer(run("index", "--json"))
    assert (summary["changed"], summary["unchanged"]) == (1, 1)
    assert summary["bytes_read"] == (shelf / "docs/bao.html").stat().st_size
    assert ids(run("search", "--json", "tan")) == ["docs/bao.html"]
    assert ids(run("search", "--json", "người Việt")) == []


def test_touch_alone_is_no_change(run: Command, shelf: Path) -> None:
    os.utime(shelf / "docs/bao.html", (1, 1))
    assert answer(run("search", "--json", "bão"))["hits"][0]["stale"] is False
    summary = answer(run("index", "--json"))
    assert (summary["changed"], summary["unchanged"], summary["bytes_read"]) == (0, 2, 0)
    hit = answer(run("search", "--json", "bão"))["hits"][0]
    assert (hit["stale"], hit["modified"]) == (False, "1970-01-01T00:00:01Z")


@pytest.mark.parametrize("change", ["edit", "same-size", "delete"])
def test_stale(run: Command, shelf: Path, change: str) -> None:
    path = shelf / "docs/dang-bo.txt"
    match change:
        case "edit":
            path.write_text("khác", "utf-8")
        case "same-size":
            path.write_bytes(path.read_bytes().replace(b"2020", b"2021"))
        case "delete":
            path.unlink()
    hits = answer(run("search", "--json", "đảng bộ"))["hits"]
    assert [(hit["id"], hit["stale"]) for hit in hits] == [("docs/dang-bo.txt", True)]
    assert "changed or gone since it was indexed" in run("search", "đảng bộ").stdout
    run("index")
    assert not any(hit["stale"] for hit in answer(run("search", "--json", "đảng bộ"))["hits"])


def test_hidden_files_are_left_out_unless_named(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"d/.a.txt": "một", "d/.h/b.txt": "một", "d/c.txt": "một"})
    summary = answer(run("index", "d", "--json"))
    assert (summary["added"], summary["skipped"]) == (1, [])
    assert answer(run("index", "d/.h", "d/.a.txt", "--json"))["documents"] == 3


@contextmanager
def locked(index: Path) -> Iterator[None]:
    """Another process is writing the index."""
    with open(index / "lock", "a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_another_writer_is_told_and_no_hindrance_to_readers(run: Command, shelf: Path) -> None:
    with locked(shelf / ".vnsearch"):
        for arguments in (["index"], ["index", "--wait", "0.1"], ["index", "--rebuild"]):
            done = run(*arguments)
            assert (done.returncode, done.stdout) == (75, "")
            assert "--wait" in done.stderr
        done = run("index", "--json")
        assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (75, 75)
        assert run("search", "đảng bộ").returncode == 0
        assert run("status").returncode == 0
    assert run("index").returncode == 0


def test_wait_for_another_writer(shelf: Path) -> None:
    with locked(shelf / ".vnsearch"):
        process = start("index", "--wait", "30", cwd=shelf, stdout=subprocess.DEVNULL)
        time.sleep(0.6)
        assert process.poll() is None
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("jobs", "number"),
    [
        ("1", signal.SIGINT),
        ("2", signal.SIGINT),
        ("1", signal.SIGTERM),
        ("2", getattr(signal, "SIGHUP", 1)),
    ],
)
def test_interrupt_keeps_the_old_index(run: Command, shelf: Path, jobs: str, number: int) -> None:
    text = "hòa bình và phát triển " * 3000
    write_files(shelf / "docs", {f"more/{n}.txt": f"số {n} {text}" for n in range(120)})
    process = start(
        "index", "--jobs", jobs, cwd=shelf, stdout=subprocess.PIPE, start_new_session=True
    )
    while not (shelf / ".vnsearch/generation-2").exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.3)
    assert process.poll() is None, "too fast to be interrupted: give it more to read"
    os.killpg(process.pid, number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode in INTERRUPTED, errors.decode()
    assert output == b""
    told = b"vnsearch: interrupted: the old index is unchanged"
    assert errors.strip() in (b"", told)  # nothing when it had not begun
    assert [path.name for path in (shelf / ".vnsearch").glob("generation-*")] == ["generation-1"]
    assert ids(run("search", "--json", "đảng bộ")) == ["docs/dang-bo.txt"]
    assert ids(run("search", "--json", "hòa bình")) == []
    shutil.rmtree(shelf / "docs/more")
    assert run("index", "--strict").returncode == 0


INTERRUPTED_AT_WORST = """
import os, signal
from multiprocessing.process import BaseProcess
from vnsearch.cli.commands import main

def start(process, original=BaseProcess.start):
    os.killpg(0, signal.SIGINT)
    original(process)

BaseProcess.start = start
main(["index", "docs", "--jobs", "2"])
"""


def test_interrupt_while_work_is_handed_over_is_not_lost(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {f"{n}.txt": "hòa bình " * 30_000 for n in range(20)})
    command = [sys.executable, "-c", INTERRUPTED_AT_WORST]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
        start_new_session=True,  # as Ctrl-C, the signal reaches the whole group
    )
    assert done.returncode in INTERRUPTED
    told = b"vnsearch: interrupted: there is no index yet"
    assert (done.stdout, done.stderr.strip()) == (b"", told)
    assert not (tmp_path / ".vnsearch/current").exists()


def test_a_batch_from_a_closed_stdin_is_an_error(library: Path) -> None:
    command = f'"{sys.executable}" -m vnsearch search --batch - <&-'
    done = subprocess.run(["sh", "-c", command], cwd=library, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("vnsearch: --batch -: stdin is closed\n")


def test_interrupt_of_a_conversation_is_quiet(library: Path) -> None:
    process = start(
        "search", "--batch", "-", cwd=library, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write("đảng\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode in INTERRUPTED
    assert errors.strip() == b""


# Files that cannot be indexed


def skipped(done: Done) -> dict[str, list[str]]:
    """Reasons by path."""
    reasons: dict[str, list[str]] = {}
    for item in answer(done)["skipped"]:
        reasons.setdefault(item["path"].removeprefix("docs/"), []).append(item["reason"])
    return reasons


def test_files_that_cannot_be_read_are_told_and_the_rest_goes_on(
    run: Command, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write_files(
        docs,
        {
            "good.txt": "tốt",
            "binary.txt": bytes(range(256)) * 20,
            "bad.txt": b"m\xe1\0t",
            "empty.txt": b"",
            "blank.txt": " \n\t\n",
            "signs.txt": "... !!!",
            "broken.txt.gz": b"no gzip",
            "page.html": "<script>1</script>",
            "photo.JPG": b"\xff\xd8",
            "noname": b"\0\1\2\3",
            "name": "x",
            "lines.jsonl": '{"text": "một"}\n{broken\n[1]\n\n{"title": "x"}\n{"text": "hai"}\n',
        },
    )
    os.mkfifo(docs / "pipe.txt")
    (docs / "loop.txt").symlink_to("loop.txt")
    (docs / "up").symlink_to("..")
    done = run("index", "docs", "--json")
    reasons = skipped(done)
    assert answer(done)["documents"] == 6
    assert reasons.pop("lines.jsonl")[0].startswith("line 2: ")
    assert {name: len(items) for name, items in reasons.items()} == dict.fromkeys(reasons, 1)
    expected = {
        "binary.txt": "binary",
        "bad.txt": "shown as \ufffd",
        "empty.txt": "empty",
        "blank.txt": "empty",
        "signs.txt": "no words",
        "broken.txt.gz": "gzip",
        "page.html": "no text",
        "photo.JPG": "not supported (.JPG)",
        "noname": "binary",
        "pipe.txt": "not a regular file",
        "loop.txt": "symbolic link",
        "up": "symbolic link",
    }
    assert set(reasons) == set(expected)
    for name, part in expected.items():
        assert part in reasons[name][0]
    again = answer(run("index", "--json"))
    assert (again["skipped"], again["skipped_before"]) == ([], len(answer(done)["skipped"]))
    assert skipped(run("status", "--json")).keys() == {*expected, "lines.jsonl"}


def test_each_broken_line_is_told_with_its_number(run: Command, tmp_path: Path) -> None:
    lines = ['{"text": "một"}', "{broken", "", "[1]", '{"title": 5}', '{"text": "hai"}']
    write_files(tmp_path / "docs", {"a.jsonl": "\n".join(lines)})
    done = run("index", "docs", "--json")
    numbers = [reason.partition(":")[0] for reason in skipped(done)["a.jsonl"]]
    assert numbers == ["line 2", "line 4", "line 5"]
    assert ids(run("search", "--json", "hai")) == ["docs/a.jsonl#6"]


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read all")
def test_a_file_without_permission_is_told(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.txt": "một", "b.txt": "hai"})
    (tmp_path / "docs/b.txt").chmod(0)
    assert skipped(run("index", "docs", "--json")) == {
        "b.txt": ["cannot be read: permission denied"]
    }


@pytest.mark.parametrize(
    ("kind", "code"), [("fifo", 0), ("loop", 2), ("binary", 0), ("link", 0)], ids=str
)
def test_odd_files_named_as_path(run: Command, tmp_path: Path, kind: str, code: int) -> None:
    path = tmp_path / "odd.txt"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
        case "binary":
            path.write_bytes(b"a\0b")
        case "link":
            write_files(tmp_path, {"real.txt": "một"})
            path.symlink_to("real.txt")
    done = run("index", "odd.txt")
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) is (kind != "link")


@pytest.fixture
def latin(tmp_path: Path) -> bytes:
    """The path of an indexed file whose name is not UTF-8."""
    name = b"docs/l\xe1.txt"
    (tmp_path / "docs").mkdir()
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("đảng bộ lạ", "utf-8")
    except OSError:
        pytest.skip("the file system refuses such names")
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    return name


def test_names_that_are_not_utf8(run: Command, latin: bytes) -> None:
    name = os.fsdecode(latin)
    assert run("search", "-l", "lạ").stdout == f"{name}\n"
    assert run("search", "-0", "lạ").stdout == f"{name}\0"
    assert ids(run("search", "--json", "lạ")) == ["docs/l\\xe1.txt"]
    hit = json.loads(run("search", "--jsonl", "lạ").stdout)
    assert hit["path"] == "docs/l\\xe1.txt"
    assert base64.b64decode(hit["path_bytes"]) == latin
    assert "docs/l\\xe1.txt" in run("search", "lạ").stdout
    assert run("index", latin, "--strict").returncode == 0
    assert run("search", "-c", "lạ", "--in", latin).stdout == "1\n"
    assert run("status").returncode == 0


def test_a_current_folder_that_is_not_utf8(run: Command, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/th\xb0 m\xf4c #?%41"))
    try:
        write_files(folder, {"a.txt": "một"})
    except OSError:
        pytest.skip("the file system refuses such names")
    assert run("index", ".", cwd=folder).returncode == 0
    assert ids(run("search", "--json", "một", cwd=folder)) == ["a.txt"]
    assert "\\xb0" in run("status", cwd=folder).stdout


def test_control_characters_in_names_are_not_printed_raw(run: Command, tmp_path: Path) -> None:
    name = "e\x1b[31m\x08\u202e\x9b.txt"
    write_files(tmp_path / "docs", {name: "một", f"{name}.bad": "x", f"b{name}": b"a\0b"})
    outputs = [run("index", "docs"), run("search", "một"), run("status")]
    outputs += [run("search", "--color", "always", "một"), run("index", f"docs/{name}x")]
    for done in outputs:
        shown = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", done.stdout) + done.stderr
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
        assert "\x1b[31m" not in done.stdout + done.stderr
    assert run("search", "-l", "một").stdout == f"docs/{name}\n"


def test_a_document_cannot_drive_the_terminal(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path / "docs", {"a.txt": "\x1b]0;pwn\x07[bold]x[/] \x1b[31m một \u202e\n"})
    run("index", "docs")
    for color in ("always", "never"):
        text = run("search", "--color", color, "một").stdout
        assert "\\x1b]0;pwn\\x07[bold]x[/] \\x1b[31m" in text
        assert not re.search("\x07|\x1b\\[31m|\x1b\\]0|\u202e", text)


# search: forms of output


def test_forms_agree(run: Command, library: Path) -> None:
    def search(*options: str) -> Done:
        return run("search", "-n", "100", *options, "bộ", cwd=library)

    results = answer(search("--json"))
    hits = results["hits"]
    assert results["total"] == len(hits) == 4
    assert [hit["rank"] for hit in hits] == [1, 2, 3, 4]
    assert [json.loads(line) for line in search("--jsonl").stdout.splitlines()] == hits
    paths = list(dict.fromkeys(hit["path"] for hit in hits))
    assert search("-l").stdout.splitlines() == paths
    assert search("--files-with-matches").stdout == search("-l").stdout
    assert search("-0").stdout.split("\0") == [*paths, ""]
    assert search("--print0").stdout == search("-0").stdout
    assert search("-c").stdout == search("--count").stdout == "4\n"
    plain = search().stdout
    assert [line[3:] for line in plain.splitlines()[1::4]] == [
        hit["path"] + (f":{hit['line']}" if hit["line"] else "") for hit in hits
    ]


def test_json_has_the_fields_of_the_contract(run: Command, library: Path) -> None:
    results = answer(run("search", "--json", "-n1", "dang bo ngoai giao", cwd=library))
    assert results["schema_version"] == 2
    assert results["query"] == "dang bo ngoai giao"
    assert results["understood"].keys() == {
        *("text", "suggestion", "corrected", "relaxed", "missing")
    }
    assert (results["total"], results["complete"]) == (3, 1)
    assert (results["limit"], results["offset"]) == (1, 0)
    (hit,) = results["hits"]
    assert hit["id"] == hit["path"] == "docs/dang-bo.txt"
    assert hit["title"] == "Đảng bộ Bộ Ngoại giao"
    assert hit["line"] == 1
    assert (hit["matched"], hit["words"]) == (4, 4)
    text = hit["snippet"]["text"]
    words = [text[start:end] for start, end in hit["snippet"]["highlights"]]
    assert words[:2] == ["Đảng bộ", "Bộ Ngoại giao"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", hit["modified"])
    assert hit["score"] > 0


def test_pages_are_slices_of_one_big_page(run: Command, library: Path) -> None:
    def page(limit: int, offset: int) -> Any:
        options = ["--limit", str(limit), "--offset", str(offset)]
        return answer(run("search", "--json", *options, "hoà bình", cwd=library))

    big = page(100, 0)
    assert big["total"] == len(big["hits"]) == 23
    assert answer(run("search", "--json", "hoà bình", cwd=library))["hits"] == big["hits"][:10]
    for limit, offset in [(1, 0), (5, 5), (10, 20), (7, 22), (5, 23), (5, 1000), (0, 3)]:
        small = page(limit, offset)
        assert small["hits"] == big["hits"][offset : offset + limit]
        assert (small["total"], small["limit"], small["offset"]) == (23, limit, offset)


def test_an_empty_page_is_no_error(run: Command, library: Path) -> None:
    done = run("search", "--offset", "50", "hòa bình", cwd=library)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_found_is_told_on_stderr(run: Command, library: Path) -> None:
    done = run("search", "khongco", cwd=library)
    assert (done.stdout, done.stderr) == (
        "",
        "vnsearch: nothing found: no document has khongco\n",
    )
    assert run("search", "-c", "khongco", cwd=library).stdout == "0\n"
    assert run("search", "--jsonl", "khongco", cwd=library).stdout == ""
    assert answer(run("search", "--json", "khongco", cwd=library))["hits"] == []


@pytest.mark.parametrize("option", ["", "--json", "--jsonl"])
def test_a_relaxed_search_says_so(run: Command, library: Path, option: str) -> None:
    options = [option] if option else []
    done = run("search", *options, "đảng khongco", cwd=library)
    assert done.returncode == 0
    if option == "--json":
        understood = answer(done)["understood"]
        assert (understood["relaxed"], understood["missing"]) == (True, ["khongco"])
        assert answer(done)["complete"] == 0
        assert answer(done)["hits"][0]["matched"] == 1
    else:
        assert "no document has khongco; these have some of the words" in done.stderr
    done = run("search", *options, "--no-relax", "đảng khongco", cwd=library)
    assert done.returncode == 1
    assert "nothing found: no document has khongco" in done.stderr


@pytest.mark.parametrize("option", ["-l", "-0", "-c", "-q"])
def test_a_set_has_all_the_words(run: Command, library: Path, option: str) -> None:
    done = run("search", option, "đảng khongco", cwd=library)
    assert done.returncode == 1
    assert done.stdout == ("0\n" if option == "-c" else "")
    assert ("3 documents have some of the words" in done.stderr) == (option != "-q")
    assert run("search", option, "--any", "đảng khongco", cwd=library).returncode == 0


@pytest.mark.parametrize("option", ["-l", "-0", "-c"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "bàn",
            ["nothing found", "1 document has all but the marks: leave {} out to see the best"],
        ),
        (
            "bàn khongco",
            [
                "nothing found: no document has khongco",
                "1 document has some of the words: leave {} out to see the best",
            ],
        ),
        ("khongco", ["nothing found: no document has khongco"]),
    ],
)
def test_an_empty_set_is_told_once(
    run: Command, shelf: Path, option: str, query: str, told: list[str]
) -> None:
    write_files(shelf / "docs", {"ve.txt": "bản vẽ"})
    run("index")
    lines = run("search", option, query).stderr.splitlines()
    notices = ["no document has “bàn”: only with other marks, or none"] * ("bàn" in query)
    expected = [*notices, *(line.format(option) for line in told)]
    assert lines == [f"vnsearch: {line}" for line in expected]


def test_a_set_has_no_other_words(run: Command, library: Path) -> None:
    done = run("search", "giaoo", cwd=library)
    assert done.returncode == 0
    assert "no document has giaoo; searched giao instead" in done.stderr
    for options in (["-c"], ["-l"], ["-q"], ["--no-correct", "--no-relax"]):
        done = run("search", *options, "giaoo", cwd=library)
        assert done.returncode == 1, options
        assert ("did you mean: giao" in done.stderr) == (options != ["-q"])


def test_one_thing_is_never_given_up_to_its_pieces(run: Command, library: Path) -> None:
    done = run("search", "giao-ngoại", cwd=library)
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean: giao ngoại" in done.stderr
    understood = answer(run("search", "--json", "giao-ngoại", cwd=library))["understood"]
    assert understood["suggestion"] == "giao ngoại"
    assert understood["missing"] == ["giao-ngoại"]


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("đảng -bộ", None),
        ('"bộ đảng" -viên', "bộ đảng NOT viên"),
        ('bộ-đảng -"đảng viên"', 'bộ đảng NOT "đảng viên"'),
        ('bộ-đảng NOT (viên OR "bộ đội")', 'bộ đảng NOT (viên OR "bộ đội")'),
        ('title:"bộ ngoại đảng"', "title:bộ title:ngoại title:đảng"),
        ('"bộ đảng" hộ*', "bộ đảng hộ*"),
        ("(giao-ngoại OR khongco)", "((giao ngoại) OR khongco)"),
        ("2.000", None),
        ("2.000đ", None),
        ("09.202.020", None),
        ('giao-ngoại NOT "2.000"', 'giao ngoại NOT "2 000"'),
        ("bộ-ngoại 2.000", None),
    ],
)
def test_what_is_suggested_leaves_out_what_was_left_out(
    run: Command, shelf: Path, query: str, suggestion: str | None
) -> None:
    (shelf / "docs/so.txt").write_text("số 2.000.000 đ, ngày 09, mục 202, trang 020")
    run("index")
    found = answer(run("search", "--json", "--no-relax", query, cwd=shelf))
    assert found["total"] == 0
    assert found["understood"]["suggestion"] == suggestion


@pytest.mark.parametrize("option", ["", "--json", "--jsonl", "-l", "-0", "-c"])
def test_a_query_that_does_not_parse_is_told(run: Command, library: Path, option: str) -> None:
    options = [option] if option else []
    done = run("search", *options, '"đảng bộ', cwd=library)
    assert done.returncode == 0
    assert done.stderr.startswith("vnsearch: searched as plain words")


@pytest.mark.parametrize("query", ["đảng", "khongco", '"đảng bộ', "đảng khongco"])
def test_quiet_search_says_nothing(run: Command, library: Path, query: str) -> None:
    done = run("search", "--quiet", query, cwd=library)
    assert (done.stdout, done.stderr) == ("", "")


def test_plain_output_has_no_colours_and_is_not_wrapped(run: Command, library: Path) -> None:
    done = run("search", "hòa bình số 20", cwd=library, COLUMNS="20")
    assert "\x1b" not in done.stdout
    stanza = done.stdout.partition("\n\n")[0].splitlines()
    assert len(stanza) == 3
    assert len(stanza[2]) > 40


# search: colours


def test_colours_when_asked_for(run: Command, library: Path) -> None:
    assert "\x1b[" in run("search", "--color", "always", "đảng", cwd=library).stdout
    assert "\x1b" not in run("search", "--color", "never", "đảng", cwd=library).stdout
    assert "\x1b" not in run("search", "--color", "auto", "đảng", cwd=library).stdout


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    process = start(
        *arguments,
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        env={**inherited, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    )
    os.close(theirs)
    output = b""
    try:
        while block := os.read(ours, 65536):
            output += block
    except OSError:
        pass  # how Linux says that nobody writes any more
    os.close(ours)
    process.communicate(timeout=60)
    return output.decode()


def test_colours_and_links_on_a_terminal(library: Path) -> None:
    text = on_a_terminal(library, "search", "đảng bộ")
    assert "\x1b[1;38;5;16;48;5;222mBộ\x1b[0m" in text
    assert f"{library.as_uri()}/docs/dang-bo.txt\x1b\\" in text


def test_no_colours_on_a_terminal_when_not_wanted(library: Path) -> None:
    text = on_a_terminal(library, "search", "đảng bộ", NO_COLOR="1")
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)[;m]", text)
    assert "\x1b" not in on_a_terminal(library, "search", "--color", "never", "đảng bộ")
    assert "\x1b" not in on_a_terminal(library, "search", "--json", "đảng bộ")


# search: the query


def test_arguments_are_one_query(run: Command, library: Path) -> None:
    one = run("search", "--json", "biển đông bão", cwd=library)
    assert run("search", "--json", "biển", "đông", "bão", cwd=library).stdout == one.stdout
    assert run("search", "biển", "đông", "--json", "bão", cwd=library).stdout == one.stdout


def test_minus_behind_a_double_dash(run: Command, library: Path) -> None:
    quoted = ids(run("search", "--json", "biển -người", cwd=library))
    assert quoted == ["docs/bien-dong.md"]
    assert ids(run("search", "--json", "--", "biển", "-người", cwd=library)) == quoted
    assert ids(run("search", "--json", "--", "-người", "biển", cwd=library)) == quoted


@pytest.mark.parametrize("quoted", ["“{}”", '"{}"', "„{}“", "”{}”"])
def test_curly_quotes(run: Command, library: Path, quoted: str) -> None:
    done = run("search", "--json", quoted.format("bộ ngoại giao"), cwd=library)
    assert ids(done) == ["docs/dang-bo.txt"]
    assert run("search", "-c", quoted.format("giao ngoại"), cwd=library).stdout == "0\n"


@pytest.mark.parametrize("query", ["đảng bộ ngoại giao", "“hoà bình” số 7", "title:bão biển"])
def test_query_in_any_normal_form(run: Command, library: Path, query: str) -> None:
    found = [
        answer(run("search", "--json", unicodedata.normalize(form, query), cwd=library))
        for form in ("NFC", "NFD")
    ]
    assert found[0]["hits"] == found[1]["hits"] != []
    assert found[1]["query"] == unicodedata.normalize("NFD", query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("15/2020/NĐ-CP", ["nghi-dinh.txt"]),
        ("15/2020/nd-cp", ["nghi-dinh.txt"]),
        ("2020/15/NĐ-CP", []),
        ('"biển đông" -bão', []),
        ("title:bão", ["bao.html"]),
        ("nghị* định", ["nghi-dinh.txt"]),
        ("ngoạii~", ["dang-bo.txt"]),
        ("ngoại OR việt", ["bao.html", "dang-bo.txt"]),
        ("(ngoại OR việt) AND giao", ["dang-bo.txt"]),
        ("rau má", ["records.jsonl#3"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_query_language(run: Command, library: Path, query: str, names: list[str]) -> None:
    done = run("search", "--json", query, cwd=library)
    if answer(done)["understood"]["relaxed"]:
        assert not names
    else:
        assert sorted(ids(done)) == [f"docs/{name}" for name in names]


def test_exact(run: Command, library: Path) -> None:
    def keys(*arguments: str) -> set[str]:
        found = ids(run("search", "--json", *arguments, cwd=library))
        return {name.removeprefix("docs/records.jsonl#") for name in found}

    assert keys("ma") == {"ma", "mạ", "3"}
    assert keys("má") == keys("--exact", "má") == {"ma", "3"}
    assert keys("--exact", "ma") == {"ma"}
    assert ids(run("search", "--json", "--exact", "hoà", "-n1", cwd=library))


def test_all_and_any(run: Command, library: Path) -> None:
    def found(*arguments: str) -> set[str]:
        return set(ids(run("search", "--json", "-n100", *arguments, cwd=library)))

    assert found("đảng khongco") == found("--any", "đảng khongco") != set()
    assert found("--all", "đảng khongco") == set()
    words = "biển đông bão người trang"
    assert found("--all", words) == set()
    assert found("--all", "biển đông bão người") == {"docs/bao.html"}
    assert found(words) < found("--any", words)


@pytest.mark.parametrize(
    ("glob", "count"),
    [
        ("*.txt", 23),
        ("docs/pages/*", 23),
        ("/docs/pages/", 23),
        ("pages", 23),
        ("pages/1?.txt", 10),
        ("**/0[0-4].txt", 5),
        ("*.md", 0),
        ("/pages/*", 0),
    ],
)
def test_in(run: Command, library: Path, glob: str, count: int) -> None:
    done = run("search", "-c", "--in", glob, "hòa bình", cwd=library)
    assert done.stdout == f"{count}\n"
    assert done.returncode == (0 if count else 1)


def test_in_does_not_depend_on_the_current_folder(run: Command, library: Path) -> None:
    done = run("search", "-c", "--in", "docs/pages/*", "hòa", cwd=library / "docs/pages")
    assert done.stdout == "23\n"


def test_explain(run: Command, library: Path) -> None:
    results = answer(run("search", "--json", "--explain", "đảng bộ -ma", cwd=library))
    assert len(results["reading"]) == 3
    for hit in results["hits"]:
        scores = [part["score"] for part in hit["explain"]]
        assert sum(scores) == pytest.approx(hit["score"], abs=0.001)
        assert scores == sorted(scores, reverse=True)
    without = answer(run("search", "--json", "đảng bộ -ma", cwd=library))
    assert "reading" not in without
    assert [{**hit, "explain": 0} for hit in results["hits"]] == [
        {**hit, "explain": 0} for hit in without["hits"]
    ]
    text = run("search", "--explain", "đảng bộ -ma", cwd=library).stdout
    assert text.count("read as: ") == 3
    assert text.count("  score\n") == len(results["hits"])


@pytest.mark.parametrize(
    "part",
    [
        "a ",
        "x",
        "(",
        ")",
        '"',
        '"a ',
        "-",
        "*~",
        "a OR ",
        "a AND ",
        "(a ",
        "title:",
        "a-",
        "a* ",
        "a~ ",
    ],
    ids=repr,
)
def test_huge_queries(run: Command, library: Path, part: str) -> None:
    query = (part * 100_000)[:100_000]
    done = run("search", "--json", "--", query, cwd=library)
    assert done.returncode in (0, 1)
    assert answer(done)["query"] == query
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("query", [".", "...", '""', "()", "-", "--", "*", "~", "OR", "“”"])
def test_punctuation_only(run: Command, library: Path, query: str) -> None:
    done = run("search", "--", query, cwd=library)
    assert (done.returncode, done.stdout) == (1, "")
    assert all(line.startswith("vnsearch: ") for line in done.stderr.splitlines())


def test_a_query_of_broken_bytes(run: Command, library: Path) -> None:
    done = run("search", "--json", b"\xe1\xbb \xff bi\xe1\xbb\x83n", cwd=library)
    assert answer(done)["total"] == 2


# search --batch

QUERIES = ["dang bo", "", "khongco", '"biển đông"', "   ", "...", "hoà bình", "“lệch"]


def test_batch_gives_a_line_for_each_line(run: Command, library: Path) -> None:
    stdin = "".join(f"{query}\n" for query in QUERIES)
    done = run("search", "--batch", "-", cwd=library, stdin=stdin)
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["query"] for item in answers] == QUERIES
    assert [bool(item["total"]) for item in answers] == [1, 0, 0, 1, 0, 0, 1, 0]
    for query, item in zip(QUERIES[:4], answers, strict=False):
        assert item == answer(run("search", "--json", query, cwd=library))


def test_batch_takes_a_file_and_options(run: Command, library: Path, tmp_path: Path) -> None:
    (tmp_path / "queries").write_text("đảng khongco\r\nhòa bình", "utf-8")
    options = ["-n", "2", "--offset", "1", "--all", "--in", "*.txt", "--explain"]
    done = run("search", "--batch", str(tmp_path / "queries"), *options, cwd=library)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["query"], first["total"]) == ("đảng khongco", 0)
    assert (second["query"], second["total"], len(second["hits"])) == ("hòa bình", 23, 2)
    assert second["hits"][0]["rank"] == 2
    assert second["hits"][0]["explain"]


@pytest.mark.parametrize(
    ("stdin", "lines"), [("", 0), ("\n", 1), ("khongco", 1), ("\n\n\n", 3)], ids=repr
)
def test_batch_that_finds_nothing(run: Command, library: Path, stdin: str, lines: int) -> None:
    done = run("search", "--batch", "-", cwd=library, stdin=stdin)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == lines


def test_batch_tells_what_does_not_parse(run: Command, library: Path) -> None:
    done = run("search", "--batch", "-", cwd=library, stdin='"đảng bộ\n')
    assert answer(done)["total"]
    assert "searched as plain words" in done.stderr


def test_batch_is_a_conversation(library: Path) -> None:
    process = start(
        "search", "--batch", "-", cwd=library, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    for query in ("đảng bộ", "", "hòa bình"):
        process.stdin.write(f"{query}\n".encode())
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 30)[0], "no answer to a line"
        assert json.loads(process.stdout.readline())["query"] == query
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize("broken", [b"\xff\xfe\n", b"a\0b\n", b"\xed\xa0\x80\n"], ids=repr)
def test_batch_with_broken_bytes(
    run: Command, library: Path, tmp_path: Path, broken: bytes
) -> None:
    (tmp_path / "queries").write_bytes(broken + "đảng\n".encode())
    done = run("search", "--batch", str(tmp_path / "queries"), cwd=library)
    assert done.returncode == 0
    assert [json.loads(line)["total"] for line in done.stdout.splitlines()][1] > 0


# Pipes


@pytest.mark.parametrize("reader", ["head -n 1", "true"], ids=["head", "true"])
@pytest.mark.parametrize(
    "form", ["", "--json", "--jsonl", "-l", "--color=always", "--batch=-", "--help"]
)
def test_a_closed_pipe_is_quiet(library: Path, tmp_path: Path, form: str, reader: str) -> None:
    (tmp_path / "queries").write_text("hòa bình\n" * 200, "utf-8")
    query = "" if form.startswith("--batch") else "hòa bình"
    script = (
        f'{{ "{sys.executable}" -m vnsearch search -n 100 {form} {query} <"$1"; '
        f'echo $? >"$2"; }} | {reader} >/dev/null'
    )
    done = subprocess.run(
        ["sh", "-c", script, "sh", str(tmp_path / "queries"), str(tmp_path / "status")],
        cwd=library,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    assert (tmp_path / "status").read_text().strip() in ("0", "141")


# Which index, and how documents are named


def test_index_option_before_variable_before_nearest(run: Command, tmp_path: Path) -> None:
    for name in ("option", "variable", "nearest"):
        indexed(tmp_path / name, {f"{name}.txt": "một"})
    here = tmp_path / "nearest/docs"
    variable = str(tmp_path / "variable/.vnsearch")
    search = ["search", "--json", "một"]
    assert ids(run(*search, cwd=here)) == ["docs/nearest.txt"]
    assert ids(run(*search, cwd=here, VNSEARCH_INDEX=variable)) == ["docs/variable.txt"]
    both = run(*search, "--index", "../../option/.vnsearch", cwd=here, VNSEARCH_INDEX=variable)
    assert ids(both) == ["docs/option.txt"]


def test_index_goes_where_the_option_says(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    assert run("index", "docs", "--index", "x/my-index").returncode == 0
    assert not (tmp_path / ".vnsearch").exists()
    assert ids(run("search", "một", "--json", "--index", "x/my-index")) == [
        str(tmp_path / "docs/a.txt")
    ]
    assert run("index", "docs", VNSEARCH_INDEX="of-variable").returncode == 0
    assert (tmp_path / "of-variable/current").exists()


def test_index_below_an_index_brings_that_up_to_date(run: Command, shelf: Path) -> None:
    write_files(shelf / "docs", {"sub/new.txt": "mới tinh"})
    assert answer(run("index", ".", "--json", cwd=shelf / "docs/sub"))["documents"] == 3
    assert not (shelf / "docs/sub/.vnsearch").exists()


def test_id_is_the_same_from_everywhere_and_path_opens(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"base/docs/sub/a.txt": "một", "base/b.txt": "một", "out/c.txt": "một"})
    base = tmp_path / "base"
    update(base / ".vnsearch", [str(base), str(tmp_path / "out")])
    outside = str(tmp_path / "out/c.txt")
    names = {"docs/sub/a.txt": "docs/sub/a.txt", "b.txt": "b.txt", outside: outside}
    index = str(base / ".vnsearch")
    for cwd in (base, base / "docs", base / "docs/sub", tmp_path, tmp_path / "out"):
        hits = answer(run("search", "--copies", "--json", "một", "--index", index, cwd=cwd))["hits"]
        assert {hit["id"] for hit in hits} == set(names)
        for hit in hits:
            file = (base / names[hit["id"]]).resolve()
            assert (cwd / hit["path"]).resolve() == file
            assert os.path.isabs(hit["path"]) is not file.is_relative_to(cwd)


def test_records_are_named_by_their_key(run: Command, library: Path) -> None:
    hits = answer(run("search", "--json", "ma", cwd=library))["hits"]
    assert {(hit["id"], hit["path"], hit["line"]) for hit in hits} == {
        ("docs/records.jsonl#ma", "docs/records.jsonl", 1),
        ("docs/records.jsonl#mạ", "docs/records.jsonl", 2),
        ("docs/records.jsonl#3", "docs/records.jsonl", 3),
    }


def test_a_folder_can_be_moved_with_its_index(run: Command, shelf: Path, tmp_path: Path) -> None:
    before = answer(run("search", "--json", "đảng bộ"))
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("docs", ".vnsearch"):
        (shelf / name).rename(moved / name)
    assert answer(run("search", "--json", "đảng bộ", cwd=moved)) == before
    summary = answer(run("index", "--json", cwd=moved))
    assert (summary["unchanged"], summary["added"], summary["removed"]) == (2, 0, 0)


# status, analyze


def test_status(run: Command, shelf: Path) -> None:
    fresh = answer(run("status", "--json"))
    assert (fresh["files"], fresh["documents"], fresh["passages"]) == (2, 2, 2)
    assert fresh["index"] == str(shelf / ".vnsearch")
    (root,) = fresh["roots"]
    names = ("path", "excludes", "encoding", "missing")
    assert [root[name] for name in names] == ["docs", [], None, False]
    assert fresh["changes"] == {"new": 0, "changed": 0, "removed": 0}
    assert fresh["bytes_on_disk"] > 0
    assert fresh["versions"]["vnsearch"] == __version__
    assert "none since" in run("status").stdout
    write_files(shelf / "docs", {"new.txt": "mới", "bao.html": "khác"})
    (shelf / "docs/dang-bo.txt").unlink()
    assert answer(run("status", "--json"))["changes"] == {"new": 1, "changed": 1, "removed": 1}
    assert "1 new, 1 changed, 1 removed since (run: vnsearch index)" in run("status").stdout
    assert run("status", "-q").stdout == ""


def test_status_changes_nothing(run: Command, shelf: Path) -> None:
    before = snapshot(shelf)
    run("status")
    assert snapshot(shelf) == before


def test_search_changes_nothing(run: Command, shelf: Path) -> None:
    before = snapshot(shelf)
    run("search", "đảng bộ")
    assert snapshot(shelf) == before


def test_analyze(run: Command) -> None:
    done = run("analyze", "Đảng uỷ,", "12-KL/TW")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()[1:]] == [
        ["0", "0–4", "Đảng", "dang", "đảng"],
        ["1", "5–7", "uỷ", "uy", "ủy"],
        ["2", "9–11", "12", "12", "12"],
        ["3", "12–14", "KL", "kl", "kl"],
        ["4", "15–17", "TW", "tw", "tw"],
    ]
    assert run("analyze", "-q", "Đảng").stdout == ""


def test_analyze_tells_what_the_tail_of_a_number_is(run: Command) -> None:
    *_, token, told = run("analyze", "1,75").stdout.splitlines()
    assert token.split() == ["1", "2–4", "75", ",75", ",75"]
    assert told == "a form that begins with a comma is the tail of a number: of 1,75 the 75"


def test_analyze_json(run: Command) -> None:
    text = unicodedata.normalize("NFD", "Kĩ thuật \x1b")
    assert answer(run("analyze", "--json", text))["tokens"] == [
        {"text": "Kĩ", "folded": "ky", "exact": "kỹ", "start": 0, "end": 2, "position": 0},
        {"text": "thuật", "folded": "thuat", "exact": "thuật", "start": 3, "end": 8, "position": 1},
    ]
    assert answer(run("analyze", "--json", "..."))["tokens"] == []


def test_analyze_of_huge_and_broken_text(run: Command) -> None:
    assert run("analyze", "đ" * 40_000).returncode == 0
    assert run("analyze", b"\xe1\xbb \xff").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["search", "--json", "-l", "bộ"], id="two forms of output"),
        pytest.param(["search", "-c", "--jsonl", "bộ"], id="a count and hits"),
        pytest.param(["search", "--all", "--any", "bộ"], id="all and any"),
        pytest.param(["search", "--batch", "-", "-l"], id="a batch of paths"),
        pytest.param(["index", "--exclude", "*.md"], id="excludes of no path"),
        pytest.param(["index", "--forget", "nowhere"], id="a root that is none"),
    ],
)
def test_options_that_do_not_go_together(run: Command, library: Path, arguments: list[str]) -> None:
    assert_error(run(*arguments, cwd=library))


def test_paths_are_all_listed_unless_limited(run: Command, tmp_path: Path) -> None:
    indexed(tmp_path, {f"{n:02}.txt": "đảng bộ" for n in range(30)})
    assert len(run("search", "-l", "bộ").stdout.splitlines()) == 30
    assert len(run("search", "-0", "-l", "bộ").stdout.split("\0")) == 31
    assert len(run("search", "-l", "-n", "3", "--offset", "2", "bộ").stdout.splitlines()) == 3
    last = run("search", "--copies", "bộ").stdout.splitlines()[-1]
    assert last == "1–10 of 30 documents; more: --offset 10"
    assert run("search", "bộ").stdout.splitlines()[-1] == "30 documents; each copy: --copies"


def test_forget(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"a/a.txt": "đảng bộ", "b/b.txt": "đảng bộ"})
    run("index", "a", "b")
    assert run("index", "--forget", "a").stdout.startswith(
        "files: 1 removed; .vnsearch now has 1 document"
    )
    assert run("search", "-l", "bộ").stdout == "b/b.txt\n"


@pytest.mark.parametrize("hidden", ["a/b [1]*.txt", "a/no x.txt", "a/sub", "a", "n.txt"])
def test_what_a_rebuild_would_lose_can_be_left_out(
    run: Command, tmp_path: Path, hidden: str
) -> None:
    """By the very command that is told."""
    names = ["a/b [1]*.txt", "a/no x.txt", "a/sub/c.txt", "a/sub/d.txt", "a/x/e.txt", "n.txt"]
    write_files(tmp_path, dict.fromkeys(names, "đảng bộ"))
    run("index", "a", "--exclude", "x/")
    run("index", "n.txt")
    (tmp_path / hidden).chmod(0)
    if os.access(tmp_path / hidden, os.R_OK):
        pytest.skip("may read everything")
    try:
        done = run("index", "--rebuild")
        assert_error(done, f"{hidden}: cannot be read", "vnsearch index --rebuild ")
        command = done.stderr.strip().rsplit("vnsearch ", 1)[1]
        assert run(*shlex.split(command)).returncode == 0
    finally:
        (tmp_path / hidden).chmod(0o700)
    kept = {name for name in names if not f"{name}/".startswith(f"{hidden}/")} - {"a/x/e.txt"}
    assert {*run("search", "-l", "--copies", "bộ").stdout.splitlines()} == kept


def test_roots_inside_of_a_root(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"a/a.txt": "đảng bộ", "a/b/b.txt": "đảng bộ"})
    (tmp_path / "a/c.txt").write_text("Biển Đông họp bàn về hợp tác", "cp1258", "ignore")
    run("index", "a")
    run("index", "a/c.txt", "--encoding", "tcvn3")
    told = run("index", "a", "--encoding", "auto")
    assert [root["path"] for root in json.loads(run("status", "--json").stdout)["roots"]] == ["a"]
    assert told.stdout.startswith("files: 1 changed, 2 unchanged")
    run("index", "a/b/b.txt", "--encoding", "utf-8")
    done = run("index", "--forget", "a")
    assert done.stdout.startswith("files: 3 removed;")
    assert done.stderr == "vnsearch: forgotten with the folder around: a/b/b.txt\n"


def test_marks_of_a_word_left_out_count(run: Command, tmp_path: Path) -> None:
    indexed(tmp_path, {"a.txt": "Biển Đông: báo chí", "b.txt": "Biển Đông có bão"})
    assert run("search", "-l", '"biển đông" -bão').stdout == "docs/a.txt\n"
    assert run("search", "-l", '"biển đông" -bao').returncode == 1


@pytest.mark.parametrize("glob", ["docs/", "./docs", "docs/**", "*.txt", "Đảng/"])
def test_globs_are_as_in_gitignore(run: Command, tmp_path: Path, glob: str) -> None:
    indexed(tmp_path, {"Đảng/a.txt": "đảng bộ", "b.md": "đảng bộ"})
    for typed in (glob, unicodedata.normalize("NFD", glob)):
        assert "docs/Đảng/a.txt" in run("search", "-l", "--in", typed, "bộ").stdout
