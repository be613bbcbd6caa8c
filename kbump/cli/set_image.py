"""`kbump set-image`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.edge import Interrupted, say_error
from kbump.cli.options import CONTEXT, ListedText, apply_defaults, coloured, common_options
from kbump.cli.progress import progress_bar
from kbump.cli.repository import check_options, report_delivery, repository_options, run_delivery
from kbump.cli.standard_input import standard_input
from kbump.errors import UsageError
from kbump.update import SetImageResult, set_image
from kbump.workspace import find_config

if TYPE_CHECKING:
    from kbump.source import Source

_EPILOG = """\b
Examples:
  kbump set-image ghcr.io/acme/web:1.4.2
  kbump set-image ghcr.io/acme/web:1.4.2 ghcr.io/acme/worker:1.4.2 -f k8s/staging
  kbump set-image nginx=mirror.example.com/nginx:1.27.1 --check
  kbump set-image --container web=ghcr.io/acme/web:1.4.2 --kind Deployment
  kbump set-image ghcr.io/acme/web:1.4.2 --repo https://github.com/acme/infra-staging
  kbump tag | kbump set-image ghcr.io/acme/web --tag-from - -f k8s/staging
  kubectl kustomize . | kbump set-image ghcr.io/acme/web:1.4.2 -f - > all.yaml

\b
Exit codes: 0 done or nothing to do, 1 nothing matched, refused, (--check) would
change, or a newer build was faster, 2 usage, a file that cannot be read, parsed or
written, or a repository that cannot be reached or refuses the push."""


@click.command("set-image", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("images", metavar="IMAGE...", nargs=-1)
@click.option(
    "-f", "--filename", metavar="PATH", multiple=True, type=ListedText(),
    help="File or directory to rewrite, `-` for standard input to output.  [default: .]",
)  # fmt: skip
@click.option("--environment", metavar="NAME", default="", help="Rewrite the directory that .kbump.yaml gives NAME.")
@click.option("--container", metavar="NAME=IMAGE", multiple=True, help="Select by container name. Repeatable.")
@click.option("--kind", metavar="KIND", multiple=True, type=ListedText(), help="Only objects of this kind. Repeatable.")
@click.option("--name", metavar="NAME", multiple=True, type=ListedText(), help="Only objects of this name. Repeatable.")
@click.option(
    "--namespace", metavar="NAME", multiple=True, type=ListedText(),
    help="Only objects that state this namespace. Repeatable.",
)  # fmt: skip
@click.option(
    "--tag-from", metavar="FILE", default="",
    help="Give each IMAGE without a tag the first one in FILE, as `kbump tag > .tags` writes it; `-`: standard input.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Report what would change; write nothing.")
@click.option("--diff", is_flag=True, help="Print a patch for `git apply`; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option(
    "--require", type=click.IntRange(min=0), metavar="N",
    help="Exit 1, writing nothing, unless N fields in all are selected; without it each IMAGE must match.",
)  # fmt: skip
@click.option("--no-downgrade", is_flag=True, help="Refuse to go back to a lower version.")
@click.option("--drop-digest", is_flag=True, help="Replace a pinned digest by a tag.")
@click.option("--templates", is_flag=True, help="Edit literal `image:` lines of templates that are no YAML.")
@click.option("--break-links", is_flag=True, help="Rewrite a file that has other hard links, too.")
@click.option(
    "--repo", metavar="URL",
    help="Work in a clone of this repository, commit and push: https, ssh, file, or USER@HOST:PATH.",
)  # fmt: skip
@repository_options
@common_options("text", "json", "github")
@click.pass_context
def set_image_command(context: click.Context, /, **_: Any) -> int:
    """Rewrite image references, keeping every other byte.

    IMAGE is REPOSITORY:TAG, REPOSITORY@DIGEST or REPOSITORY:TAG@DIGEST: every image field of that
    repository gets the tag and digest. OLD=NEW also changes the name.
    """
    paths = () if context.params["repo"] else context.params["filename"]
    config = find_config(paths[0] if paths else ".")
    options = apply_defaults(context, config)
    if options["environment"] and options["filename"]:
        raise UsageError("`--environment` and `-f` exclude each other", hint="leave one of them out")
    check_options(context, options)
    if options["tag_from"]:
        _take_tag(options)
    if options["repo"]:
        return report_delivery(context, run_delivery(options, config, _given(options)), options)
    return _report(context, _run(options), options)


def _take_tag(options: dict[str, Any]) -> None:
    """Give the images that have no tag the one of `--tag-from`."""
    from kbump.tags import read_tags, with_tag

    named = {name: tuple(options[name]) for name in ("images", "container")}
    tag = read_tags(_tags_file(options["tag_from"], options["filename"]))[0]
    tagged = {name: tuple(with_tag(image, tag) for image in images) for name, images in named.items()}
    if tagged == named:
        hint = "name a repository without a tag, such as `ghcr.io/acme/web`"
        raise UsageError("no image takes the tag of `--tag-from`", hint=hint)
    options.update(tagged)


def _tags_file(path: str, paths: tuple[str, ...]) -> Source:
    from kbump.files import read
    from kbump.source import Source

    if path != "-":
        return Source.from_bytes(path, read(path)[0])
    if "-" in paths:
        raise UsageError("`--tag-from -` and `-f -` both read standard input", hint="name a file for one of them")
    return standard_input()


def _given(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: options[option] for name, option in _PASSED.items()}
    given["ignore"] = not options["no_ignore"]
    given["write"] = not (options["dry_run"] or options["diff"] or options["check"])
    return given


def _run(options: dict[str, Any]) -> SetImageResult:
    given = {**_given(options), "patch": options["diff"]}
    if "-" in options["filename"]:
        text = standard_input(options["filename"], "-f -").to_bytes().decode()
        return set_image(options["images"], text=text, **given)
    progress = progress_bar("Looking for images")
    try:
        return set_image(options["images"], options["filename"] or None, progress=progress, **given)
    except Interrupted:
        click.echo(f"interrupted: {_LEFT if given['write'] else 'nothing was changed'}", err=True)
        raise
    finally:
        if progress:
            progress.clear()


_LEFT = "files written so far stay written, each is whole; run again to finish"
# What set_image() calls it, and the option that it comes from.
_SAME = "break_links drop_digest environment exclude keep_going no_downgrade require templates"
_PASSED = {
    **{name: name for name in _SAME.split()},
    "containers": "container",
    "kinds": "kind",
    "names": "name",
    "namespaces": "namespace",
}


def _report(context: click.Context, result: SetImageResult, options: dict[str, Any]) -> int:
    rows = _rows(context, result, options)
    if result.text is not None and not options["diff"]:
        click.echo(result.text, nl=False)
        click.echo("" if options["quiet"] else rows, nl=False, err=True)
    else:
        click.echo(rows, nl=False, color=context.color)
    _say(context, result, options)
    if options["check"] and result.changed:
        return max(1, result.exit_code)
    return result.exit_code


def _rows(context: click.Context, result: SetImageResult, options: dict[str, Any]) -> str:
    if result.blocked and options["output"] == "text":
        return ""  # nothing was changed, and nothing is to be applied
    if options["diff"]:
        return result.patch
    if options["output"] == "json":
        from kbump.report.json import set_image_json

        return set_image_json(result)
    if options["output"] == "github":
        from kbump.report.github import set_image_github

        return set_image_github(result)
    from kbump.report.text import change_rows

    return change_rows(result.changed, colour=coloured(context))


def _say(context: click.Context, result: SetImageResult, options: dict[str, Any]) -> None:
    for error in result.errors:
        say_error(error)
    if options["output"] != "text":
        return
    from kbump.report.text import set_image_words

    colour = sys.stderr.isatty() if context.color is None else context.color
    wrote = bool(result.written) or result.text is not None
    given = {"verbose": options["verbose"], "quiet": options["quiet"]}
    for line in set_image_words(result, wrote=wrote, colour=colour, **given):
        click.echo(line, err=True, color=context.color)
