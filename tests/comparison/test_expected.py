from __future__ import annotations

import pytest

from kbump.comparison import Side, compare
from kbump.comparison.expected import RULE
from kbump.errors import UsageError
from kbump.source import Source

OLD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {a.b/c: x}}
spec:
  template:
    spec:
      containers:
      - {name: web, image: a, args: [x, y], env: [{name: A, value: '1'}]}
"""
NEW = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {a.b/c: y}}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - {name: web, image: a, args: [x, z], env: [{name: A, value: '2'}],
         resources: {limits: {cpu: 1}, requests: {cpu: 1}}}
      - {name: sidecar, image: b}
"""
CONTAINERS = "spec.template.spec.containers"
EVERYTHING = {
    'metadata.annotations["a.b/c"]',
    "spec.replicas",
    f"{CONTAINERS}[web].args[1]",
    f"{CONTAINERS}[web].env[A].value",
    f"{CONTAINERS}[web].resources",
    f"{CONTAINERS}[sidecar]",
}


def expected_by(*rules: str) -> set[str]:
    sides = [Side(name, [Source("web.yaml", text)]) for name, text in (("old", OLD), ("new", NEW))]
    return {one.path for one in compare(*sides, expected=rules).differences if one.expected}


def test_every_difference_is_there_once_and_nothing_is_expected_without_a_rule() -> None:
    sides = [Side(name, [Source("web.yaml", text)]) for name, text in (("old", OLD), ("new", NEW))]
    paths = [one.path for one in compare(*sides).differences]
    assert (set(paths), len(paths)) == (EVERYTHING, len(EVERYTHING))
    assert expected_by() == set()


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param("spec.replica", id="a key is not a beginning of a key"),
        pytest.param("StatefulSet:spec.replicas", id="another kind"),
        pytest.param("extensions/Deployment:spec.replicas", id="another group"),
        pytest.param("*.replicas.*", id="below a value there is nothing"),
        pytest.param("spec[*]", id="an item is no key"),
        pytest.param(f"{CONTAINERS}.*", id="a key is no item"),
        pytest.param(f"{CONTAINERS}[api]", id="the name of another item"),
        pytest.param(f"{CONTAINERS}[0].args", id="the place of an item that has a name"),
        pytest.param(f"{CONTAINERS}[web].args[0]", id="the place of another item"),
        pytest.param("metadata.annotations.a", id="a key with dots is one key"),
        pytest.param(f"{CONTAINERS}[web].image", id="an image is not among the differences"),
    ],
)
def test_a_rule_does_not_cover(rule: str) -> None:
    assert expected_by(rule) == set()


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        pytest.param("spec.replicas", {"spec.replicas"}, id="a path"),
        pytest.param("*.replicas", {"spec.replicas"}, id="any key"),
        pytest.param("Deployment:spec.replicas", {"spec.replicas"}, id="a kind"),
        pytest.param("apps/Deployment:spec.replicas", {"spec.replicas"}, id="a group and kind"),
        pytest.param("spec", EVERYTHING - {'metadata.annotations["a.b/c"]'}, id="all that is below"),
        pytest.param(f"{CONTAINERS}[*].args", {f"{CONTAINERS}[web].args[1]"}, id="any item by its name"),
        pytest.param(f"{CONTAINERS}[web].args[*]", {f"{CONTAINERS}[web].args[1]"}, id="any item by its place"),
        pytest.param(f"{CONTAINERS}[web].args[1]", {f"{CONTAINERS}[web].args[1]"}, id="an item by its place"),
        pytest.param(f"{CONTAINERS}['sidecar']", {f"{CONTAINERS}[sidecar]"}, id="a name in quotes"),
        pytest.param('metadata["annotations"]', {'metadata.annotations["a.b/c"]'}, id="a key in quotes"),
        pytest.param('metadata.annotations["a.b/c"]', {'metadata.annotations["a.b/c"]'}, id="a key with dots"),
        pytest.param(
            f"{CONTAINERS}[*].resources.limits.cpu",
            {f"{CONTAINERS}[web].resources.limits.cpu"},
            id="a part of what was added",
        ),
        pytest.param(f"{CONTAINERS}[*].image", {f"{CONTAINERS}[sidecar].image"}, id="a part of an item that was added"),
    ],
)
def test_a_rule_covers(rule: str, covered: set[str]) -> None:
    assert expected_by(rule) == covered


def test_what_is_taken_apart_is_there_once() -> None:
    sides = [Side(name, [Source("web.yaml", text)]) for name, text in (("old", NEW), ("new", OLD))]
    found = compare(*sides, expected=[f"{CONTAINERS}[*].resources.limits"]).differences
    parts = {one.path: (one.kind, one.old, one.expected) for one in found if ".resources" in one.path}
    assert parts == {
        f"{CONTAINERS}[web].resources.limits": ("removed", {"cpu": 1}, f"{CONTAINERS}[*].resources.limits"),
        f"{CONTAINERS}[web].resources.requests": ("removed", {"cpu": 1}, ""),
    }


def test_a_rule_that_expects_nothing_is_said_and_one_that_is_there_twice_counts_once() -> None:
    sides = [Side(name, [Source("web.yaml", text)]) for name, text in (("old", OLD), ("new", NEW))]
    result = compare(*sides, expected=["spec.replicas", "spec.paused", "spec.replicas"])
    assert [(note.kind, note.message) for note in result.notes] == [
        ("unused", "`spec.paused` expects nothing that differs")
    ]
    assert result.expected == {"spec.replicas": 1}


@pytest.mark.parametrize(
    "text", ["", ".", "spec.", "spec..a", "spec[", "[", "spec replicas", "deployment:spec", ":a", "a:b"]
)
def test_a_text_that_is_no_rule_is_refused(text: str) -> None:
    assert not RULE.fullmatch(text)
    with pytest.raises(UsageError, match="is no path of what may differ") as raised:
        compare(Side("a", []), Side("b", []), expected=[text])
    assert "spec.replicas" in str(raised.value.hint)
