from __future__ import annotations

import pytest

from kbump.catalog import catalog
from kbump.comparison.defaults import DEFAULTS, default
from kbump.comparison.noise import _TRACKING
from kbump.comparison.places import Key, place_text
from kbump.comparison.shapes import shape_of
from kbump.comparison.values import same_value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("1Gi", "1G", id="binary and decimal"),
        pytest.param("1M", "1m", id="millions and thousandths"),
        pytest.param("1", "one", id="no quantity"),
        pytest.param("1Gi", "1GiB", id="an unknown unit"),
        pytest.param(True, 1, id="a boolean"),
        pytest.param(1, "1x", id="a number and a text"),
        pytest.param("9" * 50, "9" * 51, id="more digits than any quantity has"),
        pytest.param("1e999999999", "1e999999998", id="exponents that no computer holds"),
    ],
)
def test_two_quantities_differ(old: object, new: object) -> None:
    assert not same_value(old, new, quantity=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1000m", 1), ("0.5Gi", "512Mi"), ("1", 1), (0.5, "500m"), ("1e3", "1k"), ("1E", "1e18"), ("1.0", "1"),
        ("0", "0Gi"), ("+1", "1"), ("-1", "-1000m"), (".5", "0.5"), ("1.", "1"), ("1000000n", "1m"), ("1000u", "1m"),
        ("1Ki", 1024), ("1Ti", "1024Gi"), ("1Pi", "1024Ti"), ("1Ei", "1024Pi"), ("1T", "1000G"), ("1P", "1000T"),
    ],
)  # fmt: skip
def test_two_quantities_are_the_same(old: object, new: object) -> None:
    assert same_value(old, new, quantity=True)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        pytest.param("1000m", "1", False, id="no quantity here"),
        pytest.param(80, "80", False, id="a number and a text: the server takes only one of them"),
        pytest.param(True, 1, False, id="true is not 1"),
        pytest.param(True, "true", False, id="true is no text"),
        pytest.param(1, 1.0, True, id="1 is 1.0"),
        pytest.param("a", "a", True, id="a text"),
        pytest.param(None, None, True, id="nothing"),
    ],
)
def test_other_values(old: object, new: object, same: bool) -> None:
    assert same_value(old, new) is same


def test_the_tables_are_in_order() -> None:
    assert list(DEFAULTS) == sorted(DEFAULTS)
    assert all(list(fields) == sorted(fields) for fields in DEFAULTS.values())
    assert _TRACKING


def test_every_default_is_of_a_field_that_there_is() -> None:
    known = catalog()
    definitions = {}
    for kind in known.kinds():
        found = known.closure(*kind)
        assert found
        definitions.update(found[1])
    fields: dict[str, set[str]] = {}
    for name, schema in definitions.items():
        *_, package, _, kind_ = name.split(".")
        fields.setdefault(f"{package}.{kind_}", set()).update(schema.get("properties", ()))
    assert {
        (kind, field) for kind, row in DEFAULTS.items() for field in row if field not in fields.get(kind, ())
    } == set()


@pytest.mark.parametrize(
    ("type_", "field", "fields", "expected"),
    [
        ("core.Container", "imagePullPolicy", {"image": "nginx"}, "Always"),
        ("core.Container", "imagePullPolicy", {"image": "nginx:latest"}, "Always"),
        ("core.Container", "imagePullPolicy", {"image": "nginx:1.27"}, "IfNotPresent"),
        ("core.Container", "imagePullPolicy", {"image": f"nginx@sha256:{'a' * 64}"}, "IfNotPresent"),
        ("core.Container", "imagePullPolicy", {"image": "{{ x }}"}, None),
        ("core.Container", "imagePullPolicy", {}, None),
        ("core.ImageVolumeSource", "pullPolicy", {"reference": "a:1"}, "IfNotPresent"),
        ("apps.DeploymentStrategy", "rollingUpdate", {}, {}),
        ("apps.DeploymentStrategy", "rollingUpdate", {"type": "Recreate"}, None),
        ("networking.NetworkPolicySpec", "policyTypes", {}, ["Ingress"]),
        ("networking.NetworkPolicySpec", "policyTypes", {"egress": [{}]}, ["Ingress", "Egress"]),
        ("rbac.Subject", "apiGroup", {"kind": "User"}, "rbac.authorization.k8s.io"),
        ("rbac.Subject", "apiGroup", {"kind": "ServiceAccount"}, ""),
        ("batch.JobSpec", "completions", {}, 1),
        ("batch.JobSpec", "completions", {"parallelism": 2}, None),
        ("core.ServiceSpec", "externalTrafficPolicy", {"type": "NodePort"}, "Cluster"),
        ("core.ServiceSpec", "externalTrafficPolicy", {}, None),
        ("core.ServiceSpec", "internalTrafficPolicy", {"type": "ExternalName"}, None),
        ("core.ServicePort", "targetPort", {"port": 80}, 80),
        ("core.PodSpec", "serviceAccountName", {"serviceAccount": "a"}, "a"),
        ("core.PodSpec", "serviceAccount", {}, "default"),
        ("core.PodSpec", "nodeName", {}, None),
        ("example.Widget", "a", {}, None),
    ],
)
def test_a_field_that_is_left_out_means(type_: str, field: str, fields: dict[str, object], expected: object) -> None:
    assert default(type_, field, fields) == expected


def test_a_kind_that_is_not_served_any_more_has_the_shape_of_its_replacement() -> None:
    assert shape_of("apps", "v1beta1", "Deployment").name == "apps.Deployment"
    assert shape_of("example.com", "v1", "Widget").schema == {}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((), ""),
        (("spec", "containers", Key("web"), "args", 0), "spec.containers[web].args[0]"),
        (("ports", Key("80/TCP")), "ports[80/TCP]"),
        (("data", "a.b"), 'data["a.b"]'),
        (("a", Key("1"), Key(""), Key("a b")), 'a["1"][""]["a b"]'),
    ],
)
def test_a_place_is_written_as_people_do(place: tuple[object, ...], expected: str) -> None:
    assert place_text(place) == expected
