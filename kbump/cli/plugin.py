"""`kbump plugin`."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kbump.cli.options import CONTEXT
from kbump.drone.settings import PLUGIN, Parameter, arguments_of, settings_of
from kbump.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EPILOG = """\b
Settings of a step:
  command     the command to run: set-image, validate, rollout, promote, ...
  token       a token for git and the forge, as a secret
  kubeconfig  a kubeconfig, as a secret, or the path of one
  and those of the command: `no_downgrade: true` is `--no-downgrade`, `images: [...]`
  are its arguments

\b
Examples:
  settings: {command: validate, paths: kubernetes}
  settings: {command: rollout, filename: kubernetes, kubeconfig: {from_secret: qa}}
  PLUGIN_COMMAND=validate PLUGIN_PATHS=kubernetes kbump plugin

\b
Exit codes: those of the command; 2 also for a setting that is unknown, missing or no
value."""


@click.command("plugin", context_settings=CONTEXT, epilog=_EPILOG)
def plugin_command() -> int:
    """Run as a plugin of Drone, Woodpecker or Harness.

    This is what the container starts with. The settings of its step arrive as PLUGIN_* variables:
    `command` says which command to run, the others are its options and arguments by name.
    """
    settings = settings_of(os.environ)
    # Neither git nor kubectl needs them, and some of them are secrets.
    for name in [name for name in os.environ if name.startswith(PLUGIN)]:
        del os.environ[name]
    verb, command = _command(settings.pop("command", ""))
    with _secrets(settings, command):
        arguments, variables = arguments_of(settings, _parameters(verb, command))
        os.environ.update(variables)
        from kbump.cli import group

        code = group.main([verb, *arguments], prog_name="kbump", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _command(said: str) -> tuple[str, click.Command]:
    from kbump.cli import COMMANDS, group

    name = said.strip().replace("_", "-")
    known = [one for one in COMMANDS if one != "plugin"]
    if name not in known:
        from difflib import get_close_matches

        close = get_close_matches(name, known, 1)
        hint = f"did you mean `{close[0]}`?" if close else f"write one of {', '.join(known)}"
        words = f"there is no command `{said}`" if said else "the setting `command` is missing"
        raise UsageError(words, hint=hint)
    command = group.get_command(click.Context(group), name)
    assert command
    return name, command


def _parameters(verb: str, command: click.Command) -> Sequence[Parameter]:
    """Return what a command takes, by the names that its settings have."""
    return [
        parameter
        for one in command.params
        for parameter in (_of_option(verb, one) if isinstance(one, click.Option) else _of_argument(one))
    ]


def _of_argument(argument: click.Parameter) -> Iterator[Parameter]:
    several = argument.nargs != 1
    name = (argument.name or "") if several else str(argument.metavar).strip("[]").lower()
    yield Parameter(name, "list" if several else "value", required=argument.required)


def _of_option(verb: str, option: click.Option) -> Iterator[Parameter]:
    said = max(option.opts, key=len)
    name = said[2:].replace("-", "_")
    if option.is_flag:
        off = max(option.secondary_opts, key=len, default="")
        variable = f"KBUMP_{verb}_{option.name}".replace("-", "_").upper()
        yield Parameter(name, "flag", said, off or variable)
        if off:
            yield Parameter(off[2:].replace("-", "_"), "flag", off, said)
    elif option.multiple:
        yield Parameter(name, "list", said)
    else:
        yield Parameter(name, "either" if isinstance(option.flag_value, str) else "value", said)


@contextmanager
def _secrets(settings: dict[str, str], command: click.Command) -> Iterator[None]:
    """Take the secrets out of the settings, and have them in files that only this user can read, for the run."""
    given = {name: settings.pop(name) for name in ("token", "kubeconfig") if name in settings}
    for name, value in given.items():
        if not value.strip():
            hint = "let CI pass the secret; builds of pull requests may get none"
            raise UsageError(f"the setting `{name}` is empty", hint=hint)
    if not given:
        yield
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kbump-") as folder:
        if "token" in given:
            os.environ.pop("KBUMP_TOKEN", None)
            os.environ["KBUMP_TOKEN_FILE"] = _kept(folder, "token", given["token"])
        if "kubeconfig" in given:
            path = _kubeconfig(folder, given["kubeconfig"])
            os.environ["KUBECONFIG"] = path
            if any("--kubeconfig" in one.opts for one in command.params):
                settings["kubeconfig"] = path
        yield


def _kubeconfig(folder: str, said: str) -> str:
    if "\n" in said.strip() or said.lstrip().startswith("{"):
        return _kept(folder, "kubeconfig", said)
    if not os.path.isfile(said):
        # It is not shown: a secret that lost its line breaks looks like this.
        hint = "give its content by `from_secret`, or the path of a file, such as one that a step before has written"
        raise UsageError("the setting `kubeconfig` is neither a kubeconfig nor a file that is there", hint=hint)
    return said


def _kept(folder: str, name: str, content: str) -> str:
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    return path
