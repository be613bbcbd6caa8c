"""The kubectl binary, run as it is: its output is JSON, its words are quoted and never read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.programs import Programs
from kbump.cluster.redaction import redacted
from kbump.cluster.words import words_of
from kbump.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from kbump.cluster.target import Kind, Target
    from kbump.process import Done

    Object = Mapping[str, Any]

# A half-open connection does not hold a request up longer than this.
_REQUEST = "--request-timeout=30s"
_LOG_BYTES = 64 * 1024
# More than `kubectl rollout status --timeout` itself takes.
_TAIL_S = 5.0


class Versions(NamedTuple):
    """Of kubectl and of the server, as `v1.36.3`; the server's is empty if it did not answer."""

    client: str
    server: str


class Applied(NamedTuple):
    """What `kubectl apply` says: the objects as they are now, its exit status, and its words.

    If one object is refused, kubectl still applies the others, but tells of none of them: `objects` is empty.
    """

    objects: list[dict[str, Any]]
    code: int
    words: str


class Ended(NamedTuple):
    """How a kubectl ended: exit status, output, and words; `expired` if it was ended because time was over."""

    code: int
    output: str
    words: str
    expired: bool = False


class Kubectl:
    """kubectl for one target, bounded by `deadline`, a moment of time.monotonic(); a context manager.

    It can be used from several threads; when the context ends, so does every kubectl that still runs, and the threads
    that wait for one get ClusterError. Without kubectl SourceError is raised. What may be done twice is done again if
    it fails: as long as the server is not `reachable`, and once more if it is.
    """

    def __init__(self, target: Target, deadline: float, reachable: Callable[[], bool] = lambda: True) -> None:
        self._programs = Programs(target, deadline, reachable)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._programs.end()

    def extend(self, deadline: float) -> None:
        """Go on until another moment: when time is over, there is still to explain, and to undo."""
        self._programs.deadline = deadline

    def version(self) -> Versions:
        """Return the versions of kubectl and of the server."""
        done = self._programs.run(["version", "-o", "json", "--request-timeout=10s"])
        told = _parsed(done.stdout) or {}
        found = [str((told.get(f"{side}Version") or {}).get("gitVersion", "")) for side in ("client", "server")]
        return Versions(*found)

    def apply(
        self,
        objects: Sequence[Object],
        *,
        server_side: bool = False,
        force_conflicts: bool = False,
        dry_run: bool = False,
        namespace: str = "",
    ) -> Applied:
        """Apply objects, or ask the server whether it would take them; values of Secrets are left out of the words."""
        flags = {"--server-side": server_side, "--force-conflicts": force_conflicts, "--dry-run=server": dry_run}
        chosen = [flag for flag, given in flags.items() if given] + _within(namespace)
        done = self._programs.insist(["apply", "-f", "-", "-o", "json", _REQUEST, *chosen], _listed(objects))
        told = _parsed(done.stdout)
        found = told.get("items", [told]) if told else []
        return Applied(found, done.code, redacted(_complaint(done), objects))

    def diff(self, objects: Sequence[Object], live: Sequence[Object] = ()) -> str:
        """Return what `kubectl diff` shows, empty if nothing would change; raise ClusterError if it cannot tell.

        kubectl hides what changes of a Secret, but not what it has in its annotation: the values of those that are
        `live`, too, are left out.
        """
        done = self._programs.insist(["diff", "-f", "-", _REQUEST], _listed(objects), fine=(0, 1))
        if done.code > 1 or done.expired:
            raise ClusterError(f"`kubectl diff` failed: {redacted(_complaint(done), objects)}")
        return redacted(done.stdout.decode(errors="replace"), [*objects, *live])

    def rollout_status(self, names: Sequence[str], namespace: str, timeout_s: float) -> Ended:
        """Wait for workloads, such as deployments.apps/web, as `kubectl rollout status` does, together for `timeout_s`.

        Whatever its exit status means is for others to say.
        """
        arguments = ["rollout", "status", *names, f"--timeout={timeout_s:.2f}s", *_within(namespace)]
        return _ended(self._programs.run(arguments, allowed_s=timeout_s + _TAIL_S))

    def undo(self, kind: Kind, namespace: str, name: str, revision: int) -> Ended:
        """Put the pod template of a revision back."""
        arguments = ["rollout", "undo", f"{kind.resource}/{name}", f"--to-revision={revision}", _REQUEST]
        return _ended(self._programs.insist([*arguments, *_within(namespace)]))

    def delete(self, kind: Kind, namespace: str, name: str, *, wait: bool = True) -> Ended:
        """Delete an object, and wait until it is gone; that it is gone already is fine."""
        arguments = ["delete", f"{kind.resource}/{name}", "--ignore-not-found", f"--wait={str(wait).lower()}"]
        return _ended(self._programs.insist([*arguments, *_within(namespace)]))

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool, lines: int) -> Ended:
        """Return the last lines of a container's log as `output`, at most 64 KB; the words say why there are none."""
        which = [f"--tail={lines}", f"--limit-bytes={_LOG_BYTES}", f"--previous={str(previous).lower()}"]
        arguments = ["logs", pod, f"--container={container}", *which, "--request-timeout=10s", *_within(namespace)]
        return _ended(self._programs.run(arguments, allowed_s=15.0))


def _within(namespace: str) -> list[str]:
    return [f"--namespace={namespace}"] if namespace else []


def _listed(objects: Sequence[Object]) -> bytes:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}).encode()


def _parsed(output: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(output)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _ended(done: Done) -> Ended:
    return Ended(done.code, done.stdout.decode(errors="replace"), _complaint(done), done.expired)


def _complaint(done: Done) -> str:
    if done.expired:
        return "it did not end in time" + (f": {words}" if (words := words_of(done.stderr)) else "")
    if done.code < 0:
        return f"signal {-done.code} ended it"
    return words_of(done.stderr)
