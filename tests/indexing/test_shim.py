"""Faults below Python, a sample: see `tests.shim.driver`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.shim.driver import built

_FAULTS = 120


def test_any_call_of_libc_may_fail(tmp_path: Path) -> None:
    library = built(tmp_path)
    if library is None:
        pytest.skip("needs Linux and a C compiler")
    done = subprocess.run(
        [sys.executable, "-m", "tests.shim.driver", "--faults", str(_FAULTS)],
        cwd=REPOSITORY,
        env={**os.environ, "LD_PRELOAD": str(library), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried = int(done.stdout.splitlines()[-1].partition(" ")[0])
    assert tried > _FAULTS // 2
