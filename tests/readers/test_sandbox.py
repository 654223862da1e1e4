"""The process of readers: what it answers, and what becomes of a file that breaks it."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest

from vnsearch.errors import GivenUpError, UnusableFileError, VnsearchError
from vnsearch.model import Document
from vnsearch.platform import processes
from vnsearch.readers.sandbox import Sandbox

PAGE = "<title>đề</title><p>thân".encode()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    opened = Sandbox(seconds=20)
    yield opened
    opened.close()


def pid(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def test_one_process_reads_many_files(sandbox: Sandbox) -> None:
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]
    first = pid(sandbox)
    with pytest.raises(UnusableFileError, match="no text on the page"):
        list(sandbox.read("html", b"<p></p>"))
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]
    assert pid(sandbox) == first


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with closing(Sandbox(seconds=0.2)) as sandbox:
        with pytest.raises(GivenUpError, match=r"takes over 0\.2 s of processor time"):
            list(sandbox.read("html", b"<p>a b <i>c</i></p>" * 300_000))
        assert sandbox._process is None


def test_a_busy_machine_makes_no_file_unreadable() -> None:
    sandbox = Sandbox(seconds=0.5)
    list(sandbox.read("html", PAGE))
    os.kill(pid(sandbox), signal.SIGSTOP)
    waking = threading.Timer(1.0, os.kill, (pid(sandbox), signal.SIGCONT))
    waking.start()
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]
    sandbox.close()


def test_a_process_that_is_silent_for_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vnsearch.readers.sandbox._PATIENCE", 2)
    sandbox = Sandbox(seconds=0.3)
    list(sandbox.read("html", PAGE))
    os.kill(pid(sandbox), signal.SIGSTOP)
    with pytest.raises(GivenUpError, match="takes too long to read"):
        list(sandbox.read("html", PAGE))


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG of Linux")
def test_the_process_ends_with_its_parent() -> None:
    program = """
        import os, signal
        from vnsearch.readers.sandbox import Sandbox
        sandbox = Sandbox()
        list(sandbox.read("html", b"<p>a"))
        os.kill(sandbox._process.pid, signal.SIGSTOP)  # it cannot see the end of its stdin
        print(sandbox._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert wait_until(lambda: not is_running(int(done.stdout)))


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool]) -> bool:
    for _ in range(100):
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_without_room_for_a_process_no_file_is_to_blame(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(processes, "Child", refuse)
    with pytest.raises(VnsearchError, match="Too many open files") as raised:
        list(sandbox.read("html", PAGE))
    assert not isinstance(raised.value, UnusableFileError)


def test_a_crash_is_the_end_of_one_file_only(sandbox: Sandbox) -> None:
    list(sandbox.read("html", PAGE))
    os.kill(pid(sandbox), signal.SIGSEGV)
    with pytest.raises(GivenUpError, match=r"the reader was killed \(SIGSEGV\)"):
        list(sandbox.read("html", PAGE))
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]


WRONG_ANSWERS = [
    b"\xff\n",
    b'["document", 1]\n5\n',
    b'["document", "", "", "", [1, 2, 3, 4, 5], null, "", ""]\n',
]


@pytest.mark.parametrize("answer", WRONG_ANSWERS)
def test_an_answer_that_is_none_is_a_reason(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    program = f"import sys; sys.stdin.buffer.readline(); sys.stdout.buffer.write({answer!r})"
    process = processes.Child([sys.executable, "-c", program])
    monkeypatch.setattr(sandbox, "_process", process)
    with pytest.raises(UnusableFileError, match="gave no right answer"):
        list(sandbox.read("html", PAGE))


def test_an_error_of_a_library_is_a_reason(sandbox: Sandbox) -> None:
    with pytest.raises(UnusableFileError, match="damaged"):
        list(sandbox.read("sheets", b"PK\x03\x04 no sheet"))


def test_a_reading_that_is_left_does_not_spoil_the_next(sandbox: Sandbox) -> None:
    items = sandbox.read("mbox", b"From a\nSubject: a\n\nb\n\nFrom a\nSubject: c\n\nd\n")
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]


def test_nothing_is_imported_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    for name in ("json", "selectolax", "vnsearch"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert list(sandbox.read("html", PAGE)) == [Document("", "đề", "thân")]
