"""What is found below a root, and what is left out and told."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import write_files
from vnsearch.files.paths import relative_to
from vnsearch.files.scan import Seen, Unseen, scan
from vnsearch.model import Skipped


def found(root: Path, *excludes: str) -> list[str]:
    return [
        relative_to(str(root), item.path)
        for item in scan(str(root), excludes)
        if isinstance(item, Seen)
    ]


def reasons(root: Path) -> dict[str, str]:
    return {
        relative_to(str(root), item.path): item.reason
        for item in scan(str(root))
        if isinstance(item, Skipped | Unseen)
    }


def test_files_come_in_a_fixed_order(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.txt": "", "a/z.md": "", "a/b/c.jsonl": "", "c/d.html": ""})
    assert found(tmp_path) == ["b.txt", "a/z.md", "a/b/c.jsonl", "c/d.html"]


def test_files_of_any_suffix(tmp_path: Path) -> None:
    write_files(tmp_path, {"A.TXT": "", "b.Htm": "", "c.jsonl.gz": "", "d.gz": "", "e.tar.gz": ""})
    assert found(tmp_path) == ["A.TXT", "b.Htm", "c.jsonl.gz", "d.gz", "e.tar.gz"]
    assert not reasons(tmp_path)


@pytest.mark.parametrize(
    ("excludes", "expected"),
    [
        pytest.param(["*.md"], ["a.txt", "x/b.txt", "x/y/c.txt"], id="a suffix at any depth"),
        pytest.param(["x/"], ["a.txt", "n.md"], id="a folder"),
        pytest.param(["/a.txt"], ["n.md", "x/b.txt", "x/y/c.txt"], id="anchored"),
        pytest.param(["x/*.txt"], ["a.txt", "n.md", "x/y/c.txt"], id="one level"),
        pytest.param(["*.txt", "!a.txt"], ["a.txt", "n.md"], id="but not this"),
    ],
)
def test_excludes_are_as_in_gitignore(
    tmp_path: Path, excludes: list[str], expected: list[str]
) -> None:
    write_files(tmp_path, {"a.txt": "", "n.md": "", "x/b.txt": "", "x/y/c.txt": ""})
    assert found(tmp_path, *excludes) == expected


def test_what_is_no_regular_file_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "", "p.png": "", "README": ""})
    os.mkfifo(tmp_path / "f.txt")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "l.txt").symlink_to("a.txt")
    assert found(tmp_path) == ["README", "a.txt", "p.png"]
    assert reasons(tmp_path) == {
        "f.txt": "not a regular file",
        "loop": "symbolic link, not followed",
        "up": "symbolic link, not followed",
        "l.txt": "symbolic link, not followed",
    }


def test_a_root_may_be_a_link_or_a_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"real/a.txt": "", "b.txt": ""})
    (tmp_path / "link").symlink_to("real")
    assert found(tmp_path / "link") == ["a.txt"]
    assert found(tmp_path / "b.txt") == ["."]


def test_hidden_files_and_avoided_folders_are_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, {".a.txt": "", ".b/c.txt": "", "ix/d.txt": "", "e.txt": ""})
    avoid = frozenset({str(tmp_path / "ix")})
    assert [i.path for i in scan(str(tmp_path), avoid=avoid)] == [str(tmp_path / "e.txt")]


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "", "x/b.txt": ""})
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "x").chmod(0)
    try:
        assert set(reasons(tmp_path)) == {"x"}  # files are not tried
    finally:
        (tmp_path / "x").chmod(0o700)


IGNORED = {
    ".gitignore": "*.log\n/build/\n!giu.log\n# a comment\n[\n",
    "a.txt": "",
    "a.log": "",
    "giu.log": "",
    "build/b.txt": "",
    "x/build/b.txt": "",
    "x/.gitignore": "!a.log\n*.txt\n",
    "x/a.log": "",
    "x/c.txt": "",
    "x/y/d.txt": "",
    "x/y/e.log": "",
    "x/y/.gitignore": "!d.txt\n",
}


def seen(root: Path, base: Path) -> list[str]:
    items = scan(str(root), base=str(base), gitignore=True)
    return [relative_to(str(base), item.path) for item in items if isinstance(item, Seen)]


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, IGNORED)
    assert seen(tmp_path, tmp_path) == ["a.txt", "giu.log", "x/a.log", "x/y/d.txt"]
    assert seen(tmp_path / "x", tmp_path) == ["x/a.log", "x/y/d.txt"]
    assert "a.log" in found(tmp_path)


def test_git_ignores_by_the_files_up_to_the_repository(tmp_path: Path) -> None:
    write_files(tmp_path, {".gitignore": "*.txt\n", "b/.gitignore": "*.log\n"})
    write_files(tmp_path / "b" / "c", {"a.txt": "", "a.log": "", "a.md": ""})
    inner = tmp_path / "b" / "c"
    assert seen(inner, inner) == ["a.log", "a.md", "a.txt"]
    (tmp_path / "b" / ".git").mkdir()
    assert seen(inner, inner) == ["a.md", "a.txt"]


def test_git_itself_agrees(tmp_path: Path) -> None:
    """On all files that git can see; hidden ones are no files for a search."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    write_files(tmp_path, IGNORED)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    told = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert sorted(seen(tmp_path, tmp_path)) == [
        path for path in sorted(told) if ".gitignore" not in path
    ]
