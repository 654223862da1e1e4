"""The screen, driven by a pilot: without a terminal, with keys, and with what it shows as text."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.conftest import write_files
from vnsearch.cli.interactive import program_for
from vnsearch.indexing.update import update
from vnsearch.interactive.app import SearchScreen
from vnsearch.interactive.asking import Sought
from vnsearch.interactive.hits import Hits
from vnsearch.interactive.preview import Preview

PATIENCE = 120.0  # seconds until a test has failed

TEXTS: Mapping[str, str] = {
    "docs/luat/bo-ngoai-giao.txt": "Bộ Ngoại giao\n\nĐảng bộ Bộ Ngoại giao họp.\n\n"
    + "Một dòng khác.\n" * 40
    + "\nĐảng bộ lại họp ở Bộ Ngoại giao.\n",
    "docs/tin/dang-bo.md": "# Đảng bộ cơ sở\n\nĐảng bộ cơ sở gồm các chi bộ.\n",
    "docs/tin/bien-dong.md": "# Biển Đông\n\nBão trên biển Đông, đảng viên đi giúp dân.\n",
    "docs/tin/hinh.png": "",
}

Script = Callable[["Driver"], Awaitable[None]]


class Driver:
    """A screen and its pilot."""

    def __init__(self, screen: SearchScreen, pilot: Pilot[Any]) -> None:
        self.screen, self.pilot = screen, pilot

    async def type(self, text: str) -> None:
        """Press the key of each letter."""
        await self.pilot.press(*("space" if char == " " else char for char in text))

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "\n".join(self.shown())
            await self.pilot.pause(0.02)

    async def until_shown(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in "\n".join(self.shown()))

    def shown(self) -> list[str]:
        """The lines of the screen."""
        strips = self.screen.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def titles(self) -> list[str]:
        """Of the hits."""
        return [hit.title for hit in self.screen.query_one(Hits).hits]

    @property
    def preview(self) -> Preview:
        """The text of the hit."""
        return self.screen.query_one(Preview)


def make_index(folder: Path, files: Mapping[str, str | bytes] = TEXTS) -> Path:
    """An index of files in a folder, which must be the current one."""
    write_files(folder, files)
    update(folder / ".vnsearch", [str(folder / "docs")])
    return folder / ".vnsearch"


@asynccontextmanager
async def _driving(index: Path, size: tuple[int, int], sought: Sought) -> AsyncIterator[Driver]:
    screen = SearchScreen(index, sought, program_for)
    async with screen.run_test(size=size) as pilot:
        yield Driver(screen, pilot)


def drive(
    index: Path,
    script: Script,
    size: tuple[int, int] = (80, 24),
    sought: Sought = Sought(""),  # noqa: B008
) -> Any:
    """Let a script drive the screen; return what the screen was left with."""

    async def run() -> Any:
        async with _driving(index, size, sought) as driver:
            await script(driver)
        return driver.screen.return_value

    return asyncio.run(run())
