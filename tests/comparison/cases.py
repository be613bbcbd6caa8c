"""A directory under tests/cases/diff/ without `args` is a case of compare(); its name is the sentence that it tests.

from/, to/     the trees of both sides
settings.json  what compare() is told beside them: `from` and `to` (fields of Side), `expected`, `images`
text.txt       the report for a terminal and the words beside it; page.md, the markdown; diff.json, the JSON
               (KBUMP_TEST_UPDATE=1 writes them, for a person to read)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kbump.comparison import PromotionDiff, Side, compare
from kbump.source import Source
from tests.conftest import cases

CASES = [case for case in cases("diff") if not (case.values[0] / "args").exists()]


def settings_of(case: Path) -> dict[str, Any]:
    path = case / "settings.json"
    return json.loads(path.read_bytes()) if path.exists() else {}


def side(case: Path, folder: str) -> Side:
    files = sorted(path for path in (case / folder).rglob("*") if path.is_file())
    sources = [Source.from_bytes(f"{folder}/{path.relative_to(case / folder)}", path.read_bytes()) for path in files]
    told = settings_of(case).get(folder, {})
    values = {f"{folder}/{file}" for file in told.pop("values", ())}
    return Side(**{"name": folder, "sources": sources, "root": folder, "values": values, **told})


def compared(case: Path, *, mirrored: bool = False) -> PromotionDiff:
    settings = settings_of(case)
    names = ("to", "from") if mirrored else ("from", "to")
    old, new = (side(case, name) for name in names)
    return compare(old, new, expected=settings.get("expected", ()), images=settings.get("images"))
