"""Schemas of custom resources where a CustomResourceDefinition says what no validator takes, or takes in two ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump import validate
from kbump.resource import Resource
from kbump.validation.custom import custom_schema
from kbump.validation.deciding import compiled
from kbump.validation.kinds import custom_kinds
from tests.validation.samples import CRD, WIDGET, write

BROKEN = [
    "{type: integr}",
    "{type: [string]}",
    "{properties: 5}",
    "{properties: {a: 5}}",
    "{type: array, items: [{type: object}]}",
    "{additionalProperties: 5}",
    "{required: a}",
    "{required: [5, a, a]}",
    "{minimum: a}",
    "{maximum: [1]}",
    "{exclusiveMinimum: 5}",
    "{multipleOf: 0}",
    "{multipleOf: -5}",
    "{multipleOf: 0.5}",
    "{maxLength: -1}",
    "{minItems: 1.5}",
    "{maxProperties: true}",
    "{format: 5}",
    "{pattern: 5}",
    "{enum: 5}",
    "{enum: []}",
    "{allOf: 5}",
    "{anyOf: []}",
    "{oneOf: [5]}",
    "{not: 5}",
    "{nullable: 5}",
    "{type: array, x-kubernetes-list-type: 5}",
    "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: 5}",
    "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [[a], 5]}",
    "{type: array, x-kubernetes-list-type: map}",
    "5",
    "[]",
]
META = {"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {"type": "object"}}
UNREADABLE = [
    pytest.param(r"^\pL+$", id="of a class of Unicode"),
    pytest.param("^[[:alpha:]]+$", id="of a class of POSIX, which Python reads as a set of characters"),
    pytest.param("(", id="that nobody reads"),
    pytest.param("(?<=a|bb)c", id="that Rust reads, and Python does not"),
    pytest.param("(?P<a>b)(?P=a)(?(a)b|c)", id="that Python reads, and Rust does not"),
]


@pytest.mark.parametrize("schema", BROKEN)
def test_a_broken_schema_bounds_nothing_and_stops_nothing(schema: str) -> None:
    result = validate(text=f"{CRD.replace('{type: string}', schema)}---\n{WIDGET.replace('5', '[{a: a}, {a: b}]')}")
    # What is wrong with the definition may be said; of the object it is not known.
    assert {one.subject.partition(" ")[0] for one in result.findings} <= {"CustomResourceDefinition"}
    assert (result.errors, result.unknown, result.resources) == ([], {}, 2)


@pytest.mark.parametrize("pattern", UNREADABLE)
def test_a_pattern_is_left_to_the_server(pattern: str) -> None:
    assert custom_schema({"properties": {"a": {"pattern": pattern, "maxLength": 1}}})["properties"]["a"] == {
        "maxLength": 1
    }


def test_what_is_whole_counts_written_as_a_decimal() -> None:
    bounded = compiled(
        custom_schema({"properties": {"a": {"type": "string", "minLength": 2.0}}}) | {"definitions": META}
    )
    assert bounded.is_valid({"a": "aa"})
    assert not bounded.is_valid({"a": "a"})


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("[]", id="spec is a list"),
        pytest.param("{group: example.com, names: [], versions: [{name: v1}]}", id="names are a list"),
        pytest.param("{group: example.com, names: {kind: Widget}, versions: {}}", id="versions are a mapping"),
        pytest.param("{group: example.com, names: {kind: Widget}, versions: [5]}", id="a version is a number"),
        pytest.param("{group: example.com, names: {kind: Widget}, versions: [{name: v1, schema: 5}]}", id="no schema"),
        pytest.param("{group: [], names: {kind: {}}, versions: [{schema: {openAPIV3Schema: {}}}]}", id="no kind"),
    ],
)
def test_a_definition_that_defines_nothing_leaves_objects_unknown(spec: str) -> None:
    result = validate(text=f"{CRD.partition('spec:')[0]}spec: {spec}\n---\n{WIDGET}")
    assert {one.subject for one in result.findings} == {"CustomResourceDefinition widgets.example.com"}
    assert result.unknown == {"example.com/v1 Widget": 1}


@pytest.mark.parametrize("schema", [None, [], 5], ids=["null", "a list", "a number"])
def test_a_version_without_a_schema_has_none(schema: object) -> None:
    version = {"name": "v1", "schema": {"openAPIV3Schema": schema}}
    data = {"spec": {"group": "example.com", "names": {"kind": "Widget"}, "versions": [version]}}
    resource = Resource(0, (), data, "apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "a")
    assert not list(custom_kinds(resource, "crd.yaml"))


def test_a_version_that_is_not_served_is_named_beside_those_that_are() -> None:
    other = "  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}\n"
    definition = CRD.replace("served: true", "served: false") + other
    [finding] = validate(text=f"{definition}---\n{WIDGET}").findings
    assert finding.message == "the CustomResourceDefinition of Widget serves no v1"
    assert finding.fix == "Widget is in example.com/v2"


def test_the_order_of_given_definitions_does_not_decide(tmp_path: Path) -> None:
    definitions = {
        f"{name}/crd.yaml": CRD.replace("{type: string}", f"{{type: {name}}}") for name in ("number", "string")
    }
    write(tmp_path, {**definitions, "w.yaml": WIDGET.replace("5", "[a]"), "x.yaml": WIDGET.replace("w}", "x}")})
    paths = [str(tmp_path / name) for name in ("number", "string")]
    files = [str(tmp_path / name) for name in ("w.yaml", "x.yaml")]
    one, other = (validate(files, crds=crds) for crds in (paths, paths[::-1]))
    assert one == other
    told, refused = sorted(one.findings)
    assert (told.rule, told.location.file) == ("ambiguous-definition", f"{paths[1]}/crd.yaml")
    assert told.message == f"Widget example.com/v1 is defined otherwise in {paths[0]}/crd.yaml:9:12"
    assert refused.message == f"`spec` must be a number, found a list, as {paths[0]}/crd.yaml defines it"


def test_a_definition_of_the_run_beats_one_that_is_given_and_equally_near(tmp_path: Path) -> None:
    text = CRD.replace("{type: string}", "{type: integer}")
    write(tmp_path, {"a/crd.yaml": CRD, "b/crd.yaml": text, "w.yaml": WIDGET})
    run = [str(tmp_path / "w.yaml"), str(tmp_path / "b")]
    assert validate(run, crds=[str(tmp_path / "a")]).findings == []


def test_definitions_of_files_that_differ_have_their_own_places_if_the_object_is_in_no_file(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CRD, "b.yaml": f"# newer\n{CRD.replace('{type: string}', '{type: integer}')}"})
    [told] = validate(text=WIDGET, crds=[str(tmp_path)]).findings
    assert str(told.location) == f"{tmp_path}/b.yaml:10:12"
    assert told.message == f"Widget example.com/v1 is defined otherwise in {tmp_path}/a.yaml:9:12"
