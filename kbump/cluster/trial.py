"""refused_change(), would_create(): what a server would say of a change, asked by a dry run and read from its Status.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ has the fields; no words are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.transport import Answer, Request

if TYPE_CHECKING:
    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind

_PATIENCE_S = 10.0
_QUERY = "dryRun=All&fieldManager=kbump"
_STRATEGIC, _MERGE = "application/strategic-merge-patch+json", "application/merge-patch+json"
_UNSUPPORTED, _INVALID = 415, 422


class Cause(NamedTuple):
    """A field that the server refuses, as `spec.ports[0].port`, and what it says of it."""

    field: str
    message: str


def refused_change(cluster: Cluster, kind: Kind, namespace: str, name: str, body: dict[str, Any]) -> list[Cause] | None:
    """Return why an object may not become what `body` says when it is merged into it as kubectl would do it.

    None if it may, or if the server says no field of it.
    """
    for content_type in (_STRATEGIC, _MERGE):
        request = Request("PATCH", f"{kind.path(namespace, name)}?{_QUERY}", body, content_type)
        answer = cluster.session.ask(request, patience_s=_PATIENCE_S)
        # Custom resources know only the plain merge.
        if not isinstance(answer, Answer) or answer.status != _UNSUPPORTED:
            break
    return (_causes(answer.data) or None) if isinstance(answer, Answer) and answer.status == _INVALID else None


def would_create(cluster: Cluster, kind: Kind, namespace: str, body: dict[str, Any]) -> bool:
    """Whether the server would take `body` as a new object: that there is one of its name is told after all else."""
    request = Request("POST", f"{kind.path(namespace)}?{_QUERY}", body)
    answer = cluster.session.ask(request, patience_s=_PATIENCE_S)
    return isinstance(answer, Answer) and (answer.status < 400 or answer.data.get("reason") == "AlreadyExists")


def _causes(status: dict[str, Any]) -> list[Cause]:
    details = status.get("details")
    told = details.get("causes") if isinstance(details, dict) else None
    found = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    # The same is said once for each place that it was looked at.
    return list(dict.fromkeys(Cause(str(one.get("field") or ""), str(one.get("message") or "")) for one in found))
