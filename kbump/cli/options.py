"""What several commands share: their options, the defaults from .kbump.yaml, how output is coloured."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbump.config import Config

_Command = TypeVar("_Command", bound="Callable[..., Any]")
CONTEXT = {"help_option_names": ["--help", "-h"], "max_content_width": 88}


if TYPE_CHECKING:
    _Seconds = click.ParamType[float]
else:
    _Seconds = click.ParamType  # generic since click 8.4 only


class ListedText(click.types.StringParamType):
    """A path, glob or name; several in an environment variable are separated as in PATH."""

    name = "text"
    envvar_list_splitter = os.pathsep


class Duration(_Seconds):
    """A time as kubectl takes it, `90s`, `2m` or `1h30m`; the value is in seconds."""

    name = "duration"
    _UNITS: ClassVar[dict[str, float]] = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; fail for a text without units, and for nothing."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(value))
        if not parts or "".join(number + unit for number, unit in parts) != value:
            self.fail(f"`{value}` is no duration: write it as 90s, 2m or 1h30m.", param, ctx)
        return sum(float(number) * self._UNITS[unit] for number, unit in parts)


def common_options(*formats: str, keep_going: bool = True) -> Callable[[_Command], _Command]:
    """Add the options that mean the same on every command that reads files."""
    going_on = click.option(
        "--keep-going", is_flag=True, help="Go on with the rest if a file cannot be read; still exit 2."
    )
    excluding = click.option(
        "--exclude", metavar="GLOB", multiple=True, type=ListedText(),
        help="Leave out paths that match, also `dir/` and single names. Repeatable.",
    )  # fmt: skip
    ignoring = click.option("--no-ignore", is_flag=True, help="Read files that git ignores, too.")
    return added(excluding, ignoring, *([going_on] if keep_going else ()), report_options(*formats))


def report_options(
    *formats: str, form: str = "Form of the report.", more: str = "Say also what was passed over."
) -> Callable[[_Command], _Command]:
    """Add the options of every command that reports: `form` is the help of `--output`, `more` that of `--verbose`."""
    output = click.option("-o", "--output", type=click.Choice(formats), default="text", show_default=True, help=form)
    return added(output, quiet_option, click.option("-v", "--verbose", is_flag=True, help=more), color_option)


def added(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Return what adds options to a command, in this order."""

    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
color_option = click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
    help="Colours; auto heeds NO_COLOR and pipes.",
)  # fmt: skip


def refuse_mistakes(context: click.Context, args: list[str]) -> None:
    """Raise a usage error for options of a command that click takes otherwise than they are meant, in silence.

    An option that takes one value is given several: the last would count. An option is given an empty text, which a
    variable of CI that is not set leaves: what it narrows, such as `--repo`, would be as if it were not there.
    """
    values, _, given = context.command.make_parser(context).parse_args(list(args))
    options = [one for one in given if isinstance(one, click.Option)]
    if any(one.is_eager for one in options):
        return  # `--help` is what is answered
    for option in options:
        if options.count(option) > 1 and _is_single(option):
            names = " or ".join(f"`{name}`" for name in _names(option))
            raise click.UsageError(f"{names} is given more than once, and takes one value.", context)
        said = values[option.name or ""]
        if "" in (said if isinstance(said, list) else [said]):
            words = f"`{_names(option)[0]}` is given an empty text: leave it out, or set the variable that fills it."
            raise click.UsageError(words, context)


def _is_single(option: click.Option) -> bool:
    """Whether an option takes one value. A flag may be said twice, but not together with its opposite."""
    return not (option.multiple or option.count or (option.is_flag and not option.secondary_opts))


def _names(option: click.Option) -> list[str]:
    """Return an option's long name, and that of its opposite."""
    return [max(names, key=len) for names in (option.opts, option.secondary_opts) if names]


def apply_defaults(context: click.Context, config: Config) -> dict[str, Any]:
    """Return the command's parameters, with the defaults of .kbump.yaml where nothing else gave a value."""
    params = dict(context.params)
    defaults = config.defaults.get(context.info_name or "", {})
    for parameter in context.command.params:
        name = parameter.name or ""
        option = name.replace("_", "-")
        given = context.get_parameter_source(name)
        said = defaults.get(option)
        if said is not None and given in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP):
            try:
                params[name] = _cast(context, parameter, said)
            except click.BadParameter as error:
                raise click.BadParameter(
                    f"{error.message} (from `defaults` in .kbump.yaml)", context, parameter
                ) from None
    context.color = wants_colour(params["color"])
    return params


def _cast(context: click.Context, parameter: click.Parameter, said: Any) -> Any:
    """Return a value of .kbump.yaml as the command line would give it."""
    if isinstance(said, list) != parameter.multiple:
        wanted = "a list" if parameter.multiple else "one value"
        raise click.BadParameter(f"it takes {wanted}", context, parameter)
    return parameter.type_cast_value(context, said)


def wants_colour(choice: str) -> bool | None:
    """Return whether to colour; None leaves it to whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    return False if os.environ.get("NO_COLOR") else None


def coloured(context: click.Context) -> bool:
    """Whether what goes to stdout is coloured."""
    return sys.stdout.isatty() if context.color is None else context.color
