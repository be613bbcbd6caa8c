"""in_phases(): what is applied before what.

Each phase ends before the next begins: what others live in and are kinds of; what pods need to start; workloads, and
custom resources that may be some; what leads to them, and would fail or refuse without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbump.rollouts.planned import Planned

FOUNDATIONS, NEEDS, WORKLOADS, ROUTES = range(4)
PHASES = ("namespaces and definitions", "what pods need", "workloads", "routes")
_KINDS = (
    ("Namespace", "CustomResourceDefinition"),
    (
        "ResourceQuota", "LimitRange", "NetworkPolicy", "PriorityClass", "RuntimeClass", "StorageClass", "CSIDriver",
        "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding", "Secret", "ConfigMap",
        "PersistentVolume", "PersistentVolumeClaim", "PodDisruptionBudget", "IngressClass", "GatewayClass",
    ),
    (),
    (
        "HorizontalPodAutoscaler", "Service", "EndpointSlice", "Endpoints", "Ingress", "Gateway", "HTTPRoute",
        "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "APIService", "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
    ),
)  # fmt: skip
# Kind to its phase and its place in it; what is not here is a workload, in the order of the files.
_PLACES: Mapping[str, tuple[int, int]] = {
    kind: (phase, place) for phase, kinds in enumerate(_KINDS) for place, kind in enumerate(kinds)
}


def phase_of(one: Planned) -> int:
    """Return the phase of an object: FOUNDATIONS, NEEDS, WORKLOADS or ROUTES."""
    return _place(one)[0]


def in_phases(objects: Iterable[Planned]) -> list[list[Planned]]:
    """Return the objects of each phase; what has no place of its own in a phase keeps the order of the files."""
    found: list[list[Planned]] = [[] for _ in PHASES]
    for one in sorted(objects, key=_place):
        found[phase_of(one)].append(one)
    return found


def _place(one: Planned) -> tuple[int, int]:
    # A kind of the same name in another group, such as Knative's Service, is a custom resource.
    if not is_builtin(one.group):
        return WORKLOADS, 0
    return _PLACES.get(one.kind, (WORKLOADS, 0))


def is_builtin(group: str) -> bool:
    """Whether an API group is one of Kubernetes' own."""
    return "." not in group or group.endswith((".k8s.io", "gateway.networking.k8s.io"))
