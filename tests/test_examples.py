"""The examples are valid, and the manifests that they were made from are refused with the way out named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from kbump import validate
from kbump.source import Source
from kbump.workspace import find_config
from kbump.yaml.constructor import construct
from tests.conftest import CASES, ROOT
from tests.pipeline.drone.reading import read as read_pipelines

DRONE = sorted(path for path in (ROOT / "examples").glob("*/.drone*.yml"))
SEEDS = ("infra-staging", "infra-qa", "infra-production")


def test_the_examples_are_valid_for_1_36() -> None:
    result = validate(str(ROOT / "examples"), kubernetes_version="1.36")
    assert (result.findings, result.errors, result.unknown) == ([], [], {})
    assert result.resources == 12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_original_manifests_are_refused_with_the_replacement_and_the_line(seed: str) -> None:
    result = validate(str(CASES / "seed" / seed), kubernetes_version="1.36")
    found = [(one.location.line, one.location.column, one.rule, one.message, one.fix) for one in result.findings]
    assert found == [
        (
            1,
            13,
            "removed-api",
            "apps/v1beta1 Deployment was removed in Kubernetes 1.16",
            "use apps/v1 Deployment (available since 1.9)",
        ),
        (
            1,
            13,
            "removed-api",
            "extensions/v1beta1 Ingress was removed in Kubernetes 1.22",
            "use networking.k8s.io/v1 Ingress (available since 1.19)",
        ),
    ]


def test_copies_of_the_repositories_have_all_that_they_need() -> None:
    for name in SEEDS:
        folder = ROOT / "examples" / name
        config = find_config(str(folder / "kubernetes"))
        assert config.cluster.server == f"https://api.{name.removeprefix('infra-')}.example.com"
        assert config.validate.version == "1.36"
        hooks = re.findall(r"id: (\S+)", (folder / ".pre-commit-config.yaml").read_text())
        assert hooks == re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    assert find_config(str(ROOT / "examples" / "infra-production")).delivery == "pull-request"


def test_the_pages_of_the_examples_lead_somewhere() -> None:
    for page in [
        ROOT / "docs" / "from-the-seed.md",
        *(ROOT / "examples").glob("*.md"),
        *(ROOT / "examples").glob("[!s]*/*.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page, target)


def test_the_picture_is_what_its_script_draws() -> None:
    drawn = subprocess.run([sys.executable, ROOT / "docs" / "pipeline.py"], capture_output=True, text=True, check=True)
    assert drawn.stdout == (ROOT / "docs" / "pipeline.svg").read_text()


def test_every_row_of_the_page_from_the_seed_names_tests_and_every_step_of_the_seed_has_one() -> None:
    page = (ROOT / "docs" / "from-the-seed.md").read_text()
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", page):
        assert f"def {name}(" in tests, name
    for name in re.findall(r"`(the-[\w-]+)`", page):
        assert (CASES / "pipeline" / name).is_dir(), name
    rows = page.partition("## Steps")[2].partition("## Images")[0]
    for part in ("application", *SEEDS):
        [pipeline] = read_pipelines((ROOT / "examples" / "seed" / part / ".drone.yml").read_text())
        for step in pipeline.steps:
            assert re.search(rf"^\| {part}: .*`{step.name}`.*`(test_|the-)", rows, re.MULTILINE), step.name
        for image in {step.image for step in pipeline.steps}:
            assert f"`{image}`" in page.partition("## Images")[2], image


@pytest.mark.parametrize("path", DRONE, ids=lambda path: f"{path.parent.name} {path.name}")
def test_files_for_drone_are_as_the_schema_says_that_editors_and_linters_check_them_with(path: Path) -> None:
    linter = pytest.importorskip("check_jsonschema", reason="needs check-jsonschema, which brings the schema")
    schema = Path(linter.__file__).parent / "builtin_schemas" / "vendor" / "drone-ci.json"
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    for document in construct(Source(path.name, path.read_text())):
        assert [error.message for error in validator.iter_errors(document)] == []
