"""Programs: kubectl run with a target's options, at most four at a time, again if it dies, and ended with its owner."""

from __future__ import annotations

import random
import time
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from kbump.errors import ClusterError, SourceError
from kbump.process import Children, Done, execute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.cluster.target import Target

# Each takes 50 MB.
_SLOTS = BoundedSemaphore(4)
# So often it may fail, in other words each time, while the server answers us; and so long it waits in between.
_TRIES = 6
_PAUSE_S, _LONGEST_S = 0.7, 5.0
# Preferences of a person (~/.kube/kuberc) change what options mean.
_PLAIN = {"KUBECTL_KUBERC": "false"}


class Programs:
    """Runs kubectl for one target until `deadline`, a moment of time.monotonic(); safe from several threads.

    `reachable` says whether the server answers right now, which tells a refusal from a broken connection: kubectl's
    exit status does not, and nothing reads its words.
    """

    def __init__(self, target: Target, deadline: float, reachable: Callable[[], bool]) -> None:
        self._target = target
        self.deadline = deadline
        self._reachable = reachable
        self._children = Children()

    def end(self) -> None:
        """End every kubectl that runs, and start no more."""
        self._children.end()

    def run(self, arguments: Sequence[str], data: bytes | None = None, allowed_s: float | None = None) -> Done:
        """Run kubectl once, and again if a signal killed it, within `allowed_s` and the deadline.

        Raise SourceError if there is none, ClusterError if time is over before it starts.
        """
        ends = self.deadline if allowed_s is None else min(self.deadline, time.monotonic() + allowed_s)
        for pause_s in _pauses():
            done = self._once(arguments, data, ends)
            if done.code >= 0 or done.expired or self._sleep(pause_s, ends):
                return done
        raise AssertionError("pauses never end")

    def insist(self, arguments: Sequence[str], data: bytes | None = None, fine: Sequence[int] = (0,)) -> Done:
        """Run kubectl for what may be done twice: again as long as the server is out of reach, and if it fails.

        The same words twice, from a server that answers, are its verdict.
        """
        before, failures = "", 0
        for pause_s in _pauses():
            done = self.run(arguments, data)
            if done.code in fine or done.expired:
                return done
            answers = self._reachable()
            failures += answers
            if answers and (done.stderr == before or failures >= _TRIES):
                return done
            if self._sleep(pause_s, self.deadline):
                return done
            before = done.stderr
        raise AssertionError("pauses never end")

    def _once(self, arguments: Sequence[str], data: bytes | None, ends: float) -> Done:
        command = ["kubectl", *self._target.options(), *arguments]
        left_s = ends - time.monotonic()
        if left_s <= 0 or not _SLOTS.acquire(timeout=left_s):
            raise ClusterError(f"no time is left for `kubectl {arguments[0]}`")
        try:
            left_s = max(0.05, ends - time.monotonic())
            done = execute(command, {**self._target.environ, **_PLAIN}, None, data, left_s, self._children)
        except FileNotFoundError:
            raise SourceError("kubectl is not on PATH", hint="install kubectl") from None
        except ProcessLookupError:
            raise ClusterError(f"`kubectl {arguments[0]}` was ended") from None
        finally:
            _SLOTS.release()
        if self._children.ended:
            raise ClusterError(f"`kubectl {arguments[0]}` was ended")
        return done

    def _sleep(self, pause_s: float, ends: float) -> bool:
        """Wait, and return whether time is over."""
        left_s = ends - time.monotonic()
        time.sleep(max(0.0, min(pause_s, left_s)))
        return left_s <= pause_s


def _pauses() -> Iterator[float]:
    pause_s = _PAUSE_S
    while True:
        yield pause_s * random.uniform(0.5, 1.5)
        pause_s = min(_LONGEST_S, pause_s * 2)
