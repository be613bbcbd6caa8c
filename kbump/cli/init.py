"""`kbump init`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kbump.cli.edge import say_error
from kbump.cli.options import CONTEXT, color_option, quiet_option, wants_colour
from kbump.errors import WriteError

if TYPE_CHECKING:
    from kbump.initialization import InitResult

_EPILOG = """\b
Examples:
  kbump init
  kbump init infra --dry-run
  kbump init --force && git diff .kbump.yaml

\b
Exit codes: 0 written, or printed by `--dry-run`; 1 there is a .kbump.yaml, and it
stays as it is; 2 usage, or a file that cannot be read or written."""


@click.command("init", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("path", metavar="[PATH]", default=".")
@click.option("--force", is_flag=True, help="Replace a .kbump.yaml that is there.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print the file.")
@quiet_option
@color_option
@click.pass_context
def init_command(context: click.Context, /, path: str, force: bool, dry_run: bool, quiet: bool, color: str) -> int:
    """Look at a repo and write a commented .kbump.yaml.

    PATH is the repo's directory; without it, the current one. What is found is written as settings:
    environments, the version of Kubernetes, CustomResourceDefinitions, Helm values; all other settings
    are there as comments. There is no network.
    """
    from kbump.initialization import init

    context.color = wants_colour(color)
    result = init(path, os.environ, force=force, write=not dry_run)
    if dry_run:
        click.echo(result.text, nl=False)
    if result.status == "there":
        hint = "`--force` replaces it, `--dry-run` prints what would be written"
        say_error(WriteError(f"`{result.path}` is there, and stays as it is", hint=hint))
        return 1
    if not quiet:
        _say(result)
    return 0


def _say(result: InitResult) -> None:
    from kbump.catalog import versions
    from kbump.report.discovery import init_words

    for line in init_words(result.found, versions()):
        click.echo(line, err=True)
    if result.above:
        click.echo(f"note: {result.above} does not count here any more", err=True)
    if result.status == "written":
        click.echo(f"wrote {result.path}\n  hint: read it, then run `{_next(result)}`", err=True)


def _next(result: InitResult) -> str:
    directory, first = os.path.dirname(result.path), next(iter(result.found.environments), "")
    if directory:
        return f"kbump validate {directory}"
    return f"kbump validate --environment {first}" if first else "kbump validate"
