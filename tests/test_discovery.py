"""Which directories are taken for environments, which files are grouped, and what names a version of Kubernetes."""

from __future__ import annotations

import pytest

from kbump.discovery.environments import Layout, environments, rank
from kbump.discovery.grouping import directories_of, globs_of
from kbump.discovery.hints import hints_of

NAMES = [
    pytest.param("qa prod web", {"qa": "qa", "prod": "prod"}, id="names of environments"),
    pytest.param("infra-qa infra-prod", {"qa": "infra-qa", "prod": "infra-prod"}, id="what only says so is left out"),
    pytest.param("QA Production", {"QA": "QA", "Production": "Production"}, id="capitals"),
    pytest.param("test live demo", {}, id="names that directories of other things have, too"),
    pytest.param("test live qa", {"test": "test", "qa": "qa", "live": "live"}, id="the same beside an environment"),
    pytest.param("dev-tools web", {}, id="one of several words alone"),
    pytest.param("eu-prod us-prod", {"eu-prod": "eu-prod", "us-prod": "us-prod"}, id="several words"),
    pytest.param("prod prod/qa prod/overlays/x", {"prod": "prod"}, id="nothing within an environment"),
    pytest.param("envs/x envs/y envs/base envs/_z", {"x": "envs/x", "y": "envs/y"}, id="what a holder holds"),
    pytest.param(
        "a/qa b/qa c/prod", {"a-qa": "a/qa", "b-qa": "b/qa", "prod": "c/prod"}, id="a name that is there twice"
    ),
    pytest.param("x/a/qa y/a/qa", {"x-a-qa": "x/a/qa", "y-a-qa": "y/a/qa"}, id="as much of what is above as needed"),
    pytest.param("envs/qa env/qa", {"qa": "env/qa", "envs-qa": "envs/qa"}, id="only the holders differ"),
    pytest.param("chart chart/qa", {}, id="nothing within a chart"),
    pytest.param("pre-prod prod", {"pre-prod": "pre-prod", "prod": "prod"}, id="before production"),
]


def layout(text: str, **more: object) -> Layout:
    named = {directory for one in text.split() for directory in above(one)}
    return Layout(named, charts=frozenset({"chart"}))._replace(**more)


def above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


@pytest.mark.parametrize(("text", "found"), NAMES)
def test_directories_with_names_of_environments(text: str, found: dict[str, str]) -> None:
    assert environments(layout(text)) == found


def test_overlays_are_environments_if_another_one_beside_them_has_the_same_base() -> None:
    overlays = {one: frozenset({base}) for one, base in (("w/a", "w/base"), ("w/b", "w/base"), ("v/c", "w/base"))}
    found = environments(layout("w/a w/b w/base v/c", overlays=overlays))
    assert found == {"a": "w/a", "b": "w/b"}


def test_changes_reach_environments_in_their_usual_order() -> None:
    order = ["dev", "test", "int", "qa", "staging", "eu", "pre-prod", "prod-eu"]
    assert sorted(sorted(order), key=rank) == order


GROUPS = [
    pytest.param("crds/a crds/b", "k8s/c", ["crds"], id="a directory of nothing else"),
    pytest.param("p/crds/a p/crds/x/b", "k8s/c", ["p/crds"], id="the innermost that has all"),
    pytest.param("p/crds/a p/other/b", "p/c", ["p/crds", "p/other"], id="two beside something else"),
    pytest.param("k8s/a k8s/b", "k8s/c", ["k8s/a", "k8s/b"], id="files among others"),
    pytest.param("a b", "", ["a", "b"], id="not the root"),
]


@pytest.mark.parametrize(("chosen", "others", "found"), GROUPS)
def test_files_are_meant_by_directories_that_hold_nothing_else(chosen: str, others: str, found: list[str]) -> None:
    assert directories_of(chosen.split(), others.split()) == found


GLOBS = [
    pytest.param("r/a/values.yaml r/b/values.yaml", "", ["r/*/values.yaml"], id="one glob for a directory each"),
    pytest.param("r/a/v.yaml r/b/v.yaml", "r/c/d/v.yaml", ["r/a/v.yaml", "r/b/v.yaml"], id="unless it fits another"),
    pytest.param("r/a/values.yaml", "", ["r/a/values.yaml"], id="one file is itself"),
    pytest.param("r[1]/values.yaml values.yaml", "", ["r[[]1]/values.yaml", "values.yaml"], id="brackets are plain"),
]


@pytest.mark.parametrize(("chosen", "others", "found"), GLOBS)
def test_files_are_meant_by_globs_that_fit_no_other(chosen: str, others: str, found: list[str]) -> None:
    assert globs_of(chosen.split(), others.split()) == found


HINTS = [
    pytest.param('cluster_version = "1.31"', ["1.31"], id="Terraform"),
    pytest.param("  kubernetesVersion: v1.30.4", ["1.30"], id="kops and kubeadm"),
    pytest.param("kubeconform -kubernetes-version 1.29.0 k8s", ["1.29"], id="an option of a tool"),
    pytest.param("KUBERNETES_VERSION=1.31", ["1.31"], id="a variable"),
    pytest.param('{"kubernetes_version": "1.31.2"}', ["1.31"], id="JSON"),
    pytest.param("image: kindest/node:v1.32.0@sha256:0", ["1.32"], id="kind"),
    pytest.param("# kubernetes_version: 1.29", [], id="a comment"),
    pytest.param("// cluster_version = 1.29", [], id="a comment of another kind"),
    pytest.param("kubernetes_version: 1.300", [], id="no version of Kubernetes"),
    pytest.param("app.kubernetes.io/version: 1.31", [], id="the version of an application"),
    pytest.param("kubernetes_version: latest", [], id="no number"),
]


@pytest.mark.parametrize(("text", "versions"), HINTS)
def test_what_names_a_version_of_kubernetes(text: str, versions: list[str]) -> None:
    found = list(hints_of("f", f"a: é\n{text}\n".encode()))
    assert [hint.version for hint in found] == versions
    assert all((hint.location.file, hint.location.line) == ("f", 2) for hint in found)
