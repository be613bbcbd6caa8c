"""troubles(): what keeps the pods of a workload from being ready, in sentences; judged() says when it is hopeless.

All is said of plain data, at one moment. What tools of the kind take for fatal, and how patient they are, is in
https://github.com/Shopify/krane/blob/main/lib/krane/kubernetes_resource/pod.rb and
https://github.com/werf/kubedog/tree/main/pkg/tracker/pod.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Object = Mapping[str, Any]

_DENIED = re.compile(r"(?i)unauthori[sz]ed|denied|authentication|no basic auth|forbidden|\b40[13]\b")
_MISSING = re.compile(r"(?i)not found|manifest unknown|does not exist|no such image|\b404\b")
_SIGNALS = {129: "SIGHUP", 130: "SIGINT", 134: "SIGABRT", 137: "SIGKILL", 139: "SIGSEGV", 143: "SIGTERM"}
_BACK_OFF = "Back-off"


class Patience(NamedTuple):
    """How long a trouble must have lasted, in seconds, and how often it must have come, before it is hopeless."""

    lasting_s: float
    times: int = 0


PATIENCE: Mapping[str, Patience] = {
    # A registry that has a moment's trouble says other things than that an image is not there.
    "image-missing": Patience(5),
    "image-denied": Patience(20),
    "image-invalid": Patience(0),
    "image-unreachable": Patience(60),
    # Secrets and ConfigMaps may come later than what needs them.
    "config": Patience(30),
    # A program may crash until what it needs is there.
    "crash": Patience(0, times=2),
    "out-of-memory": Patience(0, times=2),
    "evicted": Patience(30),
    "failed": Patience(0),
    "refused": Patience(15),
    "unready": Patience(0),
    "unschedulable": Patience(60),
    "volume": Patience(90),
}
"""By the reason of a trouble."""


class Trouble(NamedTuple):
    """Something that keeps a pod, or the pods of a workload, from being ready.

    `reason` is one of PATIENCE; `message` a sentence; `hint` what to do, or where to look. `times` counts how often a
    container ended. `pod` and `container` are empty for what is said of the workload itself.
    """

    reason: str
    message: str
    hint: str = ""
    pod: str = ""
    container: str = ""
    times: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes a trouble the same one at a later moment."""
        return self.pod, self.container, self.reason


class Verdict(NamedTuple):
    """The troubles that are hopeless, those that may pass, and since when each of them is there."""

    fatal: list[Trouble]
    passing: list[Trouble]
    since: dict[tuple[str, str, str], float]


def judged(
    found: Iterable[Trouble], since: Mapping[tuple[str, str, str], float], now: float, *, grace: float = 1.0
) -> Verdict:
    """Tell hopeless troubles from those that may pass, by how long they are there and how often they came.

    `since` is that of the verdict before; `now` is a moment of any clock, in seconds; `grace` multiplies all patience,
    0 has none.
    """
    seen = {one.key: since.get(one.key, now) for one in found}
    fatal: list[Trouble] = []
    passing: list[Trouble] = []
    for one in found:
        patience = PATIENCE[one.reason]
        lasting = now - seen[one.key] >= patience.lasting_s * grace
        (fatal if lasting and one.times >= patience.times * min(grace, 1.0) else passing).append(one)
    return Verdict(fatal, passing, seen)


def troubles(
    pods: Iterable[Object],
    *,
    owners: Iterable[Object] = (),
    events: Iterable[Object] = (),
    now: datetime,
    pulls: Mapping[tuple[str, str], str] | None = None,
) -> list[Trouble]:
    """Return what keeps pods from being ready, of the newest revision only, which is for the caller to choose.

    `owners` are the workload and its ReplicaSets, `events` the warnings since the rollout began. `pulls` has what was
    said of an image, by pod and container, when it was last pulled (pull_messages()): a back-off forgets it.
    """
    listed = list(pods)
    found = [one for pod in listed for one in _of_pod(pod, now, pulls or {})]
    found += [one for owner in owners for one in _of_owner(owner)]
    return found + list(_of_events(events, {_name(pod) for pod in listed}, known=bool(found)))


def pull_messages(pods: Iterable[Object]) -> dict[tuple[str, str], str]:
    """Return what the kubelet says right now of images that it could not pull, by pod and container."""
    return {
        (_name(pod), str(status.get("name"))): message
        for pod in pods
        for _, status in _statuses(pod)
        if (message := _waiting(status).get("message", "")) and not message.startswith(_BACK_OFF)
        if _waiting(status).get("reason") == "ErrImagePull"
    }


def _of_pod(pod: Object, now: datetime, pulls: Mapping[tuple[str, str], str]) -> Iterator[Trouble]:
    name, state = _name(pod), pod.get("status", {})
    if state.get("reason") == "Evicted":
        yield Trouble("evicted", f"it was evicted: {state.get('message') or 'its node had too little left'}", pod=name)
        return
    scheduled = _condition(state, "PodScheduled")
    if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
        hint = "compare what it asks for with the nodes: `kubectl describe nodes`"
        yield Trouble("unschedulable", f"no node takes it: {scheduled.get('message')}", hint, name)
    for spec, status in _statuses(pod):
        yield from (one._replace(pod=name) for one in _of_container(pod, spec, status, now, pulls))


def _of_container(
    pod: Object, spec: Object, status: Object, now: datetime, pulls: Mapping[tuple[str, str], str]
) -> Iterator[Trouble]:
    name, image = str(status.get("name")), str(spec.get("image", ""))
    waiting = _waiting(status)
    reason, message = str(waiting.get("reason", "")), str(waiting.get("message", ""))
    if reason in ("ErrImagePull", "ImagePullBackOff"):
        yield _pull(name, image, pulls.get((_name(pod), name), "") if reason != "ErrImagePull" else message, message)
    elif reason in ("InvalidImageName", "ErrImageNeverPull"):
        yield Trouble("image-invalid", f"`{image}` cannot be pulled: {message}", container=name)
    elif reason in ("CreateContainerConfigError", "CreateContainerError", "RunContainerError"):
        hint = "check the names of secrets and ConfigMaps, and that they are applied"
        yield Trouble("config", f"the container cannot be made: {message}", hint, container=name)
    elif ended := _ended(status):
        yield _crash(name, status, ended)
    elif _is_unready(spec, status, now):
        hint = "look at what the probe asks, and at the logs"
        yield Trouble("unready", "it runs, and its readiness probe keeps failing", hint, container=name)


def _pull(container: str, image: str, said: str, now: str) -> Trouble:
    words = said or now
    if _MISSING.search(words):
        hint = "check that the tag was pushed, and the name of the repository"
        return Trouble("image-missing", f"the image `{image}` does not exist", hint, container=container)
    if _DENIED.search(words):
        hint = "check `imagePullSecrets`, and that the repository lets this cluster read"
        return Trouble("image-denied", f"the registry does not give `{image}`: {words}", hint, container=container)
    return Trouble("image-unreachable", f"`{image}` cannot be pulled: {words}", container=container)


def _crash(container: str, status: Object, ended: Object) -> Trouble:
    code, times = int(ended.get("exitCode", 0)), int(status.get("restartCount", 0)) + ("running" not in _state(status))
    again = f", {times} times" if times > 1 else ""
    if ended.get("reason") == "OOMKilled":
        hint = "raise `resources.limits.memory`, or find what takes it"
        return Trouble("out-of-memory", f"it ran out of memory{again}", hint, container=container, times=times)
    signal = f" ({_SIGNALS[code]})" if code in _SIGNALS else ""
    hint = "its last words are in `kubectl logs --previous`"
    return Trouble("crash", f"it ended with exit code {code}{signal}{again}", hint, container=container, times=times)


def _ended(status: Object) -> Object | None:
    """Return how a container ended with an error, now or before it was started again; None if it is well."""
    now = _state(status).get("terminated")
    before = status.get("lastState", {}).get("terminated")
    found = now or (before if not status.get("ready") else None)
    return found if found and found.get("exitCode") else None


def _is_unready(spec: Object, status: Object, now: datetime) -> bool:
    """Whether a container runs longer than its readiness probe has time to succeed."""
    running, probe = _state(status).get("running"), spec.get("readinessProbe")
    if not running or not probe or status.get("ready") or not running.get("startedAt"):
        return False
    period, failures = int(probe.get("periodSeconds", 10)), int(probe.get("failureThreshold", 3))
    window_s = int(probe.get("initialDelaySeconds", 0)) + failures * period + int(probe.get("timeoutSeconds", 1))
    return (now - datetime.fromisoformat(running["startedAt"])).total_seconds() > window_s


def _of_owner(owner: Object) -> Iterator[Trouble]:
    state = owner.get("status", {})
    failure = _condition(state, "ReplicaFailure")
    if failure.get("status") == "True":
        yield _refusal(str(failure.get("message")))
    failed = _condition(state, "Failed")
    if owner.get("kind") == "Job" and failed.get("status") == "True":
        yield Trouble("failed", f"it failed: {failed.get('message') or failed.get('reason')}")


def _of_events(events: Iterable[Object], pods: set[str], *, known: bool) -> Iterator[Trouble]:
    """Yield what only events tell: volumes that do not mount, and pods that may not be made."""
    seen: set[tuple[str, str]] = set()
    for event in events:
        involved, reason = event.get("involvedObject", {}), str(event.get("reason"))
        about = (str(involved.get("name")), reason)
        if event.get("type") != "Warning" or about in seen:
            continue
        seen.add(about)
        if reason in ("FailedMount", "FailedAttachVolume") and about[0] in pods:
            yield Trouble("volume", f"a volume does not mount: {event.get('message')}", pod=about[0])
        elif reason == "FailedCreate" and involved.get("kind") != "ReplicaSet" and not known:
            yield _refusal(str(event.get("message")))


def _refusal(message: str) -> Trouble:
    hint = "a quota, a LimitRange or an admission webhook refuses its pods: `kubectl describe quota,limits`"
    return Trouble("refused", f"its pods may not be made: {message}", hint)


def _statuses(pod: Object) -> Iterator[tuple[Object, Object]]:
    """Yield the spec and the status of each container, init containers first."""
    for listed, told in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        specs = {one.get("name"): one for one in pod.get("spec", {}).get(listed) or ()}
        for status in pod.get("status", {}).get(told) or ():
            yield specs.get(status.get("name"), {}), status


def _state(status: Object) -> Object:
    found: Object = status.get("state") or {}
    return found


def _waiting(status: Object) -> Object:
    found: Object = _state(status).get("waiting") or {}
    return found


def _condition(state: Object, kind: str) -> Object:
    return next((one for one in state.get("conditions") or () if one.get("type") == kind), {})


def _name(obj: Object) -> str:
    return str(obj.get("metadata", {}).get("name", ""))
