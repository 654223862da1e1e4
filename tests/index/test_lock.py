"""The lock of the one writer."""

import errno
import os
import sys
from pathlib import Path

import pytest

from vnsearch.errors import EXIT_BUSY, LockedError, VnsearchError
from vnsearch.index.lock import locked

if sys.platform != "win32":
    import fcntl


def test_one_process_at_a_time_which_is_named(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock", 0),
        pytest.raises(LockedError) as caught,
        locked(tmp_path / "lock", 0.1),
    ):
        pass
    assert f"pid {os.getpid()}" in str(caught.value)
    assert caught.value.code == EXIT_BUSY
    with locked(tmp_path / "lock", 0):
        pass


@pytest.mark.parametrize("holder", [b"", b"\xff\xfe"])
def test_a_holder_that_does_not_tell_its_number(tmp_path: Path, holder: bytes) -> None:
    with open(tmp_path / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(holder)
        lock.flush()
        with pytest.raises(LockedError), locked(tmp_path / "lock", 0):
            pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errno.ENOLCK, "has no locks"),
        (errno.EOPNOTSUPP, "has no locks"),
        (errno.ENOSYS, "has no locks"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, told: str
) -> None:
    def flock(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(fcntl, "flock", flock)
    with (
        pytest.raises((VnsearchError, OSError), match=told) as caught,
        locked(tmp_path / "lock", 0),
    ):
        pass
    assert str(tmp_path / "lock") in str(caught.value)
