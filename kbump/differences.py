"""diff(): what differs between two environments, wherever they are."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from kbump.comparison import Note, PromotionDiff, compare
from kbump.comparison.expected import read_rules
from kbump.config import FILE_NAME
from kbump.environment import caller_config, is_url, open_environment
from kbump.errors import ConfigError, UsageError
from kbump.sides import Reading, read_side
from kbump.source import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kbump.environment import Environment

TIMEOUT_S = 120.0
_NOTHING: Mapping[str, str] = {}


def diff(
    old: str,
    new: str,
    *,
    text: str | None = None,
    build: bool = True,
    expected: Sequence[str] = (),
    kubernetes_version: str = "",
    exclude: Sequence[str] = (),
    ignore: bool = True,
    links: bool = False,
    environ: Mapping[str, str] = _NOTHING,
    timeout_s: float = TIMEOUT_S,
    echo: Callable[[str], None] | None = None,
) -> PromotionDiff:
    """Compare two environments by meaning: what a cluster would make of them, not how they are written.

    `old` and `new` are paths, names that .kbump.yaml declares, REV:PATH of the git repository around the current
    directory, URLs (`URL//DIRECTORY?ref=REV`), or `-` for `text`. A kustomize overlay is built, unless `build` is
    false. `expected` are paths of what may differ, such as `Deployment:spec.replicas`, beside those of the .kbump.yaml
    of both sides; `kubernetes_version` chooses schemas and defaults, else the .kbump.yaml of the new side does.
    `exclude` and `ignore` as for images(). With `links` the images have the address of what changed between their
    builds, where the history of the environments tells. `environ` are the variables that git and kubectl are run with,
    and that credentials are taken from, such as os.environ; both have `timeout_s` in all. `echo` is given a line for
    each command that is run.

    Raises UsageError for what is none of these, or a rule or version that is unknown, ConfigError, SourceError for a
    path that cannot be read or built, and GitError; a file that cannot be read or parsed is in the notes.
    """
    if old == new == STANDARD_INPUT:
        raise UsageError("`-` can be only one of the two", hint="name a file or directory for the other")
    deadline = time.monotonic() + timeout_s
    opened = partial(
        open_environment, environ=environ, caller=caller_config(old, new), token_host=_token_host(new),
        deadline=deadline, echo=echo,
    )  # fmt: skip
    reading = Reading(text, kubectl_builder(environ, deadline, echo) if build else None, exclude, ignore)
    with opened(old) as ours, opened(new, beside=ours) as theirs:
        result = compare_environments(ours, theirs, reading, expected=expected, kubernetes_version=kubernetes_version)
        if links:
            from kbump.links import linked

            return linked(result, (ours, theirs), environ, deadline=deadline, echo=echo)
    return result


def compare_environments(
    old: Environment,
    new: Environment,
    reading: Reading,
    *,
    expected: Sequence[str] = (),
    kubernetes_version: str = "",
) -> PromotionDiff:
    """Compare two environments that are on this disk, with what the .kbump.yaml of both say; see diff()."""
    (one, notes), (other, more) = read_side(old, reading), read_side(new, reading)
    result = compare(
        one,
        other,
        expected=[*expected, *_rules(old), *_rules(new)],
        images=_images(old, new),
        kubernetes_version=kubernetes_version or new.config.validate.version or old.config.validate.version,
    )
    notes = [*notes, *more, *result.notes]
    notes += _empty(result._replace(notes=notes))
    return result._replace(notes=notes, old_commit=old.commit, new_commit=new.commit)


def kubectl_builder(
    environ: Mapping[str, str], deadline: float, echo: Callable[[str], None] | None = None
) -> Callable[[str, str], str]:
    """Return what builds overlays for a Reading: kubectl, with none of kbump's secrets, until the deadline."""
    return partial(_built, environ, deadline, echo)


def _built(
    environ: Mapping[str, str], deadline: float, echo: Callable[[str], None] | None, directory: str, shown: str
) -> str:
    from kbump.cluster.building import kustomize
    from kbump.git.access import SECRETS

    if echo:
        echo(f"$ kubectl kustomize {shown}")
    kept = {name: value for name, value in environ.items() if name not in SECRETS}
    return kustomize(directory, environ=kept or None, timeout_s=max(deadline - time.monotonic(), 0.0))


def _token_host(new: str) -> str:
    """Return the one host that KBUMP_TOKEN is for if both sides are elsewhere: that of the new side."""
    if not is_url(new):
        return ""
    from kbump.remote import Remote

    return Remote.parse(new).host


def _rules(environment: Environment) -> tuple[str, ...]:
    """Return what the .kbump.yaml of an environment expects to differ; raise ConfigError for a rule that is none."""
    config = environment.config
    try:
        read_rules(config.expected)
    except UsageError as error:
        file = environment.shown(os.path.relpath(os.path.join(config.root, FILE_NAME)))
        raise ConfigError(f"`diff: expected:` in {file}: {error.message}", hint=error.hint) from None
    return config.expected


def _images(*environments: Environment) -> dict[str, tuple[str, ...]]:
    """Return the paths of images in custom resources that either side knows."""
    found: dict[str, tuple[str, ...]] = {}
    for environment in environments:
        for kind, paths in environment.config.images.items():
            found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), *paths)))
    return found


def _empty(result: PromotionDiff) -> Iterator[Note]:
    """Say which side has nothing that could be compared: a wrong path must not pass for an answer."""
    shared = result.equal or result.images or result.differences
    hint = "a manifest has apiVersion and kind"
    for name, objects in ((result.old, result.only_old), (result.new, result.only_new)):
        if not (shared or objects or any(note.side == name for note in result.errors)):
            yield Note("empty", name, f"there is no manifest in `{name}`", hint=hint)
