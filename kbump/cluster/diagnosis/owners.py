"""What keeps the pods of a workload from being made, which no pod can tell: quotas, admission, their Job's end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import condition, dig, group_kind, is_so, name, number, reason, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

_SUBJECT = re.compile(r'^(Error creating: |.* failed error: )?(pods|replicasets\.apps) "[^"]*" is forbidden: ')
_HINTS = (
    (re.compile("exceeded quota|failed quota"), "raise the quota, or ask for less: `kubectl describe quota`"),
    (re.compile(r"(?i)(maximum|minimum) \S+ usage|limit to request ratio"), "keep to the LimitRange: "
     "`kubectl describe limits`"),
    (re.compile("PodSecurity"), "correct `securityContext`, or the namespace's `pod-security.kubernetes.io/enforce`"),
    (re.compile("failed calling webhook"), "look at the webhook's own pods, or at its `failurePolicy`"),
    (re.compile("admission webhook"), "the webhook says what it wants"),
    (re.compile("serviceaccount"), "apply the ServiceAccount, or correct `serviceAccountName`"),
    (re.compile("PriorityClass"), "correct `priorityClassName`"),
)  # fmt: skip


def of_owner(owner: Object, known: Known) -> Iterator[Trouble]:
    """Yield what is said of a workload, or of its newest ReplicaSet, itself."""
    progress = condition(owner, "Progressing")
    if is_so(owner, "ReplicaFailure"):
        yield refusal(reason(condition(owner, "ReplicaFailure")))
    elif progress.get("reason") == "ReplicaSetCreateError":
        yield refusal(reason(progress))
    elif _is_short(owner) and (said := known.last(owner, "FailedCreate")):
        yield refusal(said)
    failed = condition(owner, "Failed" if is_so(owner, "Failed") else "FailureTarget")
    if group_kind(owner) == ("batch", "Job") and failed.get("status") == "True":
        yield Trouble("failed", f"it failed: {reason(failed)}", f"its logs: `kubectl logs job/{name(owner)}`")


def _is_short(owner: Object) -> bool:
    """Whether a workload that tells of refusals by events alone lacks pods right now: events stay."""
    kind = group_kind(owner)
    if kind == ("apps", "StatefulSet"):
        return number(owner, "status", "replicas") < number(owner, "spec", "replicas", missing=1)
    if kind == ("apps", "DaemonSet"):
        return number(owner, "status", "currentNumberScheduled") < number(owner, "status", "desiredNumberScheduled")
    return kind == ("batch", "Job") and not dig(owner, "status", "active") and not is_so(owner, "Complete")


def refusal(message: str) -> Trouble:
    """Return that pods may not be made, and what is to be done by who refuses them."""
    plain = _SUBJECT.sub("", message)
    hint = next((hint for pattern, hint in _HINTS if pattern.search(message)), "the API server refuses its pods")
    found = "webhook" if "failed calling webhook" in message else "refused"
    return Trouble(found, f"its pods may not be made: {plain}", hint)


def is_of_quota(found: Trouble) -> bool:
    """Whether it is a quota that refuses pods, which may have room when others have ended."""
    return found.reason == "refused" and "exceeded quota" in found.message


def is_ordered(owner: Object) -> bool:
    """Whether a StatefulSet makes, and changes, one pod after the other."""
    return group_kind(owner) == ("apps", "StatefulSet") and (
        text(owner, "spec", "podManagementPolicy") in ("", "OrderedReady")
    )
