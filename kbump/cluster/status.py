"""status(): how far an object is, from what the API server says of it; nothing is asked and no time passes.

Of Deployments, StatefulSets and DaemonSets the rules are those of `kubectl rollout status`, in its order
(https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go), but that what waits for a
person, or is going away, has a word of its own; of custom resources they are those of kstatus
(https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Object = Mapping[str, Any]

Word = Literal["done", "waiting", "failed", "paused", "manual", "deleting"]
BLOCKING = ("CustomResourceDefinition", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet")
"""The kinds that a rollout waits for, unless it is told to wait for more."""


class Status(NamedTuple):
    """How far an object is: a word and a sentence.

    `done`; `waiting` for the cluster; `failed` for good; `paused` by a person; `manual`: applied, and a person has to
    delete pods; `deleting`.
    """

    word: Word
    message: str


def status(obj: Object) -> Status:
    """Return how far an object is; what the API server has not looked at yet is waiting."""
    if _dig(obj, "metadata", "deletionTimestamp"):
        return Status("deleting", "it is being deleted")
    rule = _RULES.get((_group(obj), str(obj.get("kind", ""))))
    if rule is not None:
        return rule(obj)
    return _custom(obj)


def _deployment(obj: Object) -> Status:
    wanted = _number(obj, "spec", "replicas", missing=1)
    updated, total = _number(obj, "status", "updatedReplicas"), _number(obj, "status", "replicas")
    available = _number(obj, "status", "availableReplicas")
    if _dig(obj, "spec", "paused") is True:
        return Status("paused", "it is paused: `kubectl rollout resume` lets it go on")
    if not _is_observed(obj):
        return _UNSEEN
    progress = _condition(obj, "Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded":
        return Status("failed", f"it exceeded its progress deadline: {progress.get('message') or 'no progress'}")
    return _replicas(wanted, updated, total, available)


def _replicas(wanted: int, updated: int, total: int, available: int) -> Status:
    if updated < wanted:
        return Status("waiting", f"{updated} of {_counted(wanted, 'new replica')} updated")
    if total > updated:
        return Status("waiting", f"{_counted(total - updated, 'old replica')} to end")
    if available < updated:
        return Status("waiting", f"{available} of {_counted(updated, 'updated replica')} available")
    return Status("done", f"{_counted(wanted, 'replica')} available" if wanted else "it is scaled to zero")


def _daemon_set(obj: Object) -> Status:
    wanted = _number(obj, "status", "desiredNumberScheduled")
    updated, available = _number(obj, "status", "updatedNumberScheduled"), _number(obj, "status", "numberAvailable")
    if not _is_observed(obj):
        return _UNSEEN
    if _strategy(obj) == "OnDelete":
        return _on_delete(updated, wanted)
    if updated < wanted:
        return Status("waiting", f"{updated} of {_counted(wanted, 'new pod')} updated")
    if available < wanted:
        return Status("waiting", f"{available} of {_counted(wanted, 'updated pod')} available")
    return Status("done", f"{_counted(wanted, 'pod')} available" if wanted else "no node is for it")


def _stateful_set(obj: Object) -> Status:
    wanted = _number(obj, "spec", "replicas", missing=1)
    ready, updated = _number(obj, "status", "readyReplicas"), _number(obj, "status", "updatedReplicas")
    if not (_number(obj, "status", "observedGeneration") and _is_observed(obj)):
        return _UNSEEN
    if _strategy(obj) == "OnDelete":
        return _on_delete(updated, wanted)
    if ready < wanted:
        return Status("waiting", f"{ready} of {_counted(wanted, 'pod')} ready")
    # A partition above the replicas holds all of them (https://github.com/kubernetes/kubernetes/issues/72212).
    partition = _number(obj, "spec", "updateStrategy", "rollingUpdate", "partition")
    new = max(0, wanted - partition)
    if updated < new:
        return Status("waiting", f"{updated} of {_counted(new, 'new pod')} updated")
    if partition:
        return Status("done", f"{_counted(new, 'pod')} updated, {_counted(wanted - new, 'pod')} held by the partition")
    return Status("done", f"{_counted(wanted, 'pod')} ready" if wanted else "it is scaled to zero")


def _on_delete(updated: int, wanted: int) -> Status:
    if updated >= wanted:
        return Status("done", f"{_counted(wanted, 'pod')} updated")
    left = _counted(wanted - updated, "pod")
    return Status("manual", f"{left} to be deleted by a person: its update strategy is OnDelete")


def _replica_set(obj: Object) -> Status:
    wanted, available = _number(obj, "spec", "replicas", missing=1), _number(obj, "status", "availableReplicas")
    if not _is_observed(obj):
        return _UNSEEN
    failure = _condition(obj, "ReplicaFailure")
    if failure.get("status") == "True":
        return Status("failed", str(failure.get("message") or failure.get("reason")))
    if available < wanted:
        return Status("waiting", f"{available} of {_counted(wanted, 'replica')} available")
    return Status("done", f"{_counted(wanted, 'replica')} available")


def _job(obj: Object) -> Status:
    for kind, word in (("Failed", "failed"), ("Complete", "done")):
        found = _condition(obj, kind)
        if found.get("status") == "True":
            text = f"it failed: {found.get('message') or found.get('reason')}" if word == "failed" else "it is complete"
            return Status("failed" if word == "failed" else "done", text)
    if _dig(obj, "spec", "suspend") is True:
        return Status("paused", "it is suspended")
    active, wanted = _number(obj, "status", "active"), _number(obj, "spec", "completions", missing=1)
    succeeded, failed = _number(obj, "status", "succeeded"), _number(obj, "status", "failed")
    again = f", {_counted(failed, 'pod')} failed" if failed else ""
    return Status(
        "waiting", f"{succeeded} of {_counted(wanted, 'completion')}, {_counted(active, 'pod')} active{again}"
    )


def _pod(obj: Object) -> Status:
    phase = _dig(obj, "status", "phase")
    if phase == "Succeeded":
        return Status("done", "it has ended well")
    if phase == "Failed":
        why = _dig(obj, "status", "message") or _dig(obj, "status", "reason") or "a container ended with an error"
        return Status("failed", f"it failed: {why}")
    if _condition(obj, "Ready").get("status") == "True":
        return Status("done", "it is ready")
    return Status("waiting", "it is not ready" if phase == "Running" else "it is pending")


def _definition(obj: Object) -> Status:
    names = _condition(obj, "NamesAccepted")
    if names.get("status") == "False":
        return Status("failed", f"its names are not accepted: {names.get('message') or names.get('reason')}")
    established = _condition(obj, "Established").get("status") == "True"
    return Status("done", "it is established") if established else Status("waiting", "it is not established")


def _claim(obj: Object) -> Status:
    phase = _dig(obj, "status", "phase")
    if phase == "Bound":
        return Status("done", "it is bound")
    if phase == "Lost":
        return Status("failed", "its volume is lost")
    return Status("waiting", "it is not bound")


def _service(obj: Object) -> Status:
    if _dig(obj, "spec", "type") != "LoadBalancer" or _dig(obj, "status", "loadBalancer", "ingress"):
        return Status("done", "it is there")
    return Status("waiting", "its load balancer has no address")


def _ingress(obj: Object) -> Status:
    if _dig(obj, "status", "loadBalancer", "ingress"):
        return Status("done", "it has an address")
    return Status("waiting", "it has no address")


def _cron_job(obj: Object) -> Status:
    if _dig(obj, "spec", "suspend") is True:
        return Status("paused", "it is suspended")
    return Status("done", "it is scheduled")


def _custom(obj: Object) -> Status:
    if not _is_observed(obj):
        return _UNSEEN
    stalled, reconciling, ready = (_condition(obj, kind) for kind in ("Stalled", "Reconciling", "Ready"))
    if stalled.get("status") == "True":
        return Status("failed", f"it is stalled: {stalled.get('message') or stalled.get('reason')}")
    if reconciling.get("status") == "True" or ready.get("status") in ("False", "Unknown"):
        found = reconciling if reconciling.get("status") == "True" else ready
        return Status("waiting", str(found.get("message") or found.get("reason") or "it is not ready"))
    return Status("done", "it is ready" if ready else "it is there")


_UNSEEN = Status("waiting", "no controller has looked at it yet")
_APPS, _CORE = "apps", ""
_RULES: Mapping[tuple[str, str], Callable[[Object], Status]] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    (_APPS, "DaemonSet"): _daemon_set,
    (_APPS, "Deployment"): _deployment,
    (_APPS, "ReplicaSet"): _replica_set,
    (_APPS, "StatefulSet"): _stateful_set,
    ("batch", "CronJob"): _cron_job,
    ("batch", "Job"): _job,
    ("networking.k8s.io", "Ingress"): _ingress,
    (_CORE, "PersistentVolumeClaim"): _claim,
    (_CORE, "Pod"): _pod,
    (_CORE, "Service"): _service,
}


def _group(obj: Object) -> str:
    return str(obj.get("apiVersion", "")).rpartition("/")[0]


def _dig(obj: Any, *path: str) -> Any:
    for key in path:
        obj = obj.get(key) if isinstance(obj, dict) else None
    return obj


def _number(obj: Object, *path: str, missing: int = 0) -> int:
    value = _dig(obj, *path)
    return value if isinstance(value, int) else missing


def _is_observed(obj: Object) -> bool:
    """Whether the controller has seen the newest spec; some write its number as a text (helm/helm#32615)."""
    seen, newest = _dig(obj, "status", "observedGeneration"), _dig(obj, "metadata", "generation")
    if seen is None:
        return (_group(obj), obj.get("kind")) not in _COUNTING
    return newest is None or not str(seen).isdigit() or int(str(seen)) >= int(newest)


# Their controllers always say which spec they have seen.
_COUNTING = {(_APPS, kind) for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")}


def _condition(obj: Object, kind: str) -> dict[str, Any]:
    conditions = _dig(obj, "status", "conditions")
    found = (one for one in conditions if isinstance(one, dict)) if isinstance(conditions, list) else ()
    return next((one for one in found if one.get("type") == kind), {})


def _strategy(obj: Object) -> str:
    return str(_dig(obj, "spec", "updateStrategy", "type") or "RollingUpdate")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
