"""Confirmations: what looks done is confirmed by `kubectl rollout status`, several workloads by one kubectl."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kbump.cluster.plain import dig
from kbump.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from kbump.cluster.connection import Cluster
    from kbump.cluster.kubectl import Kubectl
    from kbump.rollouts.looking import Seen, Watched

_KUBECTLS, _KUBECTL_S = 4, 10
# More would be late: one kubectl goes through them one by one.
_TOGETHER = 16
# Of a DaemonSet's pods on nodes that are not ready kubectl waits for ever, and others would wait behind it.
_ALONE = "DaemonSet"
_KINDS = ("DaemonSet", "Deployment", "StatefulSet")


class Confirmations:
    """What kubectl says of workloads, by their number: a yes counts; for anything else there is one more look.

    Its exit status 1 means six things, so a no about several is asked again for each of them by itself.
    """

    def __init__(self, cluster: Cluster, kubectl: Kubectl, deadline: float) -> None:
        """Ask for nothing yet."""
        self._cluster, self._kubectl, self._deadline = cluster, kubectl, deadline
        self._pool = ThreadPoolExecutor(_KUBECTLS)
        self._asked: dict[int, tuple[Future[bool], bool]] = {}
        self._new: dict[int, Watched] = {}
        self._alone: set[int] = set()

    def close(self) -> None:
        """Wait for nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def is_open(self) -> bool:
        """Whether an answer is to come."""
        return any(not answer.done() for answer, _ in self._asked.values())

    def is_asked(self, number: int) -> bool:
        """Whether a workload is asked about, or has been."""
        return number in self._asked or number in self._new

    def forget(self, number: int) -> None:
        """Ask anew when it looks done again."""
        self._asked.pop(number, None)
        self._alone.discard(number)

    def has_answered(self, number: int, watched: Watched) -> bool:
        """Whether kubectl has said what it says of a workload that looks done; it is asked at the next ask()."""
        answer, alone = self._asked.get(number, (None, False))
        if answer is None:
            self._new[number] = watched
            return False
        if not answer.done():
            return False
        if not answer.result() and not alone:
            del self._asked[number]
            self._alone.add(number)
            self._new[number] = watched
            return False
        return True

    def ask(self) -> None:
        """Ask about all that is new."""
        groups: dict[tuple[str, int], list[int]] = {}
        for number, watched in self._new.items():
            alone = watched.kind == _ALONE or number in self._alone
            groups.setdefault((watched.namespace, number if alone else -1), []).append(number)
        for (_, alone_number), numbers in groups.items():
            for start in range(0, len(numbers), _TOGETHER):
                some = numbers[start : start + _TOGETHER]
                answer = self._pool.submit(self._ask, [self._new[number] for number in some])
                self._asked |= dict.fromkeys(some, (answer, alone_number >= 0 or len(some) == 1))
        self._new = {}

    def _ask(self, watched: Iterable[Watched]) -> bool:
        left_s = max(1.0, min(self._deadline - time.monotonic(), _KUBECTL_S))
        pairs = [(self._cluster.resolve(one.api_version, one.kind), one) for one in watched]
        names = [f"{kind.resource}/{one.name}" for kind, one in pairs if kind]
        try:
            return (
                len(names) == len(pairs) and not self._kubectl.rollout_status(names, pairs[0][1].namespace, left_s).code
            )
        except ClusterError:
            return False


def is_known_to_kubectl(watched: Watched, seen: Seen) -> bool:
    """Whether `kubectl rollout status` has a word for it: of OnDelete it has none."""
    on_delete = dig(seen.obj, "spec", "updateStrategy", "type") == "OnDelete"
    return watched.kind in _KINDS and not on_delete
