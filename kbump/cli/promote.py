"""`kbump promote`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.edge import Interrupted, say_error
from kbump.cli.options import CONTEXT, Duration, ListedText, added, apply_defaults, coloured, report_options
from kbump.cli.repository import SOURCE_OPTIONS, build_from
from kbump.config import MAX_CHANGES, Gates
from kbump.workspace import find_config

if TYPE_CHECKING:
    from kbump.config import Config
    from kbump.promotion import PromoteResult

_EPILOG = """\b
Examples:
  kbump promote --to https://github.com/acme/infra-production
  kbump promote --to https://git.acme.dev/ops/infra//production --from qa --dry-run
  kbump promote --only ghcr.io/acme/web --max-change minor
  kbump promote --to https://github.com/acme/infra-production --rollback
  kbump promote --release ghcr.io/acme/web:1.5.0

\b
Exit codes: 0 done or nothing to do, 1 a gate refused, a field may not hold what FROM
has, or (--strict) a branch has commits of somebody else, 2 usage, a file that cannot
be read, or a repository or forge that cannot be reached or refuses."""

_SWITCHES = (
    ("--downgrades/--no-downgrades", "no-downgrade", "Let images go to lower versions.  [default: no]"),
    ("--immutable-tags/--moving-tags", "immutable-tags", "Refuse tags that move, such as latest."),
    ("--pinned/--unpinned", "pinned", "Refuse images without a digest."),
    ("--deployed/--anyhow", "deployed", "Refuse if FROM's cluster runs anything else than FROM says."),
    ("--valid/--unchecked", "valid", "Refuse an edit that makes errors, by `kbump validate`."),
)


_GATES = (
    click.option(flags, f"gate_{name.replace('-', '_')}", default=None, help=words) for flags, name, words in _SWITCHES
)


@click.command("promote", context_settings=CONTEXT, epilog=_EPILOG)
@click.option(
    "--to", "target", metavar="URL", default="",
    help="Repository that gets the images, `URL//DIR` for a directory of it.  [default: what FROM's .kbump.yaml names]",
)  # fmt: skip
@click.option(
    "--from", "source", metavar="PATH|URL", default=".", show_default=True,
    help="Where the images are: a path, REV:PATH, an environment of .kbump.yaml, or a URL.",
)  # fmt: skip
@click.option("--branch", metavar="NAME", default="", help="Branch of the target.  [default: its default branch]")
@click.option(
    "--only", metavar="IMAGE", multiple=True, type=ListedText(), help="Only this repository, or a glob. Repeatable."
)
@click.option("--max-change", type=click.Choice(MAX_CHANGES), help="Refuse greater changes, and unknown ones.")
@added(*_GATES)
@click.option(
    "--rollback", metavar="[REV]", is_flag=False, flag_value="", help="Go back to the target's images at REV."
)
@click.option("--release", metavar="IMAGE", multiple=True, help="Hold this reference back no more. Repeatable.")
@click.option("--label", metavar="NAME", multiple=True, type=ListedText(), help="Label. Repeatable.")
@click.option("--reviewer", metavar="NAME", multiple=True, type=ListedText(), help="Reviewer, or ORG/TEAM. Repeatable.")
@click.option("--assignee", metavar="NAME", multiple=True, type=ListedText(), help="Assignee. Repeatable.")
@click.option("--draft", is_flag=True, help="Open it as a draft.")
@click.option("--reopen", is_flag=True, help="Open it though a person closed one with this content.")
@click.option(
    "--require-tip", is_flag=True,
    help="Promote nothing if FROM is checked out and not the tip of its remote branch any more; exit 0.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit 1 if the branch has commits of somebody else.")
@click.option("--dry-run", is_flag=True, help="Show the patch and the commit; open nothing.")
@click.option("--message", metavar="TEMPLATE", default="", help="Subject of the commit; see `set-image --help`.")
@click.option("--author", metavar="'NAME <ADDRESS>'", default="", help="Author and committer.  [default: kbump]")
@click.option("--sign", is_flag=True, help="Sign the commit as the git configuration says.")
@added(*SOURCE_OPTIONS)
@click.option("--timeout", type=Duration(), default="2m", show_default=True, metavar="DURATION", help="Give up then.")
@report_options(
    "text", "markdown", "json",
    form="Form of the report; markdown is the page of the pull request.",
    more="Say also what git does, and what gates note.",
)  # fmt: skip
@click.pass_context
def promote_command(context: click.Context, /, **_: Any) -> int:
    """Bring the images of FROM into a target by a pull request.

    Images pair by workload and container, entries of kustomizations and Helm values by their file. The
    target keeps everything else, also the names of its repositories; there is one pull request, which
    the next run refreshes.
    """
    config = find_config(context.params["source"] if os.path.exists(context.params["source"]) else ".")
    options = apply_defaults(context, config)
    try:
        result = _run(options, config)
    except Interrupted:
        click.echo("interrupted: the branch and the pull request may be half done; run again to finish", err=True)
        raise
    return _report(context, result, options)


def _run(options: dict[str, Any], config: Config) -> PromoteResult:
    from kbump.delivery import Style
    from kbump.promotion import promote

    return promote(
        options["target"],
        options["source"],
        environ=os.environ,
        caller=config,
        branch=options["branch"],
        rollback=options["rollback"],
        require_tip=options["require_tip"],
        timeout_s=options["timeout"],
        echo=_echo if options["verbose"] else None,
        only=options["only"],
        gates=_gates(options),
        build=build_from(options, os.environ),
        style=Style(options["message"], options["author"], sign=options["sign"]),
        labels=options["label"],
        reviewers=options["reviewer"],
        assignees=options["assignee"],
        draft=options["draft"],
        reopen=options["reopen"],
        write=not options["dry_run"],
        release=options["release"],
    )


def _gates(options: dict[str, Any]) -> Gates:
    said = {name: options[f"gate_{name.replace('-', '_')}"] for _, name, _ in _SWITCHES}
    if said["no-downgrade"] is not None:
        said["no-downgrade"] = not said["no-downgrade"]
    return Gates({name: on for name, on in said.items() if on is not None}, options["max_change"] or "")


def _echo(line: str) -> None:
    click.echo(line, err=True)


def _report(context: click.Context, result: PromoteResult, options: dict[str, Any]) -> int:
    for error in result.errors:
        say_error(error)
    click.echo(_rows(context, result, options), nl=False, color=context.color)
    if options["output"] == "text" and not result.errors:
        from kbump.report.promotion import failure_words, promote_words

        colour = sys.stderr.isatty() if context.color is None else context.color
        if options["quiet"]:
            lines = failure_words(result, strict=options["strict"], colour=colour)
        else:
            lines = promote_words(result, verbose=options["verbose"], colour=colour)
        for line in lines:
            click.echo(line, err=True, color=context.color)
    return max(result.exit_code, int(options["strict"] and result.blocked))


def _rows(context: click.Context, result: PromoteResult, options: dict[str, Any]) -> str:
    if options["output"] == "json":
        from kbump.report.promotion_json import promote_json

        return promote_json(result)
    from kbump.report.promotion import promote_pages, promote_patch, promote_rows

    if options["output"] == "markdown":
        return promote_pages(result)
    if options["dry_run"]:
        return promote_patch(result)
    return promote_rows(result, colour=coloured(context))
