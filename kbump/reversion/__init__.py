"""Reversion: images that a rollout has undone go back in git, too."""

from __future__ import annotations

from kbump.reversion.place import Place, place_of
from kbump.reversion.result import Gone, Reverted
from kbump.reversion.reverting import revert

__all__ = ["Gone", "Place", "Reverted", "place_of", "revert"]
