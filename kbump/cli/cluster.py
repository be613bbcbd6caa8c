"""What the commands that ask a cluster share: which cluster, and which manifests."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.options import added
from kbump.cli.standard_input import standard_input
from kbump.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.config import Config

cluster_options = added(
    click.option(
        "--context", metavar="NAME", default="", help="Context of the kubeconfig.  [default: its current one]"
    ),
    click.option(
        "--kubeconfig", metavar="FILE", default="",
        help="The kubeconfig.  [default: $KUBECONFIG, ~/.kube/config, or the service account of the pod]",
    ),
    click.option(
        "--kubeconfig-content-from", metavar="VAR", default="",
        help="Name of the environment variable that holds a kubeconfig, such as a secret of CI.",
    ),
    click.option("-n", "--namespace", metavar="NAME", default="", help="Namespace of objects that state none."),
)  # fmt: skip
"""Adds the options that choose a cluster, as kubectl has them."""


@contextmanager
def about(options: dict[str, Any], config: Config) -> Iterator[dict[str, Any]]:
    """Yield what kbump.rollouts.options.Asked is made of, for as long as a kubeconfig of CI's is needed."""
    paths, text, name = manifests_of(options)
    chosen = {key: options[key] for key in ("names", "context", "namespace")}
    with kubeconfig_of(options) as kubeconfig:
        given = {"environ": os.environ, "config": config, "kubeconfig": kubeconfig, **chosen}
        yield {"paths": paths, "text": text, "name": name, **given}


@contextmanager
def kubeconfig_of(options: dict[str, Any]) -> Iterator[str]:
    """Yield the path of the kubeconfig that the options name, "" for kubectl's own choice.

    One that comes in a variable is in a file that only this user can read, for as long as it is needed.
    """
    variable = options["kubeconfig_content_from"]
    if not variable:
        yield options["kubeconfig"]
        return
    if options["kubeconfig"]:
        hint = "name one of them"
        raise UsageError("`--kubeconfig` and `--kubeconfig-content-from` exclude each other", hint=hint)
    content = os.environ.get(variable, "")
    if not content.strip():
        raise UsageError(f"the environment variable `{variable}` is empty or not set", hint="let CI pass the secret")
    from tempfile import mkstemp

    descriptor, path = mkstemp(prefix="kbump-", suffix=".kubeconfig")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        yield path
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def manifests_of(options: dict[str, Any]) -> tuple[Sequence[str], str | None, str]:
    """Return paths, or the text of what is built or comes from standard input, and the name that stands for it.

    There are none if workloads are named instead.
    """
    paths, directory = options["filename"], options["kustomize"]
    if options["names"] and (paths or directory):
        raise UsageError("KIND/NAME, `-f` and `-k` exclude one another", hint="name one of them")
    if directory and paths:
        raise UsageError("`-f` and `-k` exclude each other", hint="name one of them")
    if directory:
        from kbump.cluster.building import kustomize

        return (), kustomize(directory), directory
    if "-" in paths:
        return (), standard_input(paths, "-f -").text, "-"
    return paths, None, "-"
