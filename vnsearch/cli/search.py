"""A search as the command line asks for it -> what is printed, and an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NoReturn

from vnsearch.cli import session, which_index
from vnsearch.cli.exits import run
from vnsearch.errors import EXIT_FOUND, EXIT_NOTHING, LockedError, VnsearchError
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


def main(**options: Any) -> NoReturn:
    """Search and exit."""
    as_json = any(options.get(name) for name in ("as_json", "as_jsonl", "batch"))
    run(lambda: answer(**options), as_json=as_json)


@streams.holding()
def answer(
    query: Sequence[str],
    *,
    limit: int | None = None,
    offset: int = 0,
    as_json: bool = False,
    as_jsonl: bool = False,
    as_paths: bool = False,
    as_paths0: bool = False,
    as_count: bool = False,
    batch: str | None = None,
    exact: bool = False,
    need_all: bool = False,
    need_any: bool = False,
    no_correct: bool = False,
    no_relax: bool = False,
    within: Sequence[str] = (),
    types: str | None = None,
    since: str | None = None,
    until: str | None = None,
    sort: str = "score",
    reverse: bool = False,
    passages: int = 1,  # sys.maxsize: all
    context: int | None = None,
    snippet_length: int = LENGTH,
    as_lines: bool = False,
    copies: bool = False,
    explain: bool = False,
    link_format: str = _LINK_FORMAT,
    no_pager: bool = False,
    refresh: bool = False,
    folder: str | None = None,
    color: str = "auto",
    quiet: bool = False,
) -> int:
    """Search, print, return an exit code; the options are those of the command."""
    streams.use_color(color)
    paths = "-0" if as_paths0 else "-l"
    listed = as_paths or as_paths0
    form = _only_one(
        {
            "--json": as_json,
            "--jsonl": as_jsonl,
            paths: listed,
            "-c": as_count,
            "--lines": as_lines,
        }
    )
    _only_one({"--all": need_all, "--any": need_any})
    # What is counted, listed or only tested is a set: it has just what was asked for.
    is_set = form in (paths, "-c") or (quiet and batch is None)
    _check_what_is_asked(query, batch, form, link_format)
    asked = {
        "limit": _DEFAULT_LIMITS.get(form or "", _DEFAULT_LIMIT) if limit is None else limit,
        "passages": 0 if form == paths else passages,
        "skip_title": form is None and batch is None,  # people see it above
        "offset": offset,
        "exact": exact,
        "need_all": need_all,
        "need_any": need_any,
        "no_correct": no_correct,
        "no_relax": no_relax,
        "within": within,
        "types": types,
        "since": since,
        "until": until,
        "sort": sort,
        "reverse": reverse,
        "context": context,
        "snippet_length": snippet_length,
        "explain": explain,
        "copies": copies,
        "is_set": is_set,
    }
    index = which_index.existing(folder, quiet=quiet)
    if refresh:
        _bring_up_to_date(index, color, quiet)
    with closing(Searcher(index)) as searcher:
        if batch is not None:
            from vnsearch.cli.batch import answer_lines

            return answer_lines(
                lambda line, **own: _ask(searcher, line, **{**asked, **own}), batch, quiet=quiet
            )
        results = _ask(searcher, text := " ".join(query), **asked)
        if not quiet:
            _tell(results)
            if form is None and sys.stderr.isatty() and searcher.has_changed():
                streams.say(
                    "files have changed since they were indexed", "see them, too: --refresh"
                )
            _show(results, form, color, link_format, no_pager=no_pager)
        if form in (None, "--lines"):
            session.remember(index, text, results.hits)
        if is_set and not quiet and not results.total:
            _tell_what_else(_ask(searcher, text, **{**asked, "is_set": False, "limit": 0}), form)
        return EXIT_FOUND if results.total else EXIT_NOTHING


def _ask(searcher: Searcher, text: str, **asked: Any) -> Results:
    """Search with the options of the command."""
    demand = _DEMANDS[_only_one({"--all": asked["need_all"], "--any": asked["need_any"]})]
    as_set = asked["is_set"]
    found = searcher.search(
        text,
        limit=asked["limit"],
        offset=asked["offset"],
        exact=asked["exact"],
        demand=demand or (Demand.ALL if as_set or asked["no_relax"] else Demand.SMART),
        correct=not (as_set or asked["no_correct"]),
        relax=not asked["no_relax"],
        files=_files(asked),
        sort=asked["sort"],
        reverse=asked["reverse"],
        explain=asked["explain"],
        excerpts=Excerpts(
            asked["passages"], asked["snippet_length"], asked["context"], asked["skip_title"]
        ),
        copies=asked["copies"],
    )
    streams.note("search", query=text, total=found.total, complete=found.complete)
    return found


def _files(asked: dict[str, Any]) -> FileFilter:
    """Which files may be found; raises VnsearchError for an option that was given no value."""
    options = {"--type": asked["types"], "--since": asked["since"], "--until": asked["until"]}
    for option, value in options.items():
        if value == "":
            raise VnsearchError(f"{option} is empty", "give it a value, or leave it out")
    return FileFilter(tuple(asked["within"]), *(value or "" for value in options.values()))


def _bring_up_to_date(index: Path, color: str, quiet: bool) -> None:
    """Index what has changed, unless another process does."""
    from vnsearch.cli.index import bring_up_to_date

    try:
        bring_up_to_date(index, color, quiet)
    except LockedError as error:
        streams.say(f"{error}: searching what was indexed before")


def _check_what_is_asked(
    query: Sequence[str], batch: str | None, form: str | None, link_format: str
) -> None:
    if query and batch is not None:
        raise _misused("name a QUERY or --batch FILE, not both")
    if not query and batch is None:
        raise _misused("name a QUERY to search for")
    if batch is not None and form not in (None, "--json"):
        raise _misused(f"--batch prints JSON, not {form}")
    if link_format != _LINK_FORMAT:
        from vnsearch.render import links  # takes long to import

        if wrong := links.problem(link_format):
            raise _misused(f"--hyperlink-format: {wrong}")


def _misused(message: str) -> VnsearchError:
    return VnsearchError(message, "see: vnsearch search --help")


def _only_one(flags: dict[str, bool]) -> str | None:
    """The flag that was given; raises VnsearchError when it was not the only one."""
    given = [name for name, value in flags.items() if value]
    if len(given) > 1:
        message = f"{' and '.join(given)} exclude each other"
        origins = [f"{name} is set in {where}" for name in given if (where := _origin(name))]
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
        lacking = missing or "the words typed"
        streams.say(f"no document has {lacking}; searched {understood.text} instead")
    elif nfc(understood.text) != " ".join(nfc(results.query).split()):
        streams.say(f"understood as: {understood.text}")
    for item in understood.abbreviations:
        streams.say(f"{item.short} stands for: {item.long}")
    if understood.relaxed:
        lacking = missing or "all the words"
        streams.say(f"no document has {lacking}; these have some of the words")
    elif results.total and not results.complete and " " in results.query.strip():
        streams.say("no document has all the words; these have most of them")
    if not results.total:
        told = "".join(results.notices)
        untold = ", ".join(
            text for text in understood.missing if f"no document has “{text}”" not in told
        )
        streams.say(f"nothing found{f': no document has {untold}' if untold else ''}")
    if understood.suggestion not in (None, understood.text):
        streams.say(f"did you mean: {understood.suggestion}")


def _tell_what_else(ranked: Results, form: str | None) -> None:
    """What a search for the best would find where the set that a form shows is empty."""
    if ranked.total:
        documents = "1 document has" if ranked.total == 1 else f"{ranked.total:,} documents have"
        if ranked.understood.corrected:
            streams.say(f"{documents} {ranked.understood.text}")
        else:
            what = "all but the marks" if ranked.complete else "some of the words"
            streams.say(f"{documents} {what}: leave {form} out to see the best")


def _show(
    results: Results, form: str | None, color: str, link_format: str, *, no_pager: bool
) -> None:
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
            if color == "always" or sys.stdout.isatty():
                from vnsearch.render import pager, terminal

                pager.show(terminal.results(results, color, link_format), wanted=not no_pager)
            else:
                from vnsearch.render import plain

                streams.write(plain.results(results))
