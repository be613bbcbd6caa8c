"""`kbump set-image --repo`: the options of a delivery, and what is said of one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from kbump.cli.edge import Interrupted, say_error
from kbump.cli.options import Duration, added, coloured
from kbump.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbump.config import Config
    from kbump.delivery import Delivery
    from kbump.provenance import Build

_Command = TypeVar("_Command", bound="Callable[..., Any]")
SOURCE_OPTIONS = (
    click.option("--source-repo", metavar="NAME", help="Repository that was built.  [default: from CI]"),
    click.option("--source-branch", metavar="NAME", help="Branch that was built.  [default: from CI]"),
    click.option("--source-commit", metavar="SHA", help="Commit that was built.  [default: from CI]"),
    click.option(
        "--source-build", type=click.IntRange(min=1), metavar="N", help="Number of the build.  [default: from CI]"
    ),
    click.option("--source-ci", metavar="NAME", help="What counts the builds, such as a job.  [default: from CI]"),
)
_OPTIONS = (
    click.option("--branch", metavar="NAME", help="Branch of the repository.  [default: its default branch]"),
    click.option("--subdir", metavar="DIR", help="Directory of the repository that `-f` is relative to."),
    click.option(
        "--message", metavar="TEMPLATE",
        help="Subject of the commit, and a body behind an empty line; {images}, {tag}, {environment}, {build}, "
        "{commit}, {link} and {repository} are filled in.",
    ),
    click.option("--author", metavar="'NAME <ADDRESS>'", help="Author and committer.  [default: kbump]"),
    click.option("--skip-ci", is_flag=True, help="Add [CI SKIP] to the subject."),
    click.option("--sign", is_flag=True, help="Sign the commit as the git configuration says."),
    *SOURCE_OPTIONS,
    click.option("--pull-request", is_flag=True, help="Open or refresh one pull request instead of a push."),
    click.option("--reopen", is_flag=True, help="Open it though a person closed one with this content."),
    click.option("--superseded-ok", is_flag=True, help="Exit 0 if a newer build has set the image already."),
    click.option("--force", is_flag=True, help="Go ahead though a newer build has set the image."),
    click.option("--timeout", type=Duration(), metavar="DURATION", help="Give up after this time.  [default: 2m]"),
)  # fmt: skip
NAMES = (
    "branch", "subdir", "message", "author", "skip_ci", "sign", "source_repo", "source_branch", "source_commit",
    "source_build", "source_ci", "pull_request", "reopen", "superseded_ok", "force", "timeout",
)  # fmt: skip


repository_options = added(*_OPTIONS)
"""Adds the options that go with `--repo`."""


def check_options(context: click.Context, options: Mapping[str, Any]) -> None:
    """Raise UsageError for an option that goes with `--repo` without it, and for one that does not go with it.

    What variables and .kbump.yaml say of options is for the runs that they go with.
    """
    if not options["repo"]:
        here = (name for name in NAMES if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
        lonely = next((name for name in here if options[name]), "")
        if lonely:
            raise UsageError(f"`--{lonely.replace('_', '-')}` goes with `--repo`", hint="name the repository, too")
        return
    for name in ("diff", "check"):
        if options[name]:
            raise UsageError(f"`--{name}` does not go with `--repo`", hint="`--dry-run` shows the patch and the commit")
    if "-" in options["filename"]:
        raise UsageError("`-f -` does not go with `--repo`", hint="name files and directories of the repository")


def run_delivery(options: Mapping[str, Any], config: Config, given: Mapping[str, Any]) -> Delivery:
    """Deliver as the options say; `given` are those of set_image()."""
    from kbump.delivery import Style, deliver
    from kbump.delivery.delivering import TIMEOUT_S

    try:
        return deliver(
            options["images"],
            options["repo"],
            options["filename"],
            environ=os.environ,
            branch=options["branch"] or "",
            directory=options["subdir"] or "",
            build=build_from(options, os.environ),
            style=Style(options["message"] or "", options["author"] or "", options["skip_ci"], options["sign"]),
            force=options["force"],
            timeout_s=options["timeout"] or TIMEOUT_S,
            caller=config.forge,
            pull_request=options["pull_request"],
            reopen=options["reopen"],
            echo=_echo if options["verbose"] else None,
            **given,
        )
    except Interrupted:
        left = "the repository has the whole commit or nothing of it; run again to finish"
        click.echo(f"interrupted: {left if given['write'] else 'nothing was changed'}", err=True)
        raise


def build_from(options: Mapping[str, Any], environ: Mapping[str, str]) -> Build:
    """Return the build that the variables of a CI system tell of, with what the options say otherwise."""
    from kbump.drone import build_of

    found = build_of(environ)
    if options["source_build"]:
        # A number that is given is the one that counts: not that of a build which the variables say it restarts, and
        # not one of the CI system's own.
        found = found._replace(number=options["source_build"], parent=0, ci="")
    return found._replace(
        repository=options["source_repo"] or found.repository,
        branch=options["source_branch"] or found.branch,
        commit=options["source_commit"] or found.commit,
        ci=options["source_ci"] or found.ci,
    )


def _echo(line: str) -> None:
    click.echo(line, err=True)


def report_delivery(context: click.Context, delivery: Delivery, options: Mapping[str, Any]) -> int:
    """Print what came of a delivery; return the exit code."""
    click.echo(_rows(context, delivery, options), nl=False, color=context.color)
    for error in delivery.result.errors:
        say_error(error)
    accepted = delivery.status == "superseded" and options["superseded_ok"]
    code = delivery.result.exit_code if accepted else delivery.exit_code
    if options["output"] == "text":
        from kbump.report.delivery import delivery_words, failure_words

        colour = sys.stderr.isatty() if context.color is None else context.color
        if options["quiet"]:
            lines = failure_words(delivery, colour=colour) if code else []
        else:
            lines = delivery_words(delivery, verbose=options["verbose"], colour=colour, accepted=accepted)
        for line in lines:
            click.echo(line, err=True, color=context.color)
    return code


def _rows(context: click.Context, delivery: Delivery, options: Mapping[str, Any]) -> str:
    if options["output"] == "json":
        from kbump.report.json import delivery_json

        return delivery_json(delivery)
    if options["output"] == "github":
        from kbump.report.github import set_image_github

        return set_image_github(delivery.result)
    if delivery.status == "planned":
        from kbump.report.delivery import commit_text

        return commit_text(delivery)
    if delivery.status not in ("pushed", "proposed"):
        return ""
    from kbump.report.text import change_rows

    return change_rows(delivery.result.changed, colour=coloured(context))
