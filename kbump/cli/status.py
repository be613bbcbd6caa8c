"""`kbump status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kbump.cli.cluster import about, cluster_options
from kbump.cli.options import CONTEXT, Duration, ListedText, apply_defaults, coloured, report_options
from kbump.workspace import find_config

if TYPE_CHECKING:
    from kbump.config import Config
    from kbump.rollouts import StatusResult

_EPILOG = """\b
Examples:
  kbump status -f kubernetes
  kbump status -k overlays/production --context production
  kbump status deployment/web job/migrate -n shop --log-lines 20

\b
Exit codes: 0 all is as it should be; 1 something is not, or is not there; 2 usage, a
file that cannot be read, no kubectl, or a cluster that does not answer."""


@click.command("status", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("names", metavar="[KIND/NAME]...", nargs=-1)
@click.option(
    "-f", "--filename", metavar="PATH", multiple=True, type=ListedText(),
    help="File or directory of manifests, `-` for standard input. Repeatable.",
)  # fmt: skip
@click.option("-k", "--kustomize", metavar="DIR", default="", help="Look at what `kubectl kustomize DIR` builds.")
@cluster_options
@click.option(
    "--log-lines", type=click.IntRange(0), default=0, show_default=True, metavar="N",
    help="Show the last lines of the logs of what fails.",
)  # fmt: skip
@click.option(
    "--timeout", type=Duration(), metavar="DURATION", default="1m", show_default=True, help="Give up after this time."
)
@report_options("text", "json", more="Say also what was passed over.")
@click.pass_context
def status_command(context: click.Context, /, **_: Any) -> int:
    """Say how far workloads are, and why one is not done.

    It is one look, as `kbump rollout` has them all the time; nothing is changed.
    """
    start = context.params["kustomize"] or next(iter(context.params["filename"]), ".")
    config = find_config(start)
    options = apply_defaults(context, config)
    result = _run(options, config)
    click.echo(_rows(context, result, options["output"]), nl=False, color=context.color)
    if not options["quiet"] and options["output"] == "text":
        from kbump.report.rollout import status_words

        for line in status_words(result, verbose=options["verbose"]):
            click.echo(line, err=True)
    return result.exit_code


def _run(options: dict[str, Any], config: Config) -> StatusResult:
    from kbump.rollouts import status
    from kbump.rollouts.options import LookOptions, said

    with about(options, config) as given:
        return status(**given, **said(LookOptions, options))


def _rows(context: click.Context, result: StatusResult, output: str) -> str:
    if output == "json":
        from kbump.report.rollout_json import status_json

        return status_json(result)
    from kbump.report.rollout import explanations_text, missing_rows, rows

    colour = coloured(context)
    told = rows(result.workloads, colour=colour, seconds=False) + missing_rows(result.missing, colour=colour)
    return told + explanations_text(result.workloads, colour=colour)
