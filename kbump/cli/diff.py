"""`kbump diff`."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.commenting import comment, comment_option
from kbump.cli.edge import say_error
from kbump.cli.options import CONTEXT, Duration, apply_defaults, coloured, common_options
from kbump.cli.standard_input import standard_input
from kbump.differences import TIMEOUT_S, diff
from kbump.environment import caller_config
from kbump.errors import SourceError
from kbump.marker import Marker
from kbump.source import STANDARD_INPUT

if TYPE_CHECKING:
    from kbump.comparison import PromotionDiff

_EPILOG = """\b
Examples:
  kbump diff k8s/staging k8s/production
  kbump diff staging production --expected Deployment:spec.replicas
  kbump diff main:overlays/production overlays/production --exit-code
  kbump diff https://github.com/acme/qa https://github.com/acme/live -o markdown
  kubectl kustomize overlays/qa | kbump diff - 'git@host:acme/infra//live?ref=main'
  kbump diff staging production --comment

\b
Exit codes: 0 compared; 1 something differs that is not expected, with `--exit-code`;
2 usage, a file that cannot be read or parsed (the rest is compared all the same), a
side with nothing to compare, no kubectl for an overlay, a git error, or no comment
could be written.

\b
Secrets are compared and never shown. KBUMP_TOKEN, else KBUMP_TOKEN_FILE, is for the
host of TO, or of FROM if TO is no URL; other hosts have the variables of their forge,
~/.netrc and SSH keys."""


@click.command("diff", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("old", metavar="FROM")
@click.argument("new", metavar="TO")
@click.option("--no-build", is_flag=True, help="Compare the sources of kustomize overlays, not what they build.")
@click.option(
    "--expected", metavar="PATH", multiple=True,
    help="What may differ: it is counted, not shown. Such as spec.replicas or Ingress:spec.rules[*].host; adds to "
    "`diff: expected:` in .kbump.yaml. Repeatable; blanks separate several in KBUMP_DIFF_EXPECTED.",
)  # fmt: skip
@click.option(
    "--kubernetes-version", metavar="VERSION", default="",
    help="Compare with the defaults of VERSION, such as 1.31.  [default: from .kbump.yaml, else the newest known]",
)  # fmt: skip
@click.option("--exit-code", is_flag=True, help="Exit 1 if something differs that is not expected.")
@click.option(
    "--timeout", type=Duration(), metavar="DURATION", default=TIMEOUT_S,
    help="Give up git and kubectl after this time.  [default: 2m]",
)  # fmt: skip
@comment_option
@common_options("text", "markdown", "json", keep_going=False)
@click.pass_context
def diff_command(context: click.Context, /, **_: Any) -> int:
    """Show what differs between two environments.

    Images come first, then what nobody expects to differ.

    FROM and TO are each a file or directory, the name of an environment in .kbump.yaml, REV:PATH of the
    git repository around the current directory, URL//DIRECTORY?ref=REV of a repository (https, ssh,
    file, or USER@HOST:PATH), or `-` for standard input. What is there as a path is a path. A directory
    with a kustomization is built by `kubectl kustomize`.
    """
    old, new = context.params["old"], context.params["new"]
    options = apply_defaults(context, caller_config(old, new))
    result = diff(
        old,
        new,
        text=standard_input().text if STANDARD_INPUT in (old, new) else None,
        build=not options["no_build"],
        expected=options["expected"],
        kubernetes_version=options["kubernetes_version"],
        exclude=options["exclude"],
        ignore=not options["no_ignore"],
        links=options["output"] != "text" or options["comment"] is not None,
        environ=os.environ,
        timeout_s=options["timeout"],
        echo=_echo if options["verbose"] else None,
    )
    click.echo(_report(context, result, options), nl=False, color=context.color)
    _say(result, options)
    code = result.exit_code or int(options["exit_code"] and not result.same)
    if options["comment"] is None:
        return code
    here = next(filter(os.path.exists, (new, old)), ".")
    return max(code, comment(partial(_page, result), Marker("diff", f"{old} {new}"), here, options))


def _page(result: PromotionDiff, limit: int) -> str:
    from kbump.report.comparison_markdown import diff_markdown

    title = "**kbump diff** "
    return title + diff_markdown(result, limit=limit - len(title))


def _report(context: click.Context, result: PromotionDiff, options: dict[str, Any]) -> str:
    if options["output"] == "json":
        from kbump.report.comparison_json import diff_json

        return diff_json(result)
    if options["output"] == "markdown":
        from kbump.report.comparison_markdown import diff_markdown

        return diff_markdown(result)
    from kbump.report.comparison import diff_text

    return diff_text(result, colour=coloured(context), verbose=options["verbose"])


def _say(result: PromotionDiff, options: dict[str, Any]) -> None:
    for note in result.errors:
        say_error(SourceError(note.message, location=note.location, hint=note.hint or None))
    if options["quiet"] or options["output"] != "text":
        return
    from kbump.report.comparison import diff_words

    for line in diff_words(result, verbose=options["verbose"]):
        click.echo(line, err=True)


def _echo(line: str) -> None:
    click.echo(line, err=True)
