"""undeployed(): why what an environment says is not what its cluster runs, rolled out."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from kbump.overlays import kustomization_file
from kbump.rollouts.checking import other_cluster
from kbump.rollouts.connecting import Connection, connected
from kbump.rollouts.images import images_of
from kbump.rollouts.looking import Memory, Wishes, look
from kbump.rollouts.observing import Lists, Observer, names_of, now
from kbump.rollouts.placing import placed
from kbump.rollouts.reading import planned_of
from kbump.rollouts.watching import is_blocking, watched_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbump.config import Config
    from kbump.rollouts.connecting import Link
    from kbump.rollouts.planned import Planned


def undeployed(path: str, environ: Mapping[str, str], config: Config, *, deadline: float) -> list[str]:
    """Return a reason for each workload that is not there, runs other images, or is not done.

    The cluster is that of `environ`, in the context that `config` names; another one is a reason, too. Raises
    UsageError, SourceError and ClusterError if it cannot be told.
    """
    objects = planned_of(*_manifests(path, environ))
    choice = Connection(environ, "", config.cluster.context, "")
    with connected(choice, deadline) as link:
        refusals = other_cluster(config.cluster, link.name)
        if refusals:
            return [one.message for one in refusals]
        found, unknown = placed(link.cluster, objects)
        reasons = [f"{one.subject}: {one.message}" for one in unknown]
        return reasons + [words for one in found if is_blocking(one, ()) for words in _of_workload(one, link)]


def _manifests(path: str, environ: Mapping[str, str]) -> tuple[str, str | None, str]:
    if not (os.path.isdir(path) and kustomization_file(path)):
        return path, None, path
    from kbump.cluster.building import kustomize

    return path, kustomize(path, environ=environ), path


def _of_workload(one: Planned, link: Link) -> Iterator[str]:
    watched = watched_as(one)
    observer = Observer(link.cluster, Lists(link.cluster, names_of(link.cluster, [watched])), now())
    seen = observer.seen(watched)
    if seen.obj is None:
        yield f"{one.subject} is not there"
        return
    wanted, runs = list(images_of(one.data)), set(images_of(seen.obj))
    missing = [image for image in wanted if image not in runs]
    if missing:
        yield f"{one.subject} does not run {', '.join(f'`{image}`' for image in missing)}"
        return
    came = look(watched, seen, Memory(), Wishes(), now(), time.monotonic())
    if came.word != "done":
        yield f"{one.subject} is not rolled out: {came.message}"
