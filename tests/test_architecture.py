"""The arrows of the design: a literal table of which room may import which."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

VALUES = {
    "errors", "source", "finding", "image", "pinning", "provenance", "versions", "yaml", "manifest", "resource",
    "remote", "config", "marker", "holds", "characters",
}  # fmt: skip
VERBS = {"fields", "gates", "message", "rewriting", "catalog", "comparison", "validation", "tags"}
WORLD = {"files", "git", "forge", "cluster", "parallel", "process"}
WORKFLOWS = {
    "workspace", "inventory", "update", "overlays", "namesakes", "inspection", "delivery", "reaching", "environment",
    "sides", "links", "differences", "promotion", "nonmanifests", "given", "commenting", "discovery", "initialization",
    "rereading", "rollouts", "targets", "reversion",
}  # fmt: skip
REPORT = {"report"}
DOORS = {"cli", "drone", "__main__", "__init__"}
# What each room may import beside itself; a workflow names the workflows that it builds on.
MAY_IMPORT = {
    **dict.fromkeys(VALUES, VALUES),
    **dict.fromkeys(VERBS, VALUES | VERBS),
    **dict.fromkeys(WORLD, VALUES),
    **dict.fromkeys(("git", "cluster"), VALUES | {"process"}),
    "workspace": VALUES | WORLD,
    "inventory": VALUES | VERBS | WORLD | {"workspace"},
    "update": VALUES | VERBS | WORLD | REPORT | {"workspace", "inventory"},
    "reaching": VALUES | WORLD,
    "discovery": VALUES | VERBS | WORLD | {"workspace"},
    "initialization": VALUES | VERBS | WORLD | REPORT | {"discovery"},
    "commenting": VALUES | WORLD | {"reaching"},
    "delivery": VALUES | VERBS | WORLD | REPORT | {"workspace", "update", "reaching"},
    "environment": VALUES | WORLD | {"workspace"},
    "sides": VALUES | VERBS | WORLD | {"workspace", "environment"},
    "links": VALUES | VERBS | WORLD | {"environment"},
    "differences": VALUES | VERBS | WORLD | {"environment", "sides", "links"},
    "promotion": VALUES
    | VERBS
    | WORLD
    | REPORT
    | {"workspace", "inventory", "inspection", "environment", "sides", "links", "differences", "delivery", "reaching"}
    | {"rollouts", "targets"},
    "targets": VALUES | VERBS | WORLD | {"workspace", "inventory", "environment", "delivery"},
    "reversion": VALUES | VERBS | WORLD | REPORT | {"workspace", "overlays", "delivery", "reaching", "targets"},
    "rollouts": VALUES | VERBS | WORLD | {"workspace", "overlays", "inspection", "given", "delivery", "reversion"},
    "overlays": VALUES | VERBS | WORLD,
    "rereading": VALUES | VERBS | WORLD,
    "namesakes": VALUES | VERBS | {"rereading"},
    "given": VALUES | VERBS | WORLD,
    "nonmanifests": VALUES | VERBS,
    "inspection": VALUES | VERBS | WORLD | {"workspace", "overlays", "namesakes", "rereading", "nonmanifests", "given"},
    "report": VALUES
    | {
        "rewriting",
        "comparison",
        "validation",
        "gates",
        "tags",
        "inventory",
        "update",
        "inspection",
        "delivery",
        "promotion",
        "discovery",
        "rollouts",
        "targets",
        "reversion",
        "cluster",
    },
    **dict.fromkeys(DOORS, VALUES | VERBS | WORLD | WORKFLOWS | REPORT | {"cli", "drone"}),
}
MODULES = sorted((ROOT / "kbump").rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kbump":
            below = (node.module or "").split(".")[1:]
            names |= {below[0]} if below else {alias.name for alias in node.names}
    return names


def room(path: Path) -> str:
    first = path.relative_to(ROOT / "kbump").parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may_import(path: Path) -> None:
    assert imported(path) <= MAY_IMPORT[room(path)] | {room(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_doors_import_click_and_read_the_environment(path: Path) -> None:
    text = path.read_text()
    if room(path) not in DOORS:
        assert "import click" not in text
        assert "os.environ.get(" not in text


def test_no_module_has_the_name_of_a_public_function() -> None:
    import kbump

    functions = {name for name in kbump.__all__ if name.islower()}
    assert not functions & {path.stem for path in (ROOT / "kbump").glob("*")}


def test_every_package_is_in_the_distribution() -> None:
    import configparser

    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    listed = setup["options"]["packages"].split()
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "kbump").rglob("__init__.py")}
    assert listed == sorted({*found, "kbump.schemas"})
