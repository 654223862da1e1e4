"""`watch` by the real command: whatever happens to the files, the index follows."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Command, write_files
from vnsearch.index.lock import locked

PATIENCE = 60.0  # seconds; hardly any are needed

Watch = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Start the command in the temporary folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        with open(tmp_path / "log", "ab") as log:
            command = [sys.executable, "-m", "vnsearch", "watch"]
            started.append(
                subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
            )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(happened: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, log.read_text("utf-8")
        time.sleep(0.2)


def count(run: Command, query: str) -> int:
    return int(run("search", "-c", query).stdout or 0)


def test_changes_are_found_soon(run: Command, tmp_path: Path, watch: Watch) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "docs/sub/b.txt": "hai"})
    run("index", "docs")
    process, log = watch(), tmp_path / "log"
    wait_for(lambda: "watching" in log.read_text("utf-8"), log)
    write_files(tmp_path, {"docs/new/deep/c.txt": "ba"})
    wait_for(lambda: count(run, "ba") == 1, log)
    (tmp_path / "docs/new").rename(tmp_path / "docs/moved")
    wait_for(lambda: "docs/moved/deep/c.txt" in run("search", "-l", "ba").stdout, log)
    (tmp_path / "docs/a.txt").unlink()
    wait_for(lambda: count(run, "một") == 0, log)
    write_files(tmp_path, {"more/d.txt": "bốn"})
    run("index", "more", "--wait", "60")  # a root that it learns of
    write_files(tmp_path, {"more/e.txt": "bốn nữa"})
    wait_for(lambda: count(run, "bốn") == 2, log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 130
    assert "1 added" in log.read_text("utf-8")
    assert "Traceback" not in log.read_text("utf-8")


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_that_are_not_utf8(run: Command, tmp_path: Path, watch: Watch) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    run("index", "docs")
    process, log = watch(), tmp_path / "log"
    wait_for(lambda: "watching" in log.read_text("utf-8"), log)
    for number, name in enumerate((b"b\xe9.txt", b"\xe9/c.txt", b"\xe9/d\xff.txt"), 2):
        path = os.fsencode(tmp_path / "docs") + b"/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("một nữa")
        wait_for(lambda number=number: count(run, "một") == number, log)  # type: ignore[misc]
    write_files(tmp_path, {"docs/e.txt": "hai"})
    wait_for(lambda: count(run, "hai") == 1, log)
    assert process.poll() is None
    os.makedirs(os.fsencode(tmp_path) + b"/\xe9")
    run("index", os.fsdecode(os.fsencode(tmp_path) + b"/\xe9"), "--wait", "60")
    wait_for(lambda: "its path is not UTF-8" in log.read_text("utf-8"), log)
    write_files(tmp_path, {"docs/g.txt": "ba"})  # the others are watched as before
    wait_for(lambda: count(run, "ba") == 1, log)
    assert process.poll() is None
    assert log.read_text("utf-8").count("its path is not UTF-8") == 1
    assert "fault of vnsearch" not in log.read_text("utf-8")


def test_a_root_that_goes_away_and_comes_back(run: Command, tmp_path: Path, watch: Watch) -> None:
    write_files(tmp_path, {"docs/a.txt": "một", "notes.txt": "hai"})
    run("index", "docs", "notes.txt")
    watch()
    log = tmp_path / "log"
    wait_for(lambda: "watching" in log.read_text("utf-8"), log)
    (tmp_path / "docs").rename(tmp_path / "away")
    wait_for(lambda: "its documents are kept" in log.read_text("utf-8"), log)
    assert count(run, "một") == 1
    write_files(tmp_path, {"away/b.txt": "một nữa"})
    (tmp_path / "away").rename(tmp_path / "docs")
    wait_for(lambda: count(run, "một") == 2, log)
    write_files(tmp_path, {"docs/c.txt": "một nữa", "draft": "ba"})
    os.replace(tmp_path / "draft", tmp_path / "notes.txt")  # as editors save
    wait_for(lambda: count(run, "một") == 3 and count(run, "ba") == 1, log)
    assert log.read_text("utf-8").count("its documents are kept") == 1


def test_another_writer_is_waited_for(run: Command, tmp_path: Path, watch: Watch) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    run("index", "docs")
    watch()
    log = tmp_path / "log"
    wait_for(lambda: "watching" in log.read_text("utf-8"), log)
    with locked(tmp_path / ".vnsearch/lock", PATIENCE):
        write_files(tmp_path, {"docs/b.txt": "một"})
        time.sleep(4)
        assert count(run, "một") == 1
    wait_for(lambda: count(run, "một") == 2, log)


def test_bursts_and_kills_end_as_a_rebuild(run: Command, tmp_path: Path, watch: Watch) -> None:
    rng, docs = random.Random(7), tmp_path / "docs"
    write_files(tmp_path, {f"docs/{n}.txt": f"đảng {n}" for n in range(30)})
    run("index", "docs")
    process, log = watch(), tmp_path / "log"
    for burst in range(8):
        for _ in range(rng.randint(1, 60)):
            change(rng, docs)
        time.sleep(rng.random())
        if burst % 3 == 2:
            process.kill()
            process.wait()
            assert run("check").returncode == 0
            process = watch()

    def settled() -> bool:
        done = run("status", "--json")
        return done.returncode == 0 and not any(json.loads(done.stdout)["changes"].values())

    wait_for(settled, log)
    process.kill()
    process.wait()
    queries = ("đảng bộ", "dang", "biển -bộ")
    followed = [run("search", "--json", "-n", "999", query).stdout for query in queries]
    assert json.loads(followed[1])["total"]
    run("index", "--rebuild")
    assert followed == [run("search", "--json", "-n", "999", query).stdout for query in queries]


def change(rng: random.Random, docs: Path) -> None:
    """Change something in a folder, which another change may have taken away."""
    folders = [docs, *(path for path in docs.rglob("*") if path.is_dir())]
    folder = rng.choice(folders)
    files = [path for path in folder.iterdir() if path.is_file()]
    words = " ".join(rng.choices(["đảng", "đang", "bộ", "biển"], k=9))
    with suppress(OSError):
        match rng.randrange(7):
            case 0 if files:
                rng.choice(files).unlink()
            case 1 if files:
                rng.choice(files).rename(docs / f"moved-{rng.random()}.md")
            case 2:
                (folder / f"folder-{rng.randrange(9)}").mkdir()
            case 3 if folder != docs:
                folder.rename(docs / f"renamed-{rng.random()}")
            case 4 if folder != docs:
                shutil.rmtree(folder)
            case _:
                (folder / f"{rng.randrange(99)}.txt").write_text(words, "utf-8")


def test_refresh_finds_what_is_new(run: Command, tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    run("index", "docs")
    write_files(tmp_path, {"docs/b.txt": "một"})
    assert count(run, "một") == 1
    assert run("một", "--refresh", "-c").stdout == "2\n"
    write_files(tmp_path, {"docs/c.txt": "một"})
    with locked(tmp_path / ".vnsearch/lock", PATIENCE):
        done = run("một", "--refresh", "-c")
    assert done.stdout == "2\n"
    assert "searching what was indexed before" in done.stderr
