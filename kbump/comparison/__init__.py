"""What differs between two environments: compare(Side, Side) -> PromotionDiff."""

from __future__ import annotations

from kbump.comparison.comparing import compare
from kbump.comparison.result import Difference, ImageDifference, Note, Object, PromotionDiff
from kbump.comparison.side import Side

__all__ = ["Difference", "ImageDifference", "Note", "Object", "PromotionDiff", "Side", "compare"]
