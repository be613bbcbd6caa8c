"""What a DaemonSet need not wait for: pods on nodes that are not ready, or that a person has cordoned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import counted, dig, is_ending, is_so, name, number, text, things
from kbump.cluster.status.result import Status, done
from kbump.cluster.status.revisions import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.cluster.plain import Object


def excused(
    daemon_set: Object, found: Status, pods: Iterable[Object], revisions: Iterable[Object], nodes: Iterable[Object]
) -> Status:
    """Return that a DaemonSet is done where all that it waits for are pods on such nodes; else what was found.

    https://github.com/kubernetes/kubernetes/issues/53023
    """
    bad = {name(one) for one in nodes if is_out(one)}
    newest, older, _ = chosen(daemon_set, pods, revisions)
    good = [one for one in newest if is_so(one, "Ready") and not is_ending(one)]
    late = {node_of(one) for one in (*newest, *older) if one not in good}
    if not late or not late <= bad or len({node_of(one) for one in good} | late) < _wanted(daemon_set):
        return found
    return done(f"{counted(len(good), 'pod')} ready, {counted(len(late), 'node')} not ready or cordoned")


def _wanted(daemon_set: Object) -> int:
    return number(daemon_set, "status", "desiredNumberScheduled")


def is_out(node: Object) -> bool:
    """Whether a node is not ready, or cordoned."""
    return dig(node, "spec", "unschedulable") is True or not is_so(node, "Ready")


def node_of(pod: Object) -> str:
    """Return the name of the node that a pod is on, or that a DaemonSet has made it for."""
    placed = text(pod, "spec", "nodeName")
    if placed:
        return placed
    required = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    fields = (field for term in things(pod, "spec", *required) for field in things(term, "matchFields"))
    return next((str(value) for field in fields for value in field.get("values") or ()), "")
