"""Tests that cannot run on Windows, and why: by what their ids begin with."""

from pathlib import Path
from typing import Final

_SIGNALS: Final = "signals of POSIX"
_TERMINALS: Final = "terminals of POSIX (pty)"
_LINKS: Final = "symbolic links, which few may make there"
_MODES: Final = "modes of files"
_FORK: Final = "fork"
_BYTES: Final = "names of other bytes than UTF-8, which are UTF-16 there"
_LOCKS: Final = "locks of POSIX; for those of Windows see tests/windows/test_platform.py"

_SKIPPED: Final = {
    "tests/files/test_paths.py::": "paths of POSIX; for Windows see tests/windows/test_platform.py",
    "tests/files/test_scan.py::test_a_root_may_be_a_link": _LINKS,
    "tests/files/test_scan.py::test_what_is_no_regular_file": _LINKS,
    "tests/index/test_durability.py::test_all_is_synced": "/proc of Linux",
    "tests/index/test_file_state.py::test_any_sign_of_a_change_is_one[ctime]": "times of changes",
    "tests/index/test_file_state.py::test_any_sign_of_a_change_is_one[inode]": "no inodes there",
    "tests/index/test_lock.py::test_a_file_system_without_locks": _LOCKS,
    "tests/index/test_lock.py::test_a_holder_that": _LOCKS,
    "tests/index/test_opening.py::test_many_readers": _FORK,
    "tests/index/test_private.py": _MODES,
    "tests/indexing/test_faults.py": _FORK,
    "tests/indexing/test_shim.py": "a library of Linux that is preloaded",
    "tests/readers/test_sandbox.py::test_a_busy_machine": _SIGNALS,
    "tests/readers/test_sandbox.py::test_a_crash": _SIGNALS,
    "tests/readers/test_sandbox.py::test_a_process_that_is_silent": _SIGNALS,
    "tests/render/test_links.py::test_a_name_of_other_bytes": _BYTES,
    "tests/render/test_pager.py": _TERMINALS,
    "tests/render/test_render.py::test_json_is_valid_unicode": _BYTES,
    "tests/render/test_render.py::test_names_that_are_not_utf8": _BYTES,
}


def reason(test: str) -> str:
    """Why a test cannot run here; "" if it can."""
    return next((why for begin, why in _SKIPPED.items() if test.startswith(begin)), "")


def problems(root: Path) -> list[str]:
    """What in the table is of no test."""
    return [begin for begin in _SKIPPED if not _is_there(root, begin)]


def _is_there(root: Path, begin: str) -> bool:
    file, _, name = begin.partition("::")
    return f"def {name.partition('[')[0]}" in (root / file).read_text("utf-8")
