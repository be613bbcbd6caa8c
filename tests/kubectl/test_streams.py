"""What the real kubectl reads of a stream of JSON."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.yaml.streams import READ, REFUSED

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl on PATH")


def read_by_kubectl(tmp_path: Path, text: str) -> tuple[list[str], int]:
    (tmp_path / "web.json").write_bytes(text.encode())
    command = ["kubectl", "label", "--local", "--dry-run=client", "-o", "name", "-f", str(tmp_path / "web.json"), "a=b"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return [line.removeprefix("configmap/") for line in ran.stdout.splitlines()], ran.returncode


@pytest.mark.parametrize(("text", "names"), READ.values(), ids=READ)
def test_kubectl_reads_the_same_objects(tmp_path: Path, text: str, names: str) -> None:
    assert read_by_kubectl(tmp_path, text) == (list(names), 0)


@pytest.mark.parametrize(("text", "place"), REFUSED.values(), ids=REFUSED)
def test_kubectl_refuses_the_same_texts(tmp_path: Path, text: str, place: tuple[int, int]) -> None:
    assert read_by_kubectl(tmp_path, text)[1] == 1
