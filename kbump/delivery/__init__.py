"""Delivery: from an edit to a commit on a branch of a remote, whoever else pushes there at the same time."""

from __future__ import annotations

from kbump.delivery.committing import Style
from kbump.delivery.delivering import Delivery, deliver

__all__ = ["Delivery", "Style", "deliver"]
