"""The bundle of schemas: whole, small, and what the generator makes of Kubernetes' sources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kbump.catalog import catalog, versions
from schemas import generate
from tests.conftest import ROOT

BUNDLE = ROOT / "schemas" / "kubernetes.zip"
APIS = ROOT / "schemas" / "apis.json"
TYPES = "io.k8s.api.acme.v1"
META = {"get": {}, "post": {"x-kubernetes-group-version-kind": {"group": "acme", "version": "v1", "kind": "Widget"}}}
LIFECYCLE = """
// Comments are passed over.
func (in *Widget) APILifecycleIntroduced() (major, minor int) {
\treturn 1, 9
}
func (in *Widget) APILifecycleDeprecated() (major, minor int) {
\treturn 1, 26
}
func (in *Widget) APILifecycleReplacement() schema.GroupVersionKind {
\treturn schema.GroupVersionKind{Group: "acme", Version: "v2", Kind: "Widget"}
}
func (in *Widget) APILifecycleRemoved() (major, minor int) {
\treturn 1, 27
}
"""


def unzipped(data: bytes, folder: Path) -> dict[str, str]:
    folder.mkdir()
    (folder / "bundle.zip").write_bytes(data)
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def swagger(**properties: Any) -> dict[str, Any]:
    widget = {
        "description": "A widget.",
        "type": "object",
        "properties": {"metadata": {"description": "Of it.", "type": "object"}, **properties},
        "x-kubernetes-group-version-kind": [{"group": "acme", "version": "v1", "kind": "Widget"}],
    }
    options = {"x-kubernetes-group-version-kind": [{"group": "acme", "version": "v1", "kind": "DeleteOptions"}]}
    return {
        "definitions": {f"{TYPES}.Widget": widget, f"{TYPES}.DeleteOptions": options},
        "paths": {"/apis/acme/v1/widgets": META, "/apis/acme/v1/widgets/{name}/scale": {"post": {}}},
    }


def modules(folder: Path, documents: dict[int, dict[str, Any]]) -> list[generate.Module]:
    found = []
    for minor, document in documents.items():
        kubernetes, api = folder / f"kubernetes{minor}", folder / f"api{minor}"
        (kubernetes / "api" / "openapi-spec").mkdir(parents=True)
        (kubernetes / "api" / "openapi-spec" / "swagger.json").write_text(json.dumps(document))
        (api / "acme" / "v1").mkdir(parents=True)
        (api / "acme" / "v1" / "register.go").write_text('const GroupName = "acme"\n')
        (api / "acme" / "v1" / "zz_generated.prerelease-lifecycle.go").write_text(LIFECYCLE)
        found.append(generate.Module("k8s.io/kubernetes", f"v1.{minor}.0", kubernetes, f"h1:{minor}"))
        found.append(generate.Module("k8s.io/api", f"v0.{minor}.0", api, f"h1:{minor}"))
    return found


def rows(files: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(files["apis.json"])["apis"]


def test_what_went_and_came_back_is_refused(tmp_path):
    without = {**swagger(), "definitions": {}}
    with pytest.raises(ValueError, match=r"acme/v1 Widget went and came back: \[25, 27\]"):
        generate.generate(modules(tmp_path, {25: swagger(), 26: without, 27: swagger()}))


@pytest.mark.parametrize(
    ("schema", "kept"),
    [
        pytest.param({"description": "x", "type": "string"}, {"type": "string"}, id="a description is dropped"),
        pytest.param(
            {"properties": {"description": {"type": "string", "description": "x"}, "properties": {}}},
            {"properties": {"description": {"type": "string"}, "properties": {}}},
            id="properties named description and properties are kept",
        ),
        pytest.param(
            {"items": {"description": "x"}, "additionalProperties": {"description": "x", "$ref": "#/definitions/a"}},
            {"items": {}, "additionalProperties": {"$ref": "#/definitions/a"}},
            id="items and additional properties are stripped too",
        ),
        pytest.param(
            {"additionalProperties": True, "default": {"description": "x"}, "required": ["description"]},
            {"additionalProperties": True, "default": {"description": "x"}, "required": ["description"]},
            id="defaults and names in required are kept",
        ),
        pytest.param(
            {"x-kubernetes-list-type": "map", "x-kubernetes-patch-strategy": "merge", "format": "int32"},
            {"x-kubernetes-list-type": "map", "format": "int32"},
            id="what only patches need is dropped",
        ),
    ],
)
def test_a_schema_is_stripped(schema, kept):
    assert generate.stripped(schema) == kept


def test_the_same_sources_give_the_same_bytes(tmp_path):
    sources = modules(tmp_path, {25: swagger(), 26: swagger(size={"type": "integer"})})
    assert generate.generate(sources) == generate.generate(reversed(sources))


def test_a_definition_is_held_once_for_each_run_of_versions_in_which_it_is_the_same(tmp_path):
    size = {"size": {"type": "integer", "description": "Changes nothing"}}
    documents = {25: swagger(), 26: swagger(), 27: swagger(**size), 28: swagger()}
    files = generate.generate(modules(tmp_path / "sources", documents))
    definitions = json.loads(unzipped(files["kubernetes.zip"], tmp_path / "zip")[f"{TYPES}.json"])
    assert list(definitions) == [
        "DeleteOptions 1.25-1.28",
        "Widget 1.25-1.26",
        "Widget 1.27-1.27",
        "Widget 1.28-1.28",
    ]
    assert definitions["Widget 1.27-1.27"]["properties"]["size"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("documents", "row"),
    [
        pytest.param(
            {25: swagger(), 26: {"definitions": {}, "paths": {}}},
            {"introduced": "1.9", "deprecated": "1.26", "removed": "1.26", "served": ["1.25", "1.25"]},
            id="it went sooner than planned",
        ),
        pytest.param(
            {24: swagger(), 25: {"definitions": {}, "paths": {}}},
            {"introduced": "1.9", "removed": "1.25", "served": ["1.24", "1.24"]},
            id="it went before it was to be deprecated",
        ),
        pytest.param(
            {25: swagger(), 26: swagger()},
            {"introduced": "1.9", "deprecated": "1.26", "removed": "1.27", "served": ["1.25", "1.26"]},
            id="it is still to go as planned",
        ),
        pytest.param(
            {26: swagger(), 27: swagger()},
            {"introduced": "1.9", "deprecated": "1.26", "served": ["1.26", "1.27"]},
            id="it is there though it was to go",
        ),
        pytest.param(
            {23: {"definitions": {}, "paths": {}}, 24: swagger()},
            {"introduced": "1.24", "deprecated": "1.26", "removed": "1.27", "served": ["1.24", "1.24"]},
            id="it came later than planned",
        ),
        pytest.param(
            {27: {"definitions": {}, "paths": {}}},
            {"introduced": "1.9", "deprecated": "1.26", "removed": "1.27"},
            id="it went before the first bundled version",
        ),
    ],
)
def test_plans_are_corrected_by_what_happened(documents, row, tmp_path):
    definition = {"definition": f"{TYPES}.Widget"} if "served" in row else {}
    expected = {**row, **definition, "replacement": "acme/v2 Widget", "list": False}
    assert rows(generate.generate(modules(tmp_path, documents))) == {"acme/v1 Widget": expected}


def test_the_schemas_are_small():
    assert BUNDLE.stat().st_size + APIS.stat().st_size < 200_000


def test_the_provenance_of_every_version_is_told(tmp_path):
    members = unzipped(BUNDLE.read_bytes(), tmp_path / "zip")
    provenance = json.loads(members["provenance.json"])
    told = provenance["kubernetes"]
    assert {version: source["release"] for version, source in told.items()} == json.loads(APIS.read_text())["releases"]
    assert tuple(sorted(told, key=lambda version: int(version[2:]))) == versions()
    assert [source["release"] for source in told.values()] == list(generate.RELEASES)
    assert all(source["checksum"].startswith("h1:") for source in told.values())
    assert all(source["swagger.json"].startswith("sha256:") for source in told.values())
    assert len(provenance["lifecycle"]) == len(versions()) * len(generate.STAGING) - len(generate.UNVERIFIED)


@pytest.mark.parametrize("version", versions())
def test_every_kind_of_a_version_has_a_closed_schema_and_so_has_its_list(version):
    here = catalog(version)
    for group, api_version, kind in here.kinds():
        names = [kind] if kind == "Binding" or kind.endswith("Review") else [kind, f"{kind}List"]
        for name in names:
            root, definitions = here.closure(group, api_version, name) or ("", {})
            assert definitions.keys() == references(definitions) | {root}


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    below = set().union(*map(references, value.values()))
    return below | {value["$ref"].removeprefix("#/definitions/")} if isinstance(value.get("$ref"), str) else below


def test_the_corrections_are_in_the_table():
    table = json.loads(APIS.read_text())["apis"]
    for key, column, right, source in generate.CORRECTIONS:
        assert table[key][column] == right
        assert source.startswith("https://")


@pytest.fixture(scope="module")
def cached() -> list[generate.Module]:
    """Give the modules that the files are from, out of Go's cache; nothing is downloaded."""
    if not shutil.which("go"):
        pytest.skip("go is missing")
    wanted = ["k8s.io/kubernetes@" + release for release in generate.RELEASES]
    wanted += [f"{path}@v0{release[2:]}" for release in generate.RELEASES for path in generate.STAGING]
    environment = {**os.environ, "GOPROXY": "off"}
    names = [name for name in wanted if name not in generate.UNVERIFIED]
    ran = subprocess.run(["go", "mod", "download", "-json", *names], env=environment, capture_output=True, check=False)
    if ran.returncode:
        pytest.skip("the modules of Kubernetes are not in Go's cache")
    return generate.modules(names)


def test_the_files_are_what_the_generator_writes(cached, tmp_path):
    files = generate.generate(cached)
    assert files["apis.json"] == APIS.read_bytes()
    written = unzipped(files["kubernetes.zip"], tmp_path / "written")
    assert written == unzipped(BUNDLE.read_bytes(), tmp_path / "here")


def test_no_correction_says_what_the_sources_say_by_now(cached):
    said = generate.lifecycles(module for module in cached if module.path in generate.STAGING)
    for key, column, right, _ in generate.CORRECTIONS:
        assert said.get(key, {}).get(column) != right
