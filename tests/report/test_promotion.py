"""The page of a promotion: what is on it if there is not room for all."""

from __future__ import annotations

import pytest

from kbump.comparison.result import PromotionDiff
from kbump.errors import Location
from kbump.gates import Verdict
from kbump.marker import Marker
from kbump.promotion.result import PromoteResult, Promotion
from kbump.provenance import Build
from kbump.report.promotion import promotion_page
from kbump.rewriting.result import Change

DIFF = PromotionDiff("production", "qa", [], [], [], [], 0, [])
RESULT = PromoteResult("qa", "production", "https://host/a/b", "main", [], DIFF, [], [])


def change(number: int) -> Change:
    place, path = Location(f"p{number}.yaml", 5, 20), "spec.containers[0].image"
    old, new = f"ghcr.io/acme/a{number}:1.0.0", f"ghcr.io/acme/a{number}:1.1.0"
    return Change(place, "Pod", "", f"a{number}", "main", path, old, new, "minor", "changed", "", "", "manifest")


def page(changes: int, limit: int, reasons: int = 1) -> str:
    verdict = Verdict("max-change", False, [f"reason {number} of several" for number in range(reasons)], [])
    one = Promotion("", "kbump/promote", "refused", [change(number) for number in range(changes)], verdicts=[verdict])
    return promotion_page(one, RESULT, DIFF, Build(), Marker("promotion"), limit).body


def test_what_has_room_is_there_in_full() -> None:
    text = page(3, 10_000)
    assert text.count("| `Pod a") == 3
    assert "no room" not in text


@pytest.mark.parametrize("limit", [1_000, 5_000, 65_536])
def test_of_too_many_images_the_last_are_left_out_and_the_gates_are_there(limit: int) -> None:
    text = page(2_000, limit)
    assert limit - 600 < len(text) <= limit
    shown = text.count("| `Pod a")
    assert f"|\n\n_There is no room for {2_000 - shown:,} more images: `kbump diff` shows all._\n\n| Gate |" in text
    assert "| max-change | **refused** | `reason 0 of several` |" in text


def test_what_has_no_room_even_without_images_is_cut_at_a_line() -> None:
    text = page(5, 400, reasons=10)
    assert len(text) <= 400
    assert text.endswith("\n\n_The rest is too long for this page: `kbump diff` shows all of it._\n")
