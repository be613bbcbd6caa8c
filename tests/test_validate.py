"""kbump.validate() and `kbump validate`: what they look at, and what must not pass for success."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import kbump as library
from kbump import ConfigError, SourceError, UsageError, ValidateResult
from kbump.catalog import versions
from tests.validation.samples import CRD, NO_MANIFEST, NOTHING, OLD, SKIPPED, VALID, WIDGET, WRONG, write

needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl on PATH")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Path]:
    """Write files below a new directory, go there, and return it."""
    monkeypatch.chdir(tmp_path)
    return lambda files: write(tmp_path, files)


def rules(result: ValidateResult) -> list[tuple[str, int, str]]:
    return [(one.location.file, one.location.line, one.rule) for one in result.findings]


def test_a_path_that_is_not_there_is_an_error(tree) -> None:
    tree({})
    with pytest.raises(SourceError, match="does not exist"):
        library.validate("absent.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("validate: {version: [1]}", "`version` must be a text or a number", id="a mistake in it"),
        pytest.param("validate: {versions: x}", "unknown key `versions`", id="an unknown setting"),
    ],
)
def test_wrong_settings_are_an_error(tree, text: str, message: str) -> None:
    tree({"a.yaml": VALID, ".kbump.yaml": text})
    with pytest.raises(ConfigError, match=message):
        library.validate("a.yaml")


def test_paths_may_be_one_string_or_several_and_default_to_the_directory(tree) -> None:
    tree({"a.yaml": WRONG, "b/b.yaml": WRONG, "b/c.json": '{"a": 1}', "b/d.txt": "a"})
    assert rules(library.validate("a.yaml")) == [("a.yaml", 4, "unknown-field")]
    both = [("b/b.yaml", 4, "unknown-field"), ("a.yaml", 4, "unknown-field")]
    assert rules(library.validate(["b", "a.yaml"])) == both
    result = library.validate()
    assert rules(result) == both[::-1]
    assert (result.files, result.resources, result.others, result.exit_code) == (3, 2, ["b/c.json"], 1)


def test_a_text_is_checked_under_its_name(tree) -> None:
    root = tree({".kbump.yaml": "validate: {ignore: [{rule: unknown-field, path: a}]}\n", "a/x": "", "b/x": ""})
    assert rules(library.validate(text=WRONG)) == [("-", 4, "unknown-field")]
    assert rules(library.validate(text=WRONG, name="b/b.yaml")) == [("b/b.yaml", 4, "unknown-field")]
    result = library.validate(text=WRONG, name=str(root / "a" / "a.yaml"))
    assert (result.findings, result.ignored, result.exit_code) == ([], 1, 0)


def test_a_text_is_data_of_a_kustomization_if_the_file_of_its_name_is(tree) -> None:
    tree({"kustomization.yaml": "secretGenerator: [{name: a, files: [data.yaml]}]\n"})
    result = library.validate(text=WRONG, name="data.yaml")
    assert (result.findings, result.skipped) == ([], [("data.yaml", "is data of a kustomization")])
    assert rules(library.validate(text=WRONG, name="b.yaml")) == [("b.yaml", 4, "unknown-field")]


def test_standard_input_is_in_no_repo(kbump, tree) -> None:
    lacking = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n"
    tree({"kustomization.yaml": "patches: [{path: '-'}, {path: a.yaml}]\n", "a.yaml": lacking})
    assert kbump("validate", "a.yaml").code == 0
    assert kbump("validate", "-", stdin=lacking.encode()).code == 1


def test_a_byte_order_mark_is_no_character(tree) -> None:
    tree({"a.yaml": f"\ufeff{VALID.strip()}\nx: 1\n"})
    text = "\ufeffkind: Pod\nmetadata: {}\n"
    assert [one.location.column for one in library.validate(text=text).findings] == [7]
    assert rules(library.validate("a.yaml")) == [("a.yaml", 4, "unknown-field")]


def test_a_text_without_a_manifest_is_an_error() -> None:
    result = library.validate(text="a: b\n")
    assert (result.exit_code, result.resources, result.others) == (2, 0, ["-"])
    assert [error.message for error in result.errors] == ["there is no manifest in standard input"]


def test_findings_can_be_had_by_severity(tree) -> None:
    result = library.validate(text=WRONG + "metadata2: {}\nimmutable: yes\n")
    assert [len(result.at_least(severity)) for severity in ("error", "warning", "note")] == [2, 3, 3]
    assert library.validate(text=VALID + "immutable: yes\n").exit_code == 0


@pytest.mark.parametrize(
    ("argument", "setting", "version"),
    [
        pytest.param("", "", versions()[-1], id="the newest one"),
        pytest.param("", '"1.33"', "1.33", id="the one of the settings"),
        pytest.param("1.31", '"1.33"', "1.31", id="the one that is asked for"),
        pytest.param("v1.31.4-gke.1", "", "1.31", id="a server's own spelling"),
    ],
)
def test_the_version_is(tree, argument: str, setting: str, version: str) -> None:
    files = {"a.yaml": OLD}
    tree({**files, ".kbump.yaml": f"validate: {{version: {setting}}}"} if setting else files)
    result = library.validate("a.yaml", kubernetes_version=argument)
    assert result.version == version
    assert result.release.startswith(f"v{version}.")
    assert [one.rule for one in result.at_least("error")] == (["removed-api"] if version == versions()[-1] else [])


def test_kubeconform_32_and_pluto_434_an_unknown_version_is_an_error_that_lists_the_known(kbump, tree) -> None:
    tree({"a.yaml": VALID})
    ran = kbump("validate", "a.yaml", "--kubernetes-version", "1.99")
    assert (ran.code, ran.stdout) == (2, "")
    newest = f"it knows Kubernetes up to {versions()[-1]}; a newer kbump may know more; known are "
    expected = f"error: Kubernetes 1.99 is not known to this kbump\n  hint: {newest}{', '.join(versions())}\n"
    assert ran.stderr == expected
    with pytest.raises(UsageError, match="is not known"):
        library.validate("a.yaml", kubernetes_version="1.99")


def test_a_version_without_quotes_in_the_settings_is_refused_with_the_quotes_suggested(kbump, tree) -> None:
    tree({"a.yaml": VALID, ".kbump.yaml": "validate:\n  version: 1.30\n"})
    ran = kbump("validate")
    assert (ran.code, ran.stdout) == (2, "")
    hint = f'if you mean 1.30, write "1.30" in quotes; known are {", ".join(versions())}'
    assert ran.stderr == f".kbump.yaml:2:12: error: Kubernetes 1.3 is not known to this kbump\n  hint: {hint}\n"


def test_the_limit_of_removals_must_be_a_version(kbump, tree) -> None:
    tree({"a.yaml": VALID})
    ran = kbump("validate", "--deprecations-until", "1.4", "--kubernetes-version", "1.31")
    assert (ran.code, ran.stdout) == (2, "")
    assert "`1.4` is before Kubernetes 1.31" in ran.stderr
    assert kbump("validate", "--deprecations-until", "1.31", "--kubernetes-version", "1.31").code == 0
    ran = kbump("validate", "--deprecations-until", "soon")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr == "error: `soon` is no version of Kubernetes\n  hint: write it as 1.40\n"


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n---\n", "null\n", "[]\n", "a: b\n", "{{ a }}\n"])
@pytest.mark.parametrize("option", [(), ("--skip-non-manifests",)], ids=["", "with --skip-non-manifests"])
def test_kubeconform_228_and_230_standard_input_without_a_manifest_is_an_error(kbump, option, text: str) -> None:
    ran = kbump("validate", "-", *option, stdin=text.encode())
    assert (ran.code, ran.stdout) == (2, "")
    assert f"error: there is no manifest in standard input\n{NOTHING}" in ran.stderr
    assert "valid for" not in ran.stderr


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({}, "any file: no .yaml, .yml or .json is there", id="an empty directory"),
        pytest.param({"a.txt": "a"}, "any file: no .yaml, .yml or .json is there", id="no YAML"),
        pytest.param({"ci.yaml": "a: b"}, "1 file", id="YAML that is no manifest"),
        pytest.param({"a.yaml": "a: b", "b.yaml": "[]"}, "2 files", id="several such files"),
        pytest.param({"chart/Chart.yaml": "a: b", "chart/values.yaml": "a: b"}, "2 files", id="values of a chart"),
    ],
)
@pytest.mark.parametrize("option", [(), ("--skip-non-manifests",)], ids=["", "with --skip-non-manifests"])
def test_a_directory_without_a_manifest_is_an_error(kbump, tree, option, files: dict[str, str], message: str) -> None:
    tree(files)
    ran = kbump("validate", ".", *option)
    assert (ran.code, ran.stdout) == (2, "")
    assert f"error: there is no manifest in {message}\n{NOTHING}" in ran.stderr


NO_DEFINITION = "there is no CustomResourceDefinition in"


@pytest.mark.parametrize(
    ("path", "place", "message"),
    [
        pytest.param("absent", "absent:1:1: ", "does not exist", id="that is not there"),
        pytest.param("empty", "", f"{NO_DEFINITION} `empty`", id="that is empty"),
        pytest.param("other", "", f"{NO_DEFINITION} `other`", id="without a definition"),
        pytest.param("broken", "broken/a.yaml:1:5: ", "is not YAML: ", id="that cannot be read"),
    ],
)
def test_a_crds_directory_is_an_error(kbump, tree, path: str, place: str, message: str) -> None:
    tree({"k8s/a.yaml": VALID, "empty/a": "", "other/a.yaml": VALID, "broken/a.yaml": "a: ["})
    ran = kbump("validate", "k8s", "--crds", path)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{place}error: {message}")


@pytest.mark.parametrize(
    ("path", "place", "message"),
    [
        pytest.param("absent", ".kbump.yaml:2:16: ", "`absent` does not exist\n  hint: paths", id="that is not there"),
        pytest.param("empty", ".kbump.yaml:2:16: ", f"{NO_DEFINITION} `empty`", id="that is empty"),
        pytest.param("other", ".kbump.yaml:2:16: ", f"{NO_DEFINITION} `other`", id="without a definition"),
        pytest.param("broken", "broken/a.yaml:1:5: ", "is not YAML: ", id="that cannot be read"),
    ],
)
def test_a_crds_directory_of_the_settings_is_an_error_at_its_place(
    kbump, tree, path: str, place: str, message: str
) -> None:
    files = {"good/a.yaml": CRD, "empty/a": "", "other/a.yaml": VALID, "broken/a.yaml": "a: [", "k8s/a.yaml": VALID}
    tree({**files, ".kbump.yaml": f"validate:\n  crds: [good, {path}]\n"})
    ran = kbump("validate", "k8s")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{place}error: {message}")


@pytest.mark.parametrize(
    ("name", "text", "reason", "hint"),
    [
        pytest.param("ci.yaml", "steps: []\n", "is no manifest", NO_MANIFEST, id="CI file"),
        pytest.param("a.yaml", "a: {{ b }}\n", "is a template", SKIPPED, id="template"),
        pytest.param("data.yaml", VALID, "is data of a kustomization", SKIPPED, id="data of a generator"),
        pytest.param("README", "a\n", "is no manifest", NO_MANIFEST, id="text"),
    ],
)
def test_a_named_file_that_is_no_manifest_is_an_error(
    kbump, tree, name: str, text: str, reason: str, hint: str
) -> None:
    generator = "configMapGenerator: [{name: a, files: [data.yaml]}]\n"
    tree({name: text, "b.yaml": VALID, "kustomization.yaml": generator})
    ran = kbump("validate", name, "b.yaml")
    assert (ran.code, ran.stdout) == (2, "")
    assert f"{name}:1:1: error: {reason}\n{hint}" in ran.stderr
    ran = kbump("validate", name, "b.yaml", "--skip-non-manifests")
    assert (ran.code, ran.stdout) == (0, "")
    assert f"skipped: {name} {reason}\n" in ran.stderr
    ran = kbump("validate", name, "--skip-non-manifests")
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr.startswith(f"skipped: {name} {reason}\nno findings; no object checked for Kubernetes ")


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_checked(kbump, tree) -> None:
    root = tree({"b.yaml": WRONG})
    (root / "a.yaml").write_bytes(b"apiVersion: v1\na: \xff\n")
    ran = kbump("validate", "-o", "concise")
    assert ran.code == 2
    assert ran.stdout == "b.yaml:4:1: [error] unknown field `dta` (unknown-field)\n"
    assert "a.yaml:2:4: error: " in ran.stderr


@pytest.mark.parametrize("data", [b"a: \xff\n", "a: \u00e9\n".encode("utf-16"), b"#" * (16 * 1024 * 1024 + 1)])
def test_a_file_that_cannot_be_read_and_has_no_apiversion_is_no_manifest(kbump, tree, data: bytes) -> None:
    (tree({"b.yaml": VALID}) / "a.yaml").write_bytes(data)
    ran = kbump("validate")
    assert (ran.code, ran.stdout) == (0, "")
    assert "skipped: a.yaml is no manifest" in ran.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_must_not_be_read_is_an_error(kbump, tree) -> None:
    (tree({"a.yaml": VALID, "b.yaml": VALID.replace("a}", "b}")}) / "a.yaml").chmod(0)
    ran = kbump("validate")
    assert ran.code == 2
    assert "a.yaml:1:1: error: " in ran.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("-", "a.yaml"), "`-` cannot be combined with other paths", id="standard input and a file"),
        pytest.param(("a.yaml", "-k", "."), "PATH, `-k` and `--environment` exclude one another", id="-k and a path"),
        pytest.param(("-k", ".", "--environment", "x"), "exclude one another", id="-k and an environment"),
        pytest.param(("--environment", "x"), "no environment `x` is declared", id="an unknown environment"),
        pytest.param(("--jobs", "0"), "'--jobs'", id="no process at all"),
    ],
)
def test_a_contradictory_call_is_a_usage_error(kbump, tree, args: tuple[str, ...], message: str) -> None:
    tree({"a.yaml": VALID})
    ran = kbump("validate", *args)
    assert (ran.code, ran.stdout) == (2, "")
    assert message in ran.stderr


@needs_kubectl
def test_what_an_overlay_builds_is_checked_and_findings_name_the_overlay(kbump, tree) -> None:
    tree(
        {
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "base/a.yaml": WRONG,
            "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: b-\n",
        }
    )
    ran = kbump("validate", "-k", "overlay")
    assert ran.code == 1
    place = re.search(r"\n  --> line (\d+), column 1 of `kubectl kustomize overlay`\n", ran.stdout)
    assert place
    command = ["kubectl", "kustomize", "overlay"]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert built[int(place[1]) - 1] == "dta: {}"
    # The text is in no file, and shown all the same.
    assert "| dta: {}\n" in ran.stdout
    assert "ConfigMap b-a" in ran.stdout
    assert ran.stderr.startswith("1 error in `kubectl kustomize overlay`; 1 object checked for ")


@needs_kubectl
def test_an_overlay_that_is_valid_or_empty_is_said_to_be(kbump, tree) -> None:
    tree({"a/kustomization.yaml": "resources: [a.yaml]\n", "a/a.yaml": VALID, "b/kustomization.yaml": "images: []\n"})
    assert kbump("validate", "-k", "a").stderr.startswith("1 object in `kubectl kustomize a` is valid for ")
    ran = kbump("validate", "-k", "b")
    assert (ran.code, ran.stderr.startswith(f"error: there is no manifest in `b`\n{NOTHING}")) == (2, True)


@needs_kubectl
@pytest.mark.parametrize("output", ["concise", "github", "junit", "sarif"])
def test_findings_about_an_overlay_are_in_its_kustomization_for_readers_of_files(kbump, tree, output: str) -> None:
    tree({"overlay/kustomization.yml": "resources: [a.yaml]\nnamePrefix: b-\n", "overlay/a.yaml": WRONG})
    ran = kbump("validate", "-k", "overlay", "-o", output)
    assert "overlay/kustomization.yml" in ran.stdout
    assert "column 1 of `kubectl kustomize overlay`)" in ran.stdout
    assert "ConfigMap b-a" in ran.stdout


@needs_kubectl
def test_an_overlay_that_cannot_be_built_is_an_error(kbump, tree) -> None:
    tree({"overlay/kustomization.yaml": "resources: [absent.yaml]\n"})
    ran = kbump("validate", "-k", "overlay")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: `kubectl kustomize overlay` failed: ")


@needs_kubectl
def test_all_overlays_that_are_named_are_checked_each_by_itself_and_once(kbump, tree, monkeypatch) -> None:
    one = "resources: [a.yaml]\n"
    tree(
        {
            "a/kustomization.yaml": one,
            "a/a.yaml": WRONG,
            "b/kustomization.yaml": one,
            "b/a.yaml": f"{VALID}---\n{WIDGET}",
        }
    )
    ran = kbump("validate", "-k", "a", "-k", "b", "-k", "a/", "-o", "concise")
    assert ran.code == 1
    assert re.sub(r"line \d", "line N", ran.stdout) == (
        "a/kustomization.yaml:1:1: [error] unknown field `dta` (dta of ConfigMap a, line N, column 1 of "
        "`kubectl kustomize a`) (unknown-field)\n"
    )
    assert ran.stderr.startswith("skipped: 1 object without a schema: example.com/v1 Widget (1)\n")
    assert "1 error in 1 of 2 overlays; 2 objects checked for " in ran.stderr
    assert kbump("validate", "-k", "b", "-k", "a").stdout == kbump("validate", "-k", "a").stdout
    monkeypatch.setenv("KBUMP_VALIDATE_KUSTOMIZE", os.pathsep.join("ba"))
    assert kbump("validate", "-o", "concise").stdout == ran.stdout
    monkeypatch.setenv("KBUMP_VALIDATE_KUSTOMIZE", os.pathsep.join(("b", "a", "b/")))
    assert "**kbump validate** `-k b -k a`: 1 error in" in kbump("validate", "-o", "markdown").stdout


@needs_kubectl
def test_an_overlay_that_cannot_be_built_keeps_no_other_from_being_checked(kbump, tree) -> None:
    broken = "resources: [absent.yaml]\n"
    tree({"a/kustomization.yaml": broken, "c/kustomization.yaml": broken})
    tree({"b/kustomization.yaml": "resources: [a.yaml]\n", "b/a.yaml": WRONG})
    ran = kbump("validate", "-k", "a", "-k", "b", "-o", "concise")
    assert (ran.code, ran.stdout.count("\n")) == (2, 1)
    assert "error: `kubectl kustomize a` failed: " in ran.stderr
    ran = kbump("validate", "-k", "a", "-k", "c")
    assert (ran.code, ran.stdout) == (2, "")
    assert re.findall(r"error: `kubectl kustomize (.)` failed", ran.stderr) == ["a", "c"]


def test_a_kustomization_that_is_named_itself_has_its_directory_as_a_hint(kbump, tree) -> None:
    tree({"kustomization.yaml": "resources: []\n", "a/kustomization.yaml": "resources: []\n"})
    for name, directory in (("kustomization.yaml", "."), ("a/kustomization.yaml", "a")):
        ran = kbump("validate", "-k", name)
        assert (ran.code, ran.stdout) == (2, "")
        assert ran.stderr == f"error: `{name}` is a file\n  hint: name its directory: `-k {directory}`\n"


def test_an_environment_stands_for_its_directory(kbump, tree) -> None:
    tree({".kbump.yaml": "environments: {qa: k8s/qa, prod: k8s/prod}\n", "k8s/qa/a.yaml": WRONG, "k8s/prod/a.yaml": ""})
    ran = kbump("validate", "--environment", "qa", "-o", "concise")
    assert (ran.code, ran.stdout) == (1, "k8s/qa/a.yaml:4:1: [error] unknown field `dta` (unknown-field)\n")


def test_definitions_beside_the_run_describe_its_objects(kbump, tree) -> None:
    tree({"k8s/w.yaml": WIDGET, "crds/a/crd.yaml": CRD, "crds/b.json": "{}"})
    ran = kbump("validate", "k8s")
    assert (ran.code, ran.stdout) == (0, "")
    assert "skipped: 1 object without a schema: example.com/v1 Widget (1)\n" in ran.stderr
    assert "valid" not in ran.stderr
    for path in ("crds", "crds/a/crd.yaml"):
        ran = kbump("validate", "k8s", "--crds", path, "-o", "concise")
        assert ran.stdout == "k8s/w.yaml:4:7: [error] `spec` must be a string, found the integer 5 (wrong-type)\n"


@pytest.mark.parametrize(
    ("rule", "hint"), [("unknwon-field", "did you mean `unknown-field`?"), ("x", "`kbump validate --rules` names them")]
)
def test_a_setting_that_ignores_an_unknown_rule_is_refused_with_its_place(kbump, tree, rule: str, hint: str) -> None:
    tree({".kbump.yaml": f"validate:\n  ignore:\n    - rule: {rule}\n", "a.yaml": VALID})
    ran = kbump("validate")
    assert ran.code == 2
    assert f".kbump.yaml:3:7: error: there is no rule `{rule}`" in ran.stderr
    assert hint in ran.stderr
