"""What keeps a pod from being ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.around import moment
from kbump.cluster.diagnosis.containers import containers, of_container
from kbump.cluster.diagnosis.scheduling import claims, unscheduled
from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import condition, dig, instant, is_ending, is_so, name, owner_kind, text, things, uid
from kbump.cluster.status.tasks import why_failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

# By the reason that a pod has which a node, or the scheduler, has put an end to.
_PUT_OUT: Mapping[str, str] = {
    "Evicted": "it was evicted",
    "NodeShutdown": "its node is being shut down",
    "Preempting": "it was put out for a pod that matters more",
    "Shutdown": "its node was shut down",
    "Terminated": "its node was shut down",
}
_MADE_S, _ENDED_S = 30, 30
"""How long it may take until something is said of it."""
_MOUNTS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")


def of_pod(pod: Object, known: Known, put_out: int) -> Iterator[Trouble]:
    """Yield what keeps a pod from being ready; one that is being deleted, or has ended well, is not to be.

    `put_out` is how many pods of the workload were put out.
    """
    phase = text(pod, "status", "phase")
    if is_ending(pod) or phase == "Succeeded":
        return
    if phase == "Failed":
        yield _failed(pod, put_out)
        return
    found = [*unscheduled(pod, known), *_of_node(pod, known), *_of_containers(pod, known)]
    if not found and not _is_started(pod):
        found = list(_unmade(pod, known))
    yield from found or _gated(pod)


def is_put_out(pod: Object) -> bool:
    """Whether it was a node, or the scheduler, that has put an end to a pod, and not its containers."""
    if text(pod, "status", "phase") != "Failed":
        return False
    said = text(pod, "status", "reason") not in ("", "DeadlineExceeded")
    return said or is_so(pod, "DisruptionTarget")


def _failed(pod: Object, put_out: int) -> Trouble:
    reason = text(pod, "status", "reason")
    told = text(pod, "status", "message") or text(condition(pod, "DisruptionTarget"), "message")
    if is_put_out(pod) and owner_kind(pod):
        start = _PUT_OUT.get(reason, f"its node does not take it: {reason}" if reason else "it was put out")
        hint = "`kubectl describe node` says what the node is short of"
        return Trouble("evicted", f"{start}{f': {told}' if told else ''}", hint, name(pod), times=put_out)
    if owner_kind(pod) == "Job":
        return Trouble("attempt", f"an attempt failed: {why_failed(pod)}", pod=name(pod), times=1)
    return Trouble("failed", f"it failed: {why_failed(pod)}", pod=name(pod))


def _of_node(pod: Object, known: Known) -> Iterator[Trouble]:
    node = known.around.node(text(pod, "spec", "nodeName"))
    if node is not None and not is_so(node, "Ready") and not is_so(pod, "Ready"):
        hint = f"`kubectl describe node {name(node)}`"
        yield Trouble("node", f"its node `{name(node)}` is not ready", hint, name(pod))


def _of_containers(pod: Object, known: Known) -> Iterator[Trouble]:
    for one in containers(pod):
        yield from (found._replace(pod=name(pod)) for found in of_container(one, known))


def _is_started(pod: Object) -> bool:
    """Whether a container has run, for which the volumes and the network had to be there."""
    states = (status.get("state") or {} for one in containers(pod) for status in [one.status])
    return any("waiting" not in state and state for state in states)


def _unmade(pod: Object, known: Known) -> Iterator[Trouble]:
    """Yield what only events tell of a pod whose containers are not made yet."""
    for reason in _MOUNTS:
        if said := known.last(pod, reason):
            yield Trouble("volume", f"a volume does not mount: {said}", _volume_hint(pod), name(pod))
            return
    if said := known.last(pod, "FailedCreatePodSandBox"):
        hint = "look at the network of its node: its CNI plugin's pods, and free addresses"
        yield Trouble("sandbox", f"its node cannot make its network: {said}", hint, name(pod))
        return
    scheduled = instant(condition(pod, "PodScheduled").get("lastTransitionTime"))
    lasting_s = (known.now - scheduled).total_seconds() if scheduled else 0
    if is_so(pod, "PodScheduled") and lasting_s > _MADE_S:
        yield Trouble(
            "creating", f"its node has been making it for {lasting_s:.0f} s{_pulling(pod, known)}", pod=name(pod)
        )


def _pulling(pod: Object, known: Known) -> str:
    begun, ended = (known.around.said(uid(pod), reason) for reason in ("Pulling", "Pulled"))
    if not begun or moment(ended) > moment(begun):
        return ""
    return f", and has not pulled {text(begun, 'message').removeprefix('Pulling image ')} yet"


def never_ending(pod: Object, known: Known) -> Iterator[Trouble]:
    """Yield that a pod is still there long after it was to end."""
    due = instant(dig(pod, "metadata", "deletionTimestamp"))
    if not due or (known.now - due).total_seconds() < _ENDED_S:
        return
    held = ", ".join(f"`{one}`" for one in dig(pod, "metadata", "finalizers") or ())
    node = known.around.node(text(pod, "spec", "nodeName"))
    lost = node is not None and not is_so(node, "Ready")
    why = f"finalizers hold it: {held}" if held else "its node is not ready" if lost else "its node has not ended it"
    yield Trouble("ending", f"it was to end and is still there: {why}", pod=name(pod))


def _volume_hint(pod: Object) -> str:
    listed = ", ".join(f"`{one}`" for one in claims(pod))
    return f"look at its claims {listed}" if listed else "check the names of secrets and ConfigMaps that it mounts"


def _gated(pod: Object) -> Iterator[Trouble]:
    """Yield the readiness gates that somebody else has to open."""
    if not is_so(pod, "ContainersReady"):
        return
    gates = [str(one.get("conditionType")) for one in things(pod, "spec", "readinessGates")]
    closed = ", ".join(f"`{one}`" for one in gates if not is_so(pod, one))
    if closed:
        hint = "a controller outside of the pod says it, that of a load balancer for instance"
        yield Trouble("gate", f"its containers are ready, and its readiness gates are not: {closed}", hint, name(pod))


def is_unready(pod: Object) -> bool:
    """Whether a pod that is to stay is not ready."""
    ended = dig(pod, "status", "phase") == "Succeeded"
    return not (is_ending(pod) or ended or is_so(pod, "Ready"))
