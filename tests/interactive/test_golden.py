"""What the screen looks like, as text; `python -m tests.interactive.test_golden` writes it anew."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.conftest import write_files
from tests.interactive.driving import Driver, drive
from vnsearch.indexing.update import update

GOLDEN = Path(__file__).resolve().parent / "golden"
SIZES = ((40, 12), (60, 24), (80, 24), (140, 40))
WHEN = 1_741_651_200  # 11 March 2025


# Few documents, unlike one another, so that their order hardly depends on how hits are ranked.
FILES = {
    f"docs/{kind}/{year}/{name}-{number}.{suffix}": f"Đảng bộ {title} họp lần {number}\n\n"
    + f"Hội nghị thứ {number} bàn việc của năm, có {number} đại biểu tới dự.\n" * number**2
    + f"\nCác chi bộ của đảng bộ {title} góp ý kiến, rồi biểu quyết.\n"
    for number, (kind, year, name, suffix, title) in enumerate(
        [
            ("công văn", 2024, "bien-ban", "txt", "cơ quan đại diện ở nước ngoài"),
            ("công văn", 2025, "bao-cao", "md", "xã"),
            ("tin", 2025, "ban-tin-noi-bo-so-dac-biet", "html", "trường đại học"),
            ("tin", 2024, "tin-van", "txt", "phường"),
            ("tin", 2023, "thong-bao", "csv", "huyện"),
        ],
        start=1,
    )
}


def screens(folder: Path) -> dict[str, str]:
    """The screen at each size: with a text, and narrowing."""
    write_files(folder, FILES)
    for number, name in enumerate(FILES):
        when = WHEN - number * 100 * 86_400
        os.utime(folder / name, (when, when))
    update(folder / ".vnsearch", [str(folder / "docs")])
    found: dict[str, str] = {}

    async def script(driver: Driver) -> None:
        name = str(driver.screen.size.width)
        await driver.type("dang bo hop")
        await driver.until(lambda: driver.preview.shown and len(driver.titles) > 1)
        await driver.press("down")
        await driver.until(lambda: driver.preview.shown and "▸" in "\n".join(driver.shown()))
        found[name] = "\n".join(driver.shown())
        await driver.press("tab")
        await driver.until_shown("▌  docs")
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
