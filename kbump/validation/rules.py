"""The catalogue of rules: a literal table, from which `kbump validate --rules` and the documentation are made."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule's stable id, severity, what it is about, an example of bad and of good, and a page to read."""

    id: str
    severity: str
    title: str
    bad: str
    good: str
    url: str


_DOCS = "https://kubernetes.io/docs"
_CONCEPTS = f"{_DOCS}/concepts/overview/working-with-objects"
_REFERENCE = f"{_DOCS}/reference/using-api"
_VALIDATION = f"{_REFERENCE}/api-concepts/#setting-the-field-validation-level"
_CRD = f"{_DOCS}/tasks/extend-kubernetes/custom-resources/custom-resource-definitions"
_README = "https://github.com/kbump/kbump#validate"

_LISTED = (
    Rule(
        "api-removed-later", "warning", "a later version of Kubernetes does not have this API any more",
        "apiVersion: storage.k8s.io/v1beta1\nkind: VolumeAttributesClass",
        "apiVersion: storage.k8s.io/v1\nkind: VolumeAttributesClass",
        f"{_REFERENCE}/deprecation-guide/",
    ),
    Rule(
        "deprecated-api", "warning", "the API is deprecated in the Kubernetes version that is asked for",
        "apiVersion: resource.k8s.io/v1beta1\nkind: ResourceClaim",
        "apiVersion: resource.k8s.io/v1\nkind: ResourceClaim",
        f"{_REFERENCE}/deprecation-policy/",
    ),
    Rule(
        "duplicate-item", "error", "two items of a list have the same key",
        "containers:\n  - {name: web, image: nginx:1.27.1}\n  - {name: web, image: redis:7.4.1}",
        "containers:\n  - {name: web, image: nginx:1.27.1}\n  - {name: cache, image: redis:7.4.1}",
        f"{_REFERENCE}/server-side-apply/#merge-strategy",
    ),
    Rule(
        "duplicate-key", "error", "a key is twice in one mapping",
        "metadata:\n  name: web\n  name: shop",
        "metadata:\n  name: web",
        "https://yaml.org/spec/1.2.2/#3213-node-comparison",
    ),
    Rule(
        "duplicate-resource", "error", "the same object is there twice, and the later one overwrites the first",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}",
        f"{_CONCEPTS}/names/",
    ),
    Rule(
        "incomplete-type", "error", "an object needs both apiVersion and kind",
        "kind: ConfigMap\nmetadata: {name: web}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}",
        f"{_CONCEPTS}/#required-fields",
    ),
    Rule(
        "invalid-value", "error", "a value of the right type that the server does not take",
        "limits: {memory: 12Xi}",
        "limits: {memory: 12Gi}",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "missing-field", "error", "a field that is needed is not there",
        "containers:\n  - image: nginx:1.27.1",
        "containers:\n  - name: web\n    image: nginx:1.27.1",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "no-schema", "error", "there is no schema for this kind (only with --fail-on-skipped)",
        "apiVersion: example.com/v1\nkind: Widget",
        "kbump validate --crds crds/",
        _README,
    ),
    Rule(
        "non-string-key", "warning", "a key that is no string becomes one, and not always the one that is written",
        "data:\n  on: push",
        'data:\n  "on": push',
        "https://yaml.org/type/bool.html",
    ),
    Rule(
        "prerelease-api", "warning", "an alpha or beta API, which clusters switch off",
        "apiVersion: admissionregistration.k8s.io/v1alpha1\nkind: MutatingAdmissionPolicy",
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy",
        f"{_REFERENCE}/#enabling-or-disabling",
    ),
    Rule(
        "removed-api", "error", "the API was removed before the Kubernetes version that is asked for",
        "apiVersion: extensions/v1beta1\nkind: Deployment",
        "apiVersion: apps/v1\nkind: Deployment",
        f"{_REFERENCE}/deprecation-guide/",
    ),
    Rule(
        "surprising-scalar", "warning", "kubectl reads this text as another value than it seems to be",
        "hostNetwork: yes\nrunAsUser: 0100",
        "hostNetwork: true\nrunAsUser: 100",
        "https://yaml.org/type/",
    ),
    Rule(
        "unknown-api", "error", "the API group has no such kind in the Kubernetes version that is asked for",
        "apiVersion: apps/v1\nkind: Deploymnet",
        "apiVersion: apps/v1\nkind: Deployment",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "unknown-field", "error", "a field that the kind does not have",
        "spec:\n  replica: 3",
        "spec:\n  replicas: 3",
        _VALIDATION,
    ),
    Rule(
        "unused-ignore", "warning", "a comment or setting ignores what is not there",
        "replicas: 3  # kbump: ignore[wrong-type] the operator converts it",
        "replicas: 3",
        _README,
    ),
    Rule(
        "wrong-type", "error", "a value of another type than the field has",
        'replicas: "3"',
        "replicas: 3",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "yaml-syntax", "error", "kubectl cannot read the file",
        "metadata:\n\tname: web",
        "metadata:\n  name: web",
        "https://yaml.org/spec/1.2.2/",
    ),
)  # fmt: skip
RULES = {rule.id: rule for rule in _LISTED}
