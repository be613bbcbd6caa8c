"""explained(): what a workload that is not done stands on: pods, the last lines of their logs, warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.cluster.diagnosis import Trouble
from kbump.cluster.plain import dig, number, text
from kbump.cluster.status import status
from kbump.rollouts.result import Explanation, Log, Warned, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.cluster.kubectl import Kubectl
    from kbump.rollouts.looking import Look, Seen, Watched

    Object = Mapping[str, Any]

# So many pods of a workload are shown: the others say the same.
_PODS = 3
_WARNINGS = 8
# What a controller puts before the last of many: EventAggregatorByReasonMessageFunc in
# https://github.com/kubernetes/client-go/blob/master/tools/record/events_cache.go.
_COMBINED = "(combined from similar events): "
_QUOTED = re.compile(r'"[^"]*"')
# Containers that never ran have written nothing.
_SILENT = ("image-missing", "image-denied", "image-invalid", "image-unreachable", "config", "unschedulable", "volume")


def explained(kubectl: Kubectl, watched: Watched, look: Look, seen: Seen, *, log_lines: int) -> Explanation:
    """Explain one workload; what cannot be read is left out."""
    troubles = _shown(look.troubles or list(_unready(seen)))
    logs = [log for one in troubles for log in _logs(kubectl, watched, one, log_lines)] if log_lines else []
    return Explanation(troubles, logs, _warnings(seen.around.events)[-_WARNINGS:], _command(watched, troubles))


def _shown(troubles: Sequence[Trouble]) -> list[Trouble]:
    """Return what is said of the workload itself, and of the first pods of each kind of trouble."""
    found: list[Trouble] = []
    counts: dict[tuple[str, str], int] = {}
    for one in troubles:
        kind = one.reason, one.container
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= (_PODS if one.pod else 1):
            found.append(one)
    return found


def _unready(seen: Seen) -> Iterable[Trouble]:
    """Yield the pods that are not ready, where nothing else is known of them."""
    for pod in seen.newest:
        found = status({**pod, "apiVersion": "v1", "kind": "Pod"})
        if found.word != "done":
            yield Trouble("unready", found.message, pod=str(pod["metadata"]["name"]))


def _logs(kubectl: Kubectl, watched: Watched, one: Trouble, lines: int) -> Iterable[Log]:
    if not one.pod or not one.container or one.reason in _SILENT:
        return
    for previous in (False, True):
        if previous and not one.times:
            continue
        # Without a log the container is gone, or nobody may read it.
        told = kubectl.logs(watched.namespace, one.pod, one.container, previous=previous, lines=lines).output
        if told.strip():
            yield Log(one.pod, one.container, previous, told.rstrip().splitlines()[-lines:])


def _warnings(events: Iterable[Object]) -> list[Warned]:
    """Return the warnings, those that differ in the name of a pod only as one, with the words of the last."""
    found: dict[tuple[str, str, str], Warned] = {}
    for one in events:
        if one.get("type") != "Warning":
            continue
        about = f"{dig(one, 'involvedObject', 'kind')} {dig(one, 'involvedObject', 'name')}"
        reason, message = text(one, "reason"), text(one, "message").removeprefix(_COMBINED)
        times = number(one, "count") or number(one, "series", "count") or 1
        key = about, reason, _QUOTED.sub("", message)
        before = found[key].times if key in found else 0
        found[key] = Warned(about, reason, message, before + times)
    return list(found.values())


def _command(watched: Watched, troubles: Sequence[Trouble]) -> str:
    pod = next((one.pod for one in troubles if one.pod), "")
    about = f"pod {pod}" if pod else f"{watched.kind.lower()} {watched.name}"
    return f"kubectl describe {about}{within(watched.namespace)}"
