"""Pods that no node takes: which predicate of the scheduler says no, and claims that have no volume.

https://github.com/kubernetes/kubernetes/tree/master/pkg/scheduler/framework/plugins has the scheduler's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import condition, dig, instant, name, text, things

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

_NODES = re.compile(r"^0/(\d+) nodes are available: ")
_CLAIM = re.compile(r"unbound immediate PersistentVolumeClaims|persistentvolumeclaim \"")
_DESCRIBE = "`kubectl describe nodes`"
_HINTS = (
    (re.compile("Insufficient|Too many pods"), f"lower its `resources.requests`, or make room: {_DESCRIBE}"),
    (re.compile("taint"), f"add a toleration, or remove the taint: {_DESCRIBE}"),
    (
        re.compile("node affinity/selector|requested node name"),
        "compare `nodeSelector` and `affinity` with `kubectl get nodes --show-labels`",
    ),
    (re.compile("affinity"), "look at its `podAffinity` and `podAntiAffinity`, and where such pods run"),
    (re.compile("topology spread"), "look at its `topologySpreadConstraints`"),
    (re.compile("free ports"), "another pod has its `hostPort` on each node"),
    (re.compile("volume|disk|zone|storage"), "look at where its volumes are: `kubectl get pv -o wide`"),
    (re.compile("unschedulable"), "uncordon a node: `kubectl uncordon`"),
)
# Events of the cluster autoscaler, and of Karpenter.
_SCALING = ("TriggeredScaleUp", "Nominated")
_SCHEDULED_S = 10
"""Within which a scheduler that is there has looked at a pod."""


def unscheduled(pod: Object, known: Known) -> Iterator[Trouble]:
    """Yield why a pod has no node, in the scheduler's words, the sentence first."""
    told = condition(pod, "PodScheduled")
    if not told:
        yield from _unseen(pod, known)
    if told.get("status") != "False":
        return
    # What follows is what preemption would have brought.
    message = text(told, "message").partition(". ")[0].rstrip(".")
    if told.get("reason") == "SchedulingGated":
        gates = ", ".join(f"`{one.get('name')}`" for one in things(pod, "spec", "schedulingGates"))
        yield Trouble("unschedulable", f"scheduling gates hold it: {gates}", "their owner takes them away", name(pod))
    elif _CLAIM.search(message):
        yield _unbound(pod, message, known)
    else:
        hint = next((hint for pattern, hint in _HINTS if pattern.search(message)), _DESCRIBE)
        coming = any(known.last(pod, reason) for reason in _SCALING)
        found = "scaling" if coming else "unschedulable"
        note = ", and the autoscaler brings one" if coming else ""
        yield Trouble(found, f"no node takes it{note}: {_counted(message)}", hint, name(pod))


def _unseen(pod: Object, known: Known) -> Iterator[Trouble]:
    created, scheduler = instant(dig(pod, "metadata", "creationTimestamp")), text(pod, "spec", "schedulerName")
    if scheduler and created and (known.now - created).total_seconds() > _SCHEDULED_S:
        hint = "correct `schedulerName`, or look at why that scheduler does not run"
        yield Trouble("unschedulable", f"the scheduler `{scheduler}` has not looked at it", hint, name(pod))


def _counted(message: str) -> str:
    """Return what the nodes lack: "of 3 nodes 2 didn't match ..., 1 had untolerated taint ..."."""
    total = _NODES.match(message)
    if not total:
        return message or "the scheduler does not say why"
    rest = re.sub(r"(\d+) node\(s\) ", r"\1 ", message[total.end() :])
    return f"of {total[1]} nodes {rest}" if rest[:1].isdigit() else rest


def _unbound(pod: Object, message: str, known: Known) -> Trouble:
    missing = re.search(r'persistentvolumeclaim "([^"]+)" not found', message)
    if missing:
        hint = "apply it, or correct `claimName`"
        return Trouble("volume", f"its claim `{missing[1]}` does not exist", hint, name(pod))
    namespace = text(pod, "metadata", "namespace")
    unbound = [one for one in claims(pod) if text(known.around.claim(namespace, one), "status", "phase") != "Bound"]
    listed = ", ".join(f"`{one}`" for one in unbound)
    have = f"its claims {listed} have no volume" if len(unbound) > 1 else f"its claim {listed} has no volume"
    why = next((said for one in unbound if (said := _refused(known, namespace, one))), "")
    hint = "look at the claim's storage class and events: `kubectl describe pvc`"
    return Trouble("volume", f"{have}{f': {why}' if why else ''}", hint, name(pod))


def claims(pod: Object) -> list[str]:
    """Return the names of the claims that a pod uses; an ephemeral volume's is made for it."""
    found = []
    for volume in things(pod, "spec", "volumes"):
        if claim := text(volume, "persistentVolumeClaim", "claimName"):
            found.append(claim)
        elif volume.get("ephemeral"):
            found.append(f"{name(pod)}-{volume.get('name')}")
    return found


def _refused(known: Known, namespace: str, claim: str) -> str:
    about = f"PersistentVolumeClaim/{namespace}/{claim}"
    told = (known.around.said(about, reason) for reason in ("ProvisioningFailed", "FailedBinding"))
    return next((text(one, "message") for one in told if one), "")
