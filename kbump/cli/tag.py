"""`kbump tag`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.options import CONTEXT, ListedText, added, report_options, wants_colour
from kbump.cli.repository import SOURCE_OPTIONS, build_from
from kbump.errors import GitError, UsageError, WriteError

if TYPE_CHECKING:
    from kbump.provenance import Build
    from kbump.tags import Tagged

_EPILOG = """\b
Examples:
  kbump tag
  kbump tag > .tags
  kbump tag --also latest --file .tags
  kbump tag --source-branch feature/login --source-commit "$(git rev-parse HEAD)"
  kbump set-image ghcr.io/acme/web --tag-from .tags

\b
Exit codes: 0 printed; 2 usage, nothing says what is built, or a file that cannot be
written."""


@click.command("tag", context_settings=CONTEXT, epilog=_EPILOG)
@added(*SOURCE_OPTIONS)
@click.option("--source-tag", metavar="NAME", default="", help="Git tag that was built.  [default: from CI]")
@click.option(
    "--also", metavar="TAG", multiple=True, type=ListedText(),
    help="Another tag of the image, such as latest, behind the build's own. Repeatable.",
)  # fmt: skip
@click.option("--file", metavar="FILE", default="", help="Write what is printed to this file, too.")
@report_options(
    "text", "lines", "json",
    form="Form of several: with commas on one line, or each on its own.",
    more="Say also what it is made of.",
)  # fmt: skip
@click.pass_context
def tag_command(context: click.Context, /, **_: Any) -> int:
    """Print the tag of the image that this build makes.

    Of a branch it is BRANCH-COMMIT, of a git tag the tag itself: always valid, and another one for every
    branch, whatever it is called. What was built is told by the options, else by the variables of the CI
    system, else by the git checkout around the current directory. A file of it, `.tags`, is read by build
    plugins and by `kbump set-image --tag-from`.
    """
    from kbump.tags import Tagged, check_tag, tag_of

    options = context.params
    context.color = wants_colour(options["color"])
    build, source = _built(options)
    for one in options["also"]:
        check_tag(one)
    tagged = Tagged(tuple(dict.fromkeys((tag_of(build), *options["also"]))), build)
    text = _form(tagged, options["output"])
    if options["file"]:
        _write(options["file"], text)
    click.echo(text, nl=False)
    if options["verbose"] and not options["quiet"]:
        click.echo(_words(build, source), err=True)
    return 0


def _built(options: dict[str, Any]) -> tuple[Build, str]:
    """Return what was built, and who says so."""
    if options["source_tag"] and options["source_branch"]:
        hint = "a build is of a branch, or of a tag"
        raise UsageError("`--source-branch` and `--source-tag` exclude each other", hint=hint)
    build = build_from(options, os.environ)
    if options["source_tag"] or options["source_branch"]:
        build = build._replace(tag=options["source_tag"])
    if build.tag or (build.branch and build.commit):
        named = options["source_tag"] or options["source_branch"] or options["source_commit"]
        return build, "the options" if named else "the variables of CI"
    return _completed(build), "the git checkout"


def _completed(build: Build) -> Build:
    """Return a build with what the git checkout says of it; raise UsageError if that is not enough."""
    from kbump.git import checked_out

    try:
        here = checked_out(".", os.environ)
    except GitError as error:
        raise UsageError(f"no variables of CI say what is built, and {error.message}", hint=_NAMED) from None
    build = build._replace(branch=build.branch or here.branch, commit=build.commit or here.commit)
    if build.branch:
        return build
    if len(here.tags) != 1:
        words = f"{len(here.tags)} tags, {', '.join(here.tags[:3])}" if here.tags else "no tag"
        raise UsageError(f"no branch is checked out, and the commit has {words}", hint=_NAMED)
    return build._replace(tag=here.tags[0])


_NAMED = "`--source-branch` or `--source-tag` names what is built"


def _write(path: str, text: str) -> None:
    from kbump import files

    directory = os.path.dirname(path)
    if directory and not os.path.isdir(directory):
        raise WriteError(f"`{path}` cannot be written: `{directory}` is no directory")
    if not files.create(path, text.encode()):
        files.replace(path, text.encode(), files.read(path)[1])


def _form(tagged: Tagged, output: str) -> str:
    if output == "json":
        from kbump.report.json import tag_json

        return tag_json(tagged)
    return tagged.lines if output == "lines" else tagged.text


def _words(build: Build, source: str) -> str:
    built = f"the git tag `{build.tag}`" if build.tag else f"commit {build.commit} of the branch `{build.branch}`"
    return f"made of {built}, as {source} say" + ("s" if source.startswith("the git") else "")
