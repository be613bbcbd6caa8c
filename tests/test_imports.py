"""Start-up is part of every run: what a command does not use is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: acme/web:1.0.0\n"
HEAVY = {"json", "jsonschema", "kubernetes", "logging", "pathlib", "pickle", "semver", "subprocess", "tempfile"}


def imported_by(*args: str, cwd: Path) -> set[str]:
    program = "import sys\nfrom kbump.cli import main\ntry:\n main()\nfinally:\n print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", program, *args], cwd=cwd, capture_output=True, text=True, check=False)
    return set(ran.stderr.split())


def outside_click_and_ruamel() -> set[str]:
    program = "import sys, click, ruamel.yaml, _ruamel_yaml; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_set_image_imports_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    loaded = imported_by("set-image", "acme/web:1.0.1", "-f", "pod.yaml", cwd=tmp_path)
    assert "kbump.rewriting.texts" in loaded
    assert not (HEAVY - outside_click_and_ruamel()) & loaded
    unused = {"kbump.inventory", "kbump.report.json", "kbump.report.patch", "kbump.rewriting.templates"}
    assert not unused & loaded


def test_set_image_does_not_import_the_parser_if_no_file_could_match(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    loaded = imported_by("set-image", "acme/other:1.0.1", "--require", "0", "-f", "pod.yaml", cwd=tmp_path)
    assert "kbump.update" in loaded
    assert "ruamel" not in {name.partition(".")[0] for name in loaded}


def test_the_version_is_told_without_importing_a_command(tmp_path: Path) -> None:
    loaded = imported_by("--version", cwd=tmp_path)
    assert "kbump.cli" in loaded
    assert "kbump.update" not in loaded


def test_diff_of_what_is_on_the_disk_imports_neither_git_nor_kubectl(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / "b.yaml").write_text(POD.replace("1.0.0", "1.0.1"))
    loaded = imported_by("diff", "a.yaml", "b.yaml", cwd=tmp_path)
    assert "kbump.report.comparison" in loaded
    # json reads the schemas.
    assert not (HEAVY - {"json"} - outside_click_and_ruamel()) & loaded
    unused = {"kbump.git", "kbump.remote", "kbump.cluster.building", "kbump.report.comparison_json", "urllib3"}
    assert not unused & loaded


def test_validate_without_a_comment_imports_neither_git_nor_a_forge(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    loaded = imported_by("validate", "pod.yaml", cwd=tmp_path)
    assert "kbump.cli.commenting" in loaded
    unused = {"kbump.commenting", "kbump.drone", "kbump.git", "kbump.forge", "kbump.report.markdown", "urllib3"}
    assert not (unused | {"kubernetes", "kbump.cluster.building", "kbump.cluster.kubectl"}) & loaded


def test_only_what_speaks_to_a_cluster_imports_the_client(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    for command in (("validate", "pod.yaml"), ("set-image", "acme/web:1.0.1"), ("images",), ("rollout", "--help")):
        loaded = imported_by(*command, cwd=tmp_path)
        assert not {"kubernetes", "urllib3", "kbump.cluster.connection"} & loaded


def test_init_has_no_network(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    loaded = imported_by("init", "--dry-run", cwd=tmp_path)
    assert "kbump.discovery" in loaded
    assert not {"kbump.forge.http", "kbump.reaching", "urllib3", "jsonschema", "kbump.inspection"} & loaded


def test_tag_asks_git_only_if_nothing_else_says_what_is_built(tmp_path: Path, monkeypatch) -> None:
    loaded = imported_by("tag", "--source-branch", "main", "--source-commit", "1a2b3c4", cwd=tmp_path)
    assert "kbump.tags" in loaded
    # .kbump.yaml is of infra repos, and what is tagged is an application.
    unused = {
        "kbump.git",
        "kbump.delivery",
        "kbump.config",
        "kbump.files",
        "kbump.report.json",
        "hashlib",
        "unicodedata",
    }
    assert not ((unused | HEAVY) - outside_click_and_ruamel()) & loaded
    assert "ruamel" not in {name.partition(".")[0] for name in loaded}


def test_plugin_imports_what_its_command_does_and_the_settings(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PLUGIN_COMMAND", "tag")
    monkeypatch.setenv("PLUGIN_SOURCE_TAG", "v1.5.0")
    alone = imported_by("tag", "--source-tag", "v1.5.0", cwd=tmp_path)
    own = {"kbump.cli.plugin", "kbump.drone.settings"}
    assert imported_by("plugin", cwd=tmp_path) - alone - {"v1.5.0"} == own
