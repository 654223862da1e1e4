"""How much memory a run takes."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest


def most_used(folder: Path) -> int:
    """The bytes that indexing a folder takes, by one process."""
    options = ["--index", f"{folder}.index", "--jobs", "1", "-q"]
    command = [sys.executable, "-m", "vnsearch", "index", str(folder), *options]
    process = subprocess.Popen(command, cwd=folder.parent)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="units of ru_maxrss")
def test_plain_text_takes_at_most_eight_times_its_size(tmp_path: Path) -> None:
    chosen = random.Random(1)
    words = "đảng bộ ngoại giao thông qua nghị quyết về nông thôn mới ở các xã".split()
    line = " ".join(chosen.choices(words, k=5_000)) + ".\n"
    text = "".join(line + chosen.choice(words) + " e\u0301\n" for _ in range(500))
    for folder, content in (("small", "đảng"), ("large", text)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(content, "utf-8")
    size = (tmp_path / "large" / "a.txt").stat().st_size
    assert size > 10_000_000
    used = most_used(tmp_path / "large") - most_used(tmp_path / "small")
    assert used < 8 * size, f"{used / size:.1f} times its size"
