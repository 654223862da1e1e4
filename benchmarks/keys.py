"""How fast the interactive search answers: keys typed at a pace, and when each answer is shown.

    python benchmarks/keys.py INDEX [--keys 200] [--pace 20]

The screen runs as it is, without a terminal (Textual's pilot), so drawing is part of it. Each text
that was typed is asked for; when the next key comes first, its answer is dropped. For the answers
shown it tells how long after their key that was. In the end, what is shown is compared with a fresh
search for the whole text. Other programs that run are part of the delays: the load is told.
"""

import argparse
import asyncio
import os
import sys
import time
from contextlib import closing
from itertools import chain, cycle, islice
from pathlib import Path
from typing import NamedTuple

from textual import events

from vnsearch.cli.interactive import program_for
from vnsearch.interactive.app import SearchScreen
from vnsearch.interactive.asking import Found, Search, Sought
from vnsearch.search.searcher import Searcher

ERASE = "ctrl+u"
TEXTS = (
    "chien tranh viet nam",
    "đảng cộng sản việt nam",
    "nguoiwf vieejt nam owr nuwowcs ngoaif",
    "tổng bí thư lê duẩn năm 1975",
    '"bien dong" -bao',
    "u23 viet nam thang 3-0",
    "truong chinh quoc hoi",
)


class Measured(NamedTuple):
    """What came of it."""

    texts: int  # that were asked for
    delays: list[float]  # of the answers shown, in ms
    is_right: bool  # the last one


class Timed(SearchScreen):
    """The screen, with a clock."""

    def __init__(self, index: Path) -> None:
        super().__init__(index, Sought(""), program_for)
        self.typed: dict[str, float] = {}
        self.delays: list[float] = []

    def _show_found(self, found: Found) -> None:
        super()._show_found(found)
        begin = self.typed.get(found.question.sought.text)
        if begin is not None and not found.question.offset:
            self.call_after_refresh(self._note, begin)

    def _note(self, begin: float) -> None:
        self.delays.append((time.perf_counter() - begin) * 1e3)


async def measure(index: Path, count: int, pace: float) -> Measured:
    """Type so many keys, so many a second."""
    screen = Timed(index)
    async with screen.run_test(size=(120, 40)) as pilot:
        await pilot.pause(1.0)
        keys = chain.from_iterable((*text, ERASE) for text in cycle(TEXTS))
        text, begin = "", time.perf_counter()
        for number, key in enumerate(islice(keys, count)):
            await asyncio.sleep(max(0.0, begin + number / pace - time.perf_counter()))
            text = "" if key == ERASE else text + key
            if text.strip():
                screen.typed[text] = time.perf_counter()
            screen.post_message(events.Key(key, None if key == ERASE else key))
        await pilot.pause(2.0)
        shown = [hit.id for hit in screen._hits.hits]
    with closing(Searcher(index)) as searcher:
        (fresh,) = Search(Sought(text), 0, len(shown)).answers(searcher)
    is_right = shown == [hit.id for hit in fresh.results.hits]
    return Measured(len(screen.typed), sorted(screen.delays), is_right)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--pace", type=float, default=20.0)
    options = parser.parse_args()
    begin = time.process_time()
    found = asyncio.run(measure(options.index.absolute(), options.keys, options.pace))
    seconds = time.process_time() - begin
    at = {"p50": 0.5, "p95": 0.95, "latest": 1.0}
    most = len(found.delays) - 1
    delays = ", ".join(f"{name} {found.delays[round(at[name] * most)]:.0f} ms" for name in at)
    lines = (
        f"{options.keys} keys, {options.pace:g} a second; load {os.getloadavg()[0]:.1f}",
        f"{len(found.delays)} answers shown of {found.texts}: {delays}; CPU {seconds:.1f} s",
        "the last one is " + ("right" if found.is_right else "WRONG"),
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
