"""`--comment` on the command line: what is printed, what is commented, and the exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kbump.provenance import Occasion
from tests.commenting.conftest import POD, Tree
from tests.conftest import Ran


@pytest.fixture
def run(tree: Tree, kbump, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run kbump in the work tree, with the token."""
    for name, value in tree.infra.secrets.items():
        monkeypatch.setenv(name, value)

    def in_tree(*args: str, **options: Any) -> Ran:
        ran: Ran = kbump(*args, cwd=tree.path, **options)
        assert not [secret for secret in tree.infra.secrets.values() if secret in ran.stdout + ran.stderr]
        return ran

    return in_tree


def test_findings_are_printed_and_commented(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    (tree.path / "qa" / "web.yaml").write_text(POD.replace("metadata", "metadta"))
    ran = run("validate", "qa", "--comment")
    assert ran.code == 1
    assert "error[unknown-field]: unknown field `metadta`" in ran.stdout
    assert ran.stderr.splitlines()[-1].startswith(f"commented on pull request {number}: http")
    [text] = tree.comments(number)
    lines = text.splitlines()
    assert lines[0] == "<!-- kbump:validate of=qa -->"
    assert lines[1].startswith("**kbump validate** `qa`: ")
    assert "unknown field `metadta`" in text


def test_what_was_mended_is_said_in_the_same_comment(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    (tree.path / "qa" / "web.yaml").write_text(POD.replace("metadata", "metadta"))
    run("validate", "--environment", "qa", "--comment=auto", "-o", "json")
    (tree.path / "qa" / "web.yaml").write_text(POD)
    assert run("validate", "--environment", "qa", "--comment", str(number)).code == 0
    [text] = tree.comments(number)
    assert text.splitlines()[1].startswith("**kbump validate** `qa`: 1 object in 1 file is valid for Kubernetes")


def test_a_whole_work_tree_has_a_comment_without_a_name(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    run("validate", "--comment")
    run("validate", "-", "--comment", stdin=POD.encode())
    lines = [text.splitlines() for text in tree.comments(number)]
    assert [one[0] for one in lines] == ["<!-- kbump:validate -->", "<!-- kbump:validate of=- -->"]
    assert lines[0][1].startswith("**kbump validate**: ")


def test_the_number_of_a_build_is_found_without_being_asked_for(
    tree: Tree, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = tree.pull_request()
    build = {"DRONE": "true", "DRONE_GIT_HTTP_URL": tree.infra.url, "DRONE_PULL_REQUEST": str(number)}
    for name, value in build.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KBUMP_VALIDATE_COMMENT", "auto")
    assert run("validate", "qa", "--quiet").stderr == ""
    assert len(tree.comments(number)) == 1


def test_that_a_newer_commit_has_a_comment_is_said_and_is_no_failure(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    tip = tree.infra.commit({"qa/web.yaml": POD + "\n"}, branch="change")
    kept = tree.post("of the tip", Occasion(tree.infra.url, tip, number)).comments[number]
    ran = run("validate", "qa", "--comment", str(number))
    assert ran.code == 0
    assert ran.stderr.splitlines()[-1] == f"pull request {number} keeps {kept.url}: it is of a newer commit"


def test_no_pull_request_is_said_and_is_no_failure(tree: Tree, run: Any) -> None:
    ran = run("validate", "qa", "--comment")
    assert ran.code == 0
    told = f"no comment was written: commit {tree.commit[:12]} has no pull request in {tree.infra.url}"
    assert ran.stderr.splitlines()[-1] == told


def test_a_comment_that_cannot_be_written_is_an_error_after_the_findings(
    tree: Tree, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = tree.pull_request()
    monkeypatch.setenv("KBUMP_TOKEN", "f" * 40)
    (tree.path / "qa" / "web.yaml").write_text(POD.replace("metadata", "metadta"))
    ran = run("validate", "qa", "--comment", str(number), "-o", "concise")
    assert ran.code == 2
    assert "(unknown-field)" in ran.stdout
    assert "error: no comment was written: `GET /" in ran.stderr
    assert "hint: " in ran.stderr


def test_a_diff_is_commented_for_its_two_sides(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    (tree.path / "live").mkdir()
    (tree.path / "live" / "web.yaml").write_text(POD.replace("web:1", "web:2"))
    assert run("diff", "qa", "live", "--comment", "--exit-code").code == 1
    assert run("diff", "live", "qa", "--comment", "-o", "json").code == 0
    first, second = (text.splitlines() for text in tree.comments(number))
    assert first[:2] == [
        "<!-- kbump:diff of=qa%20live -->",
        "**kbump diff** `qa` → `live`: 1 image; 0 objects are the same",
    ]
    assert second[0] == "<!-- kbump:diff of=live%20qa -->"


@pytest.mark.parametrize("value", ["0", "k8s", "1.5", "²"])
def test_what_is_no_number_is_refused(kbump, value: str) -> None:
    ran = kbump("validate", f"--comment={value}")
    assert ran.code == 2
    assert f"`{value}` is neither `auto` nor the number of a pull request." in ran.stderr


def test_the_page_is_printed_as_it_is_commented(tree: Tree, run: Any) -> None:
    number = tree.pull_request()
    printed = run("validate", "qa", "-o", "markdown", "--comment").stdout
    assert tree.comments(number)[0].split("\n", 1)[1].startswith(printed)
    assert json.loads(run("validate", "qa", "-o", "json").stdout)["findings"] == []
