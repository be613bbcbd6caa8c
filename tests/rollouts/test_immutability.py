"""Which immutable fields a manifest would change; tests/cluster/ holds the same to an API server."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.rollouts.immutability import immutable_changes
from kbump.source import Source
from kbump.yaml.constructor import construct


def data(kind: str, text: str) -> dict[str, Any]:
    [found] = construct(Source("a.yaml", text))
    return {"kind": kind, "metadata": {"name": "web", "namespace": "shop"}, **found}


# Kind, the live object, the manifest, the fields.
CHANGED = {
    "the selector of a deployment": (
        "Deployment", "spec: {selector: {matchLabels: {app: a}}}", "spec: {selector: {matchLabels: {app: b}}}",
        ['spec.selector.matchLabels.app: "a" -> "b"'],
    ),
    "a selector that says less": (
        "Deployment", "spec: {selector: {matchLabels: {app: a, tier: b}}}", "spec: {selector: {matchLabels: {app: a}}}",
        ['spec.selector.matchLabels.tier: "b" -> nothing'],
    ),
    "the template of a job": (
        "Job", "spec: {template: {spec: {containers: [{name: a, image: 'b:1', x: y}]}}}",
        "spec: {template: {spec: {containers: [{name: a, image: 'b:2'}]}}}",
        ['spec.template.spec.containers[0].image: "b:1" -> "b:2"'],
    ),
    "the claims of a stateful set": (
        "StatefulSet", "spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1Gi}}}}]}",
        "spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 2Gi}}}}]}",
        ['spec.volumeClaimTemplates[0].spec.resources.requests.storage: "1Gi" -> "2Gi"'],
    ),
    "the service of a stateful set": (
        "StatefulSet", "spec: {serviceName: a}", "spec: {serviceName: b}", ['spec.serviceName: "a" -> "b"'],
    ),
    "the address of a service": (
        "Service", "spec: {clusterIP: 10.0.0.1}", "spec: {clusterIP: None}", ['spec.clusterIP: "10.0.0.1" -> "None"'],
    ),
    "the class of a claim": (
        "PersistentVolumeClaim", "spec: {storageClassName: a}", "spec: {storageClassName: b}",
        ['spec.storageClassName: "a" -> "b"'],
    ),
    "the role of a binding": (
        "RoleBinding", "roleRef: {name: a}", "roleRef: {name: b}", ['roleRef.name: "a" -> "b"'],
    ),
    "a map that is immutable": (
        "ConfigMap", "{immutable: true, data: {a: b}}", "data: {a: c}", ['data.a: "b" -> "c"'],
    ),
    "a secret, of which no value is shown": (
        "Secret", "{immutable: true, data: {a: YQ==}}", "data: {a: Yg==}", ["data.a:  -> "],
    ),
    "the type of a secret": ("Secret", "type: Opaque", "type: kubernetes.io/tls", ["type:  -> "]),
    "the node of a pod": ("Pod", "spec: {nodeName: a}", "spec: {nodeName: b}", ['spec.nodeName: "a" -> "b"']),
    "a list that is longer": (
        "PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce]}",
        "spec: {accessModes: [ReadWriteOnce, ReadOnlyMany]}",
        ['spec.accessModes: ["ReadWriteOnce"] -> ["ReadWriteOnce", "ReadOnlyMany"]'],
    ),
    "the provisioner of a class": ("StorageClass", "provisioner: a", "provisioner: b", ['provisioner: "a" -> "b"']),
}  # fmt: skip
KEPT = {
    "what the server added": ("Deployment", "spec: {selector: {matchLabels: {app: a}}, replicas: 1}", "spec: {}"),
    "replicas and template of a stateful set": (
        "StatefulSet", "spec: {replicas: 1, template: {a: b}}", "spec: {replicas: 2, template: {a: c}}",
    ),
    "a quantity that is written another way": (
        "StatefulSet", "spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1Gi}}}}]}",
        "spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1024Mi}}}}]}",
    ),
    "the template of a job that is suspended": (
        "Job", "spec: {suspend: true, template: {a: b}}", "spec: {template: {a: c}}",
    ),
    "the size of a claim": (
        "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}",
        "spec: {resources: {requests: {storage: 2Gi}}}",
    ),
    "a map that is mutable": ("ConfigMap", "data: {a: b}", "data: {a: c}"),
    "the image of a pod": (
        "Pod", "spec: {containers: [{name: a, image: 'b:1'}]}", "spec: {containers: [{name: a, image: 'b:2'}]}",
    ),
    "what is empty": ("Deployment", "spec: {}", "spec: {selector: {}}"),
    "a kind without a rule": ("Widget", "spec: {a: b}", "spec: {a: c}"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "live", "manifest", "fields"), CHANGED.values(), ids=CHANGED)
def test_a_change_that_no_apply_can_make_is_found(kind: str, live: str, manifest: str, fields: list[str]) -> None:
    found = immutable_changes(data(kind, manifest), data(kind, live))
    assert [f"{one.path}: {one.old} -> {one.new}" for one in found] == fields
    assert all(one.remedy for one in found)


@pytest.mark.parametrize(("kind", "live", "manifest"), KEPT.values(), ids=KEPT)
def test_what_may_change_is_none(kind: str, live: str, manifest: str) -> None:
    assert immutable_changes(data(kind, manifest), data(kind, live)) == []


def test_the_remedy_is_a_command_for_the_object() -> None:
    [change] = immutable_changes(
        data("Deployment", "spec: {selector: {matchLabels: {app: b}}}"),
        data("Deployment", "spec: {selector: {matchLabels: {app: a}}}"),
    )
    assert change.remedy == (
        "`kubectl delete deployment web -n shop --cascade=orphan` keeps its pods; then roll out again"
    )


def test_a_long_value_is_cut() -> None:
    [change] = immutable_changes(data("Pod", f"spec: {{nodeName: {'b' * 200}}}"), data("Pod", "spec: {nodeName: a}"))
    assert len(change.new) == 81
