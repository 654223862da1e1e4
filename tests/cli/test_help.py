"""Every command and option has help, and the README tells of it."""

import re
from collections.abc import Iterator

import click
import pytest

from tests.conftest import REPOSITORY, Command
from vnsearch import errors
from vnsearch.cli.commands import commands
from vnsearch.readers import FORMATS, VARIANTS

# What the contract of the command line promises: an option that is renamed or removed
# breaks scripts.
COMMON = "--index --color -q --quiet -h --help --version"
CONTRACT = {
    "index": "--rebuild --exclude --jobs --json --strict --wait",
    "show": "-C --context --page --lines --json --no-pager",
    "open": "",
    "watch": "",
    "search": "--lines --passages -C --context --snippet-length --type --since --until --sort "
    "--reverse --refresh --no-pager --no-correct --no-relax -n --limit --offset --json --jsonl -l "
    "--files-with-matches -0 --print0 -c --count "
    "--batch --exact --all --any --in --explain",
    "status": "--json --skipped --all",
    "analyze": "--json",
}
NAMES = sorted(commands.commands)
EXIT_CODES = [value for name, value in vars(errors).items() if name.startswith("EXIT_")]


def options_of(name: str) -> Iterator[click.Option]:
    """All options of a command."""
    command = commands.commands[name]
    for parameter in command.get_params(click.Context(command, **commands.context_settings)):
        if isinstance(parameter, click.Option):
            yield parameter


def spellings(name: str) -> set[str]:
    return {spelling for option in options_of(name) for spelling in option.opts}


def long_names() -> list[str]:
    """The long name of every option of every command."""
    names = {s for name in NAMES for s in spellings(name) if s.startswith("--")}
    return sorted(names | {"--version"})


@pytest.mark.parametrize("name", CONTRACT)
def test_the_options_of_the_contract_are_there(name: str) -> None:
    promised = {*COMMON.split(), *CONTRACT[name].split()}
    assert not promised - spellings(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_has_help(name: str) -> None:
    command = commands.commands[name]
    assert command.help
    assert command.get_short_help_str()
    without = [option.opts for option in options_of(name) if not option.help]
    assert not without


@pytest.mark.parametrize("name", NAMES)
def test_help_of_a_command_tells_every_option(run: Command, name: str) -> None:
    done = run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(name, "-h").stdout
    assert done.stdout.startswith(f"Usage: vnsearch {name} ")
    missing = [s for s in spellings(name) if not stands_in(s, done.stdout)]
    assert not missing
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_help_tells_every_command(run: Command) -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    listed = set(re.findall(r"^  (\w+) ", done.stdout.partition("Commands:")[2], re.MULTILINE))
    assert set(NAMES) <= listed
    assert done.stdout == run("-h").stdout


def test_help_without_a_command_can_be_read(run: Command) -> None:
    done = run()
    lines = (done.stdout + done.stderr).splitlines()
    assert done.returncode == errors.EXIT_ERROR
    assert "Commands:" in lines
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in NAMES)


# Source code and settings are a hundred, which only the page of formats names, as it does variants.
_TOLD = [
    suffix
    for suffix, found in FORMATS.items()
    if suffix and found != FORMATS[".py"] and suffix not in VARIANTS
]


def test_help_of_index_names_every_format(run: Command) -> None:
    text = run("index", "--help").stdout
    assert [suffix for suffix in _TOLD if not stands_in(suffix, text)] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_shell_completion_is_there(run: Command, shell: str) -> None:
    done = run(_VNSEARCH_COMPLETE=f"{shell}_source")
    assert (done.returncode, done.stderr) == (0, "")
    quote, space = ('"', " ") if shell == "powershell" else ("", "")
    asked = f"_VNSEARCH_COMPLETE{space}={space}{quote}{shell}_complete"
    assert asked in done.stdout


@pytest.mark.parametrize(
    ("words", "word", "expected"),
    [
        (["vnsearch", "se"], "se", {"search"}),
        (["vnsearch", "search", "--type"], "", {"pdf", "word"}),
        (["vnsearch", "search", "--type", "'pd'"], "'pd'", {"pdf"}),
        (["vnsearch", "search", "--in"], "", set()),
    ],
)
def test_completion_of_powershell(
    run: Command, words: list[str], word: str, expected: set[str]
) -> None:
    completing = {"_VNSEARCH_COMPLETE": "powershell_complete", "COMP_WORD": word}
    done = run(**completing, COMP_WORDS="\n".join(words))
    found = {*done.stdout.split("\n")} - {""}
    assert expected <= found
    assert expected or not found


def test_shell_completion_knows_commands_and_options(run: Command) -> None:
    def complete(words: str) -> set[str]:
        done = run(
            _VNSEARCH_COMPLETE="bash_complete",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split(" ")) - 1),
        )
        return {line.partition(",")[2] for line in done.stdout.splitlines()}

    def completed(words: str) -> str:
        number = str(len(words.split(" ")) - 1)
        return run(_VNSEARCH_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=number).stdout

    assert complete("vnsearch ") == set(NAMES)
    assert complete("vnsearch search --type p") == {"page", "pdf"}
    assert complete("vnsearch search --type mail,p") == {"mail,page", "mail,pdf"}
    assert complete("vnsearch search --sort ") == {"score", "modified", "path"}
    assert {"TCVN3", "VNI-Windows"} <= complete("vnsearch index --encoding ")
    assert "file" in completed("vnsearch search --in ")
    assert {"--jsonl", "--json"} <= complete("vnsearch search --js")


# The READMEs


def stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def readme(name: str) -> str:
    path = REPOSITORY / name
    assert path.is_file(), f"there is no {name}"
    return path.read_text("utf-8")


@pytest.mark.parametrize("file", ["README.md", "README.vi.md"])
def test_readme_tells_every_command(file: str) -> None:
    text = readme(file)
    missing = [name for name in NAMES if not stands_in(f"vnsearch {name}", text)]
    assert not missing


@pytest.mark.parametrize("file", ["README.md", "README.vi.md"])
def test_readme_tells_every_option(file: str) -> None:
    text = readme(file)
    missing = [name for name in long_names() if not stands_in(name, text)]
    assert not missing


@pytest.mark.parametrize("file", ["README.md", "README.vi.md"])
def test_readme_names_no_option_that_is_not_there(file: str) -> None:
    calls = re.findall(r"^\W*vnsearch [^|\n]*", readme(file), re.MULTILINE)
    told = {name for call in calls for name in re.findall(r"(?<![\w-])--[a-z][\w-]*", call)}
    assert not told - set(long_names())


@pytest.mark.parametrize("file", ["README.md", "README.vi.md"])
def test_readmes_name_every_format(file: str) -> None:
    text = readme(file)
    assert [suffix for suffix in _TOLD if not stands_in(suffix, text)] == []


def test_the_page_of_formats_names_every_suffix() -> None:
    text = readme("docs/formats.md")
    assert [suffix for suffix in filter(None, FORMATS) if f"`{suffix}`" not in text] == []


@pytest.mark.parametrize("file", ["docs/scripts.md", "docs/vi/scripts.md"])
def test_the_page_for_scripts_tells_every_exit_code(file: str) -> None:
    missing = [code for code in EXIT_CODES if f"| {code} |" not in readme(file)]
    assert not missing


_VARIABLES = (
    *("VNSEARCH_INDEX", "NO_COLOR", "VNSEARCH_HYPERLINK_FORMAT"),
    *("VNSEARCH_MAX_TEXT_MB", "VNSEARCH_READ_SECONDS"),
)


@pytest.mark.parametrize(("start", "folder"), [("README.md", "docs"), ("README.vi.md", "docs/vi")])
def test_the_pages_tell_the_variables(start: str, folder: str) -> None:
    pages = (start, *(f"{folder}/{name}.md" for name in ("indexing", "search", "scripts")))
    text = "".join(map(readme, pages))
    missing = [name for name in _VARIABLES if not stands_in(name, text)]
    assert not missing
