"""What is said of the errors of the system."""

import errno
import os
from pathlib import Path

import pytest

from vnsearch.errors import explain


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room there"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "--index DIR"),
        (errno.ENOTDIR, "move it away"),
        (errno.EMFILE, "ulimit -n"),
        (errno.ENFILE, "try again later"),
        (errno.ENOMEM, "--jobs 1"),
        (errno.EIO, "vnsearch check"),
        (errno.ESTALE, "try again"),
        (errno.EXDEV, "check the disk"),
    ],
)
def test_each_error_has_its_advice(number: int, advice: str) -> None:
    what, told = explain(OSError(number, os.strerror(number), "/an/index"))
    assert what == f"/an/index: {os.strerror(number)}"
    assert advice in told


def test_where_one_may_not_read_the_owner_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "x/y"))
    assert "chmod" in explain(error)[1]
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert f"{tmp_path} belongs to " in explain(error)[1]
    assert "--index DIR" in explain(error)[1]
