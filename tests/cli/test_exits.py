"""Every error is a message, a line of advice and an exit code; none is a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Command, write_files
from vnsearch.indexing.update import update

FAILING = """
import sys
from vnsearch import __main__
from vnsearch.{module} import {name}

def fail(*_, **__):
    raise {error}

{name}.{function} = fail
sys.argv[1:] = {arguments}
__main__.main()
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    write_files(tmp_path, {"docs/a.txt": "Đảng bộ họp", "docs/b.txt": "Biển Đông"})
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    return tmp_path


def failing(
    shelf: Path, where: tuple[str, str, str], error: str, arguments: Sequence[str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command in which a method fails."""
    module, name, function = where
    code = FAILING.format(
        module=module, name=name, function=function, error=error, arguments=list(arguments)
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=shelf, capture_output=True, text=True, check=False
    )


SEARCH = "search.searcher", "Searcher", "search"
FILE = "index.catalog", "Catalog", "file"
OPEN = "engines.whoosh", "WhooshEngine", "reader"
WRITE = "engines.whoosh.write.writer", "WhooshWriter", "commit"


@pytest.mark.parametrize("where", [SEARCH, FILE, OPEN, WRITE], ids=lambda where: where[2])
@pytest.mark.parametrize(
    ("error", "parts"),
    [
        pytest.param("MemoryError", ["there is not enough memory", "--jobs 1"], id="memory"),
        pytest.param(
            "RecursionError('deep')",
            ["a fault of vnsearch: RecursionError: deep (", "please report"],
            id="recursion",
        ),
        pytest.param("KeyError(3)", ["a fault of vnsearch: KeyError: 3 ("], id="bug"),
        pytest.param(
            "OSError(28, 'No space left on device', '/x/y')",
            ["/x/y: No space left on device", "make room there"],
            id="no room",
        ),
        pytest.param(
            "OSError(24, 'Too many open files')", ["Too many open files", "ulimit -n"], id="files"
        ),
        pytest.param("__import__('sqlite3').OperationalError('locked')", ["locked"], id="sqlite"),
    ],
)
def test_any_exception_is_told(
    shelf: Path, where: tuple[str, str, str], error: str, parts: list[str]
) -> None:
    write_files(shelf, {"docs/c.txt": "thêm"})
    done = failing(shelf, where, error, ["index"] if where is WRITE else ["search", "đảng"])
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("vnsearch: ")
    assert done.stderr.count("\n") == 2
    assert "Traceback" not in done.stderr
    assert "damaged" not in done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize("number", [13, 5, 12, 23, 24, 28, 116, 122])
@pytest.mark.parametrize("file", ["current", "checksums", "catalog.db", "segments.json", "1.segm"])
def test_a_file_that_cannot_be_opened_is_no_damage(shelf: Path, file: str, number: int) -> None:
    """Whatever the system says, in each command, of each file of the index."""
    code = f"""
import builtins, functools, io, os, sys

def refusing(original):
    def call(path, *arguments, **options):
        if {file!r} in str(path):
            raise OSError({number}, os.strerror({number}), str(path))
        return original(path, *arguments, **options)
    return functools.partial(call)  # no method of a class that keeps it, as that of pathlib does

builtins.open = io.open = refusing(open)
os.open = refusing(os.open)
from vnsearch import __main__
__main__.main()
"""
    for arguments in (["search", "đảng"], ["status"], ["check"], ["index"]):
        before = sorted(path for path in (shelf / ".vnsearch").rglob("*"))
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=shelf, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if arguments == ["index"] and done.returncode == 0:
            continue  # with nothing to do, it does not look into the segments
        assert (done.returncode, done.stdout) == (2, ""), (arguments, done.stderr)
        assert os.strerror(number) in done.stderr
        assert file in done.stderr
        assert "Traceback" not in done.stderr
        assert "damaged" not in done.stderr
        assert sorted(path for path in (shelf / ".vnsearch").rglob("*")) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("stderr", [">/dev/full", ">&-", "</dev/null"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [("search đảg", 0), ("search xyzzy", 1), ("search", 2), ("index", 0), ("--nonsense", 2)],
)
def test_a_notice_that_cannot_be_written_fails_nothing(
    shelf: Path, stderr: str, arguments: str, code: int
) -> None:
    command = f"'{sys.executable}' -m vnsearch {arguments} 2{stderr}"
    done = subprocess.run(["sh", "-c", command], cwd=shelf, capture_output=True, check=False)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("stdout", [">/dev/full", "</dev/null"])
@pytest.mark.parametrize(
    "arguments",
    ["search đảng", "search --json đảng", "search --color=always đảng", "status", "index", "check"],
)
def test_output_that_cannot_be_written_is_told(shelf: Path, stdout: str, arguments: str) -> None:
    command = f"'{sys.executable}' -m vnsearch {arguments} 1{stdout}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=shelf, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 2
    assert "stdout: " in done.stderr
    assert "Traceback" not in done.stderr
    assert ("the index is up to date, but" in done.stderr) == (arguments == "index")


def test_a_closed_stream_is_no_place_for_the_index(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "Đảng bộ"})
    command = f"'{sys.executable}' -m vnsearch index docs <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False).returncode == 0
    command = f"'{sys.executable}' -m vnsearch check"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["search", "--json", "đảng"], id="no index"),
        pytest.param(["search", "--jsonl", "đảng"], id="hits"),
        pytest.param(["search", "--batch", "missing"], id="batch"),
        pytest.param(
            ["search", "--batch=-", "--exact", "--all", "--any"], id="options that exclude"
        ),
        pytest.param(["search", "--json", "--no-such-option", "x"], id="no such option"),
        pytest.param(["search", "--json", "-n", "many", "x"], id="no number"),
        pytest.param(["search", "--json"], id="no query"),
        pytest.param(["index", "--json", "missing"], id="nothing to index"),
        pytest.param(["index", "--json"], id="no root"),
        pytest.param(["status", "--json"], id="status"),
        pytest.param(["check", "--json"], id="check"),
        pytest.param(["analyze", "--json"], id="no text"),
    ],
)
def test_where_output_is_json_an_error_is_an_object_too(
    run: Command, arguments: Sequence[str]
) -> None:
    done = run(*arguments)
    (line,) = done.stdout.splitlines()
    error = json.loads(line)["error"]
    assert (done.returncode, error["code"]) == (2, 2)
    shown = [f"vnsearch: {error['message']}", error["advice"]]
    assert done.stderr.splitlines() == [line for line in shown if line]


def test_what_asks_for_no_json_prints_none(run: Command) -> None:
    for arguments in (["search", "đảng"], ["search", "--", "--json"], ["status"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("command", [["search", "--json", "đảng bộ"], ["index", "--json"]])
def test_a_file_that_is_cut_off_while_it_is_mapped_is_an_error(
    shelf: Path, command: Sequence[str]
) -> None:
    """As a bad sector is: the system sends SIGBUS."""
    code = """
import os, sys
from vnsearch import __main__
from vnsearch.engines.whoosh.format.segment_file import Arrays

begin = Arrays.__init__

def cut_off(self, path):
    begin(self, path)
    os.truncate(path, 0)

Arrays.__init__ = cut_off
__main__.main()
"""
    (shelf / "docs/a.txt").write_text("Khác")
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=shelf,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    told = "a part of the index cannot be read from the disk"
    assert told in done.stderr
    assert told in json.loads(done.stdout)["error"]["message"]
