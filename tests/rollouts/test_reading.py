"""What a rollout takes for objects to apply, and what it refuses to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.errors import UsageError
from kbump.rollouts.reading import read_planned, read_text

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


def test_objects_have_the_place_of_their_document_or_item() -> None:
    text = f"{POD}---\n# words\n{POD}---\napiVersion: v1\nkind: List\nitems:\n- {POD.replace(chr(10), chr(10) + '  ')}"
    found = read_text(text.replace("name: a", "name: b", 1).replace("name: a", "name: c", 1), "-")
    assert [f"{one.subject} {one.location}" for one in found.objects] == [
        "Pod b -:1:1", "Pod c -:6:1", "Pod a -:13:3",
    ]  # fmt: skip
    assert found.errors == []


def test_files_of_a_directory_are_read_and_what_is_no_manifest_is_said(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text("name: a\n")
    (tmp_path / "chart" / "values.yaml").write_text("a: b\n")
    (tmp_path / "chart" / "templates").mkdir()
    (tmp_path / "chart" / "templates" / "pod.yaml").write_text("{{ a }}\n")
    found = read_planned([str(tmp_path)])
    assert [one.subject for one in found.objects] == ["Pod a"]
    assert sorted(f"{Path(path).name} {reason}" for path, reason in found.skipped) == [
        "Chart.yaml is no manifest", "compose.yaml is no manifest", "pod.yaml is a template",
        "values.yaml holds Helm values",
    ]  # fmt: skip


@pytest.mark.parametrize("named", [".", "overlay", "base/pod.yaml"])
def test_a_directory_that_is_a_kustomization_is_refused(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("overlay", "base"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
        (tmp_path / name / "pod.yaml").write_text(POD)
    if named == "base/pod.yaml":
        # A file that is named itself is meant.
        assert [one.subject for one in read_planned([named]).objects] == ["Pod a"]
        return
    with pytest.raises(UsageError) as caught:
        read_planned([named])
    assert "is a kustomization" in caught.value.message
    assert "write `-k" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{POD}sops: {{mac: a}}\n", "Pod a is encrypted by SOPS"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", "Pod a- has no name"),
        ("apiVersion: v1\nkind: Pod\n", "Pod has no name"),
        (f"{POD}---\n{POD}spec: {{}}\n", "Pod a is also in -"),
    ],
)
def test_what_must_not_be_applied_is_an_error_with_its_place(text: str, message: str) -> None:
    [error] = read_text(text, "-").errors
    assert error.message == message
    assert error.location
    assert error.hint


def test_the_same_object_twice_is_one() -> None:
    found = read_text(f"{POD}---\n{POD}", "-")
    assert (len(found.objects), found.errors) == (1, [])


def test_a_file_that_cannot_be_parsed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("a: [\n")
    [error] = read_planned([str(tmp_path)]).errors
    assert str(error.location).endswith("pod.yaml:2:1")
