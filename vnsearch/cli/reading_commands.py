"""The commands that read what a search found: `show` and `open`."""

from typing import Any

import click

from vnsearch.cli.options import NO_PAGER, Common, with_common


@click.command(
    epilog="""\b
Examples:
  vnsearch show 3                        the third hit of the last search, at its place
  vnsearch show 3 -C 2                   two sentences or lines around the match
  vnsearch show docs/law.pdf --page 7
  vnsearch show notes.txt --lines 10-20
"""
)
@click.argument("target", metavar="ID|N")
@click.option(
    "-C",
    "--context",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only so many sentences or lines around the match.",
)
@click.option(
    "--page",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only this page, sheet, slide, …",
)
@click.option("--lines", metavar="A-B", help="Only these lines.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@NO_PAGER
@with_common
def show(common: Common, **options: Any) -> int:
    """Show the text of a document or of a passage, as it was indexed.

    N is the rank of a hit of the last search on this terminal; its matches are marked. ID is the id
    of a document or passage in JSON, or a path. What has been deleted since can still be read.
    """
    from vnsearch.cli.show import show as show_text

    return show_text(**common._asdict(), **options)


@click.command(
    "open",
    epilog="""\b
Examples:
  vnsearch open 3                        the file of the third hit, at its place
  vnsearch open docs/law.pdf
""",
)
@click.argument("target", metavar="ID|N")
@with_common
def open_(common: Common, target: str) -> int:
    """Open a file at its page or line, in the program it belongs to.

    Text opens in $VISUAL or $EDITOR at the line, PDF in the viewer of the desktop at the page where
    that is known to take one, all else as the desktop opens it.
    """
    from vnsearch.cli.show import open_target

    return open_target(target, **common._asdict())
