"""The real command in Vietnamese, whether that locale is installed or not."""

import json
import re
from pathlib import Path
from typing import Final

import click
import pytest

from tests.conftest import Command, write_files
from vnsearch import language
from vnsearch.cli.commands import commands
from vnsearch.index.catalog import Catalog
from vnsearch.index.generations import CATALOG

BY_LOCALE: Final = {"LC_ALL": "vi_VN.UTF-8"}
BY_LIST: Final = {"LC_ALL": "C.UTF-8", "LANGUAGE": "vi"}
NAMES: Final = ["", *sorted(commands.commands)]

# A line of help that may be the same in both languages: suffixes, values, options and examples.
WITHOUT_WORDS: Final = re.compile(r'\s*(vnsearch .*|[^a-z]*|(\.\w+,?\s*)+|\{"mcpServers.*)')

FILES: Final[dict[str, str | bytes]] = {
    "docs/đảng bộ.md": "# Công tác\n\nCông tác của đảng bộ cơ quan đại diện.\n",
    "docs/trống.txt": "",
    "docs/hỏng.docx": b"PK\3\4 no archive",
    "docs/x.jsonl": 'no JSON\n{"id": "1", "text": "ngoại giao"}\n',
    "docs/lạ.xyz": b"\1\2\3",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_help_is_english(run: Command, name: str) -> None:
    done = run(*filter(None, (name, "--help")), **BY_LIST)
    assert (done.returncode, done.stderr) == (0, "")
    command = commands.commands[name] if name else commands
    context = click.Context(command, info_name="vnsearch", **commands.context_settings)
    english = {line.strip() for line in command.get_help(context).splitlines()}
    same = {line.strip() for line in done.stdout.splitlines()} & english
    assert [line for line in same if not WITHOUT_WORDS.fullmatch(line)] == []
    assert done.stdout.startswith(f"Cách dùng: vnsearch {name}")
    assert max(map(len, done.stdout.splitlines())) <= 100
    options = re.compile(r"(?<![\w-])(?:--[a-z][a-z-]+|-[a-zC0])(?![\w-])")
    missing = {*options.findall(command.get_help(context))} - {*options.findall(done.stdout)}
    assert not missing


# What is typed -> what is told; each line, and the exit code.
TOLD: Final = [
    ("dang bo", 0, ["hiểu là: đảng bộ", "1. Công tác", "   docs/đảng bộ.md:3"]),
    ("-l đảng bộ", 0, ["docs/đảng bộ.md"]),
    ("công tác zzyx", 0, ["không tài liệu nào có zzyx; đây là những tài liệu có một phần các từ"]),
    ("zzyx", 1, ["không tìm thấy gì: không tài liệu nào có zzyx"]),
    ("-l zzyx", 1, ["không tìm thấy gì: không tài liệu nào có zzyx"]),
    ("hỏng", 0, ["   tìm được theo tên; không đọc được nội dung: hỏng, hoặc không đúng loại"]),
    ("(a", 1, ["được tìm như các từ thường: thừa dấu"]),
    ("status", 0, ["tài liệu        2 trong 2 tệp", "không đọc được  3 tệp (xem: status"]),
    ("status --skipped", 0, ["tệp trống (1)", "định dạng không đọc được (.xyz)"]),
    ("status --all", 0, ["2 tài liệu, "]),
    ("check", 0, ["chỉ mục nguyên vẹn: "]),
    ("analyze 5kg", 0, ["vị trí  khoảng", "trong văn bản, 5kg còn tìm được theo từng mảnh: 5 kg"]),
    ("index", 0, ["tệp: giữ nguyên 2, 3 không đọc được, 1 có chỗ lỗi (liệt kê tất cả: "]),
    ("show 1 --page 3", 2, ["không có kết quả số 1", "hãy tìm lại: lần ấy không tìm thấy gì"]),
    ("show docs", 2, ["docs là thư mục; chỉ hiện được tệp", "vnsearch TỪ --in docs"]),
    ("show đâu", 2, ["trong chỉ mục không có gì mang id đâu"]),
    ("index đâu", 2, ["không có tệp hay thư mục này: ", "chưa thay đổi gì; tên có đúng không?"]),
    ("--index đâu status", 2, ["không có chỉ mục ở ", "hãy lập trước: vnsearch index THƯ_MỤC"]),
    ("search", 2, ["hãy nêu TỪ cần tìm", "xem: vnsearch search --help"]),
    ("search --al a", 2, ["không có tùy chọn --al; ý bạn là --all, "]),
    ("search -x a", 2, ["không có tùy chọn -x", "muốn loại trừ một từ, hãy đặt -- phía trước"]),
    ("search --limit x a", 2, ["không hợp lệ cho '-n' / '--limit': 'x' không phải là số nguyên."]),
    ("search --limit -1 a", 2, ["-1 nằm ngoài khoảng x>=0."]),
    ("search --sort x a", 2, ["'x' không phải là một trong 'score', 'modified', 'path'."]),
    ("search --since hôm-qua a", 2, ["không phải ngày: hôm-qua", "hãy viết 11/3/2025"]),
    ("search --type ? a", 2, ["không có loại tệp ?", "các loại là text, "]),
    ("search --limit", 2, ["Tùy chọn '--limit' cần 1 giá trị."]),
    ("show", 2, ["Thiếu tham số 'ID|N'."]),
    ("check a", 2, ["Thừa tham số (a)"]),
]  # fmt: skip


@pytest.mark.parametrize("variables", [BY_LOCALE, BY_LIST], ids=str)
def test_what_is_told_is_vietnamese(run: Command, docs: Path, variables: dict[str, str]) -> None:
    done = run("index", "docs", cwd=docs, **variables)
    told = (
        "tệp: thêm 2, 3 không đọc được, 1 có chỗ lỗi; .vnsearch hiện có 2 tài liệu",
        "vnsearch: docs/trống.txt: tệp trống",
        "vnsearch: docs/lạ.xyz: định dạng không đọc được (.xyz)",
        "vnsearch: docs/x.jsonl: dòng 1: không phải JSON (",
        "vnsearch: docs/hỏng.docx: hỏng, hoặc không đúng loại như tên gọi (không phải tệp zip)",
    )
    assert [line for line in told if line not in done.stdout + done.stderr] == []
    wrong = []
    for typed, code, lines in TOLD if variables is BY_LIST else TOLD[:4]:
        done = run(*typed.split(), cwd=docs, **variables)
        missing = [line for line in lines if line not in done.stdout + done.stderr]
        if missing or done.returncode != code:
            wrong.append((typed, missing, done.returncode, done.stdout, done.stderr))
    assert wrong == []


def test_dates_and_numbers_are_vietnamese(run: Command, docs: Path) -> None:
    write_files(docs, {f"docs/n/{n}.txt": f"số {n}" for n in range(1200)})
    done = run("index", "docs", cwd=docs, **BY_LIST)
    assert "thêm 1.202" in done.stdout
    assert re.search(r"đọc 0,0 MB trong \d+,\d giây", done.stdout)
    status = run("status", cwd=docs, **BY_LIST).stdout
    assert re.search(r"^tài liệu +1.202 trong 1.202 tệp$", status, re.MULTILINE)
    assert re.search(r"^cập nhật +\d\d/\d\d/20\d\d \d\d:\d\d:\d\d$", status, re.MULTILINE)


def test_what_programs_read_is_the_same_in_both_languages(run: Command, docs: Path) -> None:
    def outputs(**variables: str) -> list[object]:
        run("index", "--rebuild", "docs", cwd=docs, **variables)
        log = docs / "log"
        log.unlink(missing_ok=True)
        lines = (
            "search --json --explain dang -bo* OR hỏng",
            "search --json -x",
            "search --json --al",
            "search --json --limit x",
            "show --json",
            "check --json a b",
            "search --json --since nie a",
            f"--log {log} search zzyx",
            "show --json nie",
            "check --json",
            "analyze --json 5kg",
        )
        found: list[object] = [run(*line.split(), cwd=docs, **variables).stdout for line in lines]
        status = json.loads(run("status", "--json", cwd=docs, **variables).stdout)
        found += status["skipped"], status["reasons"]
        events = map(json.loads, log.read_text("utf-8").splitlines())
        return [*found, [(e["event"], e.get("message"), e.get("advice")) for e in events]]

    assert outputs(**BY_LIST) == outputs(LC_ALL="C.UTF-8")


def test_an_index_keeps_no_vietnamese_message(run: Command, docs: Path) -> None:
    run("index", "docs", cwd=docs, **BY_LIST)
    catalog = Catalog(next(docs.glob(".vnsearch/generation-*/")) / CATALOG)
    flaws = {flaw for state in catalog.files().values() for flaw in state.flaws}
    catalog.close()
    assert {"empty file", "format not supported (.xyz)"} <= flaws


def test_every_reason_can_be_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", language.VIETNAMESE)
    for text, shown in language._messages().kept.items():
        filled = re.sub(r"\{(\w+)[^}]*\}", lambda match: _value(match[1]), text)
        expected = re.sub(r"\{(\w+)[^}]*\}", lambda match: _value(match[1]), shown)
        assert language.translated(filled) == expected


def _value(name: str) -> str:
    """A value that is in no message."""
    return "7" if name in language.matching._NUMBERS else f"«{name}»"
