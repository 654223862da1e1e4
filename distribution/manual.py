"""The commands -> manual pages, and completions of shells: files by their place below `share/`.

Made whenever a wheel is built, and never kept: the commands say all of it.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from os import environ
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from vnsearch import __version__
from vnsearch.cli.commands import commands
from vnsearch.cli.help import use_language
from vnsearch.language import N_, VIETNAMESE, _, translated

_EXIT_CODES = (
    ("0", N_("something was found, or the command succeeded")),
    ("1", N_("nothing was found, or something was left undone that was told")),
    ("2", N_("an error, told on stderr")),
    ("75", N_("another process is writing the index")),
    ("130", N_("interrupted")),
    ("141", N_("what reads the output has closed it")),
)
_VARIABLES = (
    ("VNSEARCH_INDEX", N_("the index, where no option names one")),
    ("VNSEARCH_COMMAND_OPTION", N_("the default of an option, such as VNSEARCH_SEARCH_LIMIT")),
    ("VNSEARCH_MAX_TEXT_MB", N_("the most text that is read of one file, in MB (100)")),
    (
        "VNSEARCH_READ_SECONDS",
        N_("the processor time that reading a file may take, in seconds (60)"),
    ),
    ("VNSEARCH_LANG", N_("the language of messages, vi or en; else that of the locale")),
    ("NO_COLOR", N_("if set, output is not styled")),
)
_FILES = (
    (".vnsearch/", N_("the index of the folder that it is in, and of those below")),
    ("$XDG_CONFIG_HOME/vnsearch/config.toml", N_("the defaults of options")),
)
_SHELLS: dict[str, type[ShellComplete]] = {
    "bash-completion/completions/vnsearch": BashComplete,
    "zsh/site-functions/_vnsearch": ZshComplete,
    "fish/vendor_completions.d/vnsearch.fish": FishComplete,
}


def files() -> dict[str, str]:
    """All the files, by their path below `share/`."""
    found = {f"man/man1/{name}.1": page for name, page in pages().items()}
    found |= {f"man/vi/man1/{name}.1": page for name, page in _in_vietnamese().items()}
    for path, kind in _SHELLS.items():
        shell = kind(commands, {}, "vnsearch", "_VNSEARCH_COMPLETE")
        found[path] = shell.source_template % shell.source_vars()
    return found


def _in_vietnamese() -> dict[str, str]:
    """The pages in Vietnamese: of another process, for commands speak one language."""
    python = (sys.executable, "-m", "distribution.manual")
    variables = {**environ, "VNSEARCH_LANG": VIETNAMESE}
    found: dict[str, str] = json.loads(
        subprocess.check_output(python, cwd=Path(__file__).parent.parent, env=variables)
    )
    return found


def pages() -> dict[str, str]:
    """The manual pages, in roff, by name: that of the program and one for each command."""
    context = click.Context(commands, info_name="vnsearch", **commands.context_settings)
    found = {"vnsearch": _page(commands, context, "vnsearch")}
    for name, command in commands.commands.items():
        if not command.hidden:
            child = click.Context(command, info_name=name, parent=context)
            found[f"vnsearch-{name}"] = _page(command, child, f"vnsearch-{name}")
    return found


def _page(command: click.Command, context: click.Context, name: str) -> str:
    about, *paragraphs = _paragraphs(command.help or "")
    lines = [
        f'.TH "{name.upper()}" 1 "{_date()}" "vnsearch {__version__}" "vnsearch"',
        *(_section(_("NAME")), f"{name} \\- {_text(about.rstrip('.'))}"),
        *(_section(_("SYNOPSIS")), f".B {_text(context.command_path)}"),
        _text(" ".join(command.collect_usage_pieces(context))),
        _section(_("DESCRIPTION")),
    ]
    for paragraph in (about, *paragraphs):
        lines += [".PP", _text(paragraph)]
    if isinstance(command, click.Group):
        lines.append(_section(_("COMMANDS")))
        for item, child in command.commands.items():
            if not child.hidden:
                shown = child.get_short_help_str(limit=200)
                lines += _item(f"{context.command_path} {item}", shown)
    lines += [_section(_("OPTIONS")), *_options(command, context)]
    lines += _epilog(command.epilog or "")
    if isinstance(command, click.Group):
        for title, rows in (
            (_("EXIT STATUS"), _EXIT_CODES),
            (_("ENVIRONMENT"), _VARIABLES),
            (_("FILES"), _FILES),
        ):
            lines.append(_section(title))
            for term, meaning in rows:
                lines += _item(term, translated(meaning))
        others = [
            f"vnsearch-{item}" for item, child in command.commands.items() if not child.hidden
        ]
    else:
        others = ["vnsearch"]
    lines += [_section(_("SEE ALSO")), ", ".join(f"\\fB{_text(item)}\\fR(1)" for item in others)]
    return "\n".join(lines) + "\n"


def _date() -> str:
    """The day of the build; that of the source, where builds are to be alike."""
    given = environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(given), timezone.utc) if given else datetime.now(timezone.utc)
    return f"{now:%Y-%m-%d}"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            yield from _item(*record)


def _epilog(text: str) -> Iterator[str]:
    """Sections of tables and examples, each of which begins with its title."""
    for block in re.split(r"\n\s*\n(?:\b\n)?", text.replace("\b\n", "")):
        title, _, rest = block.strip().partition("\n")
        if title:
            yield from (_section(_text(title.rstrip(":").upper())), ".nf", _text(rest), ".fi")


def _section(title: str) -> str:
    return f".SH {title}"


def _item(term: str, meaning: str) -> Iterator[str]:
    yield from (".TP", f".B {_text(term)}", _text(meaning))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]


def _text(text: str) -> str:
    """A text in which nothing is a command of roff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


if __name__ == "__main__":
    use_language(commands)
    print(json.dumps(pages()))
