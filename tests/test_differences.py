"""diff() as a library, and what it runs kubectl with."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import kbump
from kbump.cluster.building import kustomize
from kbump.errors import SourceError, UsageError

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'acme/web:1.4.1'}]}\n"


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of an overlay, and take a PATH with only what the test puts on it."""
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (tmp_path / "overlay" / "pod.yaml").write_text(POD)
    (tmp_path / "programs").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    return tmp_path / "overlay"


def kubectl(overlay: Path, script: str) -> None:
    program = overlay.parent / "programs" / "kubectl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_text_is_compared_with_a_path(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("1.4.1", "1.5.0"))
    result = kbump.diff("-", str(tmp_path), text=f"\ufeff{POD}")
    (image,) = result.images
    assert (image.old, image.new, image.change) == ("acme/web:1.4.1", "acme/web:1.5.0", "minor")
    assert (result.exit_code, result.same, result.old, result.new) == (0, False, "-", str(tmp_path))


def test_a_text_that_is_not_given_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    with pytest.raises(UsageError, match="no text for `-`"):
        kbump.diff(str(tmp_path), "-")


def test_kubectl_gets_the_variables_but_no_secret(overlay: Path) -> None:
    kubectl(
        overlay, f'/usr/bin/env > "{overlay.parent}/seen"; while read -r line; do echo "$line"; done < "$3/pod.yaml"'
    )
    secrets = {"KBUMP_TOKEN": "hunter2", "GITHUB_TOKEN": "hunter2", "DRONE_NETRC_PASSWORD": "hunter2"}
    environ = {"PATH": os.environ["PATH"], "MARK": "mine", **secrets}
    assert kbump.diff(str(overlay), str(overlay), environ=environ).equal == 1
    seen = (overlay.parent / "seen").read_text()
    assert "MARK=mine" in seen
    assert "hunter2" not in seen


def test_an_overlay_without_kubectl_is_refused_with_another_way(overlay: Path) -> None:
    with pytest.raises(SourceError, match="kubectl is not on PATH") as refused:
        kbump.diff(str(overlay), str(overlay))
    assert refused.value.hint == "`--no-build` compares the sources"
    assert kbump.diff(str(overlay), str(overlay), build=False).equal == 1


def test_an_overlay_that_takes_too_long_is_given_up(overlay: Path) -> None:
    kubectl(overlay, "exec /bin/sleep 30")
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"did not end within 0\.\d+ s"):
        kbump.diff(str(overlay), str(overlay), timeout_s=0.3)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        pytest.param("error: no such file", "no such file", id="as kubectl says it"),
        pytest.param("# Warning: 'bases' is deprecated\nerror: one\ntwo", "one\ntwo", id="without its warnings"),
        pytest.param(
            r'E1231 23:59:59.123456    1234 run.go:72] "command failed" err="lines of \"a\""',
            'lines of "a"',
            id="as its log line",
        ),
    ],
)
def test_an_overlay_that_cannot_be_built_is_refused_in_the_words_of_kubectl(
    said: str, quoted: str, overlay: Path
) -> None:
    (overlay.parent / "said").write_text(f"{said}\n")
    kubectl(
        overlay,
        f'while read -r line; do echo "$line" >&2; done < "{overlay.parent}/said"; exit 1'.replace(
            "read -r", "IFS= read -r"
        ),
    )
    with pytest.raises(SourceError) as refused:
        kustomize(str(overlay))
    assert refused.value.message == f"`kubectl kustomize {overlay}` failed: {quoted}"


@pytest.mark.parametrize("text", ["[", "a: 1\n---\nb: 1\n", "- a\n", ""])
def test_a_kustomization_that_is_none_is_left_to_kubectl(text: str, overlay: Path) -> None:
    kubectl(overlay, 'echo "not this one" >&2; exit 1')
    (overlay / "kustomization.yaml").write_text(text)
    with pytest.raises(SourceError, match="not this one"):
        kbump.diff(str(overlay), str(overlay))


def test_overlays_that_name_one_another_end(overlay: Path) -> None:
    kubectl(overlay, 'while read -r line; do echo "$line"; done < "$3/pod.yaml"')
    (overlay / "kustomization.yaml").write_text("resources: [pod.yaml, ../overlay, ./sub, 5]\ncomponents: nothing\n")
    (overlay / "sub").mkdir()
    (overlay / "sub" / "kustomization.yaml").write_text("namespace: shop\nnamePrefix: 1\nresources: [..]\n")
    assert kbump.diff(str(overlay), str(overlay)).equal == 1
