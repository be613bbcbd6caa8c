"""`kbump images`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kbump.cli.edge import say_error
from kbump.cli.kustomizing import build, check_exclusive, kustomize_option
from kbump.cli.options import CONTEXT, apply_defaults, coloured, common_options
from kbump.cli.progress import progress_bar
from kbump.cli.standard_input import standard_input
from kbump.errors import Location
from kbump.inventory import ImagesResult, images
from kbump.workspace import find_config

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = """\b
Examples:
  kbump images
  kbump images k8s/staging k8s/production -o json
  kbump images -k overlays/production
  kbump images --require-pinned k8s/production
  kubectl get deployments -o yaml | kbump images -

\b
Exit codes: 0 done, also if there is no image; 1 an image is not pinned, if that is
required; 2 usage, or a file that cannot be read or parsed (the others are listed
all the same)."""


@click.command("images", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@kustomize_option("List")
@click.option("--environment", metavar="NAME", default="", help="List the directory that .kbump.yaml gives NAME.")
@click.option(
    "--require-pinned",
    is_flag=True,
    help="List only images that are not pinned (no tag, latest, stable, 1.27, a template); exit 1 if there is one.",
)
@common_options("text", "json", "github")
@click.pass_context
def images_command(context: click.Context, /, **_: Any) -> int:
    """List every image reference with place, workload and container.

    PATH is a file, a directory or `-` for standard input; without it, the current directory.
    """
    paths = context.params["paths"]
    options = apply_defaults(context, find_config(paths[0] if paths else "."))
    result = _listed(options)
    pinned = options["require_pinned"]
    click.echo(_rows(context, result, options["output"], pinned), nl=False, color=context.color)
    for error in result.errors:
        say_error(error)
    if not options["quiet"] and options["output"] == "text":
        from kbump.report.text import images_words, pinned_words

        for line in (pinned_words if pinned else images_words)(result, verbose=options["verbose"]):
            click.echo(line, err=True)
    return result.exit_code or int(pinned and bool(result.unpinned))


def _listed(options: dict[str, Any]) -> ImagesResult:
    paths = options["paths"]
    check_exclusive(options)
    if options["kustomize"]:
        return _of_overlays(options["kustomize"], in_files=options["output"] == "github")
    if "-" in paths:
        return images(text=standard_input(paths).text)
    progress = progress_bar("Looking for images")
    try:
        return images(
            paths or None,
            environment=options["environment"],
            exclude=options["exclude"],
            ignore=not options["no_ignore"],
            progress=progress,
        )
    finally:
        if progress:
            progress.clear()


def _of_overlays(directories: Sequence[str], *, in_files: bool) -> ImagesResult:
    """List what overlays build; for a reader of files the images are in the kustomizations."""
    overlays, errors = build(directories)
    results = [images(text=text, name=overlay.directory) for overlay, text in overlays]
    listed = [image for one in results for image in one.images]
    if in_files:
        place = {overlay.directory: Location(overlay.file, 1, 1) for overlay, _ in overlays}
        listed = [image._replace(location=place[image.location.file]) for image in listed]
    return ImagesResult(
        listed,
        [*errors, *(error for one in results for error in one.errors)],
        [skipped for one in results for skipped in one.skipped],
        sum(one.files for one in results),
        sum(one.others for one in results),
    )


def _rows(context: click.Context, result: ImagesResult, output: str, pinned: bool) -> str:
    if output == "json":
        from kbump.report.json import images_json

        return images_json(result._replace(images=result.unpinned) if pinned else result)
    if output == "github":
        return _annotations(result, pinned)
    from kbump.report.text import images_rows

    return images_rows(result, colour=coloured(context), unpinned=pinned)


def _annotations(result: ImagesResult, pinned: bool) -> str:
    """Return annotations: errors for what is not pinned, where that is required."""
    from kbump.report.github import annotation, images_github
    from kbump.report.text import image_line

    if not pinned:
        return images_github(result)
    lines = [annotation("error", one.location, "image", image_line(one, unpinned=True)) for one in result.unpinned]
    return "".join(lines) + images_github(result._replace(images=[]))
