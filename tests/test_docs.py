"""The Markdown pages: links resolve, rooms and modules exist, examples run."""

import doctest
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "vnsearch"
ARCHITECTURE: Final = (ROOT / "ARCHITECTURE.md").read_text("utf-8")

# Not the sample documents, nor what tools leave in hidden folders.
PAGES: Final = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/**/*.md")
    for page in ROOT.glob(pattern)
)

_FENCE: Final = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`[^`\n]+`")
_LINK: Final = re.compile(r"\]\(([^()\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_MODULE: Final = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py|(?:[a-z_]+/)+)`")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    result = set()
    for heading in _HEADING.findall(_FENCE.sub("", page.read_text("utf-8"))):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        result.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return result


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = _CODE.sub("", _FENCE.sub("", page.read_text("utf-8")))
        for target in dict.fromkeys(_LINK.findall(text)):
            if not re.match(r"[a-z]+:", target):
                yield page, target


@pytest.mark.parametrize(
    ("page", "target"), [*links()], ids=lambda part: str(part).removeprefix(f"{ROOT}/")
)
def test_links_resolve(page: Path, target: str) -> None:
    path, _, anchor = unquote(target).partition("#")
    file = (page.parent / path).resolve() if path else page
    assert file.exists(), f"{name_of(page)} links to {target}"
    assert file.is_relative_to(ROOT), f"{name_of(page)} links out of the project: {target}"
    if anchor:
        assert anchor in anchors(file), f"{name_of(page)} links to {target}"


@pytest.mark.parametrize("name", sorted({*_MODULE.findall(ARCHITECTURE)}))
def test_rooms_and_modules_of_the_architecture_exist(name: str) -> None:
    where = (PACKAGE / name, ROOT / name)
    assert any(path.exists() for path in where), f"ARCHITECTURE.md names {name}"


@pytest.mark.parametrize(
    "name",
    sorted(
        f"{entry.name}/" if entry.is_dir() else entry.name
        for entry in PACKAGE.iterdir()
        if entry.name != "__pycache__"
    ),
)
def test_every_room_has_its_line(name: str) -> None:
    listing = ARCHITECTURE.split("```")[1]
    assert re.search(rf"^  {re.escape(name)} +\S", listing, re.MULTILINE)


def test_every_module_of_a_room_is_named() -> None:
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob("*/**/*.py")}
    own = {module for module in modules if not module.endswith("__init__.py")}
    assert own - {*_MODULE.findall(ARCHITECTURE)} == set()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    missing = [page.name for page in folder.glob("0*.md") if f"({page.name})" not in index]
    assert not missing


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "docs/python.md"])
def test_examples_give_what_they_say(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VNSEARCH_INDEX", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the commands that they run
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(ROOT / page), module_relative=False)
    assert tried
    assert not failed
