"""unstick(): a pod that will never be ready keeps its StatefulSet from going on, also back.

https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.cluster.status import chosen, status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.cluster.connection import Cluster

    Object = Mapping[str, Any]


def unstick(cluster: Cluster, workload: Object) -> list[str]:
    """Delete the pods of a StatefulSet that are not of its newest revision and not ready; return their names."""
    namespace = str(workload["metadata"]["namespace"])
    kind = cluster.resolve("v1", "Pod")
    if kind is None or workload["spec"].get("podManagementPolicy") == "Parallel":
        return []
    older = chosen(workload, cluster.list(kind, namespace).objects).older
    stuck = [one for one in older if status(one).word != "done"]
    return [
        str(one["metadata"]["name"])
        for one in stuck
        if cluster.delete(kind, namespace, str(one["metadata"]["name"]), str(one["metadata"]["uid"]))
    ]
