"""`search --batch`: many queries, a line each."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, write_files
from tests.render.test_render import check


@pytest.fixture
def library(tmp_path: Path, run: Command) -> Path:
    texts = {"docs/a.txt": "Đảng bộ họp", "docs/b.txt": "dáng bò", "docs/c.md": "đảng bộ xã"}
    write_files(tmp_path, texts)
    assert run("index", "-q", "docs").returncode == 0
    return tmp_path


def answers(run: Command, library: Path, *lines: Any, options: tuple[str, ...] = ()) -> list[Any]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    done = run("search", "--batch", "-", *options, cwd=library, stdin=f"{text}\n")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for item in found:
        check("error" if "error" in item else "results", item)
    assert len(found) == len(lines)
    return found


def names(answer: Any) -> str:
    return "".join(sorted(Path(hit["path"]).stem for hit in answer["hits"]))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("đảng bộ", "ac"),
        ({"query": "đảng bộ"}, "ac"),
        ({"query": "đảng bộ", "limit": 1}, "a"),
        ({"query": "đảng bộ", "limit": 1, "offset": 1}, "c"),
        ({"query": "đảng bộ", "limit": 0}, ""),
        ({"query": "dang bo"}, "abc"),
        ({"query": "dang bo", "exact": True}, ""),
        ({"query": "dang bo", "exact": False}, "abc"),
        ({"query": "họp xã", "all": True}, ""),
        ({"query": "họp xã", "any": True}, "ac"),
        ({"query": "họp xyz", "no-relax": True}, ""),
        ({"query": "họp xyz", "no_relax": True}, ""),
        ({"query": "đảng bộ", "in": "*.md"}, "c"),
        ({"query": "đảng bộ", "in": ["*.md", "a*"]}, "ac"),
        ({"query": "đảng bộ", "type": "markdown"}, "c"),
        ({"query": "đảng bộ", "since": "2099"}, ""),
        ({"query": "đảng bộ", "sort": "path", "reverse": True, "limit": 1}, "c"),
        ("", ""),
        ("   ", ""),
        ({"query": ""}, ""),
        ("\ufeffđảng bộ", "ac"),
    ],
)
def test_what_a_line_finds(run: Command, library: Path, line: Any, expected: str) -> None:
    first, found, last = answers(run, library, "họp", line, "họp")
    assert names(found) == expected
    assert "id" not in found
    assert names(first) == names(last) == "a"


@pytest.mark.parametrize("own", [1, "x", 0, "", None, 1.5, True, {"a": [1]}, "\ud800"])
def test_an_answer_has_the_id_of_its_line(run: Command, library: Path, own: Any) -> None:
    found, wrong = answers(
        run, library, {"id": own, "query": "họp"}, {"query": "x", "limit": -1, "id": own}
    )
    assert found["id"] == wrong["id"] == ("?" if own == "\ud800" else own)
    assert wrong["error"]["code"] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"id": 1}, "a line needs a query"),
        ({"query": None}, "a line needs a query"),
        ({"query": ["a"]}, "a line needs a query"),
        ({"query": "x", "limit": "many"}, 'limit: "many" is no option of a line'),
        ({"query": "x", "limit": None}, "limit: null is no option"),
        ({"query": "x", "limit": True}, "limit: true is no option"),
        ({"query": "x", "exact": "yes"}, 'exact: "yes" is no option'),
        ({"query": "x", "index": "/"}, 'index: "/" is no option'),
        ({"query": "x", "batch": "-"}, 'batch: "-" is no option'),
        ({"query": "x", "json": True}, "json: true is no option"),
        ({"query": "x", "colour": 1}, "colour: 1 is no option"),
        ({"query": "x", "sort": ["path", "path"]}, "sort: "),
        ({"query": "x", "in": {}}, "in: {} is no option"),
        ({"query": "x", "type": "exe"}, "no such type of files: exe"),
        ({"query": "x", "since": "soon"}, "not a date: soon"),
        ({"query": "x", "all": True, "any": True}, "--all and --any exclude each other"),
    ],
)
def test_a_wrong_line_is_an_error_and_the_rest_goes_on(
    run: Command, library: Path, line: Any, told: str
) -> None:
    text = f"{json.dumps(line)}\nhọp\n"
    done = run("search", "--batch", "-", cwd=library, stdin=text)
    wrong, right = map(json.loads, done.stdout.splitlines())
    assert wrong["error"]["message"].startswith(told.partition(":")[0])
    assert told in wrong["error"]["message"]
    assert done.stderr.startswith(f"vnsearch: line 1: {told.partition(':')[0]}")
    assert right["total"] == 1
    assert done.returncode == 2


@pytest.mark.parametrize("line", ["{", '{"query": ', "{đảng bộ}", "[" * 2000])
def test_what_is_no_json_is_a_query(run: Command, library: Path, line: str) -> None:
    answers(run, library, line)
    done = run("search", "--batch", "-", cwd=library, stdin=f"{line}\n")
    if line.startswith("{"):
        assert "line 1: no JSON, so its words are searched" in done.stderr


def test_options_of_a_line_come_before_those_of_the_command(run: Command, library: Path) -> None:
    one, both = answers(
        run, library, "đảng bộ", {"query": "đảng bộ", "limit": 5}, options=("-n", "1")
    )
    assert len(one["hits"]) == 1
    assert len(both["hits"]) == 2


def test_many_lines_take_no_more_memory_than_few(library: Path) -> None:
    def peak(count: int) -> int:
        """Of a process that answers so many lines, in KB."""
        code = (
            "import resource, sys; from vnsearch.cli.search import answer\n"
            "answer((), batch='-')\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        )
        lines = "".join(f"đảng bộ {number} họp x{number}\n" for number in range(count))
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=lines.encode(),
            capture_output=True,
            cwd=library,
            check=True,
        )
        assert done.stdout.count(b"\n") == count
        return int(done.stderr.split()[-1])

    assert peak(6_000) < peak(1_500) + 5_000


def test_the_schema_is_printed(run: Command) -> None:
    printed = json.loads(run("schema").stdout)
    assert printed["$schema"].startswith("https://json-schema.org/")
    assert {"results", "hit", "changes", "status", "error"} <= {*printed["$defs"]}
