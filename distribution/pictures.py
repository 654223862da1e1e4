"""Pictures of the program for the READMEs, made by running it on the sample documents:
`make pictures`. SVG, in docs/pictures: English, and Vietnamese with `.vi` in the name.
"""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.interactive.driving import Driver, drive
from vnsearch.language import use

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs/pictures"
_WHEN: Final = 1_741_651_200  # 11 March 2025: when the documents seem to have been written
_WIDTH: Final = 96
_LANGUAGES: Final = {"en": "", "vi": ".vi"}

_THEME: Final = TerminalTheme(
    (24, 26, 31),
    (216, 219, 226),
    [
        (24, 26, 31), (224, 108, 117), (152, 195, 121), (229, 192, 123),
        (97, 175, 239), (198, 120, 221), (86, 182, 194), (216, 219, 226),
    ],
    [
        (110, 116, 130), (224, 108, 117), (152, 195, 121), (229, 192, 123),
        (97, 175, 239), (198, 120, 221), (86, 182, 194), (255, 255, 255),
    ],
)  # fmt: skip
# That of rich, without fonts from elsewhere: letters are put into their columns in any font.
_FORMAT: Final = re.sub(
    r"\s*@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL
).replace("Fira Code, monospace", "DejaVu Sans Mono, Menlo, Consolas, monospace")


def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    os.environ["COLORTERM"] = "truecolor"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        _copy_documents(Path("docs"))
        for language, suffix in _LANGUAGES.items():
            shutil.rmtree(".vnsearch", ignore_errors=True)
            _save(f"index{suffix}", _with_prompt("vnsearch index docs", language))
            _save(f"search{suffix}", _with_prompt("vnsearch -n 3 dang bo dai su quan", language))
            use(language)
            _save_screen(suffix)


def _copy_documents(target: Path) -> None:
    shutil.copytree(ROOT / "corpus", target, ignore=shutil.ignore_patterns("queries.json"))
    for path in target.rglob("*"):
        os.utime(path, (_WHEN, _WHEN))


def _environment(language: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VNSEARCH", "NO_COLOR"))}
    own = {"VNSEARCH_LANG": language, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    own |= {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": os.getcwd(), "TZ": "UTC"}
    return {**kept, **own}


def _with_prompt(command: str, language: str) -> list[Text]:
    """A command line, and what the command shows on a terminal."""
    prompt = Text.assemble(("$ ", "green"), (command, "bold"))
    return [prompt, *_shown(_on_terminal(command.split()[1:], language))]


def _on_terminal(arguments: list[str], language: str) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, _WIDTH, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "vnsearch", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env=_environment(language),
    )  # fmt: skip
    os.close(theirs)
    came = b""
    with suppress(OSError):  # the command has ended
        while block := os.read(ours, 65536):
            came += block
    process.wait()
    os.close(ours)
    return came.decode("utf-8")


def _shown(came: str) -> list[Text]:
    """The lines that came; of a progress bar, as it was about halfway."""
    bars = [part for part in re.split(r"[\r\n]", came) if "━" in part]
    lines = [line for line in came.split("\n") if "━" not in line]
    texts = [Text.from_ansi(_without_movements(line.rstrip("\r"))) for line in lines]
    while texts and not texts[-1].plain.strip():
        texts.pop()
    bar = [Text.from_ansi(_without_movements(bars[len(bars) // 2]))] if bars else []
    return [*bar, *(text for text in texts if text.plain.strip() or not bars)]


def _without_movements(line: str) -> str:
    """A line without what moves the cursor, erases, or hides it."""
    return re.sub(r"\x1b\[[?0-9;]*[A-HJKSTfhlnsu]", "", line)


def _save(name: str, lines: list[Text]) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nothing:
        console = Console(record=True, width=_WIDTH, file=nothing, force_terminal=True)
        for line in lines:
            console.print(line, soft_wrap=True)
        _write(name, console.export_svg(title="", theme=_THEME, code_format=_FORMAT))


def _write(name: str, svg: str) -> None:
    path = PICTURES / f"{name}.svg"
    # The names of classes are of random letters.
    svg = re.sub(r"terminal-\d+-", "t-", svg).replace("<text ", '<text xml:space="preserve" ')
    path.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def _save_screen(suffix: str) -> None:
    """The interactive search, as it is on the current folder's index."""

    async def script(driver: Driver) -> None:
        await driver.type("dang bo ngoai giao")
        await driver.until(lambda: driver.preview.shown and len(driver.titles) > 1)
        await driver.until_shown("▸")
        with open(os.devnull, "w", encoding="utf-8") as nothing:
            size = driver.screen.size
            console = Console(
                record=True, width=size.width, height=size.height, file=nothing,
                force_terminal=True, color_system="truecolor", legacy_windows=False,
            )  # fmt: skip
            for strip in driver.screen.screen._compositor.render_strips():
                console.print(
                    Text.assemble(*((s.text, s.style or "") for s in strip)), soft_wrap=True
                )
            svg = console.export_svg(title="vnsearch", theme=_THEME, code_format=_FORMAT)
        _write(f"interactive{suffix}", svg)

    drive(Path(".vnsearch").absolute(), script, (124, 32))


if __name__ == "__main__":
    main()
