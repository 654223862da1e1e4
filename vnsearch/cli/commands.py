"""The commands: options -> one call -> output -> exit code.

Modules that take long to import are imported by the command that needs them.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from vnsearch.cli.exits import run
from vnsearch.cli.help import use_language
from vnsearch.cli.misuse import misread_as_help, misused
from vnsearch.cli.options import (
    NO_PAGER,
    Choices,
    Commands,
    Common,
    Count,
    common_options,
    with_common,
)
from vnsearch.cli.programs import mcp, schema
from vnsearch.cli.reading_commands import open_, show
from vnsearch.cli.upkeep_commands import check, status, watch
from vnsearch.errors import (
    EXIT_BROKEN_PIPE,
    EXIT_ERROR,
    EXIT_FOUND,
    EXIT_INTERRUPTED,
    EXIT_NOTHING,
    VnsearchError,
)
from vnsearch.index import location
from vnsearch.language import _
from vnsearch.render import streams

if TYPE_CHECKING:
    from vnsearch.model import Interpretation


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = given[: given.index("--")] if "--" in given else given
    as_json = any(word.partition("=")[0] in _JSON for word in options)
    use_language(commands)
    if os.environ.get("_VNSEARCH_COMPLETE", "").startswith("powershell"):
        from vnsearch.cli import powershell

        powershell.register()
    run(lambda: _code(given, options), as_json=as_json)


_JSON: Final = {"--json", "--jsonl", "--batch"}


def _code(arguments: Sequence[str], before_words: Sequence[str]) -> int:
    if wrong := misread_as_help(before_words):
        raise wrong
    try:
        code: int = commands.main(arguments, prog_name="vnsearch", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_ERROR
    except click.UsageError as error:
        raise misused(error) from error
    except click.ClickException as error:
        raise VnsearchError(
            error.format_message(), _("see: {command}").format(command="vnsearch --help")
        ) from error
    except click.Abort:
        return EXIT_INTERRUPTED
    except SystemExit as error:  # after completing words, or on a closed pipe
        return EXIT_BROKEN_PIPE if error.code else EXIT_FOUND
    return code


@click.group(
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] [ARGS]...",
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    epilog="""\b
Examples:
  vnsearch index docs                    index a folder, into .vnsearch here
  vnsearch dang bo ngoai giao            search: with marks, without, or with some
  vnsearch                               search as you type
  vnsearch search '"biển đông" -bão'     a phrase, without a word
  vnsearch index                         bring the index up to date
""",
)
@common_options
@click.pass_context
def commands(context: click.Context, /, **common: Any) -> int | None:
    """Full-text search for Vietnamese documents, typed with or without marks.

    Words that begin with no command are searched. Without any, on a terminal, the search is
    interactive: type, read, narrow down, open. Every option has a default in
    ~/.config/vnsearch/config.toml and in a variable, such as VNSEARCH_SEARCH_LIMIT.
    """
    if context.invoked_subcommand is not None:
        return None
    from vnsearch.cli.interactive import search_if_possible

    if search_if_possible(common["index_folder"], quiet=common["quiet"]):
        return EXIT_FOUND
    raise click.exceptions.NoArgsIsHelpError(context)


def _types() -> Sequence[str]:
    from vnsearch.files.types import TYPES

    return [*TYPES]


def _encodings() -> Sequence[str]:
    return ["auto", "TCVN3", "VNI-Windows", "VISCII", "VPS", "windows-1258", "UTF-16", "UTF-8"]


@commands.command(
    epilog="""\b
Examples:
  vnsearch index docs notes.md           add a folder and a file, or refresh them
  vnsearch index                         refresh all that is known
  vnsearch index docs --exclude 'old/'   leave out a folder (as in .gitignore)
  vnsearch index --rebuild               start over, beside the old index
"""
)
@click.argument("paths", nargs=-1, type=click.Path(readable=False))
@click.option("--rebuild", is_flag=True, help="Start over, beside the old index.")
@click.option(
    "--exclude",
    "excludes",
    multiple=True,
    metavar="GLOB",
    help="Leave out files and folders that match, as in .gitignore. Repeatable; remembered "
    "for the PATHs, in place of what they had.",
)
@click.option(
    "--gitignore/--no-gitignore",
    default=None,
    help="Leave out what .gitignore files say. Remembered for the PATHs; with --no-, no longer.",
)
@click.option(
    "--encoding",
    type=Choices(_encodings),
    metavar="NAME",
    help="Read the text files of the PATHs in this encoding: TCVN3, VNI-Windows, VISCII, VPS, or "
    "any that Python knows. Remembered; auto, as at first: tell it from each file.",
)
@click.option(
    "--ocr/--no-ocr",
    default=None,
    help="Recognize the text in pictures (.png, .jpg, .tif, .webp, .bmp) and in scanned PDF with "
    "Tesseract, which takes seconds a page. Remembered for the PATHs.",
)
@click.option(
    "--forget",
    multiple=True,
    metavar="PATH",
    type=click.Path(readable=False),
    help="Drop a root, and those inside it, with their files from the index. Repeatable.",
)
@click.option("--shared", is_flag=True, help="Let the group read and write the index from now on.")
@click.option(
    "--engine",
    "cluster",
    metavar="ADDRESS",
    help="Keep the passages in an OpenSearch cluster: https://host:9200/name, several hosts with "
    "commas. Remembered. User and password: see docs/opensearch.md.",
)
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="In how many parts a cluster keeps an index that is made. Default: 1.",
)
@click.option(
    "--replicas",
    type=click.IntRange(0, 10),
    metavar="N",
    help="Copies of each part in a cluster. Default: 1 where there are nodes for it.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes. Default: the cores."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a file was skipped.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait up to SECONDS for another process that is writing the index.",
)
@with_common
def index(common: Common, **options: Any) -> int:
    """Bring the index up to date with files and folders.

    Adds new files, reads changed ones again, drops deleted ones. Looks only at the PATHs,
    which become roots of the index; without any, at all known roots. Reads text (.txt, .md,
    .markdown, .org, .rst, .tex, .csv, .tsv, .srt, .vtt, .ass, .ssa, logs, settings, source code),
    data (.json, .jsonl, .ndjson, .xml, .rss, .ipynb), pages (.html, .htm, .xhtml, .mht, .mhtml),
    mail (.eml, .mbox, .msg, Maildir), .pdf, .docx, .doc, .rtf, .odt, .pptx, .ppt, .odp, .xlsx,
    .xlsb, .xls, .ods and .epub, also with .gz, .bz2, .xz or .zst behind, in archives (.zip, .tar;
    with bsdtar .7z, .rar) and with mail; all else is skipped and told.
    """
    from vnsearch.cli.index import refresh

    return refresh(**common._asdict(), **options)


@commands.command(
    epilog="""\b
Query language:
  word           in any typing; with any mark, just that word
  "a phrase"     these words in this order, the last may be a prefix: "a phr*"
  NOT word       not this word, with these marks if any; also -word
  word*          words that begin so          word~   one slip allowed
  title:word     in the title
  a OR b         one of them; a AND b: both; parentheses group

\b
Examples:
  vnsearch search người việt nam ở nước ngoài
  vnsearch search --exact 'đảng bộ'
  vnsearch search 12-KL/TW --in van-ban/
  vnsearch search -0 covid-19 | xargs -0 wc -w
  vnsearch search --json bien dong | jq '.hits[].path'
"""
)
@click.argument("query", nargs=-1)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show so many documents. Default: 10; with -l and -0 all.",
)
@click.option(
    "--offset",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Leave out so many first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object per hit.")
@click.option("-l", "--files-with-matches", "as_paths", is_flag=True, help="Print paths only.")
@click.option("-0", "--print0", "as_paths0", is_flag=True, help="Like -l, each ended by NUL.")
@click.option("-c", "--count", "as_count", is_flag=True, help="Print how many documents match.")
@click.option(
    "--batch", metavar="FILE", help="Search each line of FILE (- is stdin): a JSON object a line."
)
@click.option("--exact", is_flag=True, help="Words must have just the marks typed.")
@click.option("--all", "need_all", is_flag=True, help="Every word must match.")
@click.option("--any", "need_any", is_flag=True, help="Any word may match.")
@click.option("--no-correct", is_flag=True, help="Never search other words than those typed.")
@click.option("--no-relax", is_flag=True, help="Never be content with some of the words.")
@click.option(
    "--in",
    "within",
    type=click.Path(),
    metavar="PATH",
    multiple=True,
    help="Only files in this folder, or that match this glob, as in .gitignore. Repeatable.",
)
@click.option(
    "--type",
    "types",
    type=Choices(_types),
    metavar="NAME[,NAME]",
    help="Only files of these types: pdf, word, sheet, slides, mail, page, text, …, or suffixes.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="Only files modified then or later: 2025-03-11, 11/3/2025, 2025-03, 2025, 7d (w, m, y).",
)
@click.option("--until", metavar="DATE", help="Only files modified then or before.")
@click.option(
    "--sort",
    type=click.Choice(["score", "modified", "path"]),
    default="score",
    help="What comes first: the best, the last modified, or the first by path.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@click.option(
    "--passages",
    type=Count(),
    default=1,
    metavar="N|all",
    help="Show so many places of a document. Default: 1, the best.",
)
@click.option(
    "-C",
    "--context",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show the match with so many sentences or lines around it.",
)
@click.option(
    "--snippet-length",
    type=click.IntRange(min=1),
    default=240,
    metavar="CHARS",
    help="How long snippets are. Default: 240.",
)
@click.option("--lines", "as_lines", is_flag=True, help="Print path:line:text, a line a place.")
@click.option("--copies", is_flag=True, help="Show each of the documents with the same text.")
@click.option(
    "--explain", is_flag=True, help="Tell how the query was read and what each score is made of."
)
@click.option(
    "--hyperlink-format",
    "link_format",
    metavar="FORMAT",
    envvar="VNSEARCH_HYPERLINK_FORMAT",
    default="file",
    help="What a click on a path opens, on a terminal: file, none, kitty, vscode, idea, textmate, "
    "or an address with {path}, {host}, {line}, {page}. Default: $VNSEARCH_HYPERLINK_FORMAT.",
)
@click.option("--refresh", is_flag=True, help="Bring the index up to date first.")
@click.option("-i", "--interactive", is_flag=True, help="Search as you type, beginning with QUERY.")
@NO_PAGER
@with_common
def search(common: Common, **options: Any) -> int:
    """Search, best documents first.

    Documents with all the words of QUERY are found; when it is longer than three words, also
    those with a good share of it; when there are none, those with any, and that is told. What is
    typed without a space, such as 15/2020/NĐ-CP, is one thing. With -l, -0, -c and -q all the words
    are needed, just as they were typed.
    """
    from vnsearch.cli.search import answer

    return answer(**common._asdict(), **options)


@commands.command(
    epilog="""\b
Example:
  vnsearch analyze 'Đảng uỷ, số 12-KL/TW'
"""
)
@click.argument("text", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_common
def analyze(text: tuple[str, ...], as_json: bool, common: Common) -> int:
    """Show how a text is read: its tokens and their forms.

    Each token comes with the folded form, which is matched, and the exact form, which tells
    apart words that differ in marks only. Where there is an index, also with the word that a
    query would mean by it, and with all the exact forms that the index has. Below, what is also
    found by its pieces (5kg), and what a query also finds in other typings (2/9/1945).
    """
    from vnsearch.analysis.compounds import compounds
    from vnsearch.analysis.tokenizer import tokenize
    from vnsearch.render import jsonform, plain
    from vnsearch.vietnamese.letters import nfc

    source = nfc(" ".join(text))
    found, (readings, typings) = list(tokenize(source)), _readings(source, common)
    pieces = [(source[start:end], words) for _, start, end, words in compounds(source)]
    if as_json and not common.quiet:
        streams.write([jsonform.dump(jsonform.tokens(found, readings, pieces, typings))])
    elif not common.quiet:
        streams.write(plain.tokens(found, readings) if found else [])
        streams.write(plain.other_typings(pieces, typings))
        if not found:
            streams.say(_("there is no word in the text"))
    return EXIT_FOUND if found else EXIT_NOTHING


def _readings(
    text: str, common: Common
) -> "tuple[tuple[Interpretation, ...], tuple[tuple[str, tuple[str, ...]], ...]]":
    """How an index reads the words, if there is one, and what it has in other typings."""
    from vnsearch.search.searcher import Searcher

    index = location.index_folder(common.folder)
    if index is None:
        return (), ()
    with closing(Searcher(index)) as searcher:
        return searcher.read(text), searcher.typings(text)


for command in (show, open_, status, check, watch, mcp, schema):
    commands.add_command(command)
