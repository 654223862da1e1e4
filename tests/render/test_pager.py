"""The pager: when it is used, which one, and that nothing is lost."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, write_files
from vnsearch.indexing.update import update

if sys.platform != "win32":
    import pty
    import termios
    from fcntl import ioctl

SHOW = """
import sys
from vnsearch.render import pager
pager.show("dòng\\n" * int(sys.argv[1]), wanted=sys.argv[2] == "1", line=int(sys.argv[3]))
"""


def on_a_terminal(
    folder: Path,
    lines: int,
    variables: dict[str, str],
    *,
    wanted: bool = True,
    line: int = 1,
    code: str = SHOW,
) -> str:
    """What a terminal of some rows gets."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm", **variables}
    environment = {k: v for k, v in environment.items() if k != "NO_COLOR" or k in variables}
    command = [sys.executable, "-c", code, str(lines), str(int(wanted)), str(line)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder
    ) as process:
        os.close(theirs)
        output = b""
        while True:
            try:
                block = os.read(ours, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            output += block
    os.close(ours)
    assert process.returncode == 0
    return output.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a pager that says how it was called, and how many lines it got."""
    script = (
        f"#!{sys.executable}\nimport os, sys\n"
        "text = sys.stdin.buffer.read().decode()\n"
        "print('PAGER', sys.argv[1:], text.count('dòng'), os.environ.get('LESS'))\n"
    )
    for name in ("mine", "less"):
        (tmp_path / name).write_text(script, "utf-8")
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "variables", "paged"),
    [
        (23, {}, None),
        (24, {}, "PAGER [] 24 FRX"),
        (1000, {"LESS": "-M"}, "PAGER [] 1000 -M"),
        (99, {"VNSEARCH_PAGER": "./mine -a 'b c'", "PAGER": "x"}, "PAGER ['-a', 'b c'] 99 FRX"),
        (99, {"PAGER": "./mine"}, "PAGER [] 99 FRX"),
        (99, {"PAGER": "cat"}, None),
        (99, {"PAGER": ""}, None),
        (99, {"VNSEARCH_PAGER": "", "PAGER": "./mine"}, None),
        (99, {"PAGER": "./nosuch"}, None),
        (99, {"PAGER": "'"}, None),
        (99, {"TERM": "dumb"}, None),
    ],
)
def test_the_pager(folder: Path, lines: int, variables: dict[str, str], paged: str | None) -> None:
    search_path = f"{folder}:{os.environ['PATH']}"
    environment = {"PAGER": "less", "PATH": search_path, **variables}
    output = on_a_terminal(folder, lines, environment)
    if paged is None:
        assert output.count("dòng") == lines
    else:
        assert output.strip() == paged


def test_less_begins_at_the_line(folder: Path) -> None:
    less = {"PAGER": str(folder / "less"), "LESS": ""}
    assert "['+70g']" in on_a_terminal(folder, 99, less, line=70)
    assert "[]" in on_a_terminal(folder, 99, {"PAGER": str(folder / "mine")}, line=70)


def test_no_pager_when_it_is_not_wanted(folder: Path) -> None:
    output = on_a_terminal(folder, 99, {"PAGER": str(folder / "mine")}, wanted=False)
    assert output.count("dòng") == 99


def test_a_pager_that_ends_early_is_no_error(folder: Path) -> None:
    assert on_a_terminal(folder, 99_999, {"PAGER": "true"}) == ""


COMMAND = """
import sys
from vnsearch.__main__ import main
sys.argv[1:] = {arguments}
main()
"""


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        (["hòa bìn"], "     1\tvnsearch: no document has bìn;", "documents"),
        (["hoa binh"], "     1\tvnsearch: understood as: hòa bình", "documents"),
        (["hòa bình | trang"], "     1\tvnsearch: “|” is not used", "documents"),
        (["hòa bình"], "     1\t  1 ", "documents"),
        (["--no-pager", "hoa binh"], "vnsearch: understood as: hòa bình", "documents"),
        (["-n", "1", "hoa binh"], "vnsearch: understood as: hòa bình", "documents"),
        (["-l", "hoa binh"], "vnsearch: understood as: hòa bình", ".txt"),
        (["show", "docs/long.txt"], "     1\tdocs/long.txt", "the file has changed or is gone"),
    ],
)
def test_a_pager_hides_no_message(
    tmp_path: Path, arguments: list[str], first: str, last: str
) -> None:
    pages = {f"docs/{n}.txt": f"Trang {n}\n\nhòa bình {n}\n" for n in range(10, 40)}
    long = "".join(f"dòng {n} {'của tôi ' * 9}\n\n" for n in range(99))
    write_files(tmp_path, {**pages, "docs/long.txt": long})
    update(tmp_path / ".vnsearch", [str(tmp_path / "docs")])
    if arguments[0] == "show":
        (tmp_path / "docs/long.txt").write_text("khác")
    code = COMMAND.format(arguments=arguments)
    output = on_a_terminal(tmp_path, 0, {"PAGER": "cat -n", "NO_COLOR": "1"}, code=code)
    text = re.sub(r"\x1b\]8.*?\x1b\\\\|\x1b\[\d*m", "", output)
    assert text.startswith(first)
    assert last in text.splitlines()[-1]
    said = re.findall("vnsearch: .*", text)
    assert len(said) == len({*said})
    assert bool(said) == (arguments != ["hòa bình"])


SAY = """
from vnsearch.render import streams
streams.use_color("{color}")
streams.say("một \\x1b[31m", "hai", is_error={is_error})
"""


@pytest.mark.parametrize(
    ("color", "is_error", "variables", "expected"),
    [
        ("auto", False, {}, "\x1b[2mvnsearch:\x1b[0m một \\x1b[31m\r\n\x1b[2mhai\x1b[0m\r\n"),
        ("auto", True, {}, "\x1b[1;31mvnsearch:\x1b[0m một \\x1b[31m\r\n\x1b[2mhai\x1b[0m\r\n"),
        ("never", True, {}, "vnsearch: một \\x1b[31m\r\nhai\r\n"),
        ("auto", True, {"NO_COLOR": "1"}, "vnsearch: một \\x1b[31m\r\nhai\r\n"),
        ("auto", True, {"TERM": "dumb"}, "vnsearch: một \\x1b[31m\r\nhai\r\n"),
    ],
)
def test_messages_have_one_look(
    tmp_path: Path, color: str, is_error: bool, variables: dict[str, str], expected: str
) -> None:
    code = SAY.format(color=color, is_error=is_error)
    assert on_a_terminal(tmp_path, 0, variables, code=code) == expected
