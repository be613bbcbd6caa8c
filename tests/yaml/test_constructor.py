"""Constructor: what kubectl reads, held to the real one and to ruamel.yaml's reading of the structure."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning, YAMLError

from kbump.errors import Location, SourceError
from kbump.source import Source
from kbump.yaml.constructor import construct
from kbump.yaml.scalars import resolve, resolve_key
from tests.laws.strategies import yaml_texts

HEADER = "apiVersion: example.com/v1\nkind: Example\nmetadata: {name: example}\nspec:\n"

# What stands below `spec`, and what kubectl reads of it.
READ = [
    pytest.param("  a: [1, 0x10, yes, ~, '1']\n", {"a": [1, 16, True, None, "1"]}, id="scalars of every kind"),
    pytest.param("  1: a\n  on: b\n  1.50: c\n", {"1": "a", "true": "b", "1.5": "c"}, id="keys become strings"),
    pytest.param("  !!int '1': a\n  !!str yes: b\n", {"1": "a", "yes": "b"}, id="keys with tags"),
    pytest.param("  a: &a 012\n  *a : *a\n", {"a": 10, "10": 10}, id="a number that is repeated as a key"),
    pytest.param("  &a 1e6: *a\n", {"1e+06": 1_000_000}, id="a key that is repeated as a number"),
    pytest.param("  a: &a {b: c}\n  d: [*a, *a]\n", {"a": {"b": "c"}, "d": [{"b": "c"}] * 2}, id="aliases"),
    pytest.param("  a: &a [&a b]\n  c: *a\n", {"a": ["b"], "c": "b"}, id="an anchor in another of its name"),
    pytest.param("  a: &a b\n  c: &a d\n  e: *a\n", {"a": "b", "c": "d", "e": "d"}, id="an anchor again"),
    pytest.param("  a: 0\n  <<: {a: 1}\n", {"a": 1}, id="a merge key wins over a key before it"),
    pytest.param("  <<: {a: 1}\n  a: 0\n", {"a": 0}, id="a key after the merge key wins"),
    pytest.param("  <<: {1: 1}\n  0x1: 0\n", {"1": 0}, id="also where it is spelled otherwise"),
    pytest.param("  <<: [{a: 1}, {a: 2, b: 2}]\n", {"a": 1, "b": 2}, id="of several mappings the first wins"),
    pytest.param("  <<: {<<: {a: 1}, b: 2}\n", {"a": 1, "b": 2}, id="merge keys in merge keys"),
    pytest.param("  <<: []\n", {}, id="a merge key that brings in nothing"),
    pytest.param("  !!merge <<: {a: 1}\n", {"a": 1}, id="a merge key with its tag"),
    pytest.param("  ! '<<': {a: 1}\n", {"a": 1}, id="a quoted merge key with a non-specific tag"),
    pytest.param("  '<<': {a: 1}\n", {"<<": {"a": 1}}, id="a quoted merge key is none"),
    pytest.param("  !!str <<: {a: 1}\n", {"<<": {"a": 1}}, id="a merge key with the tag of a string is none"),
    pytest.param("  a: &a <<\n  *a : {b: c}\n", {"a": "<<", "<<": {"b": "c"}}, id="an alias of a merge key is none"),
    pytest.param("  a: [<<]\n  b: <<\n", {"a": ["<<"], "b": "<<"}, id="a merge key is a text where it is no key"),
    pytest.param("  a: {b: c:d, e:f}\n", {"a": {"b": "c:d", "e:f": None}}, id="colons in flow collections"),
    pytest.param("  a: !!map [1]\n  b: !foo {c: 1}\n", {"a": [1], "b": {"c": 1}}, id="tags of collections say nothing"),
    pytest.param("  a:\tb\t# c\n  d: [\t1,\n\t2]\n", {"a": "b", "d": [1, 2]}, id="tabs behind keys and in flow"),
    pytest.param("  # a\x85  b: c\u2028  d: e\n", {"b": "c", "d": "e"}, id="line breaks of YAML 1.1"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_data_is_what_kubectl_reads(text: str, expected: object) -> None:
    (data,) = construct(Source("web.yaml", HEADER + text))
    assert isinstance(data, dict)
    assert repr(data["spec"]) == repr(expected)


def test_the_table_is_what_the_real_kubectl_reads(tmp_path: Path) -> None:
    binary = shutil.which("kubectl") or pytest.skip("needs kubectl on PATH")
    for number, row in enumerate(READ):
        text = HEADER.replace("name: example", f"name: n{number}") + row.values[0]
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    command = [binary, "label", "--local", "--dry-run=client", "-o", "json", "-f", str(tmp_path), "a=b"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    objects = json.loads(f"[{re.sub('(?m)^}$', '},', run.stdout)}{{}}]")
    read = {one["metadata"]["name"]: one["spec"] for one in objects if one}
    assert run.stderr == ""
    assert read == {f"n{number}": row.values[1] for number, row in enumerate(READ)}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("a: 1\n? {b: c}\n: d", (2, 3), "a mapping key must be a scalar", id="a mapping as a key"),
        pytest.param("a: {{ b }}", (1, 5), "a mapping key must be a scalar", id="a template that is YAML"),
        pytest.param("[a]: b", (1, 1), "a mapping key must be a scalar", id="a sequence as a key"),
        pytest.param("a: &a [b]\n*a : c", (2, 1), "a mapping key must be a scalar", id="an alias of one as a key"),
        pytest.param("a: b\n~: c", (2, 1), "a mapping key must not be null", id="null as a key"),
        pytest.param("a: &a\nb:\n  *a : c", (3, 3), "a mapping key must not be null", id="an alias of null as a key"),
        pytest.param("a: [.inf]", (1, 5), "kubectl refuses .inf: JSON has no such number", id="infinity"),
        pytest.param(
            "a: !!int b",
            (1, 4),
            "cannot read it as !!int: it is !!str",
            id="a tag that does not fit, without the value",
        ),
        pytest.param("a: 1\n1: b\n0x1: c", (3, 1), "the keys `1` and `0x1` are both `1` to kubectl", id="one number"),
        pytest.param(
            "yes: 1\n'true': 2", (2, 1), "the keys `yes` and `true` are both `true` to kubectl", id="one bool"
        ),
        pytest.param(
            "a:\n  y: 1\n  Y: 2\n? [~]\n: ~\n~: 1",
            (3, 3),
            "the keys `y` and `Y` are both `true` to kubectl",
            id="the first of several mistakes",
        ),
    ],
)
def test_what_kubectl_would_not_read_is_refused_where_it_is(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SourceError) as caught:
        construct(Source("web.yaml", text))
    assert (caught.value.location, caught.value.message) == (Location("web.yaml", *place), message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="an empty text has no document"),
        pytest.param("# c\n", [], id="a comment is no document"),
        pytest.param("---\n---\na: 1\n", [None, {"a": 1}], id="an empty document is None"),
        pytest.param("a\n...\n---\n[b]\n", ["a", ["b"]], id="scalars and sequences"),
        pytest.param("<<", ["<<"], id="a merge key alone is a text"),
        pytest.param("\ufeffa: 1", [{"a": 1}], id="a byte order mark"),
        pytest.param("%YAML 1.1\n%TAG !e! tag:yaml.org,2002:\n--- !e!str 1", ["1"], id="directives"),
    ],
)
def test_every_document_is_read(text: str, expected: list[object]) -> None:
    assert construct(Source("web.yaml", text)) == expected


def test_equal_aliases_are_the_same_object() -> None:
    (data,) = construct(Source("web.yaml", "[&a {b: c}, *a, *a]"))
    assert isinstance(data, list)
    assert data[0] is data[1] is data[2]


@given(yaml_texts())
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_data_is_what_another_reading_gives(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        try:
            nodes = list(YAML(typ="safe", pure=True).compose_all(text))
        except YAMLError:  # tabs, which kubectl takes
            assume(False)
    assert repr(construct(Source("web.yaml", text))) == repr([reference(node, text) for node in nodes])


def reference(node: Any, text: str) -> Any:
    """Read a node of ruamel.yaml: its structure, scalars by the table, merge keys as go-yaml does."""
    if node is None:
        return None
    if isinstance(node.value, str):
        return node.value if node.style else resolve(node.value, tag(node, text))
    if node.tag.endswith(":seq"):
        return [reference(item, text) for item in node.value]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == "<<" and not key.style and not tag(key, text):
            found.update(reference(value, text))
        else:
            found[key.value if key.style else resolve_key(key.value, tag(key, text))] = reference(value, text)
    return found


def tag(node: Any, text: str) -> str:
    """The tag that is written; the strategy writes this one only, and the mark may be behind it."""
    at = node.start_mark.index
    return "!!str" if text.endswith("!!str ", 0, at) or re.match(r"(&\w+\s+)?!!str\b", text[at:]) else ""
