"""The settings of a plugin's step, which arrive as PLUGIN_* variables, and the command line that they mean.

How they are written: https://docs.drone.io/plugins/overview/ and https://woodpecker-ci.org/docs/usage/plugins/overview.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kbump.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PLUGIN = "PLUGIN_"
OWN = ("command", "token", "kubeconfig")
"""The settings that are no options of a verb."""
# Harness has these in the environment of every step.
_NOT_OURS = ("artifact_file", "pipeline")
_ON, _OFF = ("1", "on", "t", "true", "y", "yes"), ("0", "f", "false", "n", "no", "off")


class Parameter(NamedTuple):
    """What a verb takes from the settings of a step: an option, by its name, or an argument, which has no option.

    A `list` takes several values, an `either` one or none, as `--comment` does. `off` is what says no to a flag: the
    opposite option, or else the variable of the environment.
    """

    name: str
    kind: Literal["flag", "value", "list", "either"]
    option: str = ""
    off: str = ""
    required: bool = False


def settings_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a step by name, in lower case with `_` for `-` and `.`.

    Raises UsageError for one that is there in two spellings. Woodpecker writes `_` for `-`, Drone does not.
    """
    found: dict[str, str] = {}
    for variable, value in environ.items():
        name = re.sub("[-.]", "_", variable.removeprefix(PLUGIN).lower())
        if not variable.startswith(PLUGIN) or name in _NOT_OURS:
            continue
        if name in found:
            raise UsageError(f"the setting `{name}` is there with `-` and with `_`", hint="leave one of them out")
        found[name] = value
    return found


def arguments_of(settings: Mapping[str, str], parameters: Sequence[Parameter]) -> tuple[list[str], dict[str, str]]:
    """Return the command line that settings mean for a verb that takes these parameters, and variables to set.

    Raises UsageError for settings that the verb does not have, with what may be meant, and for what is no value.
    """
    known = {parameter.name: parameter for parameter in parameters}
    if unknown := [name for name in settings if name not in known]:
        raise _unknown(unknown, [*known, *OWN])
    given = {name: value for name, value in settings.items() if value}
    missing = next((name for name, one in known.items() if one.required and name not in given), "")
    if missing:
        raise UsageError(f"the setting `{missing}` is missing")
    options = [word for name, value in given.items() if known[name].option for word in _words(known[name], value)]
    ordered = [name for name in known if name in given and not known[name].option]
    arguments = [word for name in ordered for word in _words(known[name], given[name])]
    variables = dict(_refused_flags(given, known))
    return [*options, *(["--", *arguments] if arguments else [])], variables


def _words(parameter: Parameter, value: str) -> Iterator[str]:
    option, said = parameter.option, _boolean(value)
    if parameter.kind == "list":
        yield from (f"{option}={one}" if option else one for one in values_of(value))
    elif parameter.kind == "value":
        yield f"{option}={value}" if option else value
    elif parameter.kind == "flag" and said is None:
        # It is not shown: a secret may have been put there.
        raise UsageError(f"the setting `{parameter.name}` has to be `true` or `false`, and is neither")
    elif said:
        yield option
    elif said is None:
        yield f"{option}={value}"
    elif parameter.kind == "flag" and parameter.off.startswith("-"):
        yield parameter.off


def _refused_flags(given: Mapping[str, str], known: Mapping[str, Parameter]) -> Iterator[tuple[str, str]]:
    """Yield the variables that say no to flags without an opposite, so that .kbump.yaml does not say yes."""
    for name, value in given.items():
        off = known[name].off
        if known[name].kind == "flag" and not off.startswith("-") and _boolean(value) is False:
            yield off, "false"


def values_of(text: str) -> list[str]:
    """Return the values of a setting that is a list: between commas and line ends, or those of a text that is JSON.

    CI systems join lists with commas, whatever commas they hold, and write maps as JSON: that is `NAME=VALUE` for each.
    A JSON list is how values with commas are given.
    """
    if text.lstrip()[:1] in {"[", "{"}:
        import json

        try:
            said = json.loads(text)
        except ValueError:
            said = None  # a glob may begin like that
        if isinstance(said, dict):
            return [f"{name}={_scalar(value)}" for name, value in said.items()]
        if isinstance(said, list):
            return [_scalar(value) for value in said if value is not None]
    return [value for one in re.split("[,\n]", text) if (value := one.strip())]


def _scalar(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise UsageError("a setting that is a list has lists or maps in it", hint="write each value as a text")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _boolean(value: str) -> bool | None:
    lowered = value.strip().lower()
    return True if lowered in _ON else False if lowered in _OFF else None


def _unknown(names: Sequence[str], known: Iterable[str]) -> UsageError:
    from difflib import get_close_matches

    close = dict.fromkeys(one for name in names for one in get_close_matches(name, known, 1))
    words = f"is no setting {_listed(names)}" if len(names) == 1 else f"are no settings {_listed(names)}"
    hint = f"did you mean {_listed(close)}?" if close else "settings are called as options are, with `_` for `-`"
    return UsageError(f"there {words}", hint=hint)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
