"""The commands for programs: options -> one call -> output -> exit code."""

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from vnsearch import language
from vnsearch.cli.options import Common, with_common
from vnsearch.errors import EXIT_FOUND, VnsearchError


@click.command()
@with_common
def schema(common: Common) -> int:  # noqa: ARG001
    """Print the JSON Schema of all that vnsearch prints as JSON."""
    from vnsearch.render import jsonform, streams

    streams.write([jsonform.schema()])
    return EXIT_FOUND


@click.command(
    epilog="""\b
Example, for an agent that reads from a JSON file which servers there are:
  {"mcpServers": {"vnsearch": {"command": "vnsearch", "args": ["mcp", "--index", "DIR"]}}}
"""
)
@with_common
def mcp(common: Common) -> int:
    """Serve searching and reading to language-model agents.

    Speaks the Model Context Protocol on stdin and stdout, until stdin ends. Agents can search the
    index and read what is in it, and nothing else.
    """
    from vnsearch.cli import which_index
    from vnsearch.mcp.server import serve
    from vnsearch.mcp.tools import Tools

    def find() -> Path:
        return which_index.existing(common.folder, quiet=True)

    if not common.quiet:
        _tell_what_is_missing(find)
    language.use(language.ENGLISH)  # of the messages that agents get
    with closing(Tools(find)) as tools:
        serve(tools, sys.stdin.buffer, sys.stdout.buffer)
    return EXIT_FOUND


def _tell_what_is_missing(find: Callable[[], Path]) -> None:
    """Say why the index cannot be searched, if it cannot; an agent hears it when it asks."""
    from vnsearch.index.generations import Generations
    from vnsearch.render import streams

    try:
        Generations(find()).reading(lambda pointer: pointer)
    except VnsearchError as error:
        streams.say(error.message, error.advice)
