"""Manifest: which objects a text holds, and what each of them is."""

from __future__ import annotations

import pytest

from kbump.manifest import Manifest, manifests, workload
from kbump.source import Source
from kbump.yaml.composer import compose


def found(text: str, name: str = "web.yaml", *, values: bool = False) -> list[Manifest]:
    source = Source(name, text)
    return list(manifests(source, compose(source), values=values))


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        pytest.param("apiVersion: v1", "web.yaml", "other", id="an apiVersion alone is no manifest"),
        pytest.param("kind: Pod", "web.yaml", "other", id="a kind alone is no manifest"),
        pytest.param("apiVersion: ~\nkind: Pod", "web.yaml", "other", id="a null apiVersion is none"),
        pytest.param("apiVersion: v1\nkind: [Pod]", "web.yaml", "other", id="a kind that is a list is none"),
        pytest.param("[{apiVersion: v1, kind: Pod}]", "web.yaml", "other", id="a sequence is no manifest"),
        pytest.param("nginx", "web.yaml", "other", id="a scalar is no manifest"),
        pytest.param("images: []", "web.yaml", "other", id="a list of images is no kustomization"),
        pytest.param("images: []", "a/mykustomization.yaml", "other", id="nor is a name that ends like one"),
        pytest.param("apiVersion: v1\nkind: Pod", "web.yaml", "manifest", id="both make a manifest"),
        pytest.param("images: []", "a/kustomization.yaml", "kustomization", id="a kustomization by its name"),
        pytest.param("images: []", "kustomization.yml", "kustomization", id="by its other name"),
        pytest.param("images: []", "a/Kustomization", "kustomization", id="by its third name"),
        pytest.param(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component",
            "component.yaml",
            "kustomization",
            id="a component by its group",
        ),
    ],
)
def test_a_document_is_what_its_keys_and_its_file_say(text: str, name: str, role: str) -> None:
    assert [manifest.role for manifest in found(text, name)] == [role]


@pytest.mark.parametrize("text", ["apiVersion: v1\nkind: Pod", "image: nginx", "[nginx]"])
def test_a_values_file_holds_values_whatever_it_looks_like(text: str) -> None:
    (manifest,) = found(text, values=True)
    assert (manifest.role, manifest.kind, manifest.path) == ("values", "", ())
    assert manifest.node is manifest.document.root


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        pytest.param("apiVersion: v1\nkind: Pod", ("", "v1", "Pod", "", ""), id="no metadata"),
        pytest.param(
            "apiVersion: v1\nkind: Pod\nmetadata: web", ("", "v1", "Pod", "", ""), id="metadata of another kind"
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop",
            ("apps", "v1", "Deployment", "shop", "web"),
            id="all of it",
        ),
        pytest.param(
            "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-, namespace: ~}",
            ("", "v1", "Pod", "", "web-"),
            id="a name that is generated, and null is no namespace",
        ),
        pytest.param(
            "m: &m {name: web}\napiVersion: v1\nkind: Pod\nmetadata: {<<: *m, namespace: shop}",
            ("", "v1", "Pod", "shop", "web"),
            id="by merge keys",
        ),
    ],
)
def test_an_object_has_its_identity(text: str, identity: tuple[str, ...]) -> None:
    (one,) = found(text)
    assert (one.group, one.version, one.kind, one.namespace, one.name) == identity


def test_a_kustomization_needs_no_kind() -> None:
    (manifest,) = found("images: []", "kustomization.yaml")
    assert manifest.kind == "Kustomization"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("apiVersion: v1\nkind: List\nitems: {a: b}", [("List", ())], id="items that are no list"),
        pytest.param("apiVersion: v1\nkind: Lists\nitems: []", [("Lists", ())], id="a kind that only looks like one"),
        pytest.param("apiVersion: v1\nkind: List\nitems: []", [], id="an empty list"),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- x\n- {apiVersion: v1, kind: Service}",
            [("Pod", ("items", 0)), ("Service", ("items", 2))],
            id="items are manifests",
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: web}",
            [("Deployment", ("items", 0))],
            id="the items of a typed list are of its kind",
        ),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems:\n- {kind: List, items: [{kind: Pod}, {kind: Job, apiVersion: b/v1}]}",
            [("Pod", ("items", 0, "items", 0)), ("Job", ("items", 0, "items", 1))],
            id="lists in lists",
        ),
    ],
)
def test_the_items_of_lists_are_manifests_of_their_own(text: str, expected: list[tuple[str, object]]) -> None:
    assert [(one.kind, one.path) for one in found(text)] == expected
    assert {one.role for one in found(text)} <= {"manifest"}


def test_empty_documents_hold_nothing() -> None:
    objects = found("---\n# nothing\n---\napiVersion: v1\nkind: Pod\n---\n---\napiVersion: v1\nkind: Job\n")
    assert [(one.document.number, one.kind) for one in objects] == [(1, "Pod"), (3, "Job")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: b", False, id="nothing of SOPS"),
        pytest.param("sops: yes", False, id="a scalar of that name"),
        pytest.param("sops: {enabled: true}", False, id="a mapping of that name"),
        pytest.param("- sops: {mac: x}", False, id="not at the root"),
        pytest.param("sops: {mac: x}", True, id="its signature"),
        pytest.param("sops: {lastmodified: x}", True, id="its date"),
        pytest.param("sops: {version: x}", True, id="its version"),
    ],
)
def test_a_document_is_encrypted_if_sops_signed_it(text: str, expected: bool) -> None:
    (manifest,) = found(text)
    assert manifest.encrypted is expected


def test_the_items_of_an_encrypted_list_are_encrypted() -> None:
    text = "apiVersion: v1\nkind: List\nsops: {mac: x}\nitems: [{apiVersion: v1, kind: Pod}]"
    assert [one.encrypted for one in found(text)] == [True]


@pytest.mark.parametrize(
    ("role", "kind", "namespace", "name", "expected"),
    [
        pytest.param("values", "", "", "", "", id="values are no object"),
        pytest.param("kustomization", "Kustomization", "", "web", "", id="a kustomization is none"),
        pytest.param("manifest", "Pod", "", "", "Pod", id="a kind alone"),
        pytest.param("manifest", "Pod", "", "web", "Pod web", id="without a namespace"),
        pytest.param("manifest", "Pod", "shop", "web", "Pod shop/web", id="with a namespace"),
    ],
)
def test_an_object_is_named_as_people_do(role: str, kind: str, namespace: str, name: str, expected: str) -> None:
    assert workload(role, kind, namespace, name) == expected
