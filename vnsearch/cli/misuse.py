"""What click says no to -> an error with advice that helps in that very case."""

import re
import sys
from collections.abc import Sequence
from typing import Final

import click
from click.core import ParameterSource

from vnsearch.cli import config
from vnsearch.errors import VnsearchError
from vnsearch.language import _

_WITH_HELP: Final = re.compile(r"-(?:\w+h\w*|h\w+)").fullmatch


def misused(error: click.UsageError) -> VnsearchError:
    """The error for a command line that click says no to."""
    command = error.ctx.command_path if error.ctx else "vnsearch"
    if isinstance(error, click.BadParameter) and (origin := _origin(error)):
        what = _("{place}: {what}").format(place=origin, what=_told(error))
        return VnsearchError(what, _("set it right there"))
    leave_out = _where_dashes_go(command.split()[-1])
    if isinstance(error, click.NoSuchOption) and not error.option_name.startswith("--"):
        what = _("no such option: {option}").format(option=error.option_name)
        return VnsearchError(what, leave_out)
    if isinstance(error, click.BadParameter) and command.endswith(" search"):
        given = [word for word in sys.argv[1:] if word[:1] == "-" and word[1:2].isalpha()]
        if any(len(word) > 2 and not word[2:].isdecimal() for word in given):
            return VnsearchError(_told(error), leave_out)
    see = _("see: {command}").format(command=f"{command} --help")
    return VnsearchError(_told(error), see)


def misread_as_help(arguments: Sequence[str]) -> VnsearchError | None:
    """The error for a word to be left out that click would take for options, one of them -h."""
    word = next(filter(_WITH_HELP, arguments), None)
    if word is None:
        return None
    what = _("no such option: {option}").format(option=word)
    return VnsearchError(what, _where_dashes_go(arguments[0]))


def _where_dashes_go(command: str) -> str:
    """Where -- helps, in what a command takes."""
    if command in ("index", "show", "open"):
        return _("before a name that begins with -, put --")
    return _("to leave a word out, put -- before it")


def _told(error: click.UsageError) -> str:
    """What click says is wrong; what it puts together is made of one message."""
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        options = ", ".join(sorted(error.possibilities))
        told = _("no such option: {option}; did you mean {options}?")
        return told.format(option=error.option_name, options=options)
    if isinstance(error, click.MissingParameter) and error.param is not None and error.ctx:
        return _("Missing argument {name}.").format(name=error.param.get_error_hint(error.ctx))
    return error.format_message()


def _origin(error: click.BadParameter) -> str:
    """Where a wrong value comes from; "" when it was typed."""
    if error.ctx is None or error.param is None or error.param.name is None:
        return ""
    source = error.ctx.get_parameter_source(error.param.name)
    if source is ParameterSource.ENVIRONMENT:
        return f"${error.param.envvar}"
    return config.path() if source is ParameterSource.DEFAULT_MAP else ""
