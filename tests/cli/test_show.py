"""`show`, `open`, and the hits of the last search, by the real command."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import formats
from tests.conftest import Command, write_files
from tests.render.test_render import check
from vnsearch.cli import opener
from vnsearch.errors import VnsearchError
from vnsearch.indexing.update import update
from vnsearch.model import Locator

FILES = {
    "docs/luật.txt": "Luật đất đai\n\nĐiều một. Đất là của dân.\nĐiều hai. Nhà ở.\n\nHết.\n",
    "docs/ghi chép.md": "# Ghi chép\n\nĐất ở phía Bắc.\n",
    "docs/records.jsonl": '{"id": "một", "text": "đất đỏ"}\n{"id": "a~2", "text": "đất nâu"}\n',
    "docs/-x.txt": "Nhà xưa",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, FILES)
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            "show docs/luật.txt",
            "Luật đất đai\n\nĐiều một. Đất là của dân.\nĐiều hai. Nhà ở.\n\nHết.\n",
        ),
        ("show docs/luật.txt#~1 -C 0", "Luật đất đai\n"),
        ("show docs/luật.txt --lines 3", "Điều một. Đất là của dân.\n"),
        ("show --lines 4-99 docs/luật.txt", "Điều hai. Nhà ở.\n\nHết.\n"),
        ("show docs/records.jsonl#một", "đất đỏ\n"),
        ("show docs/records.jsonl#a~2", "đất nâu\n"),
        ("show docs/records.jsonl#a~2~1", "đất nâu\n"),
    ],
)
def test_show(run: Command, arguments: str, text: str) -> None:
    done = run(*arguments.split())
    assert (done.stdout, done.stderr, done.returncode) == (text, "", 0)


def test_show_takes_a_path_from_here(run: Command, folder: Path) -> None:
    assert run("show", "luật.txt", cwd=folder / "docs").stdout.startswith("Luật")
    assert run("show", str(folder / "docs/luật.txt"), cwd=folder / "docs").returncode == 0


@pytest.mark.usefixtures("folder")
def test_show_a_hit_of_the_last_search(run: Command) -> None:
    ids = [hit["id"] for hit in json.loads(run("search", "--json", "đất").stdout)["hits"]]
    assert run("show", "1").returncode == 2  # JSON is for programs
    run("đất")
    for rank, name in enumerate(ids, 1):
        shown = json.loads(run("show", str(rank), "--json").stdout)
        assert shown["id"] == name
        words = {shown["text"][a:b].lower() for a, b in shown["highlights"]}
        assert words <= {"đất"}
    assert run("show", "2", "-C", "0").stdout.count("\n") <= 2
    done = run("show", "9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "vnsearch: the last search here showed no hit 9\nits hits are 1 to 4\n"


def test_hits_are_those_of_the_page_and_the_index(run: Command, folder: Path) -> None:
    run("đất", "-n", "1", "--offset", "2")
    assert run("show", "3").returncode == 0
    assert run("show", "1").returncode == 2
    write_files(folder, {"other/a.txt": "khác"})
    run("index", "other", "--index", "elsewhere")
    done = run("show", "3", "--index", "elsewhere")
    assert "there was no search on this terminal" in done.stderr


def test_what_was_found_is_kept_private(run: Command, folder: Path) -> None:
    run("đất")
    state = folder / ".XDG_STATE_HOME/vnsearch"
    (session,) = state.glob("session-*")
    assert stat.S_IMODE(session.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    session.write_text("{]")
    assert run("show", "1").returncode == 2


def test_a_search_needs_no_state(run: Command, folder: Path) -> None:
    (folder / ".XDG_STATE_HOME").write_text("")
    done = run("đất")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_gone_can_be_read_and_not_opened(run: Command, folder: Path) -> None:
    (folder / "docs/luật.txt").unlink()
    done = run("show", "docs/luật.txt")
    assert done.stdout.startswith("Luật đất đai")
    assert "as it was indexed" in done.stderr
    done = run("open", "docs/luật.txt")
    assert done.returncode == 2
    assert "vnsearch show docs/luật.txt" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("show docs/x.txt", "nothing in the index has the id docs/x.txt"),
        ("show docs/x.txt", "and there is no such file\nname a file by its path from here"),
        ("open x", "and there is no such file"),
        (
            "show docs",
            "docs is a folder; only files are shown\nsearch in it: vnsearch WORDS --in docs",
        ),
        ("show new.txt", "new.txt is not in the index\nadd it: vnsearch index new.txt"),
        ("show -x.txt", "before a name that begins with -, put --"),
        ("show docs/records.jsonl", "it has 2 records\nshow one by its id, PATH#KEY;"),
        ("show docs/a.zip", "it has files\nshow one by its path;"),
        ("show docs/y.bin", "no text of it\nopen the file itself: vnsearch open docs/y.bin"),
        ("show docs/luật.txt#~7", "has the id"),
        ("show 1", "there was no search on this terminal"),
        ("show docs/luật.txt --page 2", "has no pages"),
        ("show docs/luật.txt --lines 99", "it has 1 to 6"),
        ("show docs/luật.txt --lines x", "write them as 10 or 10-20"),
        ("show docs/luật.txt --lines 9-3", "not lines"),
        ("show docs/luật.txt --lines 1 -C 2", "exclude each other"),
        ("show", "Missing argument"),
    ],
)
def test_what_cannot_be_shown(run: Command, folder: Path, arguments: str, message: str) -> None:
    write_files(folder, {"new.txt": "mới", "docs/y.bin": "\0"})
    (folder / "docs/a.zip").write_bytes(formats.packed({"b.txt": b"hai"}))
    run("index", "docs")
    done = run(*arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_text_of_documents_drives_no_terminal(run: Command, folder: Path) -> None:
    write_files(folder, {"docs/bad.txt": "đất \x1b[31m đỏ\x07\n[bold]x[/]\u202e\n"})
    run("index")
    for color in ("always", "never"):
        shown = run("show", "docs/bad.txt", "--color", color).stdout
        assert "\\x1b[31m đỏ\\x07" in shown
        assert "[bold]x[/]\\u202e" in shown


@pytest.mark.usefixtures("folder")
def test_show_quietly(run: Command) -> None:
    assert run("show", "-q", "docs/luật.txt").stdout == ""


# open


def test_open_opens_the_archive_that_holds_a_file(run: Command, folder: Path) -> None:
    write_files(folder, {"docs/a.zip": formats.packed({"phu-luc/b.txt": "đất sét"})})
    run("index")
    write_files(folder, {"xdg-open": "#!/bin/sh\n"})
    (folder / "xdg-open").chmod(0o755)
    done = run("open", "docs/a.zip/phu-luc/b.txt", PATH=f"{folder}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (
        0, "vnsearch: opening docs/a.zip, which holds phu-luc/b.txt\n"
    )  # fmt: skip


def test_open_runs_the_editor_without_a_shell(run: Command, folder: Path) -> None:
    name = "docs/a; touch pwned $(x) 'b\".txt"
    write_files(folder, {name: "Một\n\nhai đất sét\n"})
    run("index")
    write_files(folder, {"ed": f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\n"})
    (folder / "ed").chmod(0o755)
    run("sét")
    done = run("open", "1", EDITOR=f"'{folder}/ed' --flag", VISUAL="")
    assert done.stdout == f"{['--flag', '+3', str(folder / name)]}\n"
    assert not (folder / "pwned").exists()
    assert run("open", "docs/-x.txt", VISUAL=f"{folder}/ed", EDITOR="x").stdout == (
        f"{['+1', str(folder / 'docs/-x.txt')]}\n"
    )


@pytest.mark.parametrize(
    ("kind", "place", "environment", "viewer", "expected"),
    [
        ("text", Locator(7), {"EDITOR": "vi"}, "", ["vi", "+7", "/a b"]),
        ("text", None, {"EDITOR": "vi -R"}, "", ["vi", "-R", "/a b"]),
        ("markdown", Locator(7), {"VISUAL": "/usr/bin/code -w", "EDITOR": "vi"}, "",
         ["/usr/bin/code", "-w", "--goto", "/a b:7"]),
        ("data", Locator(7), {"EDITOR": "kate"}, "", ["kate", "--line", "7", "/a b"]),
        ("text", Locator(7), {}, "", ["xdg-open", "/a b"]),
        ("page", Locator(7), {"EDITOR": "vi"}, "", ["xdg-open", "/a b"]),
        ("pdf", Locator(7, "page"), {"EDITOR": "vi"}, "", ["xdg-open", "/a b"]),
        ("pdf", Locator(7, "page"), {}, "org.gnome.Evince.desktop",
         ["evince", "--page-index=7", "/a b"]),
        ("pdf", Locator(7, "page"), {}, "okularApplication_pdf.desktop",
         ["okular", "--page", "7", "/a b"]),
        ("pdf", Locator(7, "page"), {}, "firefox.desktop", ["xdg-open", "/a b"]),
        ("slides", Locator(7, "slide"), {}, "okular.desktop", ["xdg-open", "/a b"]),
    ],
)  # fmt: skip
def test_what_opens_a_file(
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    place: Locator | None,
    environment: dict[str, str],
    viewer: str,
    expected: list[str],
) -> None:
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(opener, "OPENER", "xdg-open")
    monkeypatch.setattr(opener, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(opener, "default_viewer", lambda: opener.viewer_in(viewer))
    command, in_terminal = opener.command_line("/a b", kind, place)
    assert command == expected
    assert in_terminal == (command[0] not in ("xdg-open", "evince", "okular"))


def test_macos_opens_with_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "OPENER", "open")
    monkeypatch.setattr(opener, "which", lambda name: name)
    assert opener.command_line("/a.pdf", "pdf", Locator(3, "page"))[0] == ["open", "/a.pdf"]


@pytest.mark.parametrize("kind", ["pdf", "word", "text"])
@pytest.mark.parametrize("program", ["xdg-open", "open"])
def test_what_is_missing_to_open_a_file(
    monkeypatch: pytest.MonkeyPatch, program: str, kind: str
) -> None:
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(opener, "OPENER", program)
    monkeypatch.setattr(opener, "which", lambda _: None)
    with pytest.raises(VnsearchError, match="is missing") as caught:
        opener.command_line("/a b", kind, None)
    advice = caught.value.advice
    assert ("xdg-utils" in advice) == (program == "xdg-open")
    assert ("$EDITOR" in advice) == (kind == "text")
    assert advice.endswith("vnsearch show '/a b'")
    with pytest.raises(VnsearchError) as caught:
        opener.command_line("/a.zip", "archive", None, "a.zip/b.txt")
    assert caught.value.advice.endswith("vnsearch show a.zip/b.txt")


@pytest.mark.usefixtures("folder")
def test_no_opener(run: Command) -> None:
    done = run("open", "docs/luật.txt", PATH="/nowhere", EDITOR="", VISUAL="")
    assert done.returncode == 2
    assert "vnsearch show" in done.stderr
    done = run("open", "docs/luật.txt", EDITOR="nosuch-editor", VISUAL="")
    assert done.returncode == 2
    assert "nosuch-editor" in done.stderr


# Which index


def test_the_only_index_is_used_from_anywhere_and_told(run: Command, folder: Path) -> None:
    run("index")
    elsewhere = folder.parent
    home = {name: str(folder / f".{name}") for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    done = run("search", "-c", "đất", cwd=elsewhere, **home)
    assert done.stdout == "4\n"
    assert str(folder / ".vnsearch") in done.stderr
    assert run("search", "-q", "đất", cwd=elsewhere, **home).stderr == ""
    assert "unchanged" in run("index", cwd=elsewhere, **home).stdout
    assert not (elsewhere / ".vnsearch").exists()
    run("index", "docs", "--index", "other", **home)
    done = run("search", "đất", cwd=elsewhere, **home)
    assert done.returncode == 2
    assert "you have 2 elsewhere" in done.stderr
    write_files(folder, {".XDG_CONFIG_HOME/vnsearch/config.toml": f'index = "{folder}/other"\n'})
    done = run("search", "-c", "đất", cwd=elsewhere, **home)
    assert (done.stdout, done.stderr) == ("4\n", "")
    os.rename(folder / "other", folder / "moved")
    write_files(folder, {".XDG_CONFIG_HOME/vnsearch/config.toml": ""})
    assert run("search", "-c", "đất", cwd=elsewhere, **home).stdout == "4\n"


# The configuration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limit = ", "config.toml: "),
        ("[search]\nlimt = 3", "no such option of search: limt"),
        ("[serch]\nlimit = 3", "no such command: serch"),
        ("colour = 'never'", "no such option: colour"),
        ("[search]\nlimit = 'x'", "config.toml: Invalid value for '-n'"),
        ("[search]\nsort = 'x'", "config.toml: Invalid value for '--sort'"),
        ("color = 'x'", "config.toml: Invalid value for '--color'"),
        ("[search]\nexact = 1", "not a value of exact: 1"),
    ],
)
def test_a_wrong_configuration(run: Command, folder: Path, text: str, message: str) -> None:
    write_files(folder, {".XDG_CONFIG_HOME/vnsearch/config.toml": text})
    done = run("đất")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("text", "arguments", "variables", "told"),
    [
        ("", ["đất"], {"VNSEARCH_SEARCH_LIMIT": "zz"}, "$VNSEARCH_SEARCH_LIMIT: Invalid"),
        ("[search]\nlimit = 'x'", ["đất", "-n", "zz"], {}, "vnsearch: Invalid"),
        ("[search]\njson = true", ["đất", "-l"], {}, "--json is set in {config}\n"),
        ("[search]\ncount = true", ["đất", "--jsonl"], {}, "-c is set in {config}\n"),
        (
            "",
            ["đất", "--all"],
            {"VNSEARCH_SEARCH_ANY": "1"},
            "--any is set in $VNSEARCH_SEARCH_ANY",
        ),
        ("[search]\njson = true", ["đất", "--all", "--any"], {}, "see: vnsearch search --help"),
    ],
)
def test_a_wrong_value_is_told_with_where_it_stands(
    run: Command,
    folder: Path,
    text: str,
    arguments: list[str],
    variables: dict[str, str],
    told: str,
) -> None:
    write_files(folder, {".XDG_CONFIG_HOME/vnsearch/config.toml": text})
    done = run(*arguments, **variables)
    assert done.returncode == 2
    assert told.format(config=folder / ".XDG_CONFIG_HOME/vnsearch/config.toml") in done.stderr


def test_options_have_their_defaults_elsewhere(run: Command, folder: Path) -> None:
    text = '[search]\nlimit = 1\nin = ["*.txt", "*.md"]\n[index]\nstrict = true\n'
    write_files(folder, {".XDG_CONFIG_HOME/vnsearch/config.toml": text})

    def found(*arguments: str, **variables: str) -> int:
        answer: Any = json.loads(run("--json", "đất", *arguments, **variables).stdout)
        return len(answer["hits"]) * 10 + int(answer["total"])

    assert found() == 12
    assert found("-n", "9") == 22
    assert found(VNSEARCH_SEARCH_LIMIT="9") == 22
    assert found("-n", "1", VNSEARCH_SEARCH_LIMIT="9") == 12
    assert found("-n", "9", "--in", "*.jsonl") == 22
    assert run("đất", VNSEARCH_SEARCH_JSON="1").stdout.startswith("{")
    assert run("đất", VNSEARCH_QUIET="1").stdout == ""
    assert run("index").returncode == 0
    write_files(folder, {"docs/x.foo": "x"})
    assert run("index").returncode == 1


@pytest.mark.usefixtures("folder")
def test_json_of_a_text_holds_to_the_schema(run: Command) -> None:
    for arguments in ("docs/luật.txt", "docs/records.jsonl#a~2~1"):
        check("text", json.loads(run("show", arguments, "--json").stdout))
