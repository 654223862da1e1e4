"""The protocol, message by message, and the answers of the tools."""

import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vnsearch
from tests.conftest import Command, write_files
from vnsearch.index import location
from vnsearch.mcp.server import WITH_HANDSHAKE, serve
from vnsearch.mcp.tools import Tools

LONG = "\n\n".join(f"Đoạn {n} về việc thứ {n}. " + "việt nam " * 90 for n in range(9))
TEXTS = {
    "docs/a.txt": "Đảng bộ Bộ Ngoại giao\n\nhọp tại Hà Nội",
    "docs/sub [1]/b.txt": "Đảng bộ xã",
    "docs/long.txt": LONG,
    "docs/n.jsonl": '{"id": "k1", "title": "Một", "text": "đảng bộ cơ sở"}\n',
    "docs/caf\udce9.txt": "cà phê",
    "secret.txt": "đảng bộ mật",
}


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    write_files(tmp_path, TEXTS)
    with vnsearch.open(tmp_path, create=True) as index:
        index.update([tmp_path / "docs"])
    tools = Tools(lambda: tmp_path)
    yield tools
    tools.close()


def talk(tools: Tools, *messages: Any) -> list[Any]:
    """The answers to messages, which are objects or lines."""
    lines = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages]
    output = io.BytesIO()
    serve(tools, (line + b"\n" for line in lines), output)
    return [json.loads(line) for line in output.getvalue().decode("utf-8").splitlines()]


def call(tools: Tools, name: str, **arguments: Any) -> str:
    """The text that a tool gives."""
    text, failed = tools.call(name, arguments)
    assert not failed, text
    return text


def request(method: str, number: Any = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


@pytest.mark.parametrize("asked", [*WITH_HANDSHAKE, "2024-01-01", "2026-07-28", None, 5])
def test_a_handshake_agrees_on_a_version(tools: Tools, asked: Any) -> None:
    begun = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    (answer,) = talk(tools, request("initialize", protocolVersion=asked), begun)
    result = answer["result"]
    assert result["protocolVersion"] == (asked if asked in WITH_HANDSHAKE else WITH_HANDSHAKE[-1])
    assert result["serverInfo"] == {"name": "vnsearch", "version": vnsearch.__version__}
    assert result["capabilities"] == {"tools": {}}


def test_a_version_can_come_with_each_request(tools: Tools) -> None:
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    for method in ("server/discover", "tools/list", "ping"):
        (answer,) = talk(tools, request(method, _meta=meta))
        assert answer["result"]["resultType"] == "complete"
        assert answer["result"]["ttlMs"] == 0
    meta["io.modelcontextprotocol/protocolVersion"] = "2031-01-01"
    (answer,) = talk(tools, request("tools/list", _meta=meta))
    assert answer["error"]["code"] == -32022
    assert answer["error"]["data"] == {"supported": ["2026-07-28"], "requested": "2031-01-01"}


@pytest.mark.parametrize(
    ("message", "code", "number"),
    [
        (b"{", -32700, None),
        (b"\xff", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"[]", -32600, None),
        (b"7", -32600, None),
        ({"jsonrpc": "2.0", "id": 3}, -32600, None),
        ({"jsonrpc": "2.0", "id": [1], "method": "ping"}, -32600, None),
        (request("nothing", 4), -32601, 4),
        (request("resources/list", "five"), -32601, "five"),
        (request("tools/call", 6, name="delete", arguments={}), -32602, 6),
        (request("tools/call", 6, name=["search"]), -32602, 6),
        (request("tools/call", 6), -32602, 6),
        ({"jsonrpc": "2.0", "id": 7, "method": "ping", "params": [1]}, -32602, 7),
    ],
)
def test_errors_of_the_protocol(tools: Tools, message: Any, code: int, number: Any) -> None:
    answer, pong = talk(tools, message, request("ping", 9))
    assert (answer["error"]["code"], answer["id"]) == (code, number)
    assert pong == {"jsonrpc": "2.0", "id": 9, "result": {}}


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"  ",
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "method": "nothing"},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}},
    ],
)
def test_what_asks_for_no_answer_gets_none(tools: Tools, message: Any) -> None:
    assert talk(tools, message) == []


def test_several_messages_in_one(tools: Tools) -> None:
    ((one, other),) = talk(
        tools, [request("ping", 1), {"jsonrpc": "2.0", "method": "x"}, request("ping", 2)]
    )
    assert (one["id"], other["id"]) == (1, 2)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("search", {}, "query is missing"),
        ("search", {"query": 5}, "query is a text"),
        ("search", {"query": "x", "limit": 0}, "limit is a whole number from 1 to 50"),
        ("search", {"query": "x", "limit": True}, "limit is a whole number from 1 to 50"),
        ("search", {"query": "x", "limit": "5"}, "limit is a whole number from 1 to 50"),
        ("search", {"query": "x", "type": "exe"}, "no such type of files: exe"),
        ("search", {"query": "x", "since": "soon"}, "no"),
        ("search", {"query": "x", "path": "/"}, "no argument path; there are: query, "),
        ("search", [], "arguments are an object"),
        ("read", {"id": "x", "from": -1}, "from is a whole number from 0 to"),
        ("read", {"id": "docs/z.txt"}, "nothing in the index has the id docs/z.txt"),
        ("read", {"id": "secret.txt"}, "nothing in the index"),
        ("read", {"id": "docs/../secret.txt"}, "nothing in the index"),
        ("read", {"id": "/etc/passwd"}, "nothing in the index"),
        ("read", {"id": "\ud800"}, "nothing in the index"),
    ],
)
def test_a_tool_tells_what_is_wrong(tools: Tools, name: str, arguments: Any, told: str) -> None:
    (answer,) = talk(tools, request("tools/call", name=name, arguments=arguments))
    assert answer["result"]["isError"]
    assert answer["result"]["content"][0]["text"].startswith(told)


def test_a_search(tools: Tools) -> None:
    assert call(tools, "search", query="ha noi").split("\n") == [
        "1 document",
        "understood as: hà nội",
        "",
        "docs/a.txt#~1 (line 3)",
        "Đảng bộ Bộ Ngoại giao họp tại Hà Nội",
    ]
    assert call(tools, "search", query="đảng bộ", limit=2.0).startswith("2 of 3 documents\n\n")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("đảng bộ Huế", "no document has: Huế"),
        ("đản bộ ngoại giao", "did you mean: đảng bộ ngoại giao"),
        ('"hà lội"', 'searched instead: "hà nội"'),
        ("xyzt", "nothing found\nno document has: xyzt"),
        ("đảng bộ | xã", "|"),
        ("\ud800 đảng", "documents"),
    ],
)
def test_answers_are_honest(tools: Tools, query: str, told: str) -> None:
    assert told in call(tools, "search", query=query)


def test_a_changed_file_is_told(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "docs/a.txt").write_text("khác")
    assert "[changed or gone since it was indexed]" in call(tools, "search", query="ha noi")
    assert "[the file changed or is gone" in call(tools, "read", id="docs/a.txt")
    assert "files since: 1 changed" in call(tools, "status")


@pytest.mark.parametrize(
    ("folder", "count"),
    [
        *(("docs", 3), ("docs/", 3), ("docs/sub [1]", 1), ("docs/s*", 1), ("..", 3), ("sub*", 1)),
        *(("x", 0), ("./x", 0), ("/x", 0)),
    ],
)
def test_in_one_folder(tools: Tools, folder: str, count: int) -> None:
    found = call(tools, "search", query="dang bo", folder=folder)
    assert len(re.findall(r"#.*~1", found)) == count
    assert ("nothing that is indexed is in" in found) == (count == 0)


def test_a_folder_with_nothing_found_is_no_unknown_one(tools: Tools) -> None:
    assert call(tools, "search", query="xyzt", folder="docs") == (
        "nothing found\nno document has: xyzt"
    )
    assert "nothing that is indexed is in khong-co" in call(
        tools, "search", query="xyzt", folder="khong-co"
    )


@pytest.mark.parametrize(
    ("options", "count"),
    [({"type": "text"}, 2), ({"type": "pdf"}, 0), ({"since": "1d"}, 3), ({"since": "2099"}, 0)],
)
def test_only_some_files(tools: Tools, options: dict[str, str], count: int) -> None:
    found = call(tools, "search", query="dang bo", **options)
    assert len(re.findall(r"#.*~1", found)) == count


def test_several_places_of_a_document(tools: Tools) -> None:
    found = call(tools, "search", query="doan", passages=3, folder="docs/long.txt")
    assert re.findall(r"~\d+ \(line \d+\)", found)[1:] == re.findall(r"\n(~\d+ .*)", found)
    assert len(re.findall(r"\n~\d+ ", found)) == 2


def test_answers_keep_to_max_chars(tools: Tools) -> None:
    found = call(tools, "search", query="việt nam đảng bộ đoạn", max_chars=200)
    assert len(found) < 300
    assert "more hits did not fit in max_chars" in call(
        tools, "search", query="dang bo doan", max_chars=200, limit=50
    )


def test_answers_take_half_of_what_json_takes(tools: Tools, tmp_path: Path, run: Command) -> None:
    queries = ("dang bo", "ngoai giao", "doan thu 5", "bo", "viet nam")
    ours = [call(tools, "search", query=query) for query in queries]
    json_ones = [run("search", "--json", "-n5", query, cwd=tmp_path).stdout for query in queries]
    assert len("".join(ours).encode()) * 2 < len("".join(json_ones).encode())


def test_reading_a_document_piece_by_piece(tools: Tools) -> None:
    parts, start = [], 0
    while True:
        answer = call(tools, "read", id="docs/long.txt", max_chars=1000, **{"from": start})
        head, _, rest = answer.partition("\n\n")
        assert head.startswith("docs/long.txt Đoạn 0")
        text, goes_on, number = rest.partition("\n\n[goes on from=")
        parts.append(text)
        if not goes_on:
            break
        assert len(text) <= 1000
        start = int(number.rstrip("]"))
    assert "".join(parts) == LONG.strip()
    assert len(parts) > 7


def test_reading_a_passage_and_its_neighbours(tools: Tools) -> None:
    def numbers(answer: str) -> list[str]:
        return re.findall(r"Đoạn (\d)", answer.partition("\n\n")[2])

    (passage,) = re.findall(r"\S+#~\d+", call(tools, "search", query='"đoạn 4"'))
    own = numbers(call(tools, "read", id=passage))
    more = numbers(call(tools, "read", id=passage, neighbours=1))
    assert "4" in own
    assert len(own) < len(more) < 9
    assert {*own} < {*more}
    assert numbers(call(tools, "read", id=passage, neighbours=20, max_chars=50_000)) == [
        *"012345678"
    ]
    assert call(tools, "read", id="docs/n.jsonl#k1").startswith("docs/n.jsonl#k1 Một\n\nđảng bộ")


def test_names_that_are_not_utf8(tools: Tools) -> None:
    found = call(tools, "search", query="ca phe")
    assert "docs/caf\\xe9.txt#~1 (line 1)" in found
    assert "cà phê" in call(tools, "read", id="docs/caf\\xe9.txt#~1")


def test_status(tools: Tools) -> None:
    assert re.fullmatch(
        r"5 documents in 5 files, \d+ passages\nupdated [\d: -]+ UTC\n"
        r"files since: no changes\nindexed: docs",
        call(tools, "status"),
    )


@pytest.mark.parametrize("name", ["search", "read", "status"])
def test_before_and_after_an_index_is_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VNSEARCH_INDEX", raising=False)
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"a.txt": "đảng bộ"})
    tools = Tools(lambda: location.existing_index(None))
    arguments = {"search": {"query": "x"}, "read": {"id": "a.txt"}, "status": {}}[name]
    text, failed = tools.call(name, arguments)
    assert failed
    assert "vnsearch index" in text
    with vnsearch.open(create=True) as index:
        index.update(["."])
        assert not tools.call(name, arguments)[1]
        (tmp_path / "b.txt").write_text("chi bộ")
        index.update()
    assert call(tools, "search", query="chi bo").startswith("1 document")
    tools.close()


def test_a_fault_ends_one_call_only(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("x")

    with monkeypatch.context() as patch:
        patch.setattr(vnsearch.Index, "search", fail)
        text, failed = tools.call("search", {"query": "x"})
    assert failed
    assert "a fault of vnsearch: ZeroDivisionError: x" in text
    assert call(tools, "search", query="dang bo")


def test_nothing_is_written(tools: Tools, tmp_path: Path) -> None:
    def files() -> list[tuple[str, int]]:
        return [
            (str(path), path.stat().st_mtime_ns)
            for folder, _, names in os.walk(tmp_path)
            for path in (Path(folder), *(Path(folder, name) for name in names))
        ]

    before = files()
    call(tools, "search", query="dang bo")
    call(tools, "read", id="docs/a.txt")
    call(tools, "status")
    assert files() == before


@pytest.mark.usefixtures("tools")
def test_the_command(tmp_path: Path, run: Command) -> None:
    lines = [request("initialize"), request("tools/call", 2, name="status")]
    done = run("mcp", cwd=tmp_path / "docs", stdin="\n".join(map(json.dumps, lines)))
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]


@pytest.mark.usefixtures("tools")
def test_agents_get_english(tmp_path: Path, run: Command) -> None:
    arguments = ({"query": "dang zzyx"}, {"query": "zzyx"}, {"query": "a", "since": "x"})
    calls = [request("tools/call", 1, name="search", arguments=given) for given in arguments]
    calls += [request("tools/call", 1, name="status"), request("tools/call", 1, name="read")]
    lines = "\n".join(map(json.dumps, calls))
    outputs = [run("mcp", cwd=tmp_path, stdin=lines, VNSEARCH_LANG=name) for name in ("en", "vi")]
    assert outputs[0].stdout == outputs[1].stdout
    assert outputs[0].stdout.count("\n") == len(calls)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--index", "nosuch"], "no index"),
        ([], "no index here"),
        (["--index", "nosuch", "-q"], ""),
        (["--index", "own"], ""),
    ],
)
def test_an_index_that_is_not_there_yet_is_told(
    run: Command, tmp_path: Path, options: list[str], told: str
) -> None:
    write_files(tmp_path, {"docs/a.txt": "một"})
    run("index", "docs", "--index", "own", XDG_STATE_HOME=str(tmp_path / "elsewhere"))
    done = run("mcp", *options)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"vnsearch: {told}" if told else "")
    assert bool(done.stderr) == bool(told)
