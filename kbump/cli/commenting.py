"""`--comment`: the option, and what is said of the comment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.edge import say_error
from kbump.errors import KbumpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbump.commenting import Posted
    from kbump.marker import Marker

AUTO = 0


if TYPE_CHECKING:
    _Number = click.ParamType[int]
else:
    _Number = click.ParamType  # generic since click 8.4 only


class _PullRequest(_Number):
    """The number of a pull request, or `auto`, which is 0."""

    name = "auto|N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "auto":
            return AUTO
        if not (value.isascii() and value.isdigit() and int(value)):
            hint = "Before another argument, write `--comment=auto`."
            self.fail(f"`{value}` is neither `auto` nor the number of a pull request. {hint}", param, ctx)
        return int(value)


comment_option = click.option(
    "--comment", type=_PullRequest(), metavar="[auto|N]", is_flag=False, flag_value="auto",
    help="Say it on pull request N, too, or on that of this build or commit: in one comment, kept up to date. "
    "`--comment=auto` before another argument.",
)  # fmt: skip


def comment(page: Callable[..., str], marker: Marker, path: str, options: dict[str, Any]) -> int:
    """Write a comment in the repository around a path; return 0, or 2 if it could not be written.

    `page` is given the number of characters that there may be as its `limit`.
    """
    from kbump.commenting import post
    from kbump.drone import occasion_of
    from kbump.workspace import find_config

    start = "." if path == "-" else path
    try:
        posted = post(
            page, marker, start, occasion_of(os.environ),
            environ=os.environ, said=find_config(start).forge, number=options["comment"],
        )  # fmt: skip
    except KbumpError as error:
        say_error(type(error)(f"no comment was written: {error.message}", location=error.location, hint=error.hint))
        return 2
    if not options["quiet"]:
        for line in _said(posted):
            click.echo(line, err=True)
    return 0


def _said(posted: Posted) -> list[str]:
    if posted.comments or posted.newer:
        return [
            *(f"commented on pull request {number}: {one.url}" for number, one in posted.comments.items()),
            *(
                f"pull request {number} keeps {one.url}: it is of a newer commit"
                for number, one in posted.newer.items()
            ),
        ]
    commit = f"commit {posted.commit[:12]}" if posted.commit else "what is checked out here"
    return [f"no comment was written: {commit} has no pull request in {posted.remote.url}"]


def below_top(path: str) -> str:
    """Return a path as it is from the top of the work tree around it, or else from the current directory."""
    from kbump.files.listing import top

    return path if path == "-" else os.path.relpath(os.path.realpath(path), top(path) or ".")
