"""`kbump validate`: what it says, in which words and forms, and where its options come from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kbump.catalog import versions
from tests.validation.samples import CRD, VALID, VALID_WORDS, WIDGET, WRONG


@pytest.fixture
def mixed(tree) -> Path:
    return tree({"a.yaml": WRONG + "immutable: yes\n", "b.yaml": VALID.replace("a}", "b}"), "ci.yaml": "a: b"})


@pytest.mark.parametrize(
    ("options", "code", "shown"),
    [
        pytest.param((), 1, 2, id="errors fail, all is shown"),
        pytest.param(("--severity", "error"), 1, 1, id="warnings are hidden"),
        pytest.param(("--fail-on", "warning"), 1, 2, id="warnings fail"),
        pytest.param(("--severity", "warning", "--fail-on", "note"), 1, 2, id="notes fail"),
    ],
)
def test_findings_are_shown_and_fail_by_severity(
    kbump, mixed: Path, options: tuple[str, ...], code: int, shown: int
) -> None:
    ran = kbump("validate", *options, "-o", "concise")
    assert (ran.code, len(ran.stdout.splitlines())) == (code, shown)
    assert ("1 finding of a lower severity not shown\n" in ran.stderr) == (shown == 1)


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_a_warning_alone_fails_if_asked_for_even_where_it_is_hidden(kbump, tree, level: str, code: int) -> None:
    tree({"a.yaml": f"{VALID}immutable: yes\n"})
    assert kbump("validate", "--fail-on", level).code == code
    ran = kbump("validate", "--fail-on", level, "--severity", "error")
    assert (ran.code, ran.stdout) == (code, "")


def test_the_words_are_as_few_or_as_many_as_asked_for(kbump, mixed: Path) -> None:
    last = f"1 error and 1 warning in 1 of 3 files; 2 objects checked for Kubernetes {versions()[-1]} (schemas of "
    usual, quiet, verbose, summary = (
        kbump("validate", *options) for options in ((), ("-q",), ("-v",), ("--summary", "--severity", "error"))
    )
    assert usual.stderr.startswith(f"skipped: ci.yaml is no manifest\n{last}")
    assert (quiet.stdout, quiet.stderr, quiet.code) == (usual.stdout, "", 1)
    assert verbose.stderr == usual.stderr
    assert (
        "by rule:\n  1  error    unknown-field\n  1  warning  surprising-scalar\nby file:\n  2  a.yaml\n"
    ) in summary.stderr


def test_a_valid_file_is_said_to_be_valid_and_for_which_version(kbump, tree) -> None:
    tree({"a.yaml": VALID})
    ran = kbump("validate", "a.yaml")
    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr.startswith(VALID_WORDS)


@pytest.mark.parametrize("args", [(), ("no-such-directory",)], ids=["without a path", "whatever the path"])
def test_the_catalogue_of_rules_is_printed_and_nothing_is_checked(kbump, tree, args: tuple[str, ...]) -> None:
    tree({"a.yaml": "a: ["})
    ran = kbump("validate", "--rules", *args)
    assert (ran.code, ran.stderr) == (0, "")
    assert "unknown-field" in ran.stdout
    listed = json.loads(kbump("validate", "--rules", "-o", "json").stdout)
    assert {"id", "severity"} <= set(listed["rules"][0])
    assert all(one["id"] in ran.stdout for one in listed["rules"])


def test_defaults_come_from_the_settings_and_the_environment_beats_them(kbump, tree, monkeypatch) -> None:
    tree({"a.yaml": WRONG, ".kbump.yaml": "defaults: {validate: {output: concise, quiet: true, fail-on: note}}\n"})
    concise = "a.yaml:4:1: [error] unknown field `dta` (unknown-field)\n"
    assert kbump("validate") == (1, concise, "")
    monkeypatch.setenv("KBUMP_VALIDATE_OUTPUT", "github")
    assert kbump("validate").stdout.startswith("::error file=a.yaml,line=4,")
    assert kbump("validate", "-o", "concise").stdout == concise


def test_lists_from_the_environment_are_split_like_path(kbump, tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"k8s/w.yaml": WIDGET, "k8s/a.yaml": WRONG, "crds/crd.yaml": CRD, "other/crd.yaml": CRD.replace("et", "ot")})
    monkeypatch.setenv("KBUMP_VALIDATE_CRDS", f"crds{os.pathsep}other")
    monkeypatch.setenv("KBUMP_VALIDATE_EXCLUDE", "a.yaml")
    monkeypatch.setenv("KBUMP_VALIDATE_KUBERNETES_VERSION", "1.36")
    ran = kbump("validate", "k8s", "-o", "json")
    found = json.loads(ran.stdout)
    assert (found["kubernetesVersion"], found["files"]) == ("1.36", 1)
    assert [one["rule"] for one in found["findings"]] == ["wrong-type"]
