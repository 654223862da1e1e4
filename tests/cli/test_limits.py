"""Limits that the environment sets."""

from pathlib import Path

import pytest

from tests.conftest import Command


def test_the_size_of_a_text_is_limited(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("một hai\n" * 200_000, "utf-8")
    (tmp_path / "a.html").write_text("<p>một hai</p>\n" * 200_000, "utf-8")
    monkeypatch.setenv("VNSEARCH_MAX_TEXT_MB", "1")
    done = run("index", ".", cwd=tmp_path)
    assert done.stderr.count("too large (over 1 MB of text)") == 2
    monkeypatch.setenv("VNSEARCH_MAX_TEXT_MB", "10")
    assert "2 added" in run("index", ".", "--rebuild", cwd=tmp_path).stdout


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5"])
def test_a_limit_that_is_none_is_told(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("VNSEARCH_READ_SECONDS", value)
    done = run("index", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"vnsearch: VNSEARCH_READ_SECONDS is no positive number: {value}")
