"""`--log`: what a command did, a JSON object a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, write_files


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    write_files(tmp_path, {"docs/a.txt": "đảng bộ", "docs/b.pdf": "no PDF"})
    return tmp_path


def test_a_run_of_index(run: Command, library: Path) -> None:
    assert run("index", "-q", "--log", "log", "docs").returncode == 0
    found = events(library / "log")
    assert [item["event"] for item in found] == ["start", "skipped", "indexed", "end"]
    assert found[0]["arguments"] == ["index", "-q", "--log", "log", "docs"]
    assert (found[1]["path"], bool(found[1]["reason"])) == ("docs/b.pdf", True)
    assert (found[2]["added"], found[2]["documents"]) == (1, 1)
    assert found[3]["code"] == 0
    assert {item["command"] for item in found} == {"index"}
    assert len({item["pid"] for item in found}) == 1
    assert all(item["time"].endswith("+00:00") and item["seconds"] >= 0 for item in found)


def test_runs_are_appended_and_nothing_new_is_skipped_again(run: Command, library: Path) -> None:
    for _ in range(2):
        run("index", "-q", "--log", "log", "docs")
    second = events(library / "log")[4:]
    assert [item["event"] for item in second] == ["start", "indexed", "end"]


def test_searches_errors_and_calls(run: Command, library: Path) -> None:
    run("index", "-q", "docs")
    run("--log", "log", "search", "dang bo")
    run("search", "nothing", VNSEARCH_LOG="log")
    run("search", "--log=log", "x", "--type", "exe")
    call = {"id": 1, "method": "tools/call", "params": {"name": "status"}}
    run("mcp", "--log", "log", stdin=json.dumps(call))
    found = [item for item in events(library / "log") if item["event"] not in ("start", "message")]
    assert [(item["command"], item["event"]) for item in found] == [
        *(("search", "search"), ("search", "end")) * 2,
        ("search", "end"),
        ("mcp", "call"),
        ("mcp", "end"),
    ]
    assert (found[0]["query"], found[0]["total"]) == ("dang bo", 1)
    assert [item["code"] for item in found if item["event"] == "end"] == [0, 1, 2, 0]
    messages = [item["message"] for item in events(library / "log") if item["event"] == "message"]
    assert "no such type of files: exe" in messages


def test_a_log_that_cannot_be_written_is_an_error(run: Command, library: Path) -> None:
    done = run("index", "docs", "--log", "docs")
    assert done.returncode == 2
    assert "cannot write the log docs" in done.stderr
    assert not (library / ".vnsearch").exists()
