"""Fixtures: small indexes in temporary folders, the real command, the shared data."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partialmethod
from pathlib import Path

import pytest

from vnsearch import language
from vnsearch.indexing.update import update
from vnsearch.search.searcher import Searcher

# `nohup` and `&` ignore interrupts, which processes inherit: those that tests begin must not.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

os.environ["TZ"] = "UTC"  # or output would depend on where the tests run
if sys.platform != "win32":
    time.tzset()

if sys.platform == "win32":  # what tests write has the line ends that it has elsewhere
    Path.write_text = partialmethod(Path.write_text, newline="\n")  # type: ignore[assignment]

# Messages are English where a test does not ask for others.
for _name in ("LANGUAGE", "VNSEARCH_LANG"):
    os.environ.pop(_name, None)
os.environ["LC_ALL"] = "C.UTF-8"
language.use(language.ENGLISH)

# The state and the configuration of who runs the tests are not theirs.
_HOME = tempfile.TemporaryDirectory(prefix="vnsearch-tests-")
os.environ |= dict.fromkeys(("XDG_STATE_HOME", "XDG_CONFIG_HOME"), _HOME.name)

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = REPOSITORY / "corpus"
SHARED = REPOSITORY.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On Windows, skip what needs something that is not there."""
    if sys.platform == "win32":
        from tests.windows.skipped import reason

        for item in items:
            if why := reason(item.nodeid):
                item.add_marker(pytest.mark.skip(reason=why))


Files = Mapping[str, str | bytes]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def write_files(folder: Path, files: Files) -> None:
    """Write texts (as UTF-8) or bytes below a folder."""
    for name, content in files.items():
        if sys.platform == "win32" and any("\ud800" <= char <= "\udfff" for char in name):
            pytest.skip("names are Unicode there")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Callable[[Files], Searcher]]:
    """Index some files, given by name and content, and open the index."""
    opened: list[Searcher] = []

    def make(files: Files) -> Searcher:
        write_files(tmp_path / "docs", files)
        index = tmp_path / ".vnsearch"
        update(index, [str(tmp_path / "docs")])
        opened.append(Searcher(index))
        return opened[-1]

    yield make
    for item in opened:
        item.close()


@pytest.fixture
def run(tmp_path: Path) -> Command:
    """Run the real command, in the temporary folder unless `cwd` says otherwise."""

    def run(
        *arguments: str | bytes, cwd: Path = tmp_path, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        inherited = {k: v for k, v in os.environ.items() if k not in ("VNSEARCH_INDEX", "NO_COLOR")}
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            inherited[name] = str(tmp_path / f".{name}")
        return subprocess.run(
            [sys.executable, "-m", "vnsearch", *arguments],
            cwd=cwd,
            input=stdin,
            env={**inherited, **environment},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def shared() -> Path:
    """The folder of shared data and tools; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is not there")
    return SHARED
