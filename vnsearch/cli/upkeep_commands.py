"""The commands of upkeep: `status` of an index, or which indexes there are, `check` and `watch`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vnsearch.cli.exits import fail
from vnsearch.cli.options import NO_PAGER, Common, with_common
from vnsearch.errors import EXIT_FOUND, EXIT_NOTHING, REPAIR, VnsearchError
from vnsearch.language import _, translated
from vnsearch.render import streams

if TYPE_CHECKING:
    from vnsearch.model import IndexSummary


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--skipped", is_flag=True, help="List all that is skipped, by reason.")
@click.option("--all", "every", is_flag=True, help="List the indexes that you have.")
@NO_PAGER
@with_common
def status(common: Common, *, as_json: bool, skipped: bool, every: bool, no_pager: bool) -> int:
    """Tell what the index holds, and what has changed since.

    Looks at the files of all roots, but opens none. Exits with 1 when a root is missing.
    """
    from vnsearch.cli import which_index
    from vnsearch.indexing.refusals import forget_advice
    from vnsearch.indexing.status import status as status_of
    from vnsearch.render import jsonform, pager, upkeep

    if every:
        return _tell_all(as_json=as_json, quiet=common.quiet)
    found = status_of(which_index.existing(common.folder, quiet=common.quiet))
    if as_json and not common.quiet:
        streams.write([jsonform.dump(jsonform.status(found))])
    elif not common.quiet:
        lines = upkeep.all_skipped(found.skipped) if skipped else upkeep.status(found)
        pager.show(_text(lines), wanted=not no_pager)
    for root in found.missing_roots:
        what = _("{path} is missing; its documents are kept").format(path=root)
        streams.say(what, forget_advice(root))
    return EXIT_NOTHING if found.missing_roots else EXIT_FOUND


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_common
def check(as_json: bool, common: Common) -> int:
    """Verify that the index is as it was written, to the last byte.

    Tells each file that is damaged. Exits with 2 when one is: make the index anew then, with
    vnsearch index --rebuild. The old one need not be readable for that.
    """
    from vnsearch.cli import which_index
    from vnsearch.index.check import check as check_index
    from vnsearch.render import jsonform, upkeep

    found = check_index(which_index.existing(common.folder, quiet=common.quiet))
    if as_json and not common.quiet:
        streams.write([jsonform.dump(jsonform.check(found))])
    elif not common.quiet and not found.damages:
        streams.write(upkeep.check(found))
    for damage in found.damages:
        streams.say(_("{place}: {what}").format(place=damage.file, what=translated(damage.what)))
    return fail(_("the index is damaged"), REPAIR) if found.damages else EXIT_FOUND


@click.command(
    epilog="""\b
Example:
  vnsearch watch -q &                    until the end of the session; better: docs/watch.md
"""
)
@with_common
def watch(common: Common) -> int:
    """Keep the index up to date while files change, until interrupted.

    A change is found a few seconds later. Roots that go away and come back, as disks do, and other
    processes that write the index are no trouble.
    """
    from vnsearch.cli.watch import follow

    return follow(**common._asdict())


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _tell_all(*, as_json: bool, quiet: bool) -> int:
    from vnsearch.render import jsonform, upkeep

    found = [*_summaries()]
    if not quiet:
        if as_json:
            streams.write([jsonform.dump(jsonform.indexes(found))])
        elif found:
            streams.write(upkeep.indexes(found))
        else:
            streams.say(
                _("there is no index"),
                _("make one: vnsearch index FOLDER"),
            )
    return EXIT_FOUND if found else EXIT_NOTHING


def _summaries() -> "Iterator[IndexSummary]":
    """Of all indexes that can be read; of the others it is told why not."""
    from vnsearch.index import state
    from vnsearch.indexing.status import summary

    def told(index: Path) -> "IndexSummary | None":
        try:
            return summary(index)
        except (VnsearchError, OSError) as error:
            what = getattr(error, "message", error)
            told = _("{place}: {what}").format(place=index, what=what)
            streams.say(told, getattr(error, "advice", ""))
            return None

    yield from filter(None, map(told, state.indexes()))
