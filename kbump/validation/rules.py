"""The catalogue of rules: a literal table, from which `kbump validate --rules` and the documentation are made."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule's stable id, severity, what it is about, whole files as examples of bad and good, and a page to read."""

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
_README = "https://github.com/kbump/kbump#validate"

# How the examples begin.
_BINDING = "kind: MutatingAdmissionPolicyBinding\nmetadata:\n  name: add-labels\nspec:\n  policyName: add-labels"
_BUDGET = "kind: PodDisruptionBudget\nmetadata:\n  name: web\nspec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n"
_CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteOnce]\n"
_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n"
_POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n"
_SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n"
_TAINT = "kind: DeviceTaintRule\nmetadata:\n  name: broken\nspec:\n  taint: {key: broken, effect: NoSchedule}"
_WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: web"

_DEFINITION = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {0}.example.com\n"
    "spec:\n  group: example.com\n  names: {{kind: Widget, plural: {0}}}\n  scope: Namespaced\n  versions:\n"
    "  - name: v1\n    served: true\n    storage: true\n"
    "    schema: {{openAPIV3Schema: {{type: object, properties: {{{1}: {{type: object}}}}}}}}\n"
)

_LISTED = (
    Rule(
        "ambiguous-definition", "warning", "several definitions of a kind differ, and none is nearer to its objects",
        f"{_DEFINITION.format('widgets', 'a')}---\n{_DEFINITION.format('gadgets', 'b')}---\n{_WIDGET}",
        f"{_DEFINITION.format('widgets', 'a')}---\n{_WIDGET}",
        _README,
    ),
    Rule(
        "api-removed-later", "warning", "a later version of Kubernetes does not have this API any more",
        f"apiVersion: resource.k8s.io/v1beta2\n{_TAINT}",
        f"apiVersion: resource.k8s.io/v1\n{_TAINT}",
        f"{_REFERENCE}/deprecation-guide/",
    ),
    Rule(
        "deprecated-api", "warning", "the API is deprecated in the Kubernetes version that is asked for",
        "apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: database\n"
        "subsets:\n- addresses:\n  - ip: 192.0.2.10",
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: database\naddressType: IPv4\n"
        "endpoints:\n- addresses:\n  - 192.0.2.10",
        f"{_REFERENCE}/deprecation-policy/",
    ),
    Rule(
        "duplicate-item", "error", "two items of a list have the same key",
        f"{_POD}  containers:\n  - name: web\n    image: nginx:1.27.1\n  - name: web\n    image: redis:7.4.1",
        f"{_POD}  containers:\n  - name: web\n    image: nginx:1.27.1\n  - name: cache\n    image: redis:7.4.1",
        f"{_REFERENCE}/server-side-apply/#merge-strategy",
    ),
    Rule(
        "duplicate-key", "error", "a key is twice in one mapping",
        f"{_CONFIG}data:\n  color: blue\n  color: green",
        f"{_CONFIG}data:\n  color: green",
        "https://yaml.org/spec/1.2.2/#3213-node-comparison",
    ),
    Rule(
        "duplicate-resource", "error", "the same object is there twice, and the later one overwrites the first",
        f"{_CONFIG}data:\n  color: blue\n---\n{_CONFIG}data:\n  color: green",
        f"{_CONFIG}data:\n  color: green",
        f"{_CONCEPTS}/names/",
    ),
    Rule(
        "incomplete-type", "error", "an object needs both apiVersion and kind",
        "kind: ConfigMap\nmetadata:\n  name: web\ndata:\n  color: green",
        f"{_CONFIG}data:\n  color: green",
        f"{_CONCEPTS}/#required-fields",
    ),
    Rule(
        "invalid-value", "error", "a value of the right type that the server does not take",
        f"{_CLAIM}  resources:\n    requests:\n      storage: 12Xi",
        f"{_CLAIM}  resources:\n    requests:\n      storage: 12Gi",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "missing-field", "error", "a field that is needed is not there",
        f"{_POD}  containers:\n  - image: nginx:1.27.1",
        f"{_POD}  containers:\n  - name: web\n    image: nginx:1.27.1",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "no-schema", "error", "there is no schema for this kind (only with --fail-on-skipped)",
        _WIDGET,
        f"{_DEFINITION.format('widgets', 'spec')}---\n{_WIDGET}",
        _README,
    ),
    Rule(
        "non-string-key", "warning", "a key that is no string becomes one, and not always the one that is written",
        f"{_CONFIG}data:\n  on: push",
        f'{_CONFIG}data:\n  "on": push',
        "https://yaml.org/type/bool.html",
    ),
    Rule(
        "prerelease-api", "warning", "an alpha or beta API, which clusters do not serve by default",
        f"apiVersion: admissionregistration.k8s.io/v1beta1\n{_BINDING}",
        f"apiVersion: admissionregistration.k8s.io/v1\n{_BINDING}",
        f"{_REFERENCE}/#enabling-or-disabling",
    ),
    Rule(
        "removed-api", "error", "the API was removed before the Kubernetes version that is asked for",
        f"apiVersion: policy/v1beta1\n{_BUDGET}      app: web",
        f"apiVersion: policy/v1\n{_BUDGET}      app: web",
        f"{_REFERENCE}/deprecation-guide/",
    ),
    Rule(
        "surprising-scalar", "warning", "kubectl reads this text as another value than it seems to be",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\nautomountServiceAccountToken: no",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\nautomountServiceAccountToken: false",
        "https://yaml.org/type/",
    ),
    Rule(
        "unknown-api", "error", "the API group has no such kind in the Kubernetes version that is asked for",
        "apiVersion: v1\nkind: Configmap\nmetadata:\n  name: web\ndata:\n  color: green",
        f"{_CONFIG}data:\n  color: green",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "unknown-field", "error", "a field that the kind does not have",
        f"{_SERVICE}  selector:\n    app: web\n  port:\n  - port: 80",
        f"{_SERVICE}  selector:\n    app: web\n  ports:\n  - port: 80",
        _VALIDATION,
    ),
    Rule(
        "unused-ignore", "warning", "a comment or setting ignores what is not there",
        f"{_SERVICE}  ports:\n  - port: 80  # kbump: ignore[wrong-type] the operator converts it",
        f"{_SERVICE}  ports:\n  - port: 80",
        _README,
    ),
    Rule(
        "wrong-type", "error", "a value of another type than the field has",
        f'{_SERVICE}  ports:\n  - port: "80"',
        f"{_SERVICE}  ports:\n  - port: 80",
        f"{_DOCS}/reference/kubernetes-api/",
    ),
    Rule(
        "yaml-syntax", "error", "kubectl cannot read the file",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: web",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web",
        "https://yaml.org/spec/1.2.2/",
    ),
)  # fmt: skip
RULES = {rule.id: rule for rule in _LISTED}
