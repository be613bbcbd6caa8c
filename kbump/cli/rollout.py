"""`kbump rollout`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.cluster import about, cluster_options
from kbump.cli.commenting import below_top, comment, comment_option
from kbump.cli.edge import Interrupted, say_error
from kbump.cli.options import CONTEXT, Duration, ListedText, apply_defaults, coloured, report_options
from kbump.errors import KbumpError, UsageError
from kbump.marker import Marker
from kbump.workspace import find_config

if TYPE_CHECKING:
    from kbump.cli.display import Display
    from kbump.config import Config
    from kbump.rollouts import RolloutResult

_EPILOG = """\b
Examples:
  kbump rollout -f kubernetes
  kbump rollout -k overlays/production --context production --timeout 15m
  kbump rollout -f kubernetes --stable 30s --wait-for Ingress --undo
  kustomize build . | kbump rollout -f -
  kbump rollout --only-wait deployment/web job/migrate -n shop
  kbump rollout -f kubernetes --dry-run --diff

\b
Exit codes: 0 all is done, or was already; 1 something was refused, or a workload
is doomed; 2 usage, a file that cannot be read, no kubectl, or a cluster that does
not answer; 3 the time is over, and what is not done is named."""


@click.command("rollout", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("names", metavar="[KIND/NAME]...", nargs=-1)
@click.option(
    "-f", "--filename", metavar="PATH", multiple=True, type=ListedText(),
    help="File or directory of manifests, `-` for standard input. Repeatable.",
)  # fmt: skip
@click.option("-k", "--kustomize", metavar="DIR", default="", help="Apply what `kubectl kustomize DIR` builds.")
@click.option("--only-wait", is_flag=True, help="Apply nothing; wait for the workloads of the manifests, or KIND/NAME.")
@cluster_options
@click.option("--server-side", is_flag=True, help="Let the server merge: `kubectl apply --server-side`.")
@click.option("--force-conflicts", is_flag=True, help="With `--server-side`: take over fields that others own.")
@click.option("--recreate-jobs", is_flag=True, help="Delete and make anew a finished Job that no apply can change.")
@click.option(
    "--timeout", type=Duration(), metavar="DURATION", default="10m", show_default=True,
    help="Give up after this time, for all together.",
)  # fmt: skip
@click.option(
    "--grace", type=click.FloatRange(0), default=1.0, show_default=True, metavar="N",
    help="Multiply the patience with what may pass, such as registries that do not answer; 0 has none.",
)  # fmt: skip
@click.option("--keep-going", is_flag=True, help="Wait for the others, too, though a workload is doomed.")
@click.option(
    "--wait-for", metavar="KIND|all", multiple=True, type=ListedText(),
    help="Wait for this kind, too, such as Ingress, or for all that can be waited for. Repeatable.",
)  # fmt: skip
@click.option("--wait-terminated", is_flag=True, help="Wait until old pods are gone, too.")
@click.option(
    "--stable", type=Duration(), metavar="DURATION", default="0s", show_default=True,
    help="All must stay as they should be for this time; a container that ends meanwhile is a failure at once.",
)  # fmt: skip
@click.option(
    "--log-lines", type=click.IntRange(0), default=20, show_default=True, metavar="N",
    help="Show the last lines of the logs of what fails; 0 shows none.",
)  # fmt: skip
@click.option("--undo", is_flag=True, help="If it fails, put workloads back to the revision that they had.")
@click.option(
    "--undo-git", is_flag=True,
    help="`--undo`, and put the images back on the branch of the checkout, too, by one commit.",
)  # fmt: skip
@click.option(
    "--require-tip", is_flag=True,
    help="Apply nothing if the checkout is not the tip of its remote branch any more; exit 0.",
)  # fmt: skip
@click.option("--require-workloads", is_flag=True, help="That there is nothing to wait for is an error.")
@click.option("--diff", is_flag=True, help="Show what `kubectl diff` says, before it is applied.")
@click.option("--dry-run", is_flag=True, help="Check everything, also by the server, and change nothing.")
@comment_option
@report_options(
    "text", "markdown", "json", "github",
    more="Say also what begins, and what was passed over.",
)  # fmt: skip
@click.pass_context
def rollout_command(context: click.Context, /, **_: Any) -> int:
    """Apply manifests, wait for workloads, say why one fails.

    Everything is checked before anything is changed. All workloads are watched at once; one that is doomed ends the run
    with the reason.
    """  # fmt: skip
    start = context.params["kustomize"] or next(iter(context.params["filename"]), ".")
    config = find_config(start)
    options = apply_defaults(context, config)
    display = _display(context, options)
    try:
        result = _run(options, config, display)
    except Interrupted:
        display.clear()
        click.echo(f"interrupted while {display.state}; {display.left()}", err=True)
        raise
    except KbumpError:
        display.clear()
        if display.began:
            click.echo(f"ended while {display.state}; {display.left()}", err=True)
        raise
    finally:
        display.clear()
    code = _report(context, result, options, display)
    if options["comment"] is None:
        return code
    page = partial(_page, result)
    return max(code, comment(page, Marker("rollout", below_top(start)), start, options))


def _page(result: RolloutResult, limit: int) -> str:
    from kbump.report.rollout_markdown import rollout_markdown

    return rollout_markdown(result, limit=limit)


def _display(context: click.Context, options: dict[str, Any]) -> Display:
    from kbump.cli.display import Display

    colour = coloured(context), sys.stderr.isatty() if context.color is None else context.color
    return Display(
        rows=options["output"] == "text",
        quiet=options["quiet"],
        verbose=options["verbose"],
        timeout_s=options["timeout"],
        colour=colour,
    )


def _run(options: dict[str, Any], config: Config, display: Display) -> RolloutResult:
    from kbump.drone import build_of
    from kbump.rollouts import rollout
    from kbump.rollouts.options import Options, said

    names = options["names"]
    if names and not options["only_wait"]:
        hint = f"`--only-wait` waits for {names[0]}; manifests are named by `-f` or `-k`"
        raise UsageError(f"`{names[0]}` is an argument, and nothing says what to do with it", hint=hint)
    how = {**said(Options, options), "build": build_of(os.environ), "write": not options["dry_run"]}
    with about(options, config) as given:
        return rollout(**given, **how, tell=display)


def _report(context: click.Context, result: RolloutResult, options: dict[str, Any], display: Display) -> int:
    for error in result.errors:
        say_error(error)
    click.echo(_rows(context, result, options, display), nl=False, color=context.color)
    if options["output"] == "text":
        _say(context, result, options)
    return result.exit_code


def _rows(context: click.Context, result: RolloutResult, options: dict[str, Any], display: Display) -> str:
    if options["output"] != "text":
        from importlib import import_module

        form = options["output"]
        made: str = getattr(import_module(f"kbump.report.rollout_{form}"), f"rollout_{form}")(result)
        return made
    from kbump.report.rollout import applied_rows, explanations_text, rows, undone_rows

    colour = coloured(context)
    left = [one for one in result.workloads if one.subject not in display.shown]
    planned = applied_rows(result, colour=colour) if result.ending == "planned" else ""
    told = planned + rows(left, colour=colour) + explanations_text(result.workloads, colour=colour)
    return told + undone_rows(result, colour=colour)


def _say(context: click.Context, result: RolloutResult, options: dict[str, Any]) -> None:
    from kbump.report.rollout import refusals_text, rollout_words, undone_words

    colour = sys.stderr.isatty() if context.color is None else context.color
    click.echo(refusals_text(result, _read, colour=colour), nl=False, err=True, color=context.color)
    if not options["quiet"] and not result.errors:
        for line in rollout_words(result, verbose=options["verbose"]):
            click.echo(line, err=True, color=context.color)
    for line in undone_words(result, colour=colour):
        click.echo(line, err=True, color=context.color)


def _read(file: str) -> str | None:
    """Return the text of a file for an excerpt; None if it cannot be read."""
    from kbump.files import read
    from kbump.source import Source

    with suppress(KbumpError):
        return Source.from_bytes(file, read(file)[0]).text
    return None
