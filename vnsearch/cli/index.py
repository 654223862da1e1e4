"""`vnsearch index`: options -> update -> output -> exit code."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnsearch.cli import which_index
from vnsearch.cli.exits import end_as_interrupted
from vnsearch.errors import EXIT_FOUND, EXIT_NOTHING, VnsearchError, explain
from vnsearch.files.paths import from_here
from vnsearch.index import place, state
from vnsearch.index.generations import Generations
from vnsearch.language import _, ngettext
from vnsearch.language.writing import number
from vnsearch.render import streams

if TYPE_CHECKING:
    from vnsearch.indexing.roots import RootOptions
    from vnsearch.model import Changes


def refresh(
    *,
    paths: Sequence[str],
    rebuild: bool,
    excludes: Sequence[str],
    encoding: str | None,
    ocr: bool | None,
    gitignore: bool | None,
    forget: Sequence[str],
    shared: bool,
    cluster: str | None,
    shards: int | None,
    replicas: int | None,
    jobs: int | None,
    as_json: bool,
    strict: bool,
    wait: float,
    folder: str | None,
    color: str,
    quiet: bool,
) -> int:
    """Bring the index up to date; the options are those of the command."""
    from vnsearch.indexing.update import NUMPY_SETTINGS, update

    for name, value in NUMPY_SETTINGS.items():
        os.environ.setdefault(name, value)
    _check_paths(
        paths,
        {"--exclude": excludes, "--encoding": encoding, "--gitignore": gitignore, "--ocr": ocr},
    )
    if ocr:
        _check_tesseract()
    index = which_index.to_write(folder, is_refresh=not (paths or forget or cluster), quiet=quiet)
    end_as_interrupted()
    with (
        _in_cluster(index, cluster, shards, replicas),
        _telling_of_interrupts(index),
        _progress(color, quiet) as progress,
    ):
        done = update(
            index,
            paths,
            options=_root_options(excludes, encoding, gitignore, ocr),
            forget=forget,
            rebuild=rebuild,
            wait=wait,
            shared=shared,
            jobs=jobs,
            progress=progress,
        )
    state.remember_index(index)
    _show_changes(done, index, as_json, quiet)
    _tell_what_is_kept(done)
    undone = done.missing_roots or done.unread or (strict and (done.skipped or done.skipped_before))
    return EXIT_NOTHING if undone else EXIT_FOUND


def _root_options(
    excludes: Sequence[str], encoding: str | None, gitignore: bool | None, ocr: bool | None
) -> "RootOptions":
    from vnsearch.indexing.roots import RootOptions

    return RootOptions(
        [glob for glob in excludes if glob] if excludes else None,
        None if encoding is None else _encoding(encoding),
        gitignore,
        ocr,
    )


@contextmanager
def _in_cluster(
    index: Path, address: str | None, shards: int | None, replicas: int | None
) -> Iterator[None]:
    """Let the index be in a cluster, if one is named; one that cannot be made there is not."""
    if address is None:
        if shards is not None or replicas is not None:
            raise _misused(_("--shards and --replicas need --engine"))
        yield
        return
    is_new = place.choose(index, address, shards, replicas)
    try:
        yield
    except BaseException:
        if is_new and not Generations(index).exists():
            place.forget(index)
        raise


def _check_paths(paths: Sequence[str], own: Mapping[str, object]) -> None:
    """Raise VnsearchError for an empty path, and for options of paths when there is none."""
    if "" in paths:
        raise VnsearchError(
            _("a PATH is empty"), _("name a file or folder, or none for all known ones")
        )
    for option, given in own.items():
        if given and not paths:
            raise _misused(_("{option} needs the PATHs it is for").format(option=option))


def _tell_what_is_kept(done: "Changes") -> None:
    """Tell of what could not be read and stays in the index."""
    from vnsearch.indexing.refusals import forget_advice
    from vnsearch.render import upkeep

    for root in done.missing_roots:
        streams.say(upkeep.missing(root), forget_advice(root.path))
    if still := len({*done.unread} - {*done.skipped}):
        what = ngettext(
            "{count} file or folder still cannot be read; what was indexed of it stays",
            "{count} files or folders still cannot be read; what was indexed of it stays",
            still,
        )
        streams.say(
            what.format(count=number(still)),
            _("to list all that is skipped: vnsearch status --skipped"),
        )


@contextmanager
def _telling_of_interrupts(index: Path) -> Iterator[None]:
    """When interrupted, say what has become of the index."""
    before = Generations(index).salvageable()
    try:
        yield
    except KeyboardInterrupt:
        if Generations(index).salvageable() != before:
            streams.say(_("interrupted: the index is up to date"))
        elif before is not None:
            streams.say(_("interrupted: the old index is unchanged"))
        else:
            streams.say(_("interrupted: there is no index yet"))
        raise


def bring_up_to_date(index: Path, color: str, quiet: bool) -> None:
    """Index what has changed in the roots of an index."""
    from vnsearch.indexing.update import NUMPY_SETTINGS, update

    for name, value in NUMPY_SETTINGS.items():
        os.environ.setdefault(name, value)
    with _progress(color, quiet) as progress:
        update(index, progress=progress)


def _show_changes(done: "Changes", index: Path, as_json: bool, quiet: bool) -> None:
    from vnsearch.render import jsonform, upkeep

    told = jsonform.changes(done)
    for item in told["skipped"]:
        streams.note("skipped", **item)
    streams.note("indexed", **{k: v for k, v in told.items() if not isinstance(v, list)})
    try:
        if as_json and not quiet:
            streams.write([jsonform.dump(told)])
        elif not quiet:
            for line in (*upkeep.skipped(done.skipped), *upkeep.doubts(done.encodings)):
                streams.say(line)
            streams.write(upkeep.changes(done, from_here(index)))
        if done.forgotten and not quiet:
            what = _("forgotten with the folder around: {roots}")
            streams.say(what.format(roots=", ".join(done.forgotten)))
        streams.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        message, advice = explain(error)
        what = _("the index is up to date, but {error}").format(error=message)
        raise VnsearchError(what, advice) from error


def _check_tesseract() -> None:
    from vnsearch.readers import ocr

    if not ocr.is_installed():
        raise VnsearchError(_("Tesseract with Vietnamese is not installed"), ocr.HOW_TO_INSTALL)


def _encoding(name: str) -> str:
    """The encoding that a user names; "" when each file is to tell."""
    from vnsearch.vietnamese import encodings

    found = "" if name == "auto" else encodings.lookup(name)
    if found is None:
        raise _misused(_("no such encoding: {name}").format(name=name))
    return found


def _misused(message: str) -> VnsearchError:
    return VnsearchError(message, _("see: {command}").format(command="vnsearch index --help"))


def _progress(color: str, quiet: bool) -> Any:
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from vnsearch.render.terminal import progress

    return progress(color)
