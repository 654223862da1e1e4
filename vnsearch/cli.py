"""The commands: options -> one call -> output -> exit code; the only module that knows
click.

Modules that take long to import are imported by the command that needs them.
"""

import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vnsearch import __version__, places
from vnsearch.errors import (
    EXIT_ERROR,
    EXIT_FOUND,
    EXIT_INTERRUPTED,
    EXIT_NOTHING,
    VnsearchError,
)

if TYPE_CHECKING:
    from vnsearch.model import Results

_EXIT_BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; every error becomes a message and a code here."""
    _prepare_streams()
    try:
        code = commands.main(arguments, prog_name="vnsearch", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.UsageError as error:
        code = _fail_usage(error)
    except click.ClickException as error:
        code = _fail(error.format_message(), "see: vnsearch --help")
    except VnsearchError as error:
        code = _fail(str(error), error.advice)
    except (KeyboardInterrupt, click.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        code = _EXIT_BROKEN_PIPE
    except SystemExit as error:  # click's own, after completing words or on a closed pipe
        code = _EXIT_BROKEN_PIPE if error.code else EXIT_FOUND
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        code = _fail(str(message or error), "the index is as it was")
    _close_output()
    sys.exit(code)


def _prepare_streams() -> None:
    """Let every text be written: a stream may be closed, or of a narrow encoding."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(message: str, advice: str) -> int:
    _say(message)
    if advice:
        _say_raw(advice)
    return EXIT_ERROR


def _fail_usage(error: click.UsageError) -> int:
    command = error.ctx.command_path if error.ctx else "vnsearch"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return EXIT_ERROR
    if isinstance(error, click.NoSuchOption) and command.endswith(" search"):
        return _fail(error.format_message(), "to leave a word out: vnsearch search -- word -other")
    return _fail(error.format_message(), f"see: {command} --help")


def _say(message: str) -> None:
    """A message for the user, on stderr, with nothing in it that drives a terminal."""
    _say_raw(f"vnsearch: {message}")


def _say_raw(line: str) -> None:
    from vnsearch.render.plain import safe

    click.echo(safe(line), err=True)


def _close_output() -> None:
    """A reader that closed the pipe is no error, not even when Python flushes at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(lines: Iterable[str], end: str = "\n") -> None:
    """Lines to stdout as UTF-8 whatever the locale. A lone surrogate, which stands for a
    byte of a file name, becomes its JSON escape.
    """
    for line in lines:
        sys.stdout.buffer.write((line + end).encode("utf-8", "backslashreplace"))


def _write_paths(paths: Iterable[str], end: str) -> None:
    """Paths as the system knows them, byte by byte."""
    for path in paths:
        sys.stdout.buffer.write(os.fsencode(path + end))


_VERSION = click.version_option(
    __version__, prog_name="vnsearch", message="%(prog)s %(version)s", help="Show the version."
)


@dataclass(frozen=True, slots=True)
class _Common:
    """The options of every command."""

    index: str | None
    color: str
    quiet: bool


def _with_common(command: Callable[..., int]) -> Callable[..., int]:
    """Add the common options to a command, which gets them as one argument."""

    @click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
    @click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Style the output. auto: on a terminal, unless NO_COLOR is set.",
    )
    @click.option(
        "--index",
        metavar="DIR",
        help="The index. Else $VNSEARCH_INDEX, else the nearest .vnsearch here or above.",
    )
    @_VERSION
    @wraps(command)
    def wrapped(index: str | None, color: str, quiet: bool, **options: Any) -> int:
        return command(common=_Common(index, color, quiet), **options)

    return wrapped


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  vnsearch index docs                    index a folder, into .vnsearch here
  vnsearch search dang bo ngoai giao     with marks, without, or with some
  vnsearch search '"biển đông" -bão'     a phrase, without a word
  vnsearch index                         bring the index up to date
""",
)
@_VERSION
def commands() -> None:
    """Full-text search for Vietnamese documents, typed with or without marks."""


@commands.command(
    epilog="""\b
Examples:
  vnsearch index docs notes.md           add a folder and a file, or refresh them
  vnsearch index                         refresh all that is known
  vnsearch index docs --exclude 'old/'   leave out a folder (as in .gitignore)
  vnsearch index --rebuild               start over, beside the old index
"""
)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--rebuild", is_flag=True, help="Start over, beside the old index.")
@click.option(
    "--exclude",
    "excludes",
    multiple=True,
    metavar="GLOB",
    help="Leave out files and folders that match, as in .gitignore. Repeatable; remembered "
    "for the roots named, in place of what they had.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes. Default: the cores.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a file was skipped.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another process that is writing the index.",
)
@_with_common
def index(
    paths: tuple[str, ...],
    rebuild: bool,
    excludes: tuple[str, ...],
    jobs: int | None,
    as_json: bool,
    strict: bool,
    wait: float,
    common: _Common,
) -> int:
    """Bring the index up to date with files and folders.

    Adds new files, reads changed ones again, drops deleted ones. The PATHs become roots of
    the index and only they are looked at; without any, all known roots are. Reads .txt,
    .md, .html, .htm and .jsonl files, also with .gz behind; all else is skipped and told.
    """
    from vnsearch.indexing import update
    from vnsearch.render import jsonform, plain

    folder = places.index_to_write(common.index)
    with _progress(common) as progress:
        done = update(
            folder,
            paths,
            excludes=excludes,
            rebuild=rebuild,
            wait=wait,
            jobs=jobs,
            progress=progress,
        )
    if as_json:
        _write([jsonform.dump(jsonform.changes(done))])
    elif not common.quiet:
        for line in plain.skipped(done.skipped):
            _say(line)
        _write(plain.changes(done))
    return EXIT_NOTHING if strict and done.skipped else EXIT_FOUND


def _progress(common: _Common) -> Any:
    if common.quiet or not sys.stderr.isatty():
        return nullcontext()
    from vnsearch.render.terminal import progress

    return progress(common.color)


@commands.command(
    epilog="""\b
Query language:
  word           in any typing; with marks, words just so come first
  "a phrase"     these words in this order
  -word          not this word (quote the query, or put -- before it)
  word*          words that begin so          word~   one typing slip allowed
  title:word     in the title
  a OR b         one of them; a AND b: both; parentheses group

\b
Examples:
  vnsearch search người việt nam ở nước ngoài
  vnsearch search --exact 'đảng bộ'
  vnsearch search 12-KL/TW --in 'van-ban/**'
  vnsearch search -l covid-19 | xargs -d '\\n' wc -w
  vnsearch search --json bien dong | jq '.hits[].path'
"""
)
@click.argument("query", nargs=-1)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Show so many documents.",
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out so many first.")
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print one JSON object a hit.")
@click.option("-l", "--files-with-matches", "form", flag_value="paths", help="Print paths only.")
@click.option("-0", "--print0", "form", flag_value="paths0", help="Like -l, each ended by NUL.")
@click.option("-c", "--count", "form", flag_value="count", help="Print how many documents match.")
@click.option(
    "--batch", metavar="FILE", help="Search each line of FILE (- is stdin): a JSON object a line."
)
@click.option("--exact", is_flag=True, help="Words must have just the marks typed.")
@click.option("--all", "demand", flag_value="all", help="Every word must match.")
@click.option("--any", "demand", flag_value="any", help="Any word may match.")
@click.option("--in", "within", metavar="GLOB", help="Only files that match, as in .gitignore.")
@click.option(
    "--explain", is_flag=True, help="Tell how the query was read and what each score is made of."
)
@_with_common
def search(
    query: tuple[str, ...],
    limit: int,
    offset: int,
    form: str | None,
    batch: str | None,
    exact: bool,
    demand: str | None,
    within: str | None,
    explain: bool,
    common: _Common,
) -> int:
    """Search, best documents first.

    Documents with all the words of QUERY are found; when it is longer than three words,
    those with most of it; when there are none, those with any, and that is told.
    """
    from vnsearch.query import Demand
    from vnsearch.searching import Searcher

    if bool(query) == (batch is not None):
        raise click.UsageError(
            "name a QUERY or --batch FILE, not both" if query else "name a QUERY to search for"
        )
    with closing(Searcher(places.existing_index(common.index))) as searcher:

        def ask(text: str) -> "Results":
            return searcher.search(
                text,
                limit=limit,
                offset=offset,
                exact=exact,
                demand=Demand(demand or "smart"),
                within=within,
                explain=explain,
            )

        if batch is not None:
            return _search_batch(ask, batch, common.quiet)
        results = ask(" ".join(query))
        _show(results, form, common)
        return EXIT_FOUND if results.total else EXIT_NOTHING


def _search_batch(ask: "Callable[[str], Results]", file: str, quiet: bool) -> int:
    """Answer each line of a file as it is read, so that a program can converse."""
    from vnsearch.render import jsonform

    found = False
    try:
        lines = click.open_file(file, "rb")
    except OSError as error:
        advice = "name a file with a query a line, or - for stdin"
        raise VnsearchError(f"cannot read {file}: {error.strerror}", advice) from error
    with lines:
        for number, line in enumerate(lines, 1):
            results = ask(line.decode("utf-8", "replace").rstrip("\r\n"))
            if not quiet and results.query.strip():
                for notice in results.notices:
                    _say(f"line {number}: {notice}")
            _write([jsonform.dump(jsonform.results(results))])
            sys.stdout.buffer.flush()
            found = found or bool(results.total)
    return EXIT_FOUND if found else EXIT_NOTHING


def _tell(results: "Results") -> None:
    """What the user should know of how the search went."""
    for notice in results.notices:
        _say(notice)
    if results.understood.relaxed:
        _say("no document has all the words; these have some of them")
    if not results.total:
        _say("nothing found")


def _show(results: "Results", form: str | None, common: _Common) -> None:
    from vnsearch.render import jsonform, plain

    if not common.quiet:
        _tell(results)
    match form:
        case "json":
            _write([jsonform.dump(jsonform.results(results))])
        case "jsonl":
            _write(jsonform.dump(jsonform.hit(hit)) for hit in results.hits)
        case "paths" | "paths0":
            paths = dict.fromkeys(hit.path for hit in results.hits)
            _write_paths(paths, "\n" if form == "paths" else "\0")
        case "count":
            _write([str(results.total)])
        case _ if results.total and not common.quiet:
            if common.color == "always" or sys.stdout.isatty():
                from vnsearch.render import terminal

                terminal.show(results, common.color)
            else:
                _write(plain.results(results))


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_with_common
def status(as_json: bool, common: _Common) -> int:
    """Tell what the index holds, and what has changed since.

    Looks at the files of all roots, but opens none.
    """
    from vnsearch.indexing import status as status_of
    from vnsearch.render import jsonform, plain

    found = status_of(places.existing_index(common.index))
    if as_json:
        _write([jsonform.dump(jsonform.status(found))])
    elif not common.quiet:
        _write(plain.status(found))
    return EXIT_FOUND


@commands.command(
    epilog="""\b
Example:
  vnsearch analyze 'Đảng uỷ, số 12-KL/TW'
"""
)
@click.argument("text", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_with_common
def analyze(text: tuple[str, ...], as_json: bool, common: _Common) -> int:
    """Show how a text is read: its tokens and their forms.

    Each token comes with the folded form, which is matched, and the exact form, which tells
    apart words that differ in marks only. Needs no index.
    """
    from vnsearch.analysis import tokenize
    from vnsearch.render import jsonform, plain
    from vnsearch.vietnamese.letters import nfc

    found = list(tokenize(nfc(" ".join(text))))
    if as_json:
        _write([jsonform.dump(jsonform.tokens(found))])
    elif not common.quiet:
        _write(plain.tokens(found) if found else [])
        if not found:
            _say("there is no word in the text")
    return EXIT_FOUND if found else EXIT_NOTHING
