"""The rules for what ends: Jobs, what makes them, and single pods. kubectl has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import condition, counted, dig, is_so, number, reason, text, things
from kbump.cluster.status.result import Status, done, failed, waiting

if TYPE_CHECKING:
    from kbump.cluster.plain import Object


def job(obj: Object) -> Status:
    """Return how far a Job is; both ends are ends, and a failure is known before the last pod has ended."""
    for kind in ("Failed", "FailureTarget"):
        if is_so(obj, kind):
            return failed(f"it failed: {reason(condition(obj, kind))}")
    if is_so(obj, "Complete"):
        return done("it is complete")
    if dig(obj, "spec", "suspend") is True:
        return Status("paused", "it is suspended")
    return waiting(_progress(obj))


def _progress(obj: Object) -> str:
    active, failures = number(obj, "status", "active"), number(obj, "status", "failed")
    succeeded, wanted = number(obj, "status", "succeeded"), number(obj, "spec", "completions")
    # Without completions it is a queue of work, which is done when its pods say so.
    reached = f"{succeeded} of {counted(wanted, 'completion')}" if wanted else f"{counted(succeeded, 'pod')} succeeded"
    again = f", {counted(failures, 'pod')} failed" if failures else ""
    return f"{reached}, {counted(active, 'pod')} active{again}"


def cron_job(obj: Object) -> Status:
    """Return how far a CronJob is, whose Jobs are not its own matter."""
    if dig(obj, "spec", "suspend") is True:
        return Status("paused", "it is suspended")
    return done("it is scheduled")


def pod(obj: Object) -> Status:
    """Return how far a pod is that nothing controls."""
    phase = text(obj, "status", "phase")
    if phase == "Succeeded":
        return done("it has ended well")
    if phase == "Failed":
        return failed(f"it failed: {why_failed(obj)}")
    if is_so(obj, "Ready"):
        return done("it is ready")
    return waiting("it is not ready" if phase == "Running" else "it is pending")


def why_failed(obj: Object) -> str:
    """Return why a pod has failed: in its own words, or by the container that did."""
    said = text(obj, "status", "message") or text(obj, "status", "reason")
    if said:
        return said
    for status in (*things(obj, "status", "initContainerStatuses"), *things(obj, "status", "containerStatuses")):
        code = dig(status, "state", "terminated", "exitCode")
        if code:
            return f"container `{status.get('name')}` ended with exit code {code}"
    return "it does not say why"
