"""What commands share: the common options, types of values, and values from the configuration."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from vnsearch import __version__
from vnsearch.cli import config
from vnsearch.cli.quick import with_command
from vnsearch.errors import VnsearchError
from vnsearch.language import _
from vnsearch.render import streams

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERSION = click.version_option(
    __version__, prog_name="vnsearch", message="%(prog)s %(version)s", help="Show the version."
)
NO_PAGER = click.option(
    "--no-pager",
    is_flag=True,
    help="On a terminal, never show output longer than it through $VNSEARCH_PAGER, $PAGER or less.",
)


class Count(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number from 1, or `all`."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """See `click.ParamType`."""
        if value == "all":
            return sys.maxsize
        if not str(value).isdecimal() or not int(value):
            self.fail(_("{value!r} is no number from 1, nor all").format(value=value), param, ctx)
        return int(value)


class Choices(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A text, with values that a shell completes; the last of several after a comma."""

    name = "text"

    def __init__(self, values: Callable[[], Sequence[str]]) -> None:
        self._values = values

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[CompletionItem]":
        """See `click.ParamType`."""
        from click.shell_completion import CompletionItem

        before, comma, last = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{value}")
            for value in self._values()
            if value.lower().startswith(last.lower())
        ]


class Common(NamedTuple):
    """The options of every command."""

    folder: str | None  # of the index
    color: str
    quiet: bool


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common options, which may stand before or after the command."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            help="Style the output. auto: on a terminal, unless NO_COLOR is set.",
        ),
        click.option(
            "--index",
            "index_folder",  # not as the command, whose defaults click keeps under its name
            metavar="DIR",
            type=click.Path(),
            help="The index. Else $VNSEARCH_INDEX, else the nearest .vnsearch here or above, else "
            "that of the configuration, else your only one.",
        ),
        click.option(
            "--log",
            metavar="FILE",
            type=click.Path(),
            help="Append what the command does to FILE: one JSON object a line for each event.",
        ),
        VERSION,
    ):
        function = option(function)
    return function


def with_common(command: Callable[..., int]) -> Callable[..., int]:
    """Add the common options to a command, which gets them as one argument."""

    @common_options
    @wraps(command)
    def wrapped(
        index_folder: str | None, color: str | None, quiet: bool, log: str | None, **options: Any
    ) -> int:
        context = click.get_current_context()
        above = context.find_root().params
        if log := log or above.get("log"):
            from vnsearch.cli.log import begin  # seldom wanted

            begin(log, str(context.info_name))
        common = Common(
            index_folder or above.get("index_folder"),
            color or above.get("color") or "auto",
            quiet or bool(above.get("quiet")),
        )
        streams.use_color(common.color)
        return command(common=common, **options)

    return wrapped


class Commands(click.Group):
    """The commands; what is none of them begins a query. Options have defaults in the configuration
    and, as VNSEARCH_COMMAND_OPTION, in variables."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_variables(self, "VNSEARCH")

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """See `click.Group`."""
        _name_variables(cmd, f"VNSEARCH_{name or cmd.name}")
        super().add_command(cmd, name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command`."""
        return super().parse_args(ctx, with_command(args)[1])

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """See `click.Command`."""
        extra.setdefault("default_map", self._defaults())
        return super().make_context(info_name, args, parent, **extra)

    def _defaults(self) -> dict[str, Any]:
        """The values of the configuration; raises VnsearchError for what is no option."""
        found = config.load()
        tables = {key: value for key, value in found.items() if isinstance(value, dict)}
        own = {key: value for key, value in found.items() if key not in tables and key != "index"}
        defaults = _by_parameter(self, own, "")
        for name, values in tables.items():
            if name not in self.commands:
                what = _("{path}: no such command: {name}").format(path=config.path(), name=name)
                raise VnsearchError(what, _("see: {command}").format(command="vnsearch -h"))
            defaults[name] = _by_parameter(self.commands[name], values, name)
        return defaults


def _name_variables(command: click.Command, prefix: str) -> None:
    for option in command.params:
        if isinstance(option, click.Option) and option.expose_value and option.envvar is None:
            long = next(spelling for spelling in option.opts if spelling.startswith("--"))
            option.envvar = f"{prefix}_{long[2:]}".replace("-", "_").upper()


def _by_parameter(command: click.Command, values: dict[str, Any], name: str) -> dict[str, Any]:
    """Values by the name that click has for each option, as if they were typed."""
    options = {
        spelling: parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in parameter.opts
    }
    found = {}
    for key, value in values.items():
        option = options.get(f"--{key}")
        help_of = f"vnsearch {name} --help".replace("  ", " ")
        advice = _("see: {command}").format(command=help_of)
        if option is None:
            what = (
                _("{path}: no such option of {command}: {name}")
                if name
                else _("{path}: no such option: {name}")
            )
            what = what.format(path=config.path(), command=name, name=key)
            raise VnsearchError(what, advice)
        several = value if isinstance(value, list) else [value]
        if isinstance(value, bool) != option.is_flag or (len(several) != 1 and not option.multiple):
            what = _("{path}: not a value of {name}: {value}")
            raise VnsearchError(what.format(path=config.path(), name=key, value=value), advice)
        texts = [str(item) for item in several]
        typed = texts if option.multiple else texts[0]
        found[str(option.name)] = value if option.is_flag else typed
    return found
