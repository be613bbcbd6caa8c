"""The examples are valid, and the manifests that they were made from are refused with the way out named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from kbump import images, validate
from kbump.source import Source
from kbump.workspace import find_config
from kbump.yaml.constructor import construct
from tests.conftest import CASES, ROOT
from tests.pipeline.drone.reading import Step
from tests.pipeline.drone.reading import read as read_pipelines

DRONE = sorted(path for path in (ROOT / "examples").glob("*/.drone*.yml"))
SEEDS = ("infra-staging", "infra-qa", "infra-production")


def ids(path: Path) -> str:
    return f"{path.parent.name} {path.name}"


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


def test_every_row_of_the_page_from_the_seed_names_tests_that_there_are() -> None:
    page = (ROOT / "docs" / "from-the-seed.md").read_text()
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", page):
        assert f"def {name}(" in tests, name
    for name in re.findall(r"`(the-[\w-]+)`", page):
        assert (CASES / "pipeline" / name).is_dir(), name
    rows = [row for row in page.splitlines() if row.startswith("|") and not row.startswith(("| of", "| ---"))]
    assert [row for row in rows if not re.fullmatch(r"\|.*\|.*\|(?: `(?:test_|the-)[\w-]+`,?)+ \|", row)] == []


@pytest.mark.parametrize("part", ["application", *SEEDS])
def test_every_step_image_variable_and_volume_of_the_seed_has_a_row(part: str) -> None:
    text = (ROOT / "examples" / "seed" / part / ".drone.yml").read_text()
    [pipeline] = read_pipelines(text)
    used = {
        "Steps": {step.name for step in pipeline.steps},
        "Images": {step.image for step in pipeline.steps},
        "Variables": {
            *(name for step in pipeline.steps for name, value in step.environment.items() if isinstance(value, str)),
            *(name for found in re.findall(r"secrets: \[(.+)\]", text) for name in re.split(", *", found.strip())),
            *re.findall(r"\$\{(\w+)", text),
        },
        "Volumes": set(re.findall(r"- (/\w+:/\w+)", text)),
    }
    page = (ROOT / "docs" / "from-the-seed.md").read_text()
    for title, names in used.items():
        rows = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
        firsts = [row.split("|")[1] for row in rows.splitlines() if row.startswith("|")]
        where = f" {part}:" if title == "Steps" else ""
        assert {name for name in names if not any(f"`{name}`" in one and where in one for one in firsts)} == set()


def steps(path: Path) -> list[Step]:
    return [step for pipeline in read_pipelines(path.read_text()) for step in pipeline.steps]


@pytest.mark.parametrize("path", DRONE, ids=ids)
def test_secrets_of_the_examples_come_from_drone(path: Path) -> None:
    secret = re.compile(r"(?i)password|username|token|secret|kubeconfig_content|access_key|key$")
    given = [pair for step in steps(path) for pair in (*step.environment.items(), *step.settings.items())]
    secrets = [value for name, value in given if secret.search(name) or (name == "kubeconfig")]
    assert [value for value in secrets if not isinstance(value, dict) or list(value) != ["from_secret"]] == []


@pytest.mark.parametrize("path", DRONE, ids=ids)
def test_only_the_step_that_makes_the_kubeconfig_has_the_keys_of_the_cloud(path: Path) -> None:
    cloud = re.compile(r"AWS_|KOPS_|GOOGLE_|GCLOUD_|CLOUDSDK_|KEY$")
    assert {step.name for step in steps(path) if any(map(cloud.match, step.environment))} <= {"kubeconfig"}


@pytest.mark.parametrize("path", DRONE, ids=ids)
def test_volumes_of_the_examples_end_with_the_build(path: Path) -> None:
    assert {kind for one in read_pipelines(path.read_text()) for kind in one.volumes.values()} <= {"temp"}


def test_the_image_that_is_built_is_the_one_that_is_set() -> None:
    found = steps(ROOT / "examples" / "application" / ".drone.yml")
    built = {str(step.settings["repo"]) for step in found if step.image.startswith("plugins/docker")}
    set_to = {name for step in found for one in step.commands for name in re.findall(r"kbump set-image (\S+)", one)}
    used = {one.reference.rpartition(":")[0] for name in SEEDS for one in images(str(ROOT / "examples" / name)).images}
    assert built == set_to == used


@pytest.mark.parametrize("path", DRONE, ids=ids)
def test_files_for_drone_are_as_the_schema_says_that_editors_and_linters_check_them_with(path: Path) -> None:
    linter = pytest.importorskip("check_jsonschema", reason="needs check-jsonschema, which brings the schema")
    schema = Path(linter.__file__).parent / "builtin_schemas" / "vendor" / "drone-ci.json"
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    for document in construct(Source(path.name, path.read_text())):
        assert [error.message for error in validator.iter_errors(document)] == []
