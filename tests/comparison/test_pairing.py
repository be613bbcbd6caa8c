from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kbump.comparison import PromotionDiff, Side, compare
from kbump.source import Source


def config_map(name: str, value: str = "x", *, namespace: str = "", kind: str = "ConfigMap") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}{where}}}\ndata: {{a: {value}}}\n"


def differing(
    before: str, after: str, old: dict[str, str] | None = None, new: dict[str, str] | None = None
) -> PromotionDiff:
    sides = (("old", before, old), ("new", after, new))
    return compare(*(Side(name, [Source(f"{name}.yaml", text)], **(more or {})) for name, text, more in sides))


def stream(*documents: str) -> str:
    return "---\n".join(documents)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(config_map("a"), config_map("b"), id="another name"),
        pytest.param(config_map("a"), config_map("a", kind="Secret"), id="another kind"),
        pytest.param(
            config_map("a", namespace="x"),
            stream(config_map("a", namespace="y"), config_map("a", namespace="z")),
            id="two namespaces that it might be",
        ),
        pytest.param(
            config_map("a-6ct58987ht"),
            stream(config_map("a-k4thc7gt2m"), config_map("a-b2424g2b42")),
            id="two hashes that it might be",
        ),
        pytest.param(config_map("a-6ct58987ht"), config_map("a-0000000000"), id="a number that is no hash"),
        pytest.param(
            config_map("a-6ct58987ht", kind="Pod"), config_map("a-k4thc7gt2m", kind="Pod"), id="a kind that has no hash"
        ),
    ],
)
def test_objects_are_not_paired(old: str, new: str) -> None:
    result = differing(old, new)
    assert result.differences == []
    assert result.only_old
    assert result.only_new


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        pytest.param(
            config_map("a", "1"), stream(config_map("b"), config_map("a", "2")), ["data.a"], id="by their names"
        ),
        pytest.param(
            config_map("a", "1", namespace="x"),
            stream(config_map("a", "2", namespace="x"), config_map("a", "3", namespace="y")),
            ["data.a"],
            id="by their namespaces",
        ),
        pytest.param(
            config_map("a", namespace="x"),
            config_map("a", namespace="y"),
            ["metadata.namespace"],
            id="where only one namespace has the name",
        ),
        pytest.param(
            config_map("a", namespace="x"),
            config_map("a"),
            ["metadata.namespace"],
            id="where one side says no namespace",
        ),
        pytest.param(config_map("a-6ct58987ht", "1"), config_map("a-k4thc7gt2m", "2"), ["data.a"], id="without a hash"),
        pytest.param(
            config_map("a-6ct58987ht", namespace="x"),
            config_map("a-k4thc7gt2m", namespace="y"),
            ["metadata.namespace"],
            id="without hash and namespace",
        ),
        pytest.param(
            "kind: List\napiVersion: v1\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}]",
            config_map("a", "c"),
            ["data.a"],
            id="from a list",
        ),
    ],
)
def test_objects_are_paired(old: str, new: str, paths: list[str]) -> None:
    assert [one.path for one in differing(old, new).differences] == paths


def test_what_has_no_name_is_paired_only_with_its_like() -> None:
    nameless = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{namespace: {0}}}\ndata: {{a: {1}}}\n"
    assert [one.path for one in differing(nameless.format("x", 1), nameless.format("x", 2)).differences] == ["data.a"]
    assert differing(nameless.format("x", 1), nameless.format("y", 2)).only_old


def test_a_file_that_is_on_one_side_only_is_said() -> None:
    old = Side("old", [Source("old/a/values.yaml", "a: 1")], root="old/", values=["old/a/values.yaml"])
    new = Side("new", [Source("new/b/values.yaml", "a: 1")], root="new/", values=["new/b/values.yaml"])
    result = compare(old, new)
    assert [one.subject for one in (*result.only_old, *result.only_new)] == ["a/values.yaml", "b/values.yaml"]


def test_objects_that_are_there_twice_are_paired_by_their_files() -> None:
    def side(name: str, files: dict[str, str]) -> Side:
        return Side(name, [Source(f"{name}/{file}", text) for file, text in files.items()], root=name)

    old = side("old", {"base.yaml": config_map("a", "1"), "patch.yaml": config_map("a", "2")})
    new = side(
        "new", {"apatch.yaml": config_map("b"), "base.yaml": config_map("a", "3"), "patch.yaml": config_map("a", "4")}
    )
    assert sorted((one.old, one.new) for one in compare(old, new).differences) == [(1, 3), (2, 4)]


BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: a{at}}}
subjects:
- {{kind: ServiceAccount, name: d, namespace: {ns}}}
---
"""
PULL = """apiVersion: v1
kind: Pod
metadata: {{name: {0}web}}
spec:
  imagePullSecrets: [{{name: {0}pull}}, {{name: common}}]
  serviceAccountName: {0}other
  containers: []
---
apiVersion: v1
kind: Secret
metadata: {{name: {0}pull}}
"""


def test_the_namespace_of_a_side_is_no_difference_wherever_it_is_named() -> None:
    qa, prod = {"namespace": "qa"}, {"namespace": "prod"}
    old = BINDING.format(at="", ns="qa") + config_map("c")
    new = BINDING.format(at=", namespace: prod", ns="prod") + config_map("c", namespace="prod")
    result = differing(old, new, qa, prod)
    assert (result.differences, result.equal) == ([], 2)
    other = differing(old, new.replace("d, namespace: prod", "d, namespace: dev"), qa, prod)
    assert [(one.path, one.old, one.new) for one in other.differences] == [("subjects[0].namespace", "qa", "dev")]


def test_names_in_keyed_lists_are_followed() -> None:
    result = differing(PULL.format("qa-"), PULL.format("prod-"), {"prefix": "qa-"}, {"prefix": "prod-"})
    # Nothing has the name of the service account, so it is just another text.
    assert [one.path for one in result.differences] == ["spec.serviceAccountName"]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl on PATH")
def test_what_kustomize_builds_of_two_overlays_differs_only_in_what_they_say(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "kustomization.yaml").write_text("resources: [web.yaml]\n")
    (base / "web.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n"
        "    image: acme/web:1.4.1\n    envFrom: [{configMapRef: {name: config}}, {secretRef: {name: token}}]\n"
    )
    sides = []
    for name, tag, level in (("qa", "1.4.2", "debug"), ("prod", "1.4.1", "info")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "kustomization.yaml").write_text(
            f"namespace: {name}\nnamePrefix: {name}-\nnameSuffix: -{name}\nresources: [../base]\n"
            f"images: [{{name: acme/web, newTag: {tag}}}]\n"
            f"configMapGenerator: [{{name: config, literals: [LEVEL={level}]}}]\n"
            f"secretGenerator: [{{name: token, literals: [token=hunter{level}]}}]\n"
        )
        built = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True)
        sides.append(Side(name, [Source(name, built.stdout)], prefix=f"{name}-", suffix=f"-{name}", namespace=name))
    result = compare(*sides)
    assert [(one.container, one.old, one.new, one.change) for one in result.images] == [
        ("web", "acme/web:1.4.2", "acme/web:1.4.1", "downgrade")
    ]
    assert [(one.path, one.old, one.new) for one in result.differences] == [
        ("data.LEVEL", "debug", "info"),
        ("data.token", None, None),
    ]
    assert (result.only_old, result.only_new, result.notes) == ([], [], [])
