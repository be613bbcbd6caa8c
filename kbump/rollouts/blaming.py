"""deployer(): who changed the pods of a workload last, as the API server remembers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a controller writes is not a deployment.
_CONTROLLERS = ("kube-controller-manager",)


def deployer(obj: Mapping[str, Any]) -> str:
    """Return who wrote the template of a workload last, and when: `kubectl-edit at 2026-01-31T10:15:00Z`.

    It is "" if nobody knows, else the name that a client gives itself
    (https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers).
    """
    found = [
        (str(one.get("time", "")), str(one.get("manager", "")))
        for one in obj.get("metadata", {}).get("managedFields") or ()
        if "f:template" in (one.get("fieldsV1", {}).get("f:spec") or {}) and one.get("manager") not in _CONTROLLERS
    ]
    time, manager = max(found, default=("", ""))
    return f"{manager} at {time}" if manager else ""
