"""Promotion: the images of one environment come into another by a pull request."""

from __future__ import annotations

from kbump.promotion.promoting import promote
from kbump.promotion.result import PromoteResult, Promotion

__all__ = ["PromoteResult", "Promotion", "promote"]
