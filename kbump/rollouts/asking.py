"""status(): how far the objects of manifests are, at one moment; nothing is changed."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kbump.errors import ClusterError
from kbump.rollouts.checking import other_cluster
from kbump.rollouts.connecting import connected
from kbump.rollouts.explaining import explained
from kbump.rollouts.looking import Memory, Watched, Wishes, look
from kbump.rollouts.naming import named
from kbump.rollouts.observing import Lists, Observer, denied_words, names_of, now
from kbump.rollouts.options import LookOptions, asked
from kbump.rollouts.placing import placed
from kbump.rollouts.reading import Reading, read
from kbump.rollouts.result import Explanation, StatusResult, Workload, subject
from kbump.rollouts.watching import is_blocking, is_shown, watched_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.rollouts.connecting import Link
    from kbump.rollouts.planned import Planned

_RECENT = timedelta(hours=1)


def status(paths: str | Sequence[str] = (), **given: Any) -> StatusResult:
    """Say how far the workloads of manifests are, or those with `names` such as deployment/web; nothing is changed.

    What is given is declared in kbump.rollouts.options: Asked, as for rollout(), and LookOptions. Raises UsageError,
    ConfigError, SourceError and ClusterError, also for another cluster than the one that `config` names.
    """
    about, rest = asked(paths, given)
    options = LookOptions(**rest)
    reading = Reading([], [], []) if about.names else read(about.paths, about.text, about.name)
    for error in reading.errors:
        raise error
    with connected(about.choice, time.monotonic() + options.timeout_s) as link:
        for refusal in other_cluster(about.config.cluster, link.name):
            raise ClusterError(refusal.message, hint=refusal.hint)
        if about.names:
            return _looked([named(one, link.cluster.namespace) for one in about.names], link, [], options.log_lines)
        found, refusals = placed(link.cluster, reading.objects)
        unknown = [one.subject for one in refusals]
        missing = [one.subject for one in found if one.subject in unknown or not _is_there(one, link)]
        watched = [watched_as(one) for one in found if is_shown(one) or is_blocking(one, ())]
        there = [one for one in watched if subject(one.kind, one.namespace, one.name) not in missing]
        return _looked(there, link, missing, options.log_lines)


def _is_there(one: Planned, link: Link) -> bool:
    kind = link.cluster.resolve(one.api_version, one.kind)
    return kind is not None and link.cluster.get(kind, one.namespace, one.name) is not None


def _looked(watched: Sequence[Watched], link: Link, missing: list[str], log_lines: int) -> StatusResult:
    names = names_of(link.cluster, watched)
    lists = Lists(link.cluster, names)
    observer = Observer(link.cluster, lists, now() - _RECENT)
    workloads: list[Workload] = []
    for one in watched:
        seen = observer.seen(one)
        if seen.obj is None:
            name = subject(one.kind, one.namespace, one.name)
            missing += [name] if name not in missing else []
            continue
        found = look(one, seen, Memory(), Wishes(), now(), time.monotonic())
        open_ = found.word in ("waiting", "failed")
        why = explained(link.kubectl, one, found, seen, log_lines=log_lines) if open_ else Explanation()
        told = found.word, found.message, 0.0, one.location, why
        workloads.append(Workload(one.kind, one.namespace, one.name, "", one.blocking, *told))
    return StatusResult(link.name, workloads, missing, denied_words(lists.denied, names))
