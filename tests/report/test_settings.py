"""docs/kbump-yaml.md and the commented file, from the schema; KBUMP_TEST_UPDATE=1 writes the page."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.config import read_config
from kbump.report.settings import example_of, scalar, settings_markdown, settings_yaml, written
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "kbump-yaml.md"
SCHEMA = json.loads((ROOT / "schemas" / "kbump.schema.json").read_text())
KNOWN: dict[tuple[str, ...], Any] = {
    ("environments",): {"qa": "k8s/qa", "on": "k8s/a: b"},
    ("validate", "version"): "1.31",
    ("promotion", "gates", "valid"): False,
}


def paths(key: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, child in key.get("properties", {}).items():
        yield (*above, name)
        yield from paths(child, (*above, name))


def read(text: str) -> Any:
    (data,) = construct(Source("t", text))
    return data


def uncommented(text: str) -> str:
    """Return the file as a person makes it who takes away every mark of a setting."""
    return re.sub(r"(?m)^( *)#(?=\S|  )", r"\1", text)


def test_the_page_is_what_the_schema_says() -> None:
    if os.environ.get("KBUMP_TEST_UPDATE"):
        PAGE.write_text(settings_markdown(SCHEMA))
    assert PAGE.read_text() == settings_markdown(SCHEMA)


def test_every_example_of_the_page_is_a_file_that_kbump_reads() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert [next(iter(read(example))) for example in examples] == list(SCHEMA["properties"])
    assert all(read_config(Source(".kbump.yaml", example), "/") for example in examples)


@pytest.mark.parametrize("path", list(paths(SCHEMA)), ids=".".join)
def test_every_key_is_on_the_page_and_in_the_file_at_its_place(path: tuple[str, ...]) -> None:
    section = PAGE.read_text().partition(f"\n## {path[0]}\n")[2].partition("\n## ")[0]
    assert len(path) == 1 or f"\n| `{'.'.join(path[1:])}` |" in section
    for known in ({}, KNOWN):
        data = read(uncommented(settings_yaml(SCHEMA, known, {})))
        for name in path:
            assert name in data
            data = data[name]


@pytest.mark.parametrize("known", [{}, KNOWN], ids=["nothing", "something"])
def test_the_file_says_what_is_known_and_nothing_else(known: dict[tuple[str, ...], Any]) -> None:
    text = settings_yaml(SCHEMA, known, {(): ["First."], ("validate", "version"): ["Found in x.", "It is new."]})
    assert text.startswith("# First.\n\n# ")
    assert "# Found in x.\n" in text
    expected: dict[str, Any] = {}
    for path, value in known.items():
        inner = expected
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = value
    found = read(text) if known else None
    assert found == (expected or None)
    assert read_config(Source(".kbump.yaml", text), "/")
    assert read_config(Source(".kbump.yaml", uncommented(text)), "/").forge.kind == "gitea"


def test_an_example_is_the_keys_own_or_its_parents_or_its_default() -> None:
    assert example_of(SCHEMA, ("validate", "version")) == "1.31"
    assert example_of(SCHEMA, ("promotion", "gates", "valid")) is True
    assert example_of(SCHEMA, ("promotion", "gates", "pinned")) is False
    assert example_of(SCHEMA, ("commit",))["message"]


TEXTS = st.text() | st.sampled_from(
    ["1.30", "on", "~", "0x1f", "1e3", "a: b", "a #b", "-", "a,b", "2024-01-01", " a", ".Inf"]
)


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS) | st.booleans() | st.dictionaries(TEXTS, TEXTS), min_size=1))
def test_what_is_written_is_read_as_it_was(value: dict[str, Any]) -> None:
    assert read("\n".join(written(value))) == value


def test_what_needs_no_quotes_has_none() -> None:
    plain = ["k8s/qa", "ghcr.io/acme/web", "a-b", "switched on there", "me@example.com"]
    assert [scalar(one) for one in plain] == plain
    assert [scalar(one) for one in ["1.31", "on", "*", "a: b"]] == ['"1.31"', '"on"', '"*"', '"a: b"']
