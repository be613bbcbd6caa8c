from __future__ import annotations

from typing import Any

import pytest

from kbump.comparison import PromotionDiff, Side, compare
from kbump.errors import UsageError
from kbump.source import Source

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: []\n  {0}\n"
CONTAINER = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: c, {0}}}]\n"
WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: w}}\nspec: {0}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{{0}}}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{0}\n"
C = "spec.containers[c]"


def differing(old: str, new: str) -> PromotionDiff:
    return compare(*(Side(name, [Source(f"{name}.yaml", text)]) for name, text in (("old", old), ("new", new))))


def found(form: str, old: str, new: str) -> list[tuple[Any, ...]]:
    result = differing(form.format(old), form.format(new))
    assert result.equal == (not result.differences)
    return [(one.kind, one.path, one.old, one.new) for one in result.differences]


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        pytest.param(POD, "nodeName: null", "", id="null is nothing"),
        pytest.param(POD, "tolerations: []", "", id="an empty list"),
        pytest.param(POD, "nodeSelector: {}", "", id="an empty map"),
        pytest.param(POD, "securityContext: {}", "", id="a struct that is there anyway"),
        pytest.param(POD, "hostNetwork: false", "", id="false is nothing where the field is no pointer"),
        pytest.param(CONTAINER, "resources: {}", "", id="resources"),
        pytest.param(CONTAINER, "ports: [{containerPort: 1}]", "ports: [{containerPort: 1, protocol: TCP}]", id="TCP"),
        pytest.param(CONTAINER, "env: [{name: A, value: ''}]", "env: [{name: A}]", id="an empty variable"),
        pytest.param(SERVICE, "ports: [{port: 80}]", "ports: [{port: 80, targetPort: 80}]", id="the port itself"),
        pytest.param(
            POD,
            "volumes: [{name: a}, {name: b, secret: {secretName: x}}]",
            "volumes: [{name: b, secret: {secretName: x, defaultMode: 0644}}, {name: a}]",
            id="modes and the order of volumes",
        ),
        pytest.param(
            POD, "topologySpreadConstraints: [{topologyKey: a, whenUnsatisfiable: b}]",
            "topologySpreadConstraints: [{whenUnsatisfiable: b, topologyKey: a}]", id="keys of two fields",
        ),
        pytest.param(WIDGET, "{a: null}", "{}", id="null of a custom resource"),
        pytest.param(
            WIDGET, "{resources: {requests: {cpu: 1000m}}}", "{resources: {requests: {cpu: 1}}}", id="amounts",
        ),
        pytest.param(SECRET, "data: {a: YQ==}", "stringData: {a: a}", id="base64 and plain"),
        pytest.param(SECRET, "data: {a: YQ==, b: null}", "stringData: {a: a}\ndata: {a: Yg==}", id="plain over base64"),
        pytest.param(SECRET, "data: null\ntype: Opaque", "", id="a Secret without data"),
        pytest.param(SECRET, "data: {a: 'no base64'}", "data: {a: \"no base64\"}", id="what is no base64"),
    ],
)  # fmt: skip
def test_nothing_differs(form: str, old: str, new: str) -> None:
    assert found(form, old, new) == []
    assert found(form, new, old) == []


@pytest.mark.parametrize(
    ("form", "old", "new", "expected"),
    [
        pytest.param(
            SERVICE, "ports: [{port: 80, targetPort: 80}]", "ports: [{port: 80, targetPort: '80'}]",
            [("changed", "spec.ports[80/TCP].targetPort", 80, "80")], id="a number and a text",
        ),
        pytest.param(
            POD, "volumes: [{name: a, emptyDir: {}}]", "volumes: [{name: a}]",
            [("removed", "spec.volumes[a].emptyDir", {}, None)], id="a struct that says what it is",
        ),
        pytest.param(
            WIDGET, "{a: []}", "{}", [("removed", "spec.a", [], None)], id="an empty list of a custom resource",
        ),
        pytest.param(
            WIDGET, "{a: [1]}", "{a: {b: 1}}", [("changed", "spec.a", [1], {"b": 1})], id="a list and a mapping",
        ),
        pytest.param(WIDGET, "{a: true}", "{a: 1}", [("changed", "spec.a", True, 1)], id="true and 1"),
        pytest.param(
            WIDGET, "{a: [{b: [true]}]}", "{a: [{b: [1]}]}", [("changed", "spec.a[0].b[0]", True, 1)], id="deeper",
        ),
        pytest.param(WIDGET, "{a: [1, null]}", "{a: [1]}", [("removed", "spec.a[1]", None, None)], id="a null item"),
        pytest.param(WIDGET, "{a: []}", "{a: [null]}", [("added", "spec.a[0]", None, None)], id="nothing and null"),
        pytest.param(
            WIDGET, "{a: [{name: a}, {name: a}]}", "{a: [{name: a}]}",
            [("removed", "spec.a[1]", {"name": "a"}, None)], id="a name that is there twice",
        ),
        pytest.param(
            WIDGET, "{a: [{id: a, v: 1}]}", "{a: [{id: b}, {id: a, v: 2}]}",
            [("changed", "spec.a[a].v", 1, 2), ("added", "spec.a[b]", None, {"id": "b"})], id="a guess",
        ),
        pytest.param(
            WIDGET, "{a: [{key: a}, b]}", "{a: [{key: c}, b]}", [("changed", "spec.a[0].key", "a", "c")], id="no guess",
        ),
        pytest.param(
            CONTAINER, "ports: [{containerPort: 1}, {containerPort: 1}]", "ports: [{containerPort: 1}]",
            [("removed", f"{C}.ports[1]", {"containerPort": 1}, None)], id="a port that is there twice",
        ),
        pytest.param(
            CONTAINER, "args: [a, b, c, d]", "args: [a, x, z, d, e]",
            [
                ("changed", f"{C}.args[1]", "b", "x"),
                ("changed", f"{C}.args[2]", "c", "z"),
                ("added", f"{C}.args[4]", None, "e"),
            ],
            id="args",
        ),
    ],
)  # fmt: skip
def test_this_differs(form: str, old: str, new: str, expected: list[tuple[Any, ...]]) -> None:
    assert found(form, old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "[{name: A, value: x}, {name: B}]", "[{name: B}, {name: A, value: x}]", [], id="no variable is used"
        ),
        pytest.param(
            "[{name: A}, {name: B, value: $(X)}]", "[{name: B, value: $(X)}, {name: A}]", [], id="of another object"
        ),
        pytest.param(
            "[{name: A}, {name: B, value: $(A)}]",
            "[{name: B, value: $(A)}, {name: A}]",
            [("order", f"{C}.env", ["A", "B"], ["B", "A"])],
            id="the other way round",
        ),
        pytest.param(
            "[{name: A}, {name: B, value: $(A)}]",
            "[{name: B, value: $(A)}]",
            [("removed", f"{C}.env[A]", {"name": "A"}, None)],
            id="one of them is gone",
        ),
    ],
)
def test_the_order_of_variables_matters_where_one_uses_another(
    old: str, new: str, expected: list[tuple[Any, ...]]
) -> None:
    assert found(CONTAINER, f"env: {old}", f"env: {new}") == expected


def test_the_order_of_containers_matters_where_one_has_a_hook_that_holds_back_the_next() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{0}]}}\n"
    hooked, plain = "{name: a, lifecycle: {postStart: {exec: {command: [x]}}}}", "{name: b}"
    assert found(text, f"{plain}, {{name: a}}", f"{{name: a}}, {plain}") == []
    assert found(text, f"{plain}, {hooked}", f"{hooked}, {plain}") == [
        ("order", "spec.containers", ["b", "a"], ["a", "b"])
    ]


def test_in_a_list_that_has_no_keys_the_order_of_what_is_inside_counts_too() -> None:
    assert found(WIDGET, "{a: [{b: [{name: v}, {name: w}]}]}", "{a: [{b: [{name: w}, {name: v}]}]}") == [
        ("order", "spec.a[0].b", ["v", "w"], ["w", "v"])
    ]


def test_items_of_a_set_are_what_they_are() -> None:
    old, new = (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p, finalizers: {one}}}\n" for one in ("[a, b]", "[c, b]")
    )
    assert [(one.kind, one.path) for one in differing(old, new).differences] == [
        ("removed", "metadata.finalizers[a]"),
        ("added", "metadata.finalizers[c]"),
    ]


@pytest.mark.parametrize("depth", [150, 197], ids=["deep", "as deep as it may be"])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")], ids=["lists", "mappings"])
def test_what_is_nested_deep_is_compared_and_reported(depth: int, opening: str, closing: str) -> None:
    from kbump.report.comparison import diff_text
    from kbump.report.comparison_json import diff_json
    from kbump.report.comparison_markdown import diff_markdown

    nested = [f"{{a: {opening * depth}{leaf}{closing * depth}}}" for leaf in (1, 2)]
    for old, new in (nested, (nested[0], "{}")):
        result = differing(WIDGET.format(old), WIDGET.format(new))
        assert len(result.differences) == 1
        assert diff_text(result, colour=False)
        assert diff_markdown(result)
        assert diff_json(result)


def test_what_is_nested_too_deep_is_said() -> None:
    nested = f"{{a: {'[' * 200}1{']' * 200}}}"
    result = differing(WIDGET.format(nested), WIDGET.format("{}"))
    assert [(note.kind, note.side) for note in result.notes] == [("deep", "old")]


def test_malformed_objects_are_compared_as_they_are() -> None:
    assert found(SECRET, "data: [a]", "data: [b]") == [("changed", 'data[""]', None, None)]
    assert found(SECRET, "data: {a: 1}", "data: {a: 2}") == [("changed", "data.a", None, None)]
    generators = [f"secretGenerator: [{one}]\n" for one in ("a", "{literals: b}")]
    sides = [Side(name, [Source("kustomization.yaml", text)]) for name, text in zip("ab", generators, strict=True)]
    assert len(compare(*sides).differences) == 1
    deciphered = SECRET.format("data: {a: 'ENC[x]'}\nsops: {mac: x, version: 3.9.0}")
    assert [one.secret for one in differing(deciphered, SECRET.format("data: {a: YQ==}")).differences] == [True]
    sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: s}}\nspec: {0}\n"
    assert found(sealed, "1", "2") == [("changed", "spec", 1, 2)]


def test_patches_of_secrets_are_secret() -> None:
    text = "patches: [{{target: {{kind: {0}}}, patch: '[{{op: add, value: {1}}}]'}}, {{patch: 'kind: Pod{1}'}}]\n"
    both = [Side("a", [Source("kustomization.yaml", text.format("Secret", value))]) for value in "xz"]
    assert [(one.path, one.secret, one.old) for one in compare(*both).differences] == [
        ("patches[0].patch", True, None),
        ("patches[1].patch", False, "kind: Podx"),
    ]


def test_what_is_encrypted_and_added_is_not_shown() -> None:
    sops = (
        "sops: {{mac: x, version: 3.9.0}}\napiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: w}}\nspec: {0}\n"
    )
    assert found(sops, "{}", "{a: [{b: 'ENC[x]', c: 1}]}") == [("added", "spec.a", None, [{"b": "***", "c": 1}])]
    result = differing(sops.format("{a: 'ENC[x]'}"), WIDGET.format("{a: b}"))
    assert [(one.path, one.old, one.new, one.secret) for one in result.differences] == [("spec.a", None, None, True)]


def test_encrypted_helm_values_are_not_taken_for_images() -> None:
    text = "image: {{repository: 'ENC[{0}]', tag: 'ENC[{0}]'}}\nlabels: {1}\nsops: {{mac: {0}, version: 3.9.0}}\n"
    sides = [
        Side(name, [Source("values.yaml", text.format(name, labels))], values=["values.yaml"])
        for name, labels in (("a", "{}"), ("b", "null"))
    ]
    result = compare(*sides)
    assert (result.images, [(one.path, one.secret) for one in result.differences]) == (
        [],
        [("image.repository", True), ("image.tag", True), ("labels", False)],
    )


def test_a_hidden_value_does_not_show_itself() -> None:
    from kbump.comparison.secrets import Hidden

    assert repr(Hidden("hunter2")) == "***"
    assert hash(Hidden("a")) == hash(Hidden("a"))
    assert Hidden("a") != "a"


def test_an_unknown_version_of_kubernetes_is_refused() -> None:
    with pytest.raises(UsageError, match="no version of Kubernetes"):
        compare(Side("a", []), Side("b", []), kubernetes_version="newest")


def test_helm_values_that_are_no_mapping_are_passed_over() -> None:
    sides = [
        Side(name, [Source("values.yaml", text)], values=["values.yaml"]) for name, text in (("a", "- 1"), ("b", "1"))
    ]
    result = compare(*sides)
    assert (result.only_old, result.only_new, result.notes) == ([], [], [])


def test_a_document_with_directives_has_its_objects_and_its_errors_where_they_are() -> None:
    text = "%YAML 1.1\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {0}\n...\n"
    result = differing(text.format("{nodeName: a}"), text.format("{nodeName: b}"))
    assert [one.path for one in result.differences] == ["spec.nodeName"]
    notes = differing("a: b\n---\na: {\n", "").notes
    assert [(note.kind, str(note.location)) for note in notes] == [
        ("other", "old.yaml:1:1"),
        ("unparsable", "old.yaml:4:1"),
    ]
