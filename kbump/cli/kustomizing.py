"""`-k`: the option, and the overlays that it names, as `kubectl kustomize` builds them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kbump.cli.edge import say_error
from kbump.cli.options import ListedText
from kbump.errors import KbumpError, UsageError
from kbump.finding import Built
from kbump.overlays import kustomization_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


def kustomize_option(verb: str) -> Callable[[Any], Any]:
    """Return the option; `verb` says what becomes of what is built."""
    help_text = f"{verb} what `kubectl kustomize DIR` builds. Repeatable."
    return click.option("-k", "--kustomize", metavar="DIR", multiple=True, type=ListedText(), help=help_text)


def check_exclusive(options: Mapping[str, Any]) -> None:
    """Raise UsageError if paths, overlays and an environment are named together."""
    if sum(map(bool, (options["kustomize"], options["environment"], options["paths"]))) > 1:
        raise UsageError("PATH, `-k` and `--environment` exclude one another", hint="name one of them")


def build(directories: Sequence[str]) -> tuple[list[tuple[Built, str]], list[KbumpError]]:
    """Return overlays, each once, with what they build, and errors for those that cannot be built.

    Raises the error if none of them can.
    """
    from kbump.cluster.building import kustomize

    found: list[tuple[Built, str]] = []
    errors: list[KbumpError] = []
    names: dict[str, str] = {}
    for one in directories:
        names.setdefault(os.path.realpath(one), one)
    for name in names.values():
        try:
            found.append((Built(name, kustomization_file(name) or name), kustomize(name)))
        except KbumpError as error:
            errors.append(error)
    if found or not errors:
        return found, errors
    for error_before in errors[:-1]:
        say_error(error_before)
    raise errors[-1]
