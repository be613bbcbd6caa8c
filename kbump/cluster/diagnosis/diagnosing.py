"""troubles(): what keeps the pods of a workload from being ready, in sentences, at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.around import Around
from kbump.cluster.diagnosis.containers import containers
from kbump.cluster.diagnosis.containers import fallen as of_fallen
from kbump.cluster.diagnosis.images import said
from kbump.cluster.diagnosis.known import Known
from kbump.cluster.diagnosis.owners import is_of_quota, is_ordered, of_owner
from kbump.cluster.diagnosis.pods import is_put_out, is_unready, never_ending, of_pod
from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import is_ending, name, number, text, uid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from kbump.cluster.diagnosis.known import Place
    from kbump.cluster.plain import Object


def diagnosed(
    workload: Object,
    around: Around,
    *,
    now: datetime,
    pulls: Mapping[Place, str] | None = None,
    before: Mapping[Place, int] | None = None,
) -> list[Trouble]:
    """Return what keeps the newest revision of a workload from being ready.

    `pulls` and `before` are what pull_messages() and restarts() have said: the first all along, the second when the
    rollout began.
    """
    newest, older, revision = around.chosen(workload)
    known = Known(now, around, pulls or {}, before or {})
    found = _of_pods(newest, known)
    if is_ordered(workload):
        found = _ordered(workload, found) + list(_blocked(older, known))
    refused = _of_owners((workload, revision) if revision else (workload,), known)
    if older:
        refused = [one._replace(reason="quota") if is_of_quota(one) else one for one in refused]
    return found + refused + [ending for pod in (*older, *newest) for ending in never_ending(pod, known)]


def troubles(
    pods: Iterable[Object],
    *,
    owners: Iterable[Object] = (),
    events: Iterable[Object] = (),
    now: datetime,
    pulls: Mapping[Place, str] | None = None,
    before: Mapping[Place, int] | None = None,
) -> list[Trouble]:
    """Return what keeps pods from being ready, and their owners from making them, whatever workload they are of."""
    known = Known(now, Around(events=events), pulls or {}, before or {})
    return _of_pods(list(pods), known) + _of_owners(owners, known)


def pull_messages(pods: Iterable[Object]) -> dict[Place, str]:
    """Return what the kubelet says right now of images that it could not pull: older ones say it only for moments."""
    return {
        (uid(pod), one.name): words
        for pod in pods
        for one in containers(pod)
        if one.waiting.get("reason") in ("ErrImagePull", "ImagePullBackOff") and (words := said(one.waiting))
    }


def restarts(pods: Iterable[Object]) -> dict[Place, int]:
    """Return how often containers were started again, and 0 for each pod: what was before a rollout is not of it."""
    found: dict[Place, int] = {}
    for pod in pods:
        found[uid(pod), ""] = 0
        found |= {(uid(pod), one.name): number(one.status, "restartCount") for one in containers(pod)}
    return found


def fallen(
    pods: Iterable[Object], *, events: Iterable[Object] = (), now: datetime, before: Mapping[Place, int]
) -> list[Trouble]:
    """Return which containers have ended since restarts() said `before`, also those that run again and are ready."""
    known = Known(now, Around(events=events), {}, before)
    lasting = [pod for pod in pods if not is_ending(pod)]
    return [
        found._replace(pod=name(pod)) for pod in lasting for one in containers(pod) for found in of_fallen(one, known)
    ]


def _of_pods(pods: list[Object], known: Known) -> list[Trouble]:
    # A pod that was put out before the rollout began stays, and has been replaced.
    listed = [pod for pod in pods if not (is_put_out(pod) and (uid(pod), "") in known.before)]
    put_out = sum(map(is_put_out, listed))
    return [one for pod in listed for one in of_pod(pod, known, put_out)]


def _of_owners(owners: Iterable[Object], known: Known) -> list[Trouble]:
    """Return what is said of owners; a Deployment repeats what its ReplicaSet says."""
    return list(dict.fromkeys(one for owner in owners for one in of_owner(owner, known)))


def _ordered(workload: Object, found: list[Trouble]) -> list[Trouble]:
    """Say of the pods of a StatefulSet that none is made before those that have troubles are ready."""
    if number(workload, "status", "replicas") >= number(workload, "spec", "replicas", missing=1):
        return found
    note = "the StatefulSet makes no other pod before this one is ready"
    return [one._replace(hint=f"{one.hint}; {note}" if one.hint else note) for one in found]


def _blocked(older: list[Object], known: Known) -> Iterator[Trouble]:
    """Yield the pods of older revisions that a StatefulSet waits for before it goes on.

    https://github.com/kubernetes/kubernetes/issues/67250
    """
    for pod in older:
        why = next(iter(of_pod(pod, known, 0)), None) if is_unready(pod) else None
        if why:
            message = f"it is of an older revision, and the StatefulSet waits until it is ready: {why.message}"
            namespace = text(pod, "metadata", "namespace")
            option = f" --namespace {namespace}" if namespace else ""
            hint = f"`kubectl delete pod {name(pod)}{option}` lets it go on"
            yield Trouble("blocked", message, hint, name(pod), why.container)
