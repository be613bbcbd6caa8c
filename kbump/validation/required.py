"""missing(): fields that the API server needs, and its schemas do not.

Each row is what a server 1.36 answered to an object without the field: `Required value`, or the same of what the field
would hold (https://github.com/kubernetes/kubernetes/tree/master/pkg/apis, `validation` of each group). Fields that are
needed only together with others have no row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.resource import Resource

_TEMPLATE = ("spec.template.spec",)
REQUIRED: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): ("spec.accessModes", "spec.capacity"),
    ("", "PersistentVolumeClaim"): ("spec.accessModes", "spec.resources.requests.storage"),
    ("", "Pod"): ("spec",),
    ("", "PodTemplate"): ("template.spec",),
    ("", "ReplicationController"): _TEMPLATE,
    ("", "Service"): ("spec",),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): ("spec",),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"): ("spec",),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): ("spec",),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): ("spec",),
    ("apiregistration.k8s.io", "APIService"): ("spec",),
    ("apps", "ControllerRevision"): ("data",),
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("autoscaling", "HorizontalPodAutoscaler"): ("spec",),
    ("batch", "CronJob"): ("spec.jobTemplate.spec.template.spec.restartPolicy",),
    ("batch", "Job"): ("spec.template.spec.restartPolicy",),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): ("spec",),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"): ("spec",),
    ("networking.k8s.io", "IPAddress"): ("spec",),
    ("networking.k8s.io", "Ingress"): ("spec",),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("networking.k8s.io", "ServiceCIDR"): ("spec",),
}


def missing(resource: Resource, said: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the fields that an object lacks, each at the first name of its path that is not there.

    Not those that were `said` to be missing, or are there under a name that is almost theirs.
    """
    known = {one.message for one in said}
    meant = {(*one.path[:-1], one.fix) for one in said if one.rule == "unknown-field"}
    for field in REQUIRED.get((resource.group, resource.kind), ()):
        path = _lacking(resource, field)
        message = f"`{'.'.join(path)}` is missing"
        if path and message not in known and (*path[:-1], f"did you mean `{path[-1]}`?") not in meant:
            known.add(message)
            yield Problem("missing-field", path[:-1], message, at_key=True)


def _lacking(resource: Resource, field: str) -> tuple[str, ...]:
    """Return the path of what is not there or null, () if all is; what is of another type, the schema says."""
    data, names = resource.data, field.split(".")
    for number, name in enumerate(names):
        if type(data) is not dict:
            return ()
        if data.get(name) is None:
            return tuple(names[: number + 1])
        data = data[name]
    return ()
