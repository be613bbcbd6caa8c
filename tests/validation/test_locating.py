"""Places in files that are read again, when all of a run was seen."""

from __future__ import annotations

import pytest

from kbump.errors import SourceError
from kbump.resource import Resource
from kbump.source import Source
from kbump.validation.locating import relocated
from kbump.validation.problem import Problem
from kbump.yaml.composer import compose_documents

TWICE = Problem("duplicate-resource", ("metadata", "name"), "", "")
STREAM = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
a: [
---
metadata: {name: b}
metadata: {name: c}
"""


def config_map(document: int, *path: str | int) -> Resource:
    return Resource(document, path, {}, "v1", "ConfigMap", "", "a")


def lines(text: str, *resources: Resource) -> list[int]:
    found = relocated(Source("a.yaml", text), [(one, TWICE) for one in resources], "v1.36.0")
    return [one.location.line for one in found]


def test_of_a_stream_only_the_documents_are_read_that_are_asked_for() -> None:
    found = compose_documents(Source("a.yaml", STREAM), {0, 2})
    assert [one.number for one in found.values()] == [0, 2]
    assert [one.number for one in compose_documents(Source("a.yaml", "a: 1\n"), {0, 7}).values()] == [0]
    with pytest.raises(SourceError):
        compose_documents(Source("a.yaml", STREAM), {1})


def test_each_object_is_found_in_its_own_document_and_list() -> None:
    listed = "---\nkind: List\nitems:\n- metadata:\n    name: x\n- metadata:\n    name: y\n"
    assert lines(STREAM + listed, config_map(0), config_map(3, "items", 1), config_map(3, "items", 0)) == [3, 15, 13]


def test_what_is_not_there_any_more_is_said_of_the_start_of_its_file() -> None:
    assert lines("", config_map(0)) == [1]
    assert lines("a: [", config_map(0)) == [1]
    assert lines("a: 1\n---\nb: 2\n", config_map(0), config_map(1), config_map(7)) == [1, 3, 1]
