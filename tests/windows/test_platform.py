"""What stands in `vnsearch.platform.windows` and `windows_processes`, on Windows itself."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.conftest import write_files
from vnsearch import platform
from vnsearch.errors import GivenUpError
from vnsearch.files.paths import FileNames, as_spelled
from vnsearch.files.scan import Seen, scan
from vnsearch.model import Document
from vnsearch.platform import processes
from vnsearch.readers.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="of Windows")


def test_a_lock_is_of_one_file_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with open(path, "a+", encoding="ascii") as first, open(path, "a+", encoding="ascii") as second:
        platform.lock(first)
        first.write("123")
        first.flush()
        with pytest.raises(BlockingIOError):
            platform.lock(second)
        second.seek(0)
        assert second.read() == "123"
    with open(path, "a+", encoding="ascii") as third:
        platform.lock(third)


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    program = (
        "import sys, time; from vnsearch import platform; f = open(sys.argv[1], 'a+'); "
        "platform.lock(f); print('locked', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "lock")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().split() == [b"locked"]
    with open(tmp_path / "lock", "a+", encoding="ascii") as file:
        with pytest.raises(BlockingIOError):
            platform.lock(file)
        holder.kill()
        holder.communicate()
        platform.lock(file)


def test_a_file_is_replaced_as_soon_as_it_is_closed(tmp_path: Path) -> None:
    write_files(tmp_path, {"a": "old", "b": "new"})
    reader = open(tmp_path / "a", "rb")  # noqa: SIM115 - a thread closes it
    threading.Timer(0.3, reader.close).start()
    platform.replace(tmp_path / "b", tmp_path / "a")
    assert (tmp_path / "a").read_text("utf-8") == "new"


def test_what_is_marked_hidden_is_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "", "docs/b.txt": "", "docs/x/c.txt": ""})
    for mark, name in (("+h", "b.txt"), ("+s", "x")):
        subprocess.run(["attrib", mark, str(tmp_path / "docs" / name)], check=True)
    found = [item for item in scan(str(tmp_path / "docs")) if isinstance(item, Seen)]
    assert [os.path.basename(item.path) for item in found] == ["a.txt"]


@pytest.mark.parametrize(
    ("tag", "is_link"), [(0, False), (0xA0000003, True), (0xA000000C, True), (0x9000001A, False)]
)
def test_junctions_are_links_and_files_kept_in_a_cloud_are_none(tag: int, is_link: bool) -> None:
    entry = SimpleNamespace(stat=lambda **_: SimpleNamespace(st_reparse_tag=tag))
    assert platform.is_link(cast("os.DirEntry[str]", entry)) == is_link


def test_a_folder_has_one_name_however_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "Văn bản").mkdir()
    names = FileNames(str(tmp_path))
    spelled = as_spelled(str(tmp_path))
    assert names.named(str(tmp_path / "văn BẢN")) == "Văn bản"
    assert names.named("\\\\?\\C:\\a" if spelled[0] == "?" else "D:\\a\\b") == "D:/a/b"
    assert names.path("D:/a/b") == "D:\\a\\b"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("code --wait", ["code", "--wait"]),
        (r"C:\bin\vim.exe -p", [r"C:\bin\vim.exe", "-p"]),
        (r'"C:\Program Files\x\x.exe" -n', [r"C:\Program Files\x\x.exe", "-n"]),
    ],
)
def test_command_lines(line: str, words: list[str]) -> None:
    assert platform.split_command(line) == words


def test_a_batch_file_gets_no_commands(tmp_path: Path) -> None:
    write_files(tmp_path, {"ed.cmd": "@echo off\n"})
    editor = str(tmp_path / "ed.cmd")
    assert platform.runnable([editor, r"C:\a b.txt"]) == [editor, r"C:\a b.txt"]
    assert platform.runnable([editor, r"C:\a&calc.txt"]) == []


PAGE = "<title>đề</title><p>thân".encode()


def test_a_reader_that_takes_too_much_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = time.monotonic()
    monkeypatch.setattr(
        processes.Child, "_processor_time", lambda _: 10 * (time.monotonic() - begun)
    )
    with closing(Sandbox(seconds=5)) as sandbox:
        with pytest.raises(GivenUpError, match="takes over 5 s of processor time"):
            list(sandbox.read("html", b"<p>a b <i>c</i></p>" * 900_000))
        monkeypatch.undo()
        assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]


def test_a_reader_that_is_killed_costs_its_file() -> None:
    with closing(Sandbox()) as sandbox:
        list(sandbox.read("html", PAGE))
        assert sandbox._process is not None
        sandbox._process.kill()
        with pytest.raises(GivenUpError, match="the reader crashed"):
            list(sandbox.read("html", PAGE))
        assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]


def test_a_process_ends_with_the_one_that_began_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from vnsearch.platform.processes import Child; "
        "child = Child([sys.executable, '-c', "
        "'import sys, time; f = open(sys.argv[1], \"w\"); time.sleep(60)', sys.argv[1]]); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    held = tmp_path / "held"
    parent = subprocess.Popen([sys.executable, "-c", program, str(held)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline()
    deadline = time.monotonic() + 30
    while not held.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    parent.kill()
    parent.communicate()
    platform.patiently(lambda: os.unlink(held))  # as long as it lives, it has the file open
