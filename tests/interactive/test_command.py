"""The real command on a terminal, and where there is none."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.interactive.driving import PATIENCE, make_index


def on_terminal(
    folder: Path, *arguments: str, keys: str = "", wait_for: str = ""
) -> tuple[int, str]:
    """Run the command on a terminal of its own: type, when something is shown; return the exit
    code, and all that came."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("VNSEARCH_INDEX", "NO_COLOR")}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "VNSEARCH_LANG": "en"}
    environment |= {f"XDG_{kind}_HOME": str(folder / f".{kind}") for kind in ("STATE", "CONFIG")}
    with subprocess.Popen(
        [sys.executable, "-m", "vnsearch", *arguments],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            came = _typed(ours, keys, wait_for)
            return process.wait(PATIENCE), came
        finally:
            process.kill()
            os.close(ours)


def _typed(terminal: int, keys: str, wait_for: str) -> str:
    """All that comes to a terminal, where keys are typed when something is shown."""
    came, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                came += os.read(terminal, 65536)
            except OSError:  # it has ended
                break
        if keys and wait_for.encode() in came:
            os.write(terminal, keys.encode())
            keys = ""
    return came.decode("utf-8", "replace")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_index(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("-i",), ("-i", "dang", "bo"), ("--index", ".vnsearch")])
def test_on_a_terminal_the_screen_opens_and_escape_leaves_it(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    code, came = on_terminal(folder, *arguments, keys="\x1b", wait_for="hits")
    assert code == 0
    assert "\x1b[?1049h" in came  # the other screen
    assert came.rstrip().endswith("\x1b[?1049l") or "\x1b[?1049l" in came
    assert ("understood as" in came) == ("dang" in arguments)


@pytest.mark.parametrize("is_own", [True, False], ids=["its own terminal", "another's"])
def test_a_terminal_that_is_closed_ends_the_screen(folder: Path, is_own: bool) -> None:
    program = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n" if is_own else ""
    program += "from vnsearch.__main__ import main; import sys; sys.argv = ['vnsearch']; main()"
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            came = b""
            while b"hits" not in came:
                came += os.read(ours, 65536)
            os.close(ours)
            process.wait(PATIENCE)
        finally:
            process.kill()


def test_hits_that_were_shown_have_ranks_for_show_and_open(folder: Path, run: Command) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", _SEARCH_AND_SHOW], cwd=folder, capture_output=True,
        encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    assert "Đảng bộ cơ sở" in shown.stdout
    assert run("show", "99", cwd=folder).returncode == 2


_SEARCH_AND_SHOW = """
from pathlib import Path
from vnsearch.cli import session
from vnsearch.cli.show import show
from vnsearch.search.searcher import Searcher
index = Path(".vnsearch").absolute()
session.remember(index, "dang bo", Searcher(index).search("dang bo", unfinished=True).hits)
show("1", context=None, page=None, lines=None, as_json=False, no_pager=True, folder=None,
     color="never", quiet=False)
"""


def test_without_an_index_the_command_helps(tmp_path: Path) -> None:
    code, came = on_terminal(tmp_path, "--index", "gone")
    assert code == 2
    assert "no index" in came
    code, came = on_terminal(tmp_path)
    assert code == 2
    assert "Usage: vnsearch" in came


def test_without_a_terminal_the_command_helps(folder: Path, run: Command) -> None:
    done = run(cwd=folder)
    assert done.returncode == 2
    assert "Usage: vnsearch" in done.stderr
    done = run("-i", "dang", cwd=folder)
    assert done.returncode == 2
    assert "the interactive search needs a terminal" in done.stderr
    assert "vnsearch search WORDS" in done.stderr


def test_what_prints_results_is_no_screen(folder: Path, run: Command) -> None:
    for option in ("--json", "-l", "-c", "--lines"):
        done = run("-i", option, "dang", cwd=folder)
        assert done.returncode == 2
        assert "exclude each other" in done.stderr + done.stdout


@pytest.mark.parametrize(
    "arguments", [("search", "dang"), ("show", "docs/tin/dang-bo.md"), ("status",), ("--help",)]
)
def test_other_commands_import_nothing_of_the_screen(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vnsearch", *arguments], cwd=folder,
        capture_output=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    assert "vnsearch.cli" in done.stderr
    assert "textual" not in done.stderr
    assert "vnsearch.interactive" not in done.stderr
