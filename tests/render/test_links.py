"""Links: what a click opens, and formats that are wrong."""

import os
from pathlib import Path

import pytest

from vnsearch.model import Locator
from vnsearch.render.links import FORMATS, link, problem


@pytest.mark.parametrize(
    ("link_format", "place", "expected"),
    [
        ("file", Locator(12), "file:///a/b%20%C4%91.pdf"),
        ("file", Locator(3, "page"), "file:///a/b%20%C4%91.pdf#page=3"),
        ("file", None, "file:///a/b%20%C4%91.pdf"),
        ("vscode", Locator(12), "vscode://file/a/b%20%C4%91.pdf:12"),
        ("vscode", Locator(3, "page"), "vscode://file/a/b%20%C4%91.pdf:1"),
        ("none", Locator(12), ""),
        ("x://{path}?p={page}", Locator(3, "page"), "x:///a/b%20%C4%91.pdf?p=3"),
    ],
)
def test_link(link_format: str, place: Locator | None, expected: str) -> None:
    drive = os.path.splitdrive(os.path.abspath("/"))[0]
    told = expected.replace("/a/b", f"/{drive}/a/b") if drive else expected
    assert link(link_format, "/a/b đ.pdf", place) == told


@pytest.mark.parametrize("name", FORMATS)
def test_names_are_right(name: str) -> None:
    assert problem(name) == ""


@pytest.mark.parametrize("wrong", ["", "vs-code", "x://{path", "{path}{column}", "{path.x}", "{}"])
def test_a_wrong_format_has_a_reason(wrong: str) -> None:
    assert problem(wrong).startswith(("a link has {path}, ", "a link is one of none, file, "))


def test_a_name_of_other_bytes() -> None:
    assert link("file", "/a\udcff", None) == "file:///a%FF"


def test_a_file_in_an_archive_opens_that(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    inside = str(tmp_path / "a.zip" / "b" / "c.pdf")
    assert link("file", inside, Locator(3, "page")) == (tmp_path / "a.zip").as_uri()
    gone = tmp_path / "b" / "c.pdf"
    assert link("file", str(gone), Locator(3, "page")) == f"{gone.as_uri()}#page=3"
