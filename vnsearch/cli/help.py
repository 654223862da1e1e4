"""The help of commands, and what click itself says, in the language of the user.

Commands are written in English; their texts are replaced before click uses them.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc

import click

from vnsearch.language import ENGLISH, current, ngettext
from vnsearch.language import _ as translate

# The parts of click whose texts a command line can show.
CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "types")
_NUMBERS = (click.IntRange, click.FloatRange)  # types of values
_VERBATIM = "\b\n"  # before a paragraph that click does not wrap


def use_language(commands: click.Group) -> None:
    """Let commands and click speak the language in use, if it is not theirs: English."""
    if current() == ENGLISH:
        return
    for name in CLICK:
        module = import_module(f"click.{name}")
        for own, ours in (("_", translate), ("ngettext", ngettext)):
            if hasattr(module, own):
                setattr(module, own, ours)
    commands.subcommand_metavar = translate(commands.subcommand_metavar)
    for command in (commands, *commands.commands.values()):
        command.help = _in_language(command.help)
        command.epilog = _in_language(command.epilog)
        command.options_metavar = translate(command.options_metavar or "")
        for parameter in command.params:
            if metavar := _metavar(parameter, command):
                parameter.metavar = translate(metavar)
            if isinstance(parameter.type, _NUMBERS):
                parameter.type.name = translate(parameter.type.name)
            if isinstance(parameter, click.Option) and parameter.help:
                parameter.help = translate(parameter.help)


def messages(commands: click.Group) -> Iterator[str]:
    """The texts of commands to be translated."""
    for command in (commands, *commands.commands.values()):
        for text in (command.help, command.epilog):
            yield from (paragraph for _, paragraph in _paragraphs(text or ""))
        yield command.options_metavar or ""
        for parameter in command.params:
            yield _metavar(parameter, command)
            if isinstance(parameter.type, _NUMBERS):
                yield parameter.type.name
            if isinstance(parameter, click.Option):
                yield parameter.help or ""
    yield commands.subcommand_metavar


def _metavar(parameter: click.Parameter, command: click.Command) -> str:
    """What stands for a value in help; "" for what has none, or the values themselves."""
    if isinstance(parameter.type, click.Choice) or getattr(parameter, "is_flag", False):
        return ""
    return parameter.make_metavar(click.Context(command))


def _in_language(text: str | None) -> str:
    own = (before + translate(paragraph) for before, paragraph in _paragraphs(text or ""))
    return "\n\n".join(own)


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """The paragraphs of a text, each with what is before it if its lines are to stay."""
    for paragraph in filter(None, re.split(r"\n\s*\n", cleandoc(text).strip())):
        if paragraph.startswith(_VERBATIM):
            yield _VERBATIM, paragraph.removeprefix(_VERBATIM).rstrip()
        else:
            yield "", " ".join(paragraph.split())
