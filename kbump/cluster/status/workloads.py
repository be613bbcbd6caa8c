"""The rules for what keeps pods running: those of `kubectl rollout status`, in its order, and a little more.

https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go; what it does not know is
said where it is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import condition, counted, dig, is_so, number, reason, text
from kbump.cluster.status.result import UNSEEN, Status, done, failed, waiting

if TYPE_CHECKING:
    from kbump.cluster.plain import Object

_DEFAULT_DEADLINE_S = 600
_ZERO = done("it is scaled to zero")


def deployment(obj: Object) -> Status:
    """Return how far a Deployment is; one that is paused in the middle of a rollout is waiting for a person."""
    if not is_observed(obj):
        return UNSEEN
    if condition(obj, "Progressing").get("reason") == "ProgressDeadlineExceeded":
        deadline_s = number(obj, "spec", "progressDeadlineSeconds", missing=_DEFAULT_DEADLINE_S)
        return failed(f"it has made no progress for {deadline_s:,} s, its `progressDeadlineSeconds`")
    wanted, total = number(obj, "spec", "replicas", missing=1), number(obj, "status", "replicas")
    updated, available = number(obj, "status", "updatedReplicas"), number(obj, "status", "availableReplicas")
    if dig(obj, "spec", "paused") is True and (updated < wanted or total > updated):
        return Status("paused", "it is paused: `kubectl rollout resume` lets it go on")
    return _replicas(wanted, total, updated, available)


def _replicas(wanted: int, total: int, updated: int, available: int) -> Status:
    if updated < wanted:
        return waiting(f"{updated} of {counted(wanted, 'new replica')} updated")
    if total > updated:
        # They end one after the other, as new ones become available.
        return waiting(f"{counted(total - updated, 'old replica')} to end, when new ones are available")
    if available < updated:
        return waiting(f"{available} of {counted(updated, 'updated replica')} available")
    # kubectl takes a scale-down that is only begun for done.
    if total > wanted:
        return waiting(f"{counted(total - wanted, 'replica')} too many, to end")
    return done(f"{counted(wanted, 'replica')} available") if wanted else _ZERO


def daemon_set(obj: Object) -> Status:
    """Return how far a DaemonSet is; with OnDelete, of which kubectl says nothing, old pods wait for a person."""
    if not is_observed(obj):
        return UNSEEN
    wanted, total = number(obj, "status", "desiredNumberScheduled"), number(obj, "status", "currentNumberScheduled")
    updated, available = number(obj, "status", "updatedNumberScheduled"), number(obj, "status", "numberAvailable")
    if _is_on_delete(obj) and total > updated:
        return _on_delete(total - updated)
    if updated < wanted:
        return waiting(f"{updated} of {counted(wanted, 'new pod')} updated")
    if available < wanted:
        return waiting(f"{available} of {counted(wanted, 'updated pod')} available")
    return done(f"{counted(wanted, 'pod')} available" if wanted else "no node is for it")


def stateful_set(obj: Object) -> Status:
    """Return how far a StatefulSet is; with OnDelete, of which kubectl says nothing, old pods wait for a person."""
    if not (number(obj, "status", "observedGeneration") and is_observed(obj)):
        return UNSEEN
    wanted, total = number(obj, "spec", "replicas", missing=1), number(obj, "status", "replicas")
    ready, updated = number(obj, "status", "readyReplicas"), number(obj, "status", "updatedReplicas")
    if _is_on_delete(obj) and total > updated:
        return _on_delete(total - updated)
    if ready < wanted:
        return waiting(f"{ready} of {counted(wanted, 'pod')} ready")
    # A partition above the replicas holds all of them (https://github.com/kubernetes/kubernetes/issues/72212).
    new = max(0, wanted - number(obj, "spec", "updateStrategy", "rollingUpdate", "partition"))
    if updated < new:
        return waiting(f"{updated} of {counted(new, 'new pod')} updated")
    if total > wanted:
        return waiting(f"{counted(total - wanted, 'pod')} too many, to end")
    return _held(wanted, new)


def _held(wanted: int, new: int) -> Status:
    if new < wanted:
        return done(f"{counted(new, 'pod')} updated, {counted(wanted - new, 'pod')} held by the partition")
    return done(f"{counted(wanted, 'pod')} ready") if wanted else _ZERO


def _is_on_delete(obj: Object) -> bool:
    return text(obj, "spec", "updateStrategy", "type") == "OnDelete"


def _on_delete(left: int) -> Status:
    pods = counted(left, "old pod")
    return Status("manual", f"{pods} to be deleted by a person: its update strategy is OnDelete")


def replica_set(obj: Object) -> Status:
    """Return how far a ReplicaSet or ReplicationController is: whether it may make its pods, and has them."""
    if not is_observed(obj):
        return UNSEEN
    wanted, total = number(obj, "spec", "replicas", missing=1), number(obj, "status", "replicas")
    available = number(obj, "status", "availableReplicas")
    if is_so(obj, "ReplicaFailure"):
        return waiting(f"its pods may not be made: {reason(condition(obj, 'ReplicaFailure'))}")
    if available < wanted:
        return waiting(f"{available} of {counted(wanted, 'replica')} available")
    if total > wanted:
        return waiting(f"{counted(total - wanted, 'replica')} too many, to end")
    return done(f"{counted(wanted, 'replica')} available") if wanted else _ZERO


def is_observed(obj: Object) -> bool:
    """Whether the controller, which always says which spec it has seen, has seen the newest."""
    return number(obj, "status", "observedGeneration") >= number(obj, "metadata", "generation")
