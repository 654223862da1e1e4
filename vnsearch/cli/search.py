"""A search as the command line asks for it -> what is printed, and an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from vnsearch.cli import session, which_index
from vnsearch.cli.exits import run
from vnsearch.errors import EXIT_FOUND, EXIT_NOTHING, LockedError, VnsearchError
from vnsearch.language import _, ngettext
from vnsearch.language.writing import number
from vnsearch.model import Results
from vnsearch.query.clauses import Demand
from vnsearch.render import jsonform, streams
from vnsearch.search.file_filter import FileFilter
from vnsearch.search.highlighter import LENGTH
from vnsearch.search.searcher import Excerpts, Searcher

_DEMANDS: Final = {"--all": Demand.ALL, "--any": Demand.ANY, None: None}
_LONG_NAMES: Final = {"-l": "files-with-matches", "-0": "print0", "-c": "count"}
_LINK_FORMAT: Final = "file"
_DEFAULT_LIMIT: Final = 10
_DEFAULT_LIMITS: Final = {"-l": sys.maxsize, "-0": sys.maxsize, "-c": 0}  # of these forms
_PATHS: Final = ("-l", "-0")


def main(**options: Any) -> NoReturn:
    """Search and exit."""
    as_json = any(options.get(name) for name in ("as_json", "as_jsonl", "batch"))
    run(lambda: answer(**options), as_json=as_json)


class Options(NamedTuple):
    """The options of the command."""

    limit: int | None = None
    offset: int = 0
    as_json: bool = False
    as_jsonl: bool = False
    as_paths: bool = False
    as_paths0: bool = False
    as_count: bool = False
    batch: str | None = None
    exact: bool = False
    need_all: bool = False
    need_any: bool = False
    no_correct: bool = False
    no_relax: bool = False
    within: Sequence[str] = ()
    types: str | None = None
    since: str | None = None
    until: str | None = None
    sort: str = "score"
    reverse: bool = False
    passages: int = 1  # sys.maxsize: all
    context: int | None = None
    snippet_length: int = LENGTH
    as_lines: bool = False
    copies: bool = False
    explain: bool = False
    link_format: str = _LINK_FORMAT
    no_pager: bool = False
    refresh: bool = False
    interactive: bool = False
    folder: str | None = None
    color: str = "auto"
    quiet: bool = False


@streams.holding()
def answer(query: Sequence[str], **given: Any) -> int:
    """Search, print, return an exit code; `given` are those of the `Options` that were given."""
    options = Options(**given)
    streams.use_color(options.color)
    form = _form(options)
    _only_one({"--all": options.need_all, "--any": options.need_any})
    if options.interactive:
        return _interactive(query, form, options)
    _check_what_is_asked(query, options.batch, form)
    _check_link_format(options.link_format)
    index = which_index.existing(options.folder, quiet=options.quiet)
    if options.refresh:
        _bring_up_to_date(index, options.color, options.quiet)
    if options.limit is None:
        options = options._replace(limit=_DEFAULT_LIMITS.get(form or "", _DEFAULT_LIMIT))
    if form in _PATHS:
        options = options._replace(passages=0)
    with closing(Searcher(index)) as searcher:
        if options.batch is not None:
            from vnsearch.cli.batch import answer_lines

            return answer_lines(
                lambda line, **own: _ask(searcher, line, options._replace(**own)),
                options.batch,
                quiet=options.quiet,
            )
        return _answer_one(searcher, index, " ".join(query), form, options)


def _interactive(query: Sequence[str], form: str | None, options: Options) -> int:
    from vnsearch.cli.interactive import search

    if other := form or ("--batch" if options.batch is not None else ""):
        raise _misused(f"--interactive and {other} exclude each other")
    return search(
        " ".join(query),
        files=_files(options),
        exact=options.exact,
        folder=options.folder,
        quiet=options.quiet,
    )


def _answer_one(
    searcher: Searcher, index: Path, text: str, form: str | None, options: Options
) -> int:
    # What is counted, listed or only tested is a set: it has just what was asked for.
    is_set = form in (*_PATHS, "-c") or options.quiet
    # People see the title above what is shown of the text.
    results = _ask(searcher, text, options, is_set=is_set, skip_title=form is None)
    if not options.quiet:
        _tell(results)
        if form is None and sys.stderr.isatty() and searcher.has_changed():
            streams.say(
                _("files have changed since they were indexed"), _("see them, too: --refresh")
            )
        _show(results, form, options)
    if form in (None, "--lines"):
        session.remember(index, text, results.hits)
    if is_set and not options.quiet and not results.total:
        _tell_what_else(_ask(searcher, text, options._replace(limit=0)), form)
    return EXIT_FOUND if results.total else EXIT_NOTHING


def _form(options: Options) -> str | None:
    """The option that says how results are printed, if one does."""
    return _only_one(
        {
            "--json": options.as_json,
            "--jsonl": options.as_jsonl,
            "-0" if options.as_paths0 else "-l": options.as_paths or options.as_paths0,
            "-c": options.as_count,
            "--lines": options.as_lines,
        }
    )


def _ask(
    searcher: Searcher,
    text: str,
    options: Options,
    *,
    is_set: bool = False,
    skip_title: bool = False,
) -> Results:
    """Search with the options of the command, whose limit is known."""
    demand = _DEMANDS[_only_one({"--all": options.need_all, "--any": options.need_any})]
    assert options.limit is not None
    found = searcher.search(
        text,
        limit=options.limit,
        offset=options.offset,
        exact=options.exact,
        demand=demand or (Demand.ALL if is_set or options.no_relax else Demand.SMART),
        correct=not (is_set or options.no_correct),
        relax=not options.no_relax,
        files=_files(options),
        sort=options.sort,
        reverse=options.reverse,
        explain=options.explain,
        excerpts=Excerpts(options.passages, options.snippet_length, options.context, skip_title),
        copies=options.copies,
    )
    streams.note("search", query=text, total=found.total, complete=found.complete)
    return found


def _files(options: Options) -> FileFilter:
    """Which files may be found; raises VnsearchError for an option that was given no value."""
    given = {"--type": options.types, "--since": options.since, "--until": options.until}
    for option, value in given.items():
        if value == "":
            raise VnsearchError(
                _("{option} is empty").format(option=option), _("give it a value, or leave it out")
            )
    return FileFilter(tuple(options.within), *(value or "" for value in given.values()))


def _bring_up_to_date(index: Path, color: str, quiet: bool) -> None:
    """Index what has changed, unless another process does."""
    from vnsearch.cli.index import bring_up_to_date

    try:
        bring_up_to_date(index, color, quiet)
    except LockedError as error:
        what = _("{error}: searching what was indexed before")
        streams.say(what.format(error=error.message))


def _check_what_is_asked(query: Sequence[str], batch: str | None, form: str | None) -> None:
    if query and batch is not None:
        raise _misused(_("name a QUERY or --batch FILE, not both"))
    if not query and batch is None:
        raise _misused(_("name a QUERY to search for"))
    if batch is not None and form not in (None, "--json"):
        raise _misused(_("--batch prints JSON, not {form}").format(form=form))


def _check_link_format(link_format: str) -> None:
    if link_format == _LINK_FORMAT:
        return
    from vnsearch.render import links  # takes long to import

    if wrong := links.problem(link_format):
        raise _misused(_("{place}: {what}").format(place="--hyperlink-format", what=wrong))


def _misused(message: str) -> VnsearchError:
    return VnsearchError(message, _("see: {command}").format(command="vnsearch search --help"))


def _only_one(flags: dict[str, bool]) -> str | None:
    """The flag that was given; raises VnsearchError when it was not the only one."""
    given = [name for name, value in flags.items() if value]
    if len(given) > 1:
        message = _("{options} exclude each other").format(options=_(" and ").join(given))
        told = _("{option} is set in {place}")
        origins = [
            told.format(option=name, place=where) for name in given if (where := _origin(name))
        ]
        raise VnsearchError(message, "; ".join(origins)) if origins else _misused(message)
    return given[0] if given else None


def _origin(flag: str) -> str:
    """Where a flag is set besides the command line, if it is."""
    from vnsearch.cli import config

    name = _LONG_NAMES.get(flag, flag).removeprefix("--")
    variable = f"VNSEARCH_SEARCH_{name}".replace("-", "_").upper()
    if os.environ.get(variable):
        return f"${variable}"
    return config.path() if config.load().get("search", {}).get(name) else ""


def _tell(results: Results) -> None:
    """What the user should know of how the search went."""
    from vnsearch.vietnamese.letters import nfc

    for notice in results.notices:
        streams.say(notice)
    understood = results.understood
    missing = ", ".join(understood.missing)
    if understood.corrected:
        what = _("no document has {words}; searched {other} instead")
        streams.say(what.format(words=missing or _("the words typed"), other=understood.text))
    elif nfc(understood.text) != " ".join(nfc(results.query).split()):
        streams.say(_("understood as: {text}").format(text=understood.text))
    for item in understood.abbreviations:
        streams.say(_("{short} stands for: {long}").format(short=item.short, long=item.long))
    if understood.relaxed:
        what = _("no document has {words}; these have some of the words")
        streams.say(what.format(words=missing or _("all the words")))
    elif results.total and not results.complete and " " in results.query.strip():
        streams.say(_("no document has all the words; these have most of them"))
    if not results.total:
        _tell_that_nothing_is_found(results)
    if understood.suggestion not in (None, understood.text):
        streams.say(_("did you mean: {text}").format(text=understood.suggestion))


def _tell_that_nothing_is_found(results: Results) -> None:
    told = "".join(results.notices)
    missing = results.understood.missing
    untold = ", ".join(text for text in missing if f"“{text}”" not in told)
    if untold:
        streams.say(_("nothing found: no document has {words}").format(words=untold))
    else:
        streams.say(_("nothing found"))


def _tell_what_else(ranked: Results, form: str | None) -> None:
    """What a search for the best would find where the set that a form shows is empty."""
    count, text = ranked.total, ranked.understood.text
    if not count:
        return
    if ranked.understood.corrected:
        told = ngettext("{count} document has {words}", "{count} documents have {words}", count)
    elif ranked.complete:
        told = ngettext(
            "{count} document has all but the marks: leave {option} out to see the best",
            "{count} documents have all but the marks: leave {option} out to see the best",
            count,
        )
    else:
        told = ngettext(
            "{count} document has some of the words: leave {option} out to see the best",
            "{count} documents have some of the words: leave {option} out to see the best",
            count,
        )
    streams.say(told.format(count=number(count), words=text, option=form))


def _show(results: Results, form: str | None, options: Options) -> None:
    match form:
        case "--json":
            streams.write([jsonform.dump(jsonform.results(results))])
        case "--jsonl":
            streams.write(jsonform.dump(jsonform.hit(hit)) for hit in results.hits)
        case "-l" | "-0":
            streams.write_paths(results.paths, "\n" if form == "-l" else "\0")
        case "-c":
            streams.write([str(results.total)])
        case "--lines":
            from vnsearch.render import plain

            streams.write(plain.places(results))
        case _ if results.total:
            if options.color == "always" or sys.stdout.isatty():
                from vnsearch.render import pager, terminal

                shown = terminal.results(results, options.color, options.link_format)
                pager.show(shown, wanted=not options.no_pager)
            else:
                from vnsearch.render import plain

                streams.write(plain.results(results))
