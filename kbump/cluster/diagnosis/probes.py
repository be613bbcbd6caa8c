"""Probes: which containers they kill, and which they keep from being ready for longer than they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import dig, instant, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

# How a container ends that the kubelet stops: of itself when asked to, or killed.
_STOPPED = (0, 137, 143)


def killer(pod: Object, container: str, code: int, known: Known) -> str:
    """Return which probe had a container killed that ended with this exit code, in a sentence; empty if none."""
    for kind in ("Liveness", "Startup"):
        failed = known.last(pod, "Unhealthy", start=f"{kind} probe failed", container=container)
        killed = known.last(pod, "Killing", start=f"Container {container} failed {kind.lower()} probe")
        if killed or (failed and code in _STOPPED):
            why = failed.partition(": ")[2]
            return f"its {kind.lower()} probe failed, and it was killed{f': {why}' if why else ''}"
    return ""


def unready(pod: Object, spec: Object, status: Object, known: Known) -> Iterator[Trouble]:
    """Yield that a running container is not ready though its probes had the time to succeed."""
    name, hint = str(status.get("name")), "look at what the probe asks, and at the logs"
    if status.get("ready") is True:
        return
    if spec.get("startupProbe") and status.get("started") is not True:
        if failed := known.last(pod, "Unhealthy", start="Startup probe failed", container=name):
            yield Trouble("starting", f"its startup probe has not succeeded yet: {_why(failed)}", hint, container=name)
    elif _is_late(spec, status, known):
        said = _why(known.last(pod, "Unhealthy", start="Readiness probe failed", container=name))
        message = f"it runs, and its readiness probe keeps failing{f': {said}' if said else ''}"
        yield Trouble("unready", message, hint, container=name)


def _why(message: str) -> str:
    return message.partition(": ")[2].strip()


def _is_late(spec: Object, status: Object, known: Known) -> bool:
    """Whether a container runs longer than its probes have time to succeed."""
    probe, started = spec.get("readinessProbe"), instant(dig(status, "state", "running", "startedAt"))
    if not probe or not started:
        return False
    window_s = _window_s(probe) + (_window_s(spec["startupProbe"]) if spec.get("startupProbe") else 0)
    return (known.now - started).total_seconds() > window_s


def _window_s(probe: Object) -> int:
    period, failures = number(probe, "periodSeconds", missing=10), number(probe, "failureThreshold", missing=3)
    return number(probe, "initialDelaySeconds") + failures * period + number(probe, "timeoutSeconds", missing=1)
