"""The interactive search, driven with keys."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from tests.conftest import write_files
from tests.interactive.driving import Driver, drive, make_index
from vnsearch.indexing.update import update
from vnsearch.interactive.app import SearchScreen
from vnsearch.interactive.asking import Search, Sought
from vnsearch.interactive.worker import Worker
from vnsearch.search.file_filter import FileFilter


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return make_index(tmp_path)  # type: ignore[return-value]


def test_what_is_typed_is_found_listed_and_shown(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang bo")
        await driver.until(lambda: len(driver.titles) == 2)
        await driver.until_shown("Đảng bộ cơ sở gồm các chi bộ.")
        shown = "\n".join(driver.shown())
        assert "understood as: đảng bộ" in shown
        assert "dang-bo.md" in shown
        assert "docs/tin/dang-bo.md" in shown

    drive(index, script)


def test_the_last_word_is_a_beginning_and_telex_slips_work(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("bieenr ddoo")
        await driver.until(lambda: driver.titles == ["Biển Đông"])
        await driver.press("ctrl+u")
        await driver.until(lambda: driver.titles == [])
        await driver.type("ngoai gi")
        await driver.until(lambda: driver.titles == ["Đảng bộ Bộ Ngoại giao họp."])

    drive(index, script)


def test_arrows_go_through_hits_while_typing_goes_on(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("bo")
        await driver.until(lambda: len(driver.titles) == 2)
        first = driver.screen._hits.hit
        await driver.press("down")
        assert driver.screen._hits.hit != first
        await driver.press("up", "up")
        assert driver.screen._hits.hit == first
        await driver.type(" ngoai ny")  # n and y are letters here
        assert driver.screen._typing.value == "bo ngoai ny"

    drive(index, script)


def test_places_are_gone_through_in_the_text(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang bo ngoai giao")
        await driver.until_shown("place 2 of 3 · line 3")  # the best one
        await driver.press("right")
        assert driver.preview.has_focus
        await driver.until_shown("place 3 of 3 · line 46")
        await driver.until_shown("▸ Đảng bộ lại họp")
        await driver.press("n")  # there is no fourth
        await driver.press("p", "p")
        await driver.until_shown("place 1 of 3 · line 1")
        await driver.press("left")  # past the first: back to typing
        await driver.until(lambda: driver.screen._typing.has_focus)

    drive(index, script)


def test_other_letters_go_on_with_typing_from_the_text(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.until(lambda: driver.titles)
        await driver.press("right")
        await driver.type("bo")
        await driver.until(lambda: driver.screen._typing.value == "dangbo")
        await driver.press("right", "backspace")
        assert driver.screen._typing.has_focus
        await driver.until(lambda: driver.screen._typing.value == "dangb")
        await driver.press("right", "ctrl+u")
        await driver.until(lambda: driver.screen._typing.value == "")

    drive(index, script)


def test_what_is_pasted_beside_the_text_goes_on_with_typing(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.until(lambda: driver.titles)
        for key in ("right", "tab"):
            await driver.press(key)
            driver.screen.post_message(Paste(" y\nnp"))
            await driver.until(lambda: driver.screen._typing.has_focus)
        await driver.until(lambda: driver.screen._typing.value == "dangy npy np")

    drive(index, script)


def test_right_within_what_is_typed_moves_the_cursor_only(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.until(lambda: driver.titles)
        await driver.press("left", "right")
        assert driver.screen._typing.has_focus

    drive(index, script)


def test_narrowing_by_folder_type_and_year(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.until(lambda: len(driver.titles) == 3)
        await driver.press("tab")
        await driver.until_shown("Folder")
        await driver.until_shown("docs/tin")
        await driver.press("enter")
        await driver.until(lambda: len(driver.titles) == 2)
        await driver.until_shown("[docs/tin]")
        await driver.until_shown("✓ docs/tin")
        await driver.press("enter")  # no longer
        await driver.until(lambda: len(driver.titles) == 3)
        await driver.press("down", "down", "enter")
        await driver.until(lambda: driver.screen._sought.files.types != "")
        await driver.press("escape")
        assert driver.preview.display
        assert driver.screen._typing.has_focus

    drive(index, script)


def test_many_values_of_a_kind_hide_no_other_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {f"docs/{n}/{n}.{'txt' if n % 2 else 'md'}": "đảng bộ" for n in range(9)}

    async def script(driver: Driver) -> None:
        await driver.type("dang bo")
        await driver.until(lambda: driver.titles)
        await driver.press("tab")
        await driver.until_shown("… 4 more")
        await driver.until_shown("Type")
        await driver.press(*["down"] * 5, "enter")
        await driver.until(lambda: "… 4 more" not in "\n".join(driver.shown()))
        assert not driver.screen._sought.files.within

    drive(make_index(tmp_path, files), script)


def test_what_the_command_narrowed_is_told_and_can_be_taken_back(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.until(lambda: driver.titles == ["Đảng bộ Bộ Ngoại giao họp."])
        await driver.until_shown("[text]")
        await driver.press("tab")
        await driver.until_shown("✓ text")
        await driver.press("enter")
        await driver.until(lambda: len(driver.titles) == 3)

    drive(index, script, sought=Sought("dang", FileFilter(types="text")))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that are started."""
    lines: list[list[str]] = []

    def start(command: list[str], **_: Any) -> int:
        lines.append(command)
        return 0

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(subprocess, "call", start)
    monkeypatch.setattr("vnsearch.cli.opener.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(SearchScreen, "suspend", lambda _: nullcontext())
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "vi")
    return lines


def test_a_text_opens_in_the_editor_at_the_line_of_the_place(
    index: Path, started: list[list[str]]
) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang bo ngoai giao")
        await driver.until_shown("place 2 of 3")
        await driver.press("right")
        await driver.until_shown("place 3 of 3")
        await driver.press("enter")
        path = str(index.parent / "docs/luat/bo-ngoai-giao.txt")
        await driver.until(lambda: started == [["vi", "+46", path]])

    drive(index, script)


def test_what_is_gone_is_told(index: Path, started: list[list[str]]) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("co so")
        await driver.until(lambda: driver.titles)
        shutil.rmtree(index.parent / "docs")
        await driver.press("enter")
        await driver.until_shown("docs/tin/dang-bo.md is gone")
        assert not started

    drive(index, script)


def test_copying_the_passage_or_the_path(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("co so")
        await driver.until_shown("gồm các chi bộ")
        await driver.press("ctrl+y")
        assert driver.screen.clipboard == str(index.parent / "docs/tin/dang-bo.md")
        await driver.press("right", "y")
        passage = "Đảng bộ cơ sở\n\nĐảng bộ cơ sở gồm các chi bộ."
        await driver.until(lambda: driver.screen.clipboard == passage)
        await driver.until_shown("copied 44 characters")
        await driver.press("Y")
        await driver.until_shown("copied /")

    drive(index, script)


def test_help_is_shown_and_closed(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.press("f1")
        await driver.until_shown("What can be typed")
        await driver.press("escape")
        await driver.until_shown("› dang")
        assert driver.screen.return_value is None

    drive(index, script)


def test_leaving_gives_what_was_found(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang bo")
        await driver.until(lambda: len(driver.titles) == 2)
        await driver.press("escape")

    left = drive(index, script)
    assert left.query == "dang bo"
    assert len(left.hits) == 2


def test_a_fault_is_told_by_the_command(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vnsearch.interactive.telling.told", lambda _: 1 / 0)
    screens: list[SearchScreen] = []

    async def script(driver: Driver) -> None:
        screens.append(driver.screen)
        await driver.type("dang")
        await driver.until(lambda: driver.screen.fault)

    with pytest.raises(ZeroDivisionError):
        drive(index, script)
    assert isinstance(screens[0].fault, ZeroDivisionError)
    assert not screens[0]._exit_renderables


def test_a_late_answer_is_dropped(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Worker, "ask", lambda _, question: asked.append(question))

    async def script(driver: Driver) -> None:
        await driver.type("da")
        one, other = (question for question in asked if isinstance(question, Search))
        found, newer = (next(q.answers(searcher)) for q in (one, other))
        driver.screen._deliver(newer)
        await driver.until(lambda: driver.screen._found == newer)
        driver.screen._deliver(found)
        await driver.pilot.pause()
        assert driver.screen._found == newer

    from vnsearch.search.searcher import Searcher

    searcher = Searcher(index)
    drive(index, script)
    searcher.close()


def test_a_renewed_index_is_seen(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("bien dong")
        await driver.until(lambda: driver.titles == ["Biển Đông"])
        write_files(index.parent, {"docs/moi.txt": "Biển Đông hôm nay, biển Đông"})
        update(index, [])
        await driver.until(lambda: len(driver.titles) == 2)
        assert driver.screen._hits.hit is not None
        assert driver.screen._hits.hit.title == "Biển Đông"  # as before

    drive(index, script)


def test_files_that_changed_since_are_told(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("bien dong")
        await driver.until(lambda: driver.titles)
        write_files(index.parent, {"docs/tin/bien-dong.md": "Biển Đông hôm nay"})
        await driver.until_shown("files have changed since they were indexed")
        update(index, [])
        await driver.until(lambda: "files have changed" not in "\n".join(driver.shown()))

    drive(index, script)


def test_an_index_that_vanishes_is_told_and_may_come_back(index: Path) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang")
        await driver.until(lambda: len(driver.titles) == 3)
        away = index.with_name("away")
        index.rename(away)
        await driver.type(" bo")
        await driver.until_shown("no index at")
        away.rename(index)
        await driver.until(lambda: len(driver.titles) == 2)
        await driver.until(lambda: "no index" not in "\n".join(driver.shown()))

    drive(index, script)


HOSTILE = {
    "docs/escape.txt": "\x1b[31m\x1b]0;owned\x07kẻ xấu\x1b[2J\n\x9b31m kẻ xấu \u202etxt.exe\n",
    "docs/markup.txt": "[red]kẻ xấu[/red] [@click=app.quit]kẻ xấu[/] :smile: [link=http://a]\n",
    "docs/[bold]\x1b[1m\u202ename.txt": "kẻ xấu ở đây\n",
    "docs/long.txt": "kẻ xấu " + "x" * 50_000 + " kẻ xấu\n" + "\u0301" * 500 + "\n",
}


@pytest.mark.skipif(os.name == "nt", reason="such names are not possible there")
def test_hostile_titles_and_texts_drive_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(driver: Driver) -> None:
        await driver.type("ke xau")
        await driver.until(lambda: len(driver.titles) == 4)
        for _hit in range(4):
            await driver.until(lambda: driver.preview.shown is not None)
            screen = "\n".join(driver.shown())
            assert not {*screen} & {"\x1b", "\x07", "\x9b", "\u202e"}
            assert "[red]" in screen
            assert "\\x1b[31m" in screen
            await driver.press("right", "n", "p", "down")
        await driver.press("tab")
        await driver.until_shown("nothing to narrow it down by")

    drive(make_index(tmp_path, HOSTILE), script, size=(100, 30))


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (140, 40), (20, 5)])
def test_any_size_will_do_and_may_change(index: Path, size: tuple[int, int]) -> None:
    async def script(driver: Driver) -> None:
        await driver.type("dang bo")
        await driver.until(lambda: len(driver.titles) == 2)
        await driver.until(lambda: driver.preview.shown is not None)
        for width, height in ((40, 12), (200, 50), size):
            await driver.pilot.resize_terminal(width, height)
            await driver.pilot.pause()
            assert len(driver.shown()) == height
        assert "› dang bo" in driver.shown()[0]
        await driver.press("tab", "f1")

    drive(index, script, size=size)


def test_without_colours_nothing_has_any(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(driver: Driver) -> None:
        await driver.type("dang bo")
        await driver.until_shown("gồm các chi bộ")
        for strip in driver.screen.screen._compositor.render_strips():
            for _text, style, _control in strip.apply_filter(driver.screen._filters[-1], None):  # type: ignore[arg-type]
                assert style is None or style.color is None or style.color.is_default
                assert style is None or style.bgcolor is None or style.bgcolor.is_default
        marked = [s for s in driver.preview.render_line(3) if s.style and s.style.reverse]
        assert marked

    drive(index, script)
