"""Tests that cannot run on Windows, and why: by what their ids begin with."""

from typing import Final

_SIGNALS: Final = "signals of POSIX"
_TERMINALS: Final = "terminals of POSIX (pty)"
_LINKS: Final = "symbolic links, which few may make there"
_MODES: Final = "modes of files"
_FORK: Final = "fork"
_PROC: Final = "/proc of Linux"
_SHELL: Final = "a shell of POSIX"

_SKIPPED: Final = {
    "tests/render/test_pager.py": _TERMINALS,
    "tests/indexing/test_faults.py": _FORK,
    "tests/indexing/test_shim.py": "a library of Linux that is preloaded",
    "tests/index/test_private.py": _MODES,
}


def reason(test: str) -> str:
    """Why a test cannot run here; "" if it can."""
    return next((why for begin, why in _SKIPPED.items() if test.startswith(begin)), "")
