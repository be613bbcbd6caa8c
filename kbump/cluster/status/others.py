"""The rules for what is not made of pods: what kstatus says, and Helm of load balancers.

https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/status/core.go and generic.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import condition, dig, is_so, reason, text, things
from kbump.cluster.status.result import UNSEEN, Status, done, failed, waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.cluster.plain import Object
    from kbump.cluster.status.result import Word

_PHASES: Mapping[str, Word] = {"Healthy": "done", "Progressing": "waiting", "Degraded": "failed", "Paused": "paused"}


def definition(obj: Object) -> Status:
    """Return whether the kind of a CustomResourceDefinition is served."""
    names, established = condition(obj, "NamesAccepted"), condition(obj, "Established")
    if names.get("status") == "False":
        return failed(f"its names are not accepted: {reason(names)}")
    if established.get("status") == "False" and established.get("reason") != "Installing":
        return failed(f"it is not established: {reason(established)}")
    return done("it is established") if is_so(obj, "Established") else waiting("it is not established")


def claim(obj: Object) -> Status:
    """Return whether a PersistentVolumeClaim has its volume."""
    phase = text(obj, "status", "phase")
    if phase == "Bound":
        return done("it is bound")
    return failed("its volume is lost") if phase == "Lost" else waiting("it is not bound")


def service(obj: Object) -> Status:
    """Return whether a Service has the address that it asks of a load balancer."""
    if text(obj, "spec", "type") != "LoadBalancer" or dig(obj, "spec", "externalIPs"):
        return done("it is there")
    return _addressed(obj, "its load balancer has an address", "its load balancer has no address")


def ingress(obj: Object) -> Status:
    """Return whether an Ingress has an address."""
    return _addressed(obj, "it has an address", "it has no address")


def _addressed(obj: Object, found: str, missing: str) -> Status:
    return done(found) if dig(obj, "status", "loadBalancer", "ingress") else waiting(missing)


def argo_rollout(obj: Object) -> Status:
    """Return how far an Argo Rollout is, in its own words: https://argo-rollouts.readthedocs.io/en/stable/."""
    if not _is_observed(obj, dig(obj, "status", "observedGeneration")):
        return UNSEEN
    phase = text(obj, "status", "phase")
    return Status(_PHASES.get(phase, "waiting"), text(obj, "status", "message") or f"it is {phase.lower() or 'new'}")


def custom(obj: Object) -> Status:
    """Return how far any other object is, by the conditions that kstatus asks controllers for."""
    if not _is_observed(obj, dig(obj, "status", "observedGeneration")):
        return UNSEEN
    for found in things(obj, "status", "conditions"):
        if found.get("status") == "True" and found.get("type") == "Reconciling":
            return waiting(reason(found))
        if found.get("status") == "True" and found.get("type") == "Stalled":
            return failed(f"it is stalled: {reason(found)}")
    ready = condition(obj, "Ready")
    if not _is_observed(obj, ready.get("observedGeneration")):
        return UNSEEN
    if ready.get("status") in ("False", "Unknown"):
        return waiting(f"it is not ready: {reason(ready)}")
    return done("it is ready" if ready else "it is there")


def _is_observed(obj: Object, seen: object) -> bool:
    """Whether a controller has seen the newest spec; some write the number as a text (helm/helm#32615)."""
    newest = dig(obj, "metadata", "generation")
    return newest is None or not str(seen).isdigit() or int(str(seen)) >= int(newest)
