from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kbump.report.patch import file_patch
from kbump.source import Edit, Source

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27.0"
NAMES = ('we"b.yaml', "tab\tand back\\slash.yaml", "new\nline.yaml", "a b.yaml", "日本.yaml")


def test_the_patch_of_no_edits_is_empty() -> None:
    assert file_patch(Source("a.yaml", POD), []) == ""


def test_an_insertion_before_a_line_leaves_that_line_alone() -> None:
    patch = file_patch(Source("a.yaml", "a\nb\nc\n"), [Edit(2, 2, "new\n"), Edit(4, 5, "d")])
    assert patch == "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,3 +1,4 @@\n a\n+new\n b\n-c\n+d\n"


@pytest.mark.parametrize("name", [pytest.param(name, id=f"git applies a patch of {name!r}") for name in NAMES])
def test_git_applies_a_patch_of_a_file_with_any_name(name: str, kbump, tmp_path: Path) -> None:
    (tmp_path / name).write_text(POD)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    ran = kbump("set-image", "nginx:1.27.1", "--diff", cwd=tmp_path)
    subprocess.run(["git", "apply"], cwd=tmp_path, input=ran.stdout.encode(), check=True)
    assert (tmp_path / name).read_text() == POD.replace("1.27.0", "1.27.1")
