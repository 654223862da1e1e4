"""What the screen looks like, as text; `python -m tests.interactive.test_golden` writes it anew."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.conftest import CORPUS
from tests.interactive.driving import Driver, drive
from vnsearch.indexing.update import update

GOLDEN = Path(__file__).resolve().parent / "golden"
SIZES = ((40, 12), (60, 24), (80, 24), (140, 40))
WHEN = 1_741_651_200  # 11 March 2025


def screens(folder: Path) -> dict[str, str]:
    """The screen at each size, searching the sample documents: with a text, and narrowing."""
    for source in sorted(CORPUS.rglob("*.*")):
        if source.is_file() and source.name != "queries.json":
            target = folder / "docs" / source.relative_to(CORPUS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            os.utime(target, (WHEN, WHEN))
    update(folder / ".vnsearch", [str(folder / "docs")])
    found: dict[str, str] = {}

    async def script(driver: Driver) -> None:
        name = str(driver.screen.size.width)
        await driver.type("dang bo ngoai gi")
        await driver.until(lambda: driver.preview.shown and len(driver.titles) > 1)
        await driver.press("down")
        await driver.until(lambda: driver.preview.shown and "▸" in "\n".join(driver.shown()))
        found[name] = "\n".join(driver.shown())
        await driver.press("tab")
        await driver.until_shown("▌  docs/")
        found[f"{name}-narrowing"] = "\n".join(driver.shown())

    for size in SIZES:
        drive(folder / ".vnsearch", script, size)
    return found


def test_the_screen_looks_as_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = screens(tmp_path)
    known = {path.stem: path.read_text("utf-8") for path in GOLDEN.glob("*.txt")}
    assert sorted(found) == sorted(known)
    for name, shown in found.items():
        assert f"{shown}\n" == known[name], name


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, shown in screens(Path(folder)).items():
            (GOLDEN / f"{name}.txt").write_text(f"{shown}\n", "utf-8")
