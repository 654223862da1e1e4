"""What a wheel has beside the package: manual pages and completions."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from distribution import check, manual
from vnsearch.cli.commands import commands

FILES = manual.files()
PAGES = manual.pages()


def test_every_command_has_a_page() -> None:
    assert {*PAGES} == {"vnsearch", *(f"vnsearch-{name}" for name in commands.commands)}
    assert {f"man/man1/{name}.1" for name in PAGES} < {*FILES}
    assert {*check.SHARED} < {*FILES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_all_that_the_help_has(name: str) -> None:
    page = PAGES[name].replace("\\-", "-").replace("\\(aq", "'")
    command = commands if name == "vnsearch" else commands.commands[name.removeprefix("vnsearch-")]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert all(spelling in page for spelling in parameter.opts)
            assert (parameter.help or "") in page
    for word in f"{command.help} {command.epilog or ''}".replace("\b", "").split():
        assert word.rstrip(":") in page or word.rstrip(":").upper() in page


def test_every_page_is_there_in_vietnamese() -> None:
    for name, page in PAGES.items():
        vietnamese = FILES[f"man/vi/man1/{name}.1"]
        english = {line for line in page.splitlines() if re.search(r"[a-z]{2,} [a-z]{2,}", line)}
        same = english & {*vietnamese.splitlines()}
        assert not [
            line for line in same if not line.startswith(("  vnsearch ", ".TH ", ".B vnsearch "))
        ]
        assert vietnamese.count(".TP") == page.count(".TP")
        assert ".SH TÊN" in vietnamese


ROFF = [*PAGES.items(), ("vi/vnsearch", FILES["man/vi/man1/vnsearch.1"])]


@pytest.mark.parametrize("page", [page for _, page in ROFF], ids=[name for name, _ in ROFF])
def test_a_page_is_right_for_roff(page: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("needs groff, which is not installed")
    options = ("-k", "-T", "utf8", "-man", "-ww", "-z")
    done = subprocess.run(["groff", *options], input=page.encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".SH", "\\&.SH"),
        ("a\n'b", "a\n\\(aqb"),
        ("-x \\n", "\\-x \\en"),
        ("đảng", "đảng"),
    ],
)
def test_no_text_is_read_as_roff(text: str, expected: str) -> None:
    assert manual._text(text) == expected


@pytest.mark.parametrize(
    ("shell", "path"),
    [
        ("bash", "bash-completion/completions/vnsearch"),
        ("zsh", "zsh/site-functions/_vnsearch"),
        ("fish", "fish/vendor_completions.d/vnsearch.fish"),
    ],
)
def test_completions_are_right_for_their_shell(shell: str, path: str, tmp_path: Path) -> None:
    assert "_VNSEARCH_COMPLETE" in FILES[path]
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}, which is not installed")
    (tmp_path / "completion").write_text(FILES[path])
    done = subprocess.run([shell, "-n", str(tmp_path / "completion")], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_pages_are_the_same_for_the_same_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert '"1970-01-02"' in manual.pages()["vnsearch"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("vnsearch/api.py", False),
        ("vnsearch-0.1.0/docs/python.md", False),
        ("vnsearch/__pycache__/api.cpython-311.pyc", True),
        ("x/.vnsearch/current", True),
        ("x/.venv/bin/python", True),
    ],
)
def test_what_has_no_place_in_a_release(name: str, wrong: bool) -> None:
    assert check.is_wrong(name) is wrong
