"""Output: JSON against its schema, plain and terminal output against golden files.

`UPDATE_GOLDEN=1 pytest tests/render/test_render.py` writes the golden files anew; read the
difference before keeping it.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from rich.cells import cell_len

from tests.conftest import Command, Files, write_files
from vnsearch.analysis import tokenizer
from vnsearch.indexing.status import status
from vnsearch.indexing.update import update
from vnsearch.model import (
    Changes,
    Check,
    Damage,
    Hit,
    IndexSummary,
    Locator,
    Place,
    Results,
    Root,
    ScorePart,
    Skipped,
    Snippet,
    Status,
    Token,
    Understood,
)
from vnsearch.render import jsonform, plain, terminal, upkeep
from vnsearch.render.safety import visible
from vnsearch.search.searcher import Searcher

GOLDEN = Path(__file__).parent / "golden"
SCHEMA: dict[str, Any] = json.loads(
    (Path(jsonform.__file__).parent / "results.schema.json").read_text("utf-8")
)
KINDS = "results hit changes status tokens check error text indexes".split()
NOON = datetime(2026, 11, 22, 12, 0, 5, 999_999, timezone.utc)
PASSAGE = (
    "Đảng bộ Bộ Ngoại giao đã tổ chức hội nghị sơ kết giữa nhiệm kỳ, đánh giá kết quả\n"
    "thực hiện nghị quyết và bàn phương hướng của đảng bộ trong thời gian tới."
)


# The objects that are shown


def a_snippet(text: str, words: str, line: int | None) -> Snippet:
    """A text with a highlight on each word of the occurrences of some words."""
    spans = (match.span() for match in re.finditer(r"\w+", text))
    inside = [match.span() for match in re.finditer(words, text)]
    marked = ((a, b) for a, b in spans if any(x <= a and b <= y for x, y in inside))
    place = None if line is None else Locator(line)
    return Snippet(text, tuple(marked), place, place)


def a_hit(**changed: Any) -> Hit:
    hit = Hit(
        rank=1,
        score=12.34567,
        id="docs/hoi-nghi.txt",
        passage="docs/hoi-nghi.txt#~3",
        path="/data/docs/hoi-nghi.txt",
        title="Hội nghị sơ kết của Đảng bộ Bộ Ngoại giao",
        title_highlights=(),
        snippet=a_snippet(f"… {PASSAGE} …", "Đảng bộ|đảng bộ", 12),
        modified=NOON,
        stale=False,
        type="text",
    )
    return hit._replace(**changed)


def some_hits() -> tuple[Hit, ...]:
    """One of each kind of trouble."""
    hostile = "[bold]x[/] \x1b[31mđỏ\x1b]0;pwn\x07 [link=https://example.org]y[/link] \u202egnod"
    return (
        a_hit(),
        a_hit(
            rank=2,
            score=3.0,
            id="docs/e\x1b[31m\udce1.html",
            path="/data/docs/e\x1b[31m\udce1.html",
            title=hostile,
            snippet=a_snippet(f"{hostile} :smile: bộ", "bộ", None),
            stale=True,
        ),
        a_hit(
            rank=3,
            score=2.5,
            id="/outside/records.jsonl#k 1",
            path="/outside/" + "một-thư-mục-có-tên-rất-dài/" * 6 + "records.jsonl",
            title="Một tiêu đề dài " * 12,
            snippet=a_snippet("漢字" * 60 + " bộ " + "x" * 170, "bộ", 7),
        ),
        a_hit(rank=4, score=0.0, title="", snippet=Snippet("", (), Locator(1), Locator(1))),
    )


def some_results(**changed: Any) -> Results:
    results = Results(
        query="dang bo",
        understood=Understood("dang bo"),
        total=42,
        limit=4,
        offset=0,
        hits=some_hits(),
    )
    return results._replace(**changed)


def explained() -> Results:
    parts = (
        ScorePart("all the words in one passage", "", 8.0),
        ScorePart("word", "đảng", 3.21),
        ScorePart("neighbours", "đảng bộ", 1.13567),
    )
    reading = ("word “dang”, best as “đảng”", "without phrase “a \x1b[1m b”")
    return some_results(hits=(a_hit(parts=parts),), total=1, reading=reading)


def some_changes(**changed: Any) -> Changes:
    done = Changes(
        added=1234,
        changed=2,
        removed=1,
        unchanged=56,
        skipped=some_skipped(2),
        not_read=1234,
        with_flaws=1,
        documents=98765,
        bytes_read=12_345_678,
        seconds=1.5,
    )
    return done._replace(**changed)


def some_skipped(count: int, reasons: int = 2) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(f"docs/{n}\x1b[31m\udce1.txt", f"line {n % reasons}: no “text” \x07")
        for n in range(count)
    )


def some_status(**changed: Any) -> Status:
    found = Status(
        folder="/data/.vnsearch",
        roots=(Root("docs"), Root("/gone\x1b[31m", ("old/", "*.\udce1"))),
        missing_roots=("/gone\x1b[31m",),
        files=1234,
        documents=98765,
        passages=123_456,
        skipped=some_skipped(5),
        bytes_on_disk=12_345_678,
        updated=NOON,
        new=3,
        changed=0,
        removed=1234,
        versions={"vnsearch": "9.8.7", "catalog": "1", "analysis": "2", "engine": "whoosh-1"},
        formats={".pdf": 1200, ".\x1b[31m\udce1": 33, "": 1},
        reasons={"encrypted \x07": 2},
    )
    return found._replace(**changed)


def some_tokens() -> list[Token]:
    return list(tokenizer.tokenize("Đảng uỷ, số 12-KL/TW: Kĩ thuật 漢字"))


def golden(name: str, text: str) -> None:
    """Hold a text to its golden file, byte for byte."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(text.encode())
    assert path.is_file(), f"no golden file {path.name}: run with UPDATE_GOLDEN=1"
    assert text == path.read_bytes().decode(), f"{path.name}: see the docstring of this file"


def lines_of(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# JSON and its schema


def check(kind: str, value: Any) -> None:
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def printed(value: jsonform.Object) -> Any:
    """What a program reads from a line of JSON."""
    line = jsonform.dump(value).encode()
    assert b"\n" not in line
    return json.loads(line)


SAMPLES: dict[str, tuple[str, Callable[[], jsonform.Object]]] = {
    "results": ("results", lambda: jsonform.results(some_results())),
    "explained": ("results", lambda: jsonform.results(explained())),
    "nothing": ("results", lambda: jsonform.results(some_results(total=0, hits=()))),
    "suggested": (
        "results",
        lambda: jsonform.results(
            some_results(understood=Understood("đảng bộ", "đăng bộ", relaxed=True))
        ),
    ),
    "hit": ("hit", lambda: jsonform.hit(a_hit())),
    "hit with places": (
        "hit",
        lambda: jsonform.hit(
            a_hit(places=3, others=(Place("x#~2", a_snippet("một bộ", "bộ", 3)),))
        ),
    ),
    "hit explained": ("hit", lambda: jsonform.hit(explained().hits[0])),
    "changes": ("changes", lambda: jsonform.changes(some_changes())),
    "no time passed": ("changes", lambda: jsonform.changes(some_changes(seconds=0.0))),
    "status": ("status", lambda: jsonform.status(some_status())),
    "tokens": ("tokens", lambda: jsonform.tokens(some_tokens())),
    "whole": ("check", lambda: jsonform.check(Check("/ix", 4, 9, ()))),
    "damaged": ("check", lambda: jsonform.check(Check("/ix", 4, 9, (Damage("a", "gone"),)))),
    "indexes": (
        "indexes",
        lambda: jsonform.indexes([IndexSummary("/ix", ("/docs",), 3, 4, 5_000, NOON)]),
    ),
    "no tokens": ("tokens", lambda: jsonform.tokens([])),
    "error": ("error", lambda: jsonform.error("no index here", "make one first", 2)),
}
samples = pytest.mark.parametrize(("kind", "make"), SAMPLES.values(), ids=SAMPLES.keys())


@samples
def test_json_holds_to_the_schema(kind: str, make: Callable[[], jsonform.Object]) -> None:
    value = printed(make())
    check(kind, value)
    Draft202012Validator(SCHEMA).validate(value)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from objects(item)


@samples
def test_schema_rejects_an_unknown_field_in_any_object(
    kind: str, make: Callable[[], jsonform.Object]
) -> None:
    value = printed(make())
    for item in list(objects(value)):
        item["unheard_of"] = 1
        with pytest.raises(ValidationError):
            check(kind, value)
        del item["unheard_of"]
    check(kind, value)


@samples
def test_schema_rejects_a_missing_field_in_any_object(
    kind: str, make: Callable[[], jsonform.Object]
) -> None:
    value = printed(make())
    for item in list(objects(value)):
        for name in set(item) - {"explain", "reading", "passages", "path_bytes"}:
            kept = item.pop(name)
            with pytest.raises(ValidationError):
                check(kind, value)
            item[name] = kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rank", 0),
        ("rank", "1"),
        ("score", None),
        ("id", ""),
        ("line", 0),
        ("line", "12"),
        ("modified", "2026-11-22 12:00:05"),
        ("modified", None),
        ("stale", 1),
        ("snippet", {"text": "a b", "highlights": [[0, 1, 2]]}),
        ("snippet", {"text": "a b", "highlights": [[0]]}),
        ("snippet", {"text": "a b", "highlights": [0, 1]}),
    ],
    ids=lambda value: str(value)[-22:],
)
def test_schema_rejects_a_wrong_value(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        check("hit", {**printed(jsonform.hit(a_hit())), name: value})


def test_schema_is_valid_and_names_every_output() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(KINDS) <= set(SCHEMA["$defs"])
    assert [ref["$ref"] for ref in SCHEMA["anyOf"]] == [f"#/$defs/{kind}" for kind in KINDS]


def test_schema_is_closed_and_describes_every_property() -> None:
    for item in objects(SCHEMA):
        if item.get("type") == "object":
            assert item["additionalProperties"] is False, item
            assert set(item["required"]) <= set(item["properties"])
            for name, rules in item["properties"].items():
                target = SCHEMA["$defs"].get(rules.get("$ref", "").rpartition("/")[2], {})
                assert rules.get("description") or target.get("description"), name


def test_json_of_a_hit() -> None:
    assert printed(jsonform.hit(a_hit(parts=(ScorePart("word", "đảng", 1.23456),)))) == {
        "rank": 1,
        "score": 12.3457,
        "id": "docs/hoi-nghi.txt",
        "passage": "docs/hoi-nghi.txt#~3",
        "path": "/data/docs/hoi-nghi.txt",
        "type": "text",
        "title": "Hội nghị sơ kết của Đảng bộ Bộ Ngoại giao",
        "title_highlights": [],
        "line": 12,
        "matched": 0,
        "words": 0,
        "places": 1,
        "copies": 0,
        "snippet": {
            "text": f"… {PASSAGE} …",
            "highlights": [[2, 6], [7, 9], [128, 132], [133, 135]],
            "line": 12,
        },
        "modified": "2026-11-22T12:00:05Z",
        "stale": False,
        "explain": [{"evidence": "word", "words": "đảng", "score": 1.2346}],
    }


def test_json_keeps_vietnamese_letters_readable() -> None:
    assert "Đảng bộ" in jsonform.dump(jsonform.hit(a_hit()))


@pytest.mark.parametrize(
    "text", ["a\u2028b\u2029c\x85d", "a\x00b\x1bc\x7f", '“a\\”"', "a\nb\r\n", "\\x80"]
)
def test_json_reads_back_as_it_was(text: str) -> None:
    assert printed({"text": text}) == {"text": text}


def test_json_is_valid_unicode() -> None:
    hit = a_hit(path="docs/\udce1.txt", title="\ud800")
    value = jsonform.dump({"hits": [jsonform.hit(hit)], "path": "đ"}).encode()
    found = json.loads(value)
    assert "path_bytes" not in found
    assert found["hits"][0]["path"] == "docs/\\xe1.txt"
    assert b64decode(found["hits"][0]["path_bytes"]) == b"docs/\xe1.txt"
    assert found["hits"][0]["title"] == "?"


# JSON of real files

FILES: Files = {
    "a.txt": "Đảng bộ Ngoại giao\n\nHội nghị của đảng bộ.\n",
    "page.html": "<title>Trang</title><p>Đảng bộ trên trang</p>",
    "notes.md": "---\ntitle: Ghi chú\n---\nvề đảng bộ\n",
    "records.jsonl": '{"id": "k", "text": "đảng bộ một"}\n{broken\n{"text": "đảng bộ hai"}\n',
    "broken.txt.gz": b"no gzip",
    "binary.txt": b"a\0b",
}


@pytest.mark.parametrize("explain", [False, True], ids=["plain", "explain"])
@pytest.mark.parametrize("query", ["đảng bộ", '"dang bo" -hai', "khongco", "title:trang", "..."])
def test_search_of_real_files_holds_to_the_schema(
    searcher: Callable[[Files], Searcher], query: str, explain: bool
) -> None:
    found = searcher(FILES).search(query, explain=explain)
    check("results", printed(jsonform.results(found)))
    for hit in found.hits:
        check("hit", printed(jsonform.hit(hit)))
        assert bool(hit.parts) is explain


def test_lines_of_each_format(searcher: Callable[[Files], Searcher]) -> None:
    hits = searcher(FILES).search("đảng bộ").hits
    places = {hit.id.removeprefix("docs/"): jsonform.hit(hit)["line"] for hit in hits}
    assert places == {
        "a.txt": 1,
        "page.html": None,
        "notes.md": 4,
        "records.jsonl#k": 1,
        "records.jsonl#3": 3,
    }


def test_stale_hits_hold_to_the_schema(
    searcher: Callable[[Files], Searcher], tmp_path: Path
) -> None:
    opened = searcher(FILES)
    (tmp_path / "docs/a.txt").write_text("khác hẳn", "utf-8")
    (tmp_path / "docs/page.html").unlink()
    value = printed(jsonform.results(opened.search("đảng bộ")))
    check("results", value)
    stale = {hit["id"] for hit in value["hits"] if hit["stale"]}
    assert stale == {"docs/a.txt", "docs/page.html"}


def test_names_that_are_not_utf8_hold_to_the_schema(tmp_path: Path) -> None:
    write_files(tmp_path / "docs", FILES)
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/docs/l\xe1.txt")).write_text("đảng bộ lạ")
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/docs/h\xe1.txt")).write_bytes(b"a\0b")
    except OSError:
        pytest.skip("the file system refuses such names")
    index = tmp_path / ".vnsearch"
    changes = printed(jsonform.changes(update(index, [str(tmp_path / "docs")])))
    check("changes", changes)
    (skipped,) = (item for item in changes["skipped"] if item["path"].endswith("docs/h\\xe1.txt"))
    assert b64decode(skipped["path_bytes"]).endswith(b"docs/h\xe1.txt")
    check("status", printed(jsonform.status(status(index))))
    opened = Searcher(index)
    value = printed(jsonform.results(opened.search("lạ")))
    opened.close()
    check("results", value)
    (hit,) = value["hits"]
    assert hit["id"] == "docs/l\\xe1.txt"
    assert b64decode(hit["path_bytes"]).endswith(b"docs/l\xe1.txt")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("changes", ["index", "docs", "--json"]),
        ("status", ["status", "--json"]),
        ("check", ["check", "--json"]),
        ("tokens", ["analyze", "--json", "Đảng uỷ", "12-KL/TW"]),
        ("results", ["search", "--json", "--explain", "đảng bộ"]),
        ("hit", ["search", "--jsonl", "--explain", "đảng bộ"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_command_holds_to_the_schema(
    run: Command, tmp_path: Path, kind: str, arguments: list[str]
) -> None:
    write_files(tmp_path / "docs", FILES)
    if arguments[0] != "index":
        update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    done = run(*arguments)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == (5 if kind == "hit" else 1)
    for line in lines:
        check(kind, json.loads(line))


# Text that must not drive a terminal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Đảng bộ", "Đảng bộ"),
        ("", ""),
        ("a \t\n  b", "a b"),
        ("a\n\nb", "a b"),
        ("a\rb", "a\\x0db"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x1b]8;;x\x1b\\", "\\x1b]8;;x\\x1b\\"),
        ("\x00\x07\x08\x7f", "\\x00\\x07\\x08\\x7f"),
        ("\x85\x9b31m", "\\x85\\x9b31m"),
        ("a\u202eb\u2066c\u2069", "a\\u202eb\\u2066c\\u2069"),
        ("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("l\udce1.txt", "l\\xe1.txt"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("\N{FAMILY} 漢字 ½…", "\N{FAMILY} 漢字 ½…"),
    ],
    ids=ascii,
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_visible_lets_nothing_through_that_drives_a_terminal() -> None:
    shown = visible("".join(map(chr, range(0x11000))))
    unsafe = [c for c in shown if c != " " and (ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F)]
    assert not unsafe
    assert not set(shown) & {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
    shown.encode("utf-8")


# Plain text

PLAIN: dict[str, Callable[[], Iterator[str]]] = {
    "results": lambda: plain.results(some_results()),
    "results-places": lambda: plain.results(
        some_results(hits=(a_hit(places=4, others=(Place("x#~2", a_snippet("một bộ", "bộ", 3)),)),))
    ),
    "places": lambda: plain.places(some_results()),
    "results-explained": lambda: plain.results(explained()),
    "results-none": lambda: plain.results(some_results(total=0, hits=())),
    "changes": lambda: upkeep.changes(some_changes(), ".vnsearch"),
    "changes-one": lambda: upkeep.changes(
        Changes(
            added=1,
            changed=0,
            removed=0,
            unchanged=0,
            skipped=(),
            documents=1,
            bytes_read=10,
            seconds=0,
        ),
        ".vnsearch",
    ),
    "changes-skipped-before": lambda: upkeep.changes(
        some_changes(skipped=(), skipped_before=7), ".vnsearch"
    ),
    "changes-none": lambda: upkeep.changes(
        Changes(
            added=0,
            changed=0,
            removed=0,
            unchanged=0,
            skipped=some_skipped(1),
            not_read=1,
            documents=0,
            bytes_read=0,
            seconds=0.1,
        ),
        ".vnsearch",
    ),
    "skipped": lambda: upkeep.skipped(some_skipped(3)),
    "skipped-many": lambda: upkeep.skipped(some_skipped(2000, reasons=3)),
    "skipped-many-reasons": lambda: upkeep.skipped(some_skipped(40, reasons=40)),
    "status": lambda: upkeep.status(some_status()),
    "status-unchanged": lambda: upkeep.status(
        some_status(new=0, removed=0, skipped=(), documents=1, files=1, formats={}, reasons={})
    ),
    "tokens": lambda: plain.tokens(some_tokens()),
    "all-skipped": lambda: upkeep.all_skipped(some_skipped(5, reasons=2)),
    "all-skipped-none": lambda: upkeep.all_skipped([]),
    "indexes": lambda: upkeep.indexes([IndexSummary("/i\x1bx", ("/docs",), 3, 4, 5_000, NOON)]),
    "tokens-none": lambda: plain.tokens([]),
}


@pytest.mark.parametrize(("name", "make"), PLAIN.items(), ids=PLAIN.keys())
def test_plain_text(name: str, make: Callable[[], Iterator[str]]) -> None:
    text = lines_of(make())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    golden(f"plain-{name}", text)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (some_results(), "1–4 of 42 documents; more: --offset 4"),
        (some_results(offset=38), "39–42 of 42 documents"),
        (
            some_results(offset=1200, total=12345),
            "1201–1204 of 12,345 documents; more: --offset 1204",
        ),
        (some_results(hits=(a_hit(places=3),), total=1), "1 document; all places: --passages all"),
        (some_results(hits=(), limit=0), "42 documents"),
        (some_results(total=4), "4 documents"),
        (some_results(hits=some_hits()[:1], total=1), "1 document"),
        (
            some_results(hits=(), offset=50),
            "42 documents, none on this page; the last page begins at --offset 40",
        ),
        (some_results(hits=(), total=0), "nothing found"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_summary(found: Results, line: str) -> None:
    assert plain.summary(found) == line


# The terminal

_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_LINKS = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a terminal of some width gets."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def show(found: Results, color: str = "always", width: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        output = terminal.results(found, color)
        return re.sub(r"\x1b\]8;id=[^;]*;", "\x1b]8;id=0;", output)

    return show


MARKED = r"\x1b\[1;38;5;16;48;5;222m([^\x1b]*)\x1b\[0m"


def bare(text: str) -> str:
    """Terminal output without styles and links."""
    return _LINKS.sub("", _STYLES.sub("", text))


@pytest.mark.parametrize("color", ["always", "never"])
@pytest.mark.parametrize("width", [60, 80, 140])
def test_terminal(shown: Callable[..., str], width: int, color: str) -> None:
    text = shown(some_results(), color, width) + shown(explained(), color, width)
    assert max(cell_len(line) for line in bare(text).split("\n")) <= width
    golden(f"terminal-{width}-{color}", text)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 140, 200])
def test_terminal_loses_no_word_of_a_snippet(shown: Callable[..., str], width: int) -> None:
    text = bare(shown(some_results(hits=(a_hit(),)), width=width))
    words = visible(a_hit().snippet.text).split()
    assert " ".join(words) in " ".join(text.split())
    assert max(map(cell_len, text.split("\n"))) <= width


def test_terminal_styles_just_the_highlights(shown: Callable[..., str]) -> None:
    text = shown(some_results(hits=(a_hit(title_highlights=((20, 24), (25, 27))),)))
    assert re.findall(MARKED, text) == ["Đảng", "bộ", "Đảng", "bộ", "đảng", "bộ"]
    weak = text.replace("\x1b[38;5;16;48;5;250m", "<")
    assert weak.count("<") == 0


def test_terminal_styles_highlights_after_escaped_characters(shown: Callable[..., str]) -> None:
    snippet = a_snippet("\x1b\x1b\n\n \x07một hai\x1bba", "một|ba", 1)
    text = shown(some_results(hits=(a_hit(snippet=snippet),)))
    assert re.findall(MARKED, text) == ["một", "ba"]
    assert "\\x1b\\x1b \\x07một hai\\x1bba" in bare(text)


def luminance(rgb: str) -> float:
    """Of a colour, by WCAG."""
    parts = (int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_matches_can_be_read_in_every_theme(shown: Callable[..., str]) -> None:
    """Letters and what is behind them are of the palette of 256, which themes leave alone."""
    palette = {16: "000000", 222: "ffd787", 250: "bcbcbc"}
    weak = a_hit().snippet.highlights[:1]
    snippet = a_hit().snippet._replace(weak=weak)
    text = shown(some_results(hits=(a_hit(snippet=snippet),)))
    pairs = {*re.findall(r"38;5;(\d+);48;5;(\d+)m", text)}
    assert pairs == {("16", "222"), ("16", "250")}
    for letters, behind in pairs:
        light, dark = sorted((luminance(palette[int(n)]) for n in (letters, behind)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert not re.search(r"\x1b\[[0-9;]*\b4\b[0-9;]*m", re.sub(r"[34]8;5;\d+", "", text))


@pytest.mark.parametrize("term", ["xterm", "xterm-16color", "linux"])
def test_matches_are_reversed_where_themes_have_all_colours(
    shown: Callable[..., str], monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    text = shown(some_results(hits=(a_hit(),)))
    assert re.findall(r"\x1b\[1;7m([^\x1b]*)", text) == ["Đảng", "bộ", "đảng", "bộ"]
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(some_results(hits=(a_hit(),)))
    assert re.findall(r"\x1b\[1;7m([^\x1b]*)", text) == ["Đảng", "bộ", "đảng", "bộ"]
    assert "38;5" not in text


def test_rows_of_a_table_are_shown_as_rows(shown: Callable[..., str]) -> None:
    rows = "… Họ tên | Lương\n\fAn | 12.000.000\n\nBình | 9.500.000 …"
    text = bare(shown(some_results(hits=(a_hit(snippet=a_snippet(rows, "Bình", 3)),))))
    lines = ["… Họ tên | Lương", "An | 12.000.000", "Bình | 9.500.000 …"]
    assert text.splitlines()[2:5] == [f"    {line}" for line in lines]


def test_other_places_are_shown_with_where_they_are(shown: Callable[..., str]) -> None:
    other = Place("x#~2", a_snippet("một bộ", "bộ", 77))
    text = bare(shown(some_results(hits=(a_hit(places=4, others=(other,)),), total=1)))
    assert "    77:\n    một bộ\n    2 more places\n" in text
    assert text.splitlines()[-1] == "1 document; all places: --passages all"


def test_terminal_reads_nothing_as_markup(shown: Callable[..., str]) -> None:
    text = bare(shown(some_results(), width=140))
    assert text.count("[bold]x[/]") == 2
    assert "[link=https://example.org]y[/link]" in text
    assert ":smile:" in text


def test_terminal_lets_no_document_drive_it(shown: Callable[..., str]) -> None:
    text = shown(some_results(), width=140) + shown(explained())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", bare(text))
    assert "\x1b[31m" not in text.replace("\x1b[31m  changed or gone since it was indexed", "")
    assert "example.org" not in "".join(_LINKS.findall(text))


def test_terminal_links_each_path_to_its_file(
    shown: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = shown(some_results(hits=(a_hit(path="docs/a b;%\x1b\udce1.txt"), a_hit())))
    targets = {link.split(";", 2)[2][:-2] for link in _LINKS.findall(text)} - {""}
    assert targets == {
        f"{tmp_path.as_uri()}/docs/a%20b%3B%25%1B%E1.txt",
        "file:///data/docs/hoi-nghi.txt",
    }


def test_terminal_without_colour_has_no_escape_codes(shown: Callable[..., str]) -> None:
    text = shown(some_results(), "never") + shown(explained(), "never")
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("found", "line"),
    [(some_results(hits=(), limit=0), "42 documents"), (explained(), "1 document")],
    ids=["empty-page", "all"],
)
def test_terminal_ends_with_a_summary(shown: Callable[..., str], found: Results, line: str) -> None:
    assert bare(shown(found)).splitlines()[-1] == line
