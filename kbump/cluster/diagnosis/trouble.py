"""Trouble: what keeps pods from being ready; judged() tells what is hopeless from what may pass.

What tools of the kind take for fatal, and how patient they are, is in
https://github.com/Shopify/krane/blob/main/lib/krane/kubernetes_resource/pod.rb and
https://github.com/werf/kubedog/tree/main/pkg/tracker/pod; where patience was missing,
https://github.com/Shopify/krane/pull/477 and https://github.com/Shopify/krane/pull/885.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = tuple[str, str, str]


class Patience(NamedTuple):
    """After how many seconds a trouble is hopeless, and after how often it came; None: however long, however often."""

    lasting_s: float | None = None
    times: int | None = None


PATIENCE: Mapping[str, Patience] = {
    # How often a Job tries is its own `backoffLimit`.
    "attempt": Patience(),
    "blocked": Patience(30),
    # Secrets and ConfigMaps may come later than what needs them.
    "config": Patience(30),
    # What takes its time: a large image, mostly.
    "creating": Patience(),
    # A program may crash until what it needs is there; it may run a while each time.
    "crash": Patience(times=3),
    # Another pod takes its place, unless they all go the same way.
    "evicted": Patience(times=3),
    "failed": Patience(0),
    # What says that a pod may get traffic, a load balancer say, takes its time.
    "gate": Patience(300),
    "image-denied": Patience(20),
    "image-invalid": Patience(0),
    # A registry that has a moment's trouble says other things than that an image is not there.
    "image-missing": Patience(5),
    "image-unreachable": Patience(60),
    "ending": Patience(),
    # The node's matter, not the rollout's.
    "node": Patience(),
    "out-of-memory": Patience(times=2),
    # Each time the probe has failed as often as its author has thought enough.
    "probe": Patience(times=2),
    # Old pods count until they have ended.
    "quota": Patience(60),
    "refused": Patience(15),
    "sandbox": Patience(60),
    "scaling": Patience(300),
    "start": Patience(15, times=3),
    # The kubelet kills what does not start in time.
    "starting": Patience(),
    # Counted from the end of the readiness probe's window.
    "unready": Patience(60),
    # An autoscaler says within a minute that it brings a node.
    "unschedulable": Patience(60),
    "volume": Patience(90),
    # Its own pods may be in the same rollout.
    "webhook": Patience(60),
}
"""By the reason of a trouble."""


class Trouble(NamedTuple):
    """Something that keeps a pod, or the pods of a workload, from being ready.

    `reason` is one of PATIENCE; `message` a sentence; `hint` what to do, or where to look. `times` counts how often it
    came since the rollout began. `pod` and `container` are empty for what is said of the workload itself.
    """

    reason: str
    message: str
    hint: str = ""
    pod: str = ""
    container: str = ""
    times: int = 0

    @property
    def key(self) -> Key:
        """What makes a trouble the same one at a later moment."""
        return self.pod, self.container, self.reason


class Verdict(NamedTuple):
    """The troubles that are hopeless, those that may pass, and since when each of them is there."""

    fatal: list[Trouble]
    passing: list[Trouble]
    since: dict[Key, float]


def judged(found: Iterable[Trouble], since: Mapping[Key, float], now: float, *, grace: float = 1.0) -> Verdict:
    """Tell hopeless troubles from those that may pass, by how long they are there or how often they came.

    `since` is that of the verdict before; `now` is a moment of any clock, in seconds; `grace` multiplies all patience,
    0 has none.
    """
    listed = list(found)
    seen = {one.key: since.get(one.key, now) for one in listed}
    fatal = [one for one in listed if _is_fatal(one, now - seen[one.key], grace)]
    return Verdict(fatal, [one for one in listed if one not in fatal], seen)


def _is_fatal(one: Trouble, lasting_s: float, grace: float) -> bool:
    patience = PATIENCE[one.reason]
    if patience.lasting_s is not None and lasting_s >= patience.lasting_s * grace:
        return True
    return patience.times is not None and one.times >= max(1, patience.times * grace)
