"""Every case of tests/cases/validate/ is put to a real API server, which has to agree that there is an error, or none.

A case that the server cannot be asked says why in its server.txt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kbump import validate
from kbump.resource import resources
from kbump.source import Source
from kbump.validation.custom import is_definition
from kbump.yaml.constructor import construct
from tests.cluster.server import Server
from tests.conftest import cases
from tests.test_set_image_cases import lay_out

# What is no YAML to kubectl, the server never sees.
UNREAD = ("yaml-syntax", "duplicate-key")
CASES = [
    case
    for case in cases("validate")
    if not (case.values[0] / "server.txt").exists()
    and not any(rule in (case.values[0] / "expected.txt").read_text() for rule in UNREAD)
]


@contextmanager
def defined(server: Server, definitions: list[dict[str, Any]]) -> Iterator[str]:
    """Define custom resources for as long as a test runs, and only for it; yield why the server refuses one."""
    refusals = [server.refusal(one) for one in definitions]
    if any(refusals):
        yield next(filter(None, refusals))
        return
    for one in definitions:
        server.define(one)
    try:
        yield ""
    finally:
        for one in definitions:
            server.forget(one)


@pytest.mark.parametrize("case", CASES)
def test_the_server_says_the_same(case: Path, server: Server, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    result = validate(str(tmp_path), kubernetes_version=server.version())
    files = [path for path in sorted(tmp_path.rglob("*")) if path.suffix in (".yaml", ".json") and path.name[0] != "."]
    found = [one for path in files for one in resources(construct(Source(str(path), path.read_text())))]
    definitions = [one.data for one in found if is_definition(one)]
    with defined(server, definitions) as refusal:
        objects = [{**one.data, "apiVersion": one.api_version, "kind": one.kind} for one in found]
        refusals = [server.refusal(one) for one in objects if one not in definitions] if not refusal else [refusal]
    mistakes = [f"{one.message} ({one.rule})" for one in result.at_least("error")]
    assert bool(mistakes) == any(refusals), (mistakes, refusals)
