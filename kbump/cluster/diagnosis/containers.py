"""What keeps a container from being ready, in the kubelet's words where it has some.

Its reasons are in images/types.go and container/sync_result.go of
https://github.com/kubernetes/kubernetes/tree/master/pkg/kubelet.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.diagnosis import images, probes
from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import dig, number, owner_kind, text, things, uid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

_UNSTARTED = (
    "CreateContainerError",
    "RunContainerError",
    "PreStartHookError",
    "PreCreateHookError",
    "PostStartHookError",
)
_UNRUNNABLE = ("ContainerCannotRun", "StartError")
_CODES = {126: "cannot be executed", 127: "command not found"}


class Container(NamedTuple):
    """A container of a pod: what it is to be, and how it is; `runs_on` if it has to keep running."""

    pod: Object
    spec: Object
    status: Object
    runs_on: bool

    @property
    def name(self) -> str:
        """Its name, of which a pod has one."""
        return text(self.status, "name")

    @property
    def waiting(self) -> Object:
        """Why it waits, empty if it does not."""
        return dig(self.status, "state", "waiting") or {}

    @property
    def is_running(self) -> bool:
        """Whether it runs right now."""
        return dig(self.status, "state", "running") is not None


def containers(pod: Object) -> Iterator[Container]:
    """Yield the containers of a pod of which the kubelet has told, init containers first."""
    always = text(pod, "spec", "restartPolicy") in ("", "Always")
    for listed, told in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        specs = {one.get("name"): one for one in things(pod, "spec", listed)}
        for status in things(pod, "status", told):
            spec = specs.get(status.get("name"), {})
            # An init container that is always restarted is a sidecar.
            runs_on = spec.get("restartPolicy") == "Always" if listed == "initContainers" else always
            yield Container(pod, spec, status, runs_on)


def of_container(one: Container, known: Known) -> Iterator[Trouble]:
    """Yield what keeps a container from being ready: one trouble or none."""
    reason, image = text(one.waiting, "reason"), text(one.spec, "image")
    if reason in images.PULLING:
        yield images.unpulled(one.pod, one.name, image, one.waiting, known)
    elif reason in images.INVALID:
        yield images.invalid(one.name, image, one.waiting)
    elif reason == "CreateContainerConfigError":
        yield _unconfigured(one)
    elif reason in _UNSTARTED:
        yield _unstarted(one, text(one.waiting, "message") or reason, crashes(one, known))
    elif (ended := _ended(one)) is not None:
        yield _of_end(one, ended, known)
    elif one.is_running:
        yield from probes.unready(one.pod, one.spec, one.status, known)


def _unconfigured(one: Container) -> Trouble:
    message = text(one.waiting, "message")
    if "failed to sync" in message:
        return Trouble("volume", f"the kubelet has not got what the container needs: {message}", container=one.name)
    hint = "check the names of secrets and ConfigMaps, and that they are applied"
    return Trouble("config", f"the container cannot be made: {message}", hint, container=one.name)


def _unstarted(one: Container, message: str, times: int) -> Trouble:
    hint = "check `command`, `args`, `workingDir` and `securityContext` against what is in the image"
    return Trouble("start", f"the container cannot be started: {message}", hint, container=one.name, times=times)


def _ended(one: Container) -> Object | None:
    """Return how a container ended that should not have, now or before it was started again; None if it is well."""
    now, before = dig(one.status, "state", "terminated"), dig(one.status, "lastState", "terminated")
    found: Object | None = now or (None if one.status.get("ready") is True else before)
    if found is None or (not number(found, "exitCode") and not one.runs_on):
        return None
    return found


def _of_end(one: Container, ended: Object, known: Known) -> Trouble:
    code, times = number(ended, "exitCode"), crashes(one, known)
    again = f", {times:,} times" if times > 1 else "" if times else ", before this rollout began"
    if ended.get("reason") in _UNRUNNABLE:
        return _unstarted(one, text(ended, "message") or f"exit code {code}", times)
    found = Trouble("", "", container=one.name, times=times)
    probe = probes.killer(one.pod, one.name, code, known)
    if probe:
        found = found._replace(
            reason="probe", message=f"{probe}{again}", hint="look at what the probe asks, and how soon"
        )
    elif ended.get("reason") == "OOMKilled":
        hint = "raise `resources.limits.memory`, or find what takes it"
        found = found._replace(reason="out-of-memory", message=f"it ran out of memory{again}", hint=hint)
    else:
        found = found._replace(reason="crash", message=f"{_end(code, ended)}{again}", hint=_hint(code))
    return _attempted(found) if owner_kind(one.pod) == "Job" else found


def fallen(one: Container, known: Known) -> Iterator[Trouble]:
    """Yield that a container which has to keep running has ended since `known.before`, though it may run again."""
    place, restarts = (uid(one.pod), one.name), number(one.status, "restartCount")
    if one.waiting.get("reason") == "CrashLoopBackOff" and not crashes(one, known):
        # It was running then, and has not been started again yet.
        known = known._replace(before={place: restarts - 1})
    if one.runs_on and crashes(one, known):
        ended = dig(one.status, "state", "terminated") or dig(one.status, "lastState", "terminated") or {}
        yield _of_end(one, ended, known)


def _attempted(found: Trouble) -> Trouble:
    return found._replace(reason="attempt", message=f"an attempt failed: {found.message}")


def _end(code: int, ended: Object) -> str:
    if not code:
        return "it ended, with exit code 0, and is to keep running"
    signalled = number(ended, "signal") or (code - 128 if code > 128 else 0)
    try:
        words = signal.Signals(signalled).name if signalled else _CODES.get(code, "")
    except ValueError:  # exit codes above 128 may be the program's own
        words = ""
    return f"it ended with exit code {code}{f' ({words})' if words else ''}"


def _hint(code: int) -> str:
    if not code:
        return "what ends by itself is a Job; else look for why it stops: `kubectl logs --previous`"
    return "its last words are in `kubectl logs --previous`"


def crashes(one: Container, known: Known) -> int:
    """Return how often a container ended since the rollout began, as far as its restarts tell.

    A kubelet counts a restart when it starts the container again; one that backs off may have seen an end more.
    """
    restarts = number(one.status, "restartCount") - known.before.get((uid(one.pod), one.name), 0)
    return max(0, restarts) + (dig(one.status, "state", "terminated") is not None)
