"""The examples of the pages and of `--help`, run as a reader would: in a shell, in order."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import CORPUS, write_files
from tests.formats import encoded, pdf
from vnsearch.cli.commands import commands
from vnsearch.vietnamese.encodings import VNI

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    "README.md",
    "README.vi.md",
    *(
        f"docs/{folder}{name}.md"
        for name in ("indexing", "scripts", "search")
        for folder in ("", "vi/")
    ),
)
COMMANDS: Final = ("index", "search", "show", "open", "analyze")

WRITTEN: Final = 1_741_651_200  # 11 March 2025: when the documents seem to have been written

_LINES: Final = re.MULTILINE | re.DOTALL
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```$", _LINES)
_EXAMPLE: Final = re.compile(r"^(?:printf .*\| )?vnsearch .+$", re.MULTILINE)
_WITHOUT_END: Final = re.compile(r"vnsearch( *#.*| watch.*)")  # the screen, and what runs on

# What a program has to have for the examples that need it.
_NEEDED: Final = {"| jq": "jq", "--ocr": "tesseract"}

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash"
)


def examples(text: str) -> list[str]:
    """The lines that can be run here."""
    return [
        line
        for line in _EXAMPLE.findall(text)
        if not _WITHOUT_END.fullmatch(line)
        and all(shutil.which(program) for sign, program in _NEEDED.items() if sign in line)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The documents that the examples speak of, and the programs that they start."""
    text = "Báo cáo của đảng bộ ngoại giao: người Việt Nam ở nước ngoài, biển Đông, covid-19."
    shutil.copytree(CORPUS / "diplomacy", tmp_path / "docs")
    write_files(
        tmp_path,
        {
            "docs/law.pdf": pdf("\n".join(f"{text} Trang {n}." for n in range(1, 9))),
            "notes.md": text,
            "notes.txt": f"{text}\n" * 30,
            "old/vni.txt": encoded(text, VNI),
            "scans/a.txt": text,
            "ban-quet/a.txt": text,
            "van-ban/12.txt": f"Kết luận số 12-KL/TW. {text}",
            "van-ban/bao-cao.pdf": pdf(text),
            "bin/vnsearch": f'#!/bin/sh\nexec "{sys.executable}" -m vnsearch "$@"\n',
            "bin/xdg-open": "#!/bin/sh\n",
        },
    )
    for program in (tmp_path / "bin").iterdir():
        program.chmod(0o755)
    return tmp_path


def run(lines: list[str], folder: Path) -> None:
    """Run lines in a shell of a session of its own, after a search."""
    begin = [
        "set -eo pipefail",
        "vnsearch index docs notes.md notes.txt van-ban",
        "vnsearch dang bo",
    ]
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "EDITOR": "true", "PYTHONPATH": str(ROOT)}
    environment.pop("VNSEARCH_INDEX", None)
    done = subprocess.run(
        ["bash", "-vc", "\n".join(begin + lines)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page_run(page: str, folder: Path) -> None:
    lines = examples("".join(_BLOCK.findall((ROOT / page).read_text("utf-8"))))
    assert lines
    run(lines, folder)


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.vi.md", "vi")])
def test_the_first_search_shows_what_its_page_says(page: str, language: str, folder: Path) -> None:
    (shown,) = re.findall(r"^```console\n(.*?)^```$", (ROOT / page).read_text("utf-8"), _LINES)
    for path in (folder / "docs").iterdir():
        os.utime(path, (WRITTEN, WRITTEN))
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "VNSEARCH_LANG": language,
        "COLUMNS": "96",
        "TERM": "xterm",
        "NO_COLOR": "1",
    }
    index, search = re.findall(r"^\$ vnsearch (.*)$", shown, re.MULTILINE)
    for line in (index, f"search --color always {search}"):
        done = subprocess.run(
            [sys.executable, "-m", "vnsearch", *line.split()],
            cwd=folder, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    said = re.sub(r"\x1b(?:\[[\d;]*m|\]8;[^\\]*\\)", "", done.stderr + done.stdout)
    assert said.startswith("".join(re.findall(r"^[^$].*\n", shown, re.MULTILINE)))


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of_the_help_run(name: str, folder: Path) -> None:
    found = commands.commands[name].epilog or ""
    lines = examples("\n".join(line.strip() for line in found.splitlines()))
    # There, what a line does follows it without a sign.
    lines = [re.sub(r" {3,}[^ ].*", "", line) for line in lines]
    assert lines
    run(lines, folder)
