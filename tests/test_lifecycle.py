"""When every API was or will be removed, and what to use instead: a table written by hand against the generated one."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from kbump.catalog import Api, catalog, versions
from tests.conftest import CASES, ROOT

APIS = json.loads((ROOT / "schemas" / "apis.json").read_text())["apis"]
REMOVALS = [
    line.split("\t")
    for line in (CASES / "lifecycle" / "removals.tsv").read_text().splitlines()
    if not line.startswith("#")
]
KEPT = ["1.28", "1.30"]


def found(key: str, version: str = "") -> Api:
    api_version, _, kind = key.partition(" ")
    group, _, name = api_version.rpartition("/")
    api = catalog(version).api(group, name, kind)
    assert api
    return api


def shown(minor: int) -> str:
    return f"1.{minor}" if minor else "-"


@pytest.mark.parametrize(
    ("key", "removed", "deprecated", "target", "replacement", "since"),
    [pytest.param(*row, id=f"{row[0]} is gone in {row[1]}: in {row[3]} use {row[4]}") for row in REMOVALS],
)
def test_an_api(key, removed, deprecated, target, replacement, since):
    api = found(key)
    in_target = catalog(target)
    assert (shown(api.removed), shown(api.deprecated)) == (removed, deprecated)
    assert (in_target.replacement(api) or "-") == replacement
    assert shown(in_target.replacement_since(api)) == since


def test_the_table_has_every_removal_and_no_other():
    assert {row[0] for row in REMOVALS} == {key for key, row in APIS.items() if "removed" in row}


@pytest.mark.parametrize("version", KEPT, ids=lambda version: f"nothing was removed in {version}")
def test_a_version_that_removed_nothing(version):
    before = next(older for older, newer in pairwise(versions()) if newer == version)
    assert set(catalog(before).kinds()) <= set(catalog(version).kinds())
    assert not [key for key, row in APIS.items() if row.get("removed") == version]


@pytest.mark.parametrize("pair", [*pairwise(versions())], ids="what {0[0]} had and {0[1]} lacks was removed".format)
def test_what_a_version_lacks_is_what_it_removed(pair):
    before, version = (catalog(one) for one in pair)
    gone = set(before.kinds()) - set(version.kinds())
    assert gone == {
        kind for kind in before.kinds() if (api := before.api(*kind)) and api.removed == int(pair[1].partition(".")[2])
    }
    assert bool(gone) != (pair[1] in KEPT)


def test_what_was_removed_before_the_first_bundled_version_is_served_by_none():
    first = int(versions()[0].partition(".")[2])
    for key, row in APIS.items():
        assert ("served" in row) == (not 0 < found(key).removed <= first), key


def test_a_replacement_that_was_removed_itself_is_not_named():
    api = found("extensions/v1beta1 PodSecurityPolicy")
    assert api.replacement == "policy/v1beta1 PodSecurityPolicy"
    assert not any(catalog(version).replacement(api) for version in versions())


@pytest.mark.parametrize("version", versions())
def test_a_version_serves_what_is_named_as_replacement_in_it(version):
    here = catalog(version)
    for key in APIS:
        api = found(key)
        replacement = here.replacement(api)
        if replacement:
            named = found(replacement)
            assert here.serves(named.group, named.version, named.kind)
            assert replacement != key
            assert here.replacement_since(api) == named.introduced <= int(version.partition(".")[2])
            assert APIS[replacement].get("removed") != version
