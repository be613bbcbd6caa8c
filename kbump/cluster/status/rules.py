"""status(): how far an object is, from what the API server says of it; nothing is asked and no time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import group_kind, is_ending, text
from kbump.cluster.status import nodes as node_rules
from kbump.cluster.status import others, tasks, workloads
from kbump.cluster.status.result import Status, done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kbump.cluster.plain import Object

BLOCKING = ("CustomResourceDefinition", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet")
"""The kinds that a rollout waits for, unless it is told to wait for more."""

_APPS, _CORE = "apps", ""
_RULES: Mapping[tuple[str, str], Callable[[Object], Status]] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): others.definition,
    (_APPS, "DaemonSet"): workloads.daemon_set,
    (_APPS, "Deployment"): workloads.deployment,
    (_APPS, "ReplicaSet"): workloads.replica_set,
    (_APPS, "StatefulSet"): workloads.stateful_set,
    ("argoproj.io", "Rollout"): others.argo_rollout,
    ("batch", "CronJob"): tasks.cron_job,
    ("batch", "Job"): tasks.job,
    ("networking.k8s.io", "Ingress"): others.ingress,
    (_CORE, "PersistentVolumeClaim"): others.claim,
    (_CORE, "Pod"): tasks.pod,
    (_CORE, "ReplicationController"): workloads.replica_set,
    (_CORE, "Service"): others.service,
}


def status(
    obj: Object,
    *,
    pods: Iterable[Object] = (),
    revisions: Iterable[Object] = (),
    nodes: Iterable[Object] = (),
    classes: Iterable[Object] = (),
) -> Status:
    """Return how far an object, which says its apiVersion and kind, is.

    Of a DaemonSet only the pods on ready, schedulable nodes count, where `pods`, `revisions` (ControllerRevisions) and
    `nodes` are known; a claim whose storage class, of `classes`, waits for a pod is done.
    """
    if is_ending(obj):
        return Status("deleting", "it is being deleted")
    found = _RULES.get(group_kind(obj), others.custom)(obj)
    if found.word != "waiting":
        return found
    if group_kind(obj) == (_APPS, "DaemonSet"):
        return node_rules.excused(obj, found, pods, revisions, nodes)
    if group_kind(obj) == (_CORE, "PersistentVolumeClaim") and _waits_for_a_pod(obj, classes):
        return done("it waits for its first pod")
    return found


def _waits_for_a_pod(claim: Object, classes: Iterable[Object]) -> bool:
    named = [one for one in classes if text(one, "metadata", "name") == text(claim, "spec", "storageClassName")]
    return any(one.get("volumeBindingMode") == "WaitForFirstConsumer" for one in named)
