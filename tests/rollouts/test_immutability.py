"""Where a manifest changes a live object, and what to do; tests/cluster/ asks an API server which of it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.rollouts.immutability import differences, part, patch_of, path_of, remedy, shown, written
from kbump.source import Source
from kbump.yaml.constructor import construct


def data(text: str, kind: str = "apps/v1 Deployment") -> dict[str, Any]:
    [found] = construct(Source("a.yaml", text))
    api_version, _, name = kind.partition(" ")
    metadata = {"name": "web", "namespace": "shop"}
    return {"apiVersion": api_version, "kind": name, "metadata": metadata, **found}


# The field that the server names, the live object, the manifest, what differs.
CHANGED = {
    "a value below the field": (
        "spec.selector", "spec: {selector: {matchLabels: {app: a}}}", "spec: {selector: {matchLabels: {app: b}}}",
        ['spec.selector.matchLabels.app: "a" -> "b"'],
    ),
    "a selector that says less": (
        "spec.selector", "spec: {selector: {matchLabels: {app: a, tier: b}}}",
        "spec: {selector: {matchLabels: {app: a}}}", ['spec.selector.matchLabels.tier: "b" -> nothing'],
    ),
    "an item of a list": (
        "spec.template", "spec: {template: {containers: [{name: a, image: 'b:1', x: y}]}}",
        "spec: {template: {containers: [{name: a, image: 'b:2'}]}}",
        ['spec.template.containers[0].image: "b:1" -> "b:2"'],
    ),
    "a list that is longer": (
        "spec", "spec: {modes: [Once]}", "spec: {modes: [Once, Many]}", ['spec.modes: ["Once"] -> ["Once", "Many"]'],
    ),
    "a key with a dot": ("data[a.b]", "data: {a.b: c}", "data: {a.b: d}", ['data[a.b]: "c" -> "d"']),
    "everything": (
        "<nil>", "{status: {a: 1}, spec: {a: 1}, data: {b: 1}}", "{status: {a: 2}, spec: {a: 2}, data: {b: 2}}",
        ["spec.a: 1 -> 2", "data.b: 1 -> 2"],
    ),
    "what is new": ("spec", "spec: {}", "spec: {a: b}", ['spec.a: nothing -> "b"']),
    "what the server added": ("spec", "spec: {a: b, replicas: 1}", "spec: {a: b}", []),
    "a quantity that is written another way": ("spec", "spec: {a: 1Gi}", "spec: {a: 1024Mi}", []),
    "what is empty": ("spec", "spec: {}", "spec: {selector: {}}", []),
    "a field that is not there": ("spec.ports[1].name", "spec: {ports: [{port: 1}]}", "spec: {ports: [{port: 2}]}", []),
}  # fmt: skip


@pytest.mark.parametrize(("field", "live", "manifest", "expected"), CHANGED.values(), ids=CHANGED)
def test_what_differs_at_a_field_is_found(field: str, live: str, manifest: str, expected: list[str]) -> None:
    found = differences(data(manifest), data(live), field)
    assert [f"{written(one.path)}: {shown(one.old)} -> {shown(one.new)}" for one in found] == expected


def test_what_the_manifest_stated_before_and_does_not_state_now_is_a_change() -> None:
    last, live, manifest = data("spec: {a: 1, b: 2}"), data("spec: {a: 1, b: 2, c: 3}"), data("spec: {a: 1}")
    [one] = differences(manifest, live, "spec", last)
    assert (written(one.path), shown(one.old), shown(one.new)) == ("spec.b", "2", "nothing")
    assert patch_of(manifest, last)["spec"] == {"a": 1, "b": None}
    assert part(manifest, one) == (("spec", "b"), {"spec": {"b": None}})


def test_a_change_in_a_list_is_tried_by_the_name_of_its_item() -> None:
    manifest = data("spec: {containers: [{name: a, image: 'b:2', command: [x]}], ports: [{port: 2}]}")
    live = data("spec: {containers: [{name: a, image: 'b:1', command: [x]}], ports: [{port: 1}]}")
    image, port = differences(manifest, live, "spec")
    assert part(manifest, image) == (
        ("spec", "containers", 0, "image"), {"spec": {"containers": [{"image": "b:2", "name": "a"}]}},
    )  # fmt: skip
    assert part(manifest, port) == (("spec", "ports"), {"spec": {"ports": [{"port": 2}]}})


@pytest.mark.parametrize(
    ("kind", "live", "words"),
    [
        ("apps/v1 Deployment", "{}", "`kubectl delete deployment web -n shop --cascade=orphan` keeps its pods; roll*"),
        ("v1 ConfigMap", "{immutable: true}", "it says `immutable: true`: *"),
        ("v1 Service", "{}", "`kubectl delete service web -n shop` and roll out again: the address is another one*"),
        (
            "serving.knative.dev/v1 Service", "{}",
            "`kubectl delete service.serving.knative.dev web -n shop` and roll out again; or give it another name",
        ),
    ],
)  # fmt: skip
def test_the_remedy_is_a_command_for_the_object(kind: str, live: str, words: str) -> None:
    told = remedy(data("{}", kind), data(live, kind))
    assert told.startswith(words[:-1]) if words.endswith("*") else told == words


def test_a_long_value_is_cut() -> None:
    assert len(shown("b" * 200)) == 81


@pytest.mark.parametrize("field", ["spec.ports[0].port", "data[a.b]", "spec"])
def test_a_field_is_written_as_the_server_does(field: str) -> None:
    assert written(path_of(field)) == field
